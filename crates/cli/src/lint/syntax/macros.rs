//! The macros that log, print or panic, by their names.

/// What a macro does with its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lint) enum Macro {
    /// Of `tracing` or `log`: fields and a message. The level, where the name tells it.
    Event(Option<&'static str>),
    /// Of `tracing`: a name and fields.
    Span(Option<&'static str>),
    /// Writes to standard output or standard error.
    Print,
    /// Writes the values themselves.
    Dbg,
    /// Ends with a message; how many arguments stand before it, and whether they are printed.
    Panic { before: usize, printed: bool },
    /// Makes a text of its arguments.
    Format,
    /// Writes a text to its first argument.
    Write,
}

/// The macro of that path, written without the `!`; `None` for one that does nothing of the kind.
pub(in crate::lint) fn known(path: &[String]) -> Option<Macro> {
    const CRATES: [&str; 7] = ["tracing", "log", "tracing_core", "std", "core", "alloc", "crate"];
    let (name, before) = path.split_last()?;
    // `slog::info!` and `defmt::info!` are others; so may be what stands in a module of one's own, but then it is not `tracing::`.
    if before.first().is_some_and(|krate| !CRATES.contains(&krate.as_str())) {
        return None;
    }
    let panic = |before| Some(Macro::Panic { before, printed: false });
    let panic_printing = Some(Macro::Panic { before: 2, printed: true });
    match name.as_str() {
        "trace" => Some(Macro::Event(Some("trace"))),
        "debug" => Some(Macro::Event(Some("debug"))),
        "info" => Some(Macro::Event(Some("info"))),
        "warn" => Some(Macro::Event(Some("warn"))),
        "error" => Some(Macro::Event(Some("error"))),
        "event" | "log" => Some(Macro::Event(None)),
        "trace_span" => Some(Macro::Span(Some("trace"))),
        "debug_span" => Some(Macro::Span(Some("debug"))),
        "info_span" => Some(Macro::Span(Some("info"))),
        "warn_span" => Some(Macro::Span(Some("warn"))),
        "error_span" => Some(Macro::Span(Some("error"))),
        "span" => Some(Macro::Span(None)),
        "println" | "print" | "eprintln" | "eprint" => Some(Macro::Print),
        "dbg" => Some(Macro::Dbg),
        "panic" | "unreachable" | "todo" | "unimplemented" => panic(0),
        "assert" | "debug_assert" => panic(1),
        "assert_eq" | "assert_ne" | "debug_assert_eq" | "debug_assert_ne" => panic_printing,
        "format" | "format_args" => Some(Macro::Format),
        "write" | "writeln" => Some(Macro::Write),
        _ => None,
    }
}
