//! The fields that a source logs, by their names: for whoever writes rules.

use tracing_privacy::Policy;

use super::index::Index;
use super::keys::Keys;
use super::parse::{STACK, forget_spans, parse};
use super::statement::{FieldOrigin, Kind};
use super::walk::statements;

/// A field, and where it is logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoggedField {
    /// As in the log: `user.email`.
    pub(crate) name: String,
    /// Counted from 1.
    pub(crate) line: usize,
}

/// All fields that a source file logs, in the order of the file. The error says where it is no Rust.
///
/// To be called on a thread that [`with_room`] makes.
pub(crate) fn logged_fields(source: &str, policy: &Policy) -> Result<Vec<LoggedField>, String> {
    let parsed = parse(source).map(|file| {
        let statements = statements(&file, None, &Index::default(), &Keys::new(policy), true);
        let logged = statements.into_iter().filter(|statement| !matches!(statement.kind, Kind::Print | Kind::Panic));
        let fields = logged.flat_map(|statement| statement.fields).filter(|field| {
            let has_name = matches!(field.origin, FieldOrigin::Written | FieldOrigin::Argument);
            has_name && field.key != "self"
        });
        fields.map(|field| LoggedField { name: field.key, line: field.place.line }).collect()
    });
    forget_spans();
    parsed
}

/// Does work on a thread with room for deep sources. The error says why there is none.
pub(crate) fn with_room<R: Send>(work: impl FnOnce() -> R + Send) -> std::io::Result<R> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        thread.join().map_err(|_| std::io::Error::other("a thread that read sources ended unexpectedly"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str) -> Vec<String> {
        let fields = logged_fields(source, &Policy::builtin()).unwrap();
        fields.into_iter().map(|field| field.name).collect()
    }

    #[track_caller]
    fn assert_names(body: &str, expected: &[&str]) {
        assert_eq!(names(&format!("fn f() {{ {body} }}")), expected, "{body}");
    }

    #[test]
    fn fields_of_events_are_found_in_every_way_to_write_them() {
        assert_names(r#"info!(a = 1, b.c = x, ?d, %e.f, g, "message {}", h);"#, &["a", "b.c", "d", "e.f", "g"]);
        assert_names(
            r#"tracing::warn!(target: "x", parent: &span, r#type = 1, "quoted key" = 2);"#,
            &["type", "quoted key"],
        );
        assert_names(r#"event!(Level::INFO, a, b = %c);"#, &["a", "b"]);
        assert_names(r#"event!(name: "n", tracing::Level::INFO, { a = 1, ?b }, "text", c = 1);"#, &["a", "b"]);
        assert_names(
            r#"log::info!(user = 1, id; "text"); warn!(a:?; "text"); warn!(b:% = 1, c:err = 2; "")"#,
            &["user", "id", "a", "b", "c"],
        );
        assert_names(r#"debug!("only {x}", x = 1); trace!(); error!(a == b); info!(f(x), a + b);"#, &[]);
        assert_names(
            r#"info!(a = Vec::<u8, u8>::new(), b = if x { 1 } else { 2 }, c = S { x, y: 1 });"#,
            &["a", "b", "c"],
        );
        // One that is no Rust does not hide the others.
        assert_names(r#"info!(a = 1, b = $b, c = #, d, e = ?f.0);"#, &["a", "d", "e"]);
        assert_names(r#"span.record("late", &x); metrics.record(7);"#, &["late"]);
    }

    #[test]
    fn fields_of_spans_follow_their_name() {
        assert_names(r#"let s = info_span!("name", a = 1, b, c = Empty);"#, &["a", "b", "c"]);
        assert_names(r#"tracing::span!(Level::INFO, "name", ?a);"#, &["a"]);
        assert_names(r#"tracing::span!(target: "x", parent: None, Level::INFO, "name", "a b" = 1);"#, &["a b"]);
    }

    #[test]
    fn macros_inside_of_macros_are_read_and_others_are_not() {
        assert_names(
            r#"select! { x = y => { info!(inside = x); } } println!("{a}"); format!("info!(b = 1)"); // info!(c)
        "#,
            &["inside"],
        );
        assert_names("info!(a = { warn!(b = 1); 2 }); slog::info!(c = 1); my::log::info!(d = 1);", &["a", "b"]);
    }

    #[test]
    fn instrumented_functions_log_their_arguments() {
        let source = "
            #[instrument(skip(password, pool), fields(user.id = id, extra), err)]
            async fn one(id: u32, password: &str, pool: &Pool, mut note: String) {}
            impl S {
                #[tracing::instrument]
                fn two(&self, token: &str, (a, b): (u8, u8)) {}
                #[instrument(level = \"debug\", skip_all, fields(kept))]
                fn three(&self, hidden: &str) {}
                fn four(&self, plain: &str) {}
            }";
        assert_eq!(names(source), ["user.id", "extra", "id", "note", "token", "a", "b", "kept"]);
        assert_eq!(logged_fields(source, &Policy::builtin()).unwrap()[4].line, 6);
    }
}
