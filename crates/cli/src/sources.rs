//! The fields that Rust sources log: of the macros of `tracing` and `log`, and of `#[instrument]`.

use proc_macro2::{Delimiter, Group, Spacing, Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// A field, and where it is logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoggedField {
    /// As in the log: `user.email`.
    pub(crate) name: String,
    /// Counted from 1.
    pub(crate) line: usize,
}

/// Macros in which the first text is the message, and what follows are its arguments.
const EVENTS: [&str; 6] = ["trace", "debug", "info", "warn", "error", "event"];
/// Macros in which the first text is a name, and what follows are fields.
const SPANS: [&str; 6] = ["trace_span", "debug_span", "info_span", "warn_span", "error_span", "span"];

/// All fields that a source file logs, in the order of the file. The error says where it is no Rust.
pub(crate) fn logged_fields(source: &str) -> Result<Vec<LoggedField>, String> {
    let told = |span: Span, error: &dyn std::fmt::Display| format!("line {}: {error}", span.start().line);
    let file = syn::parse_file(source).map_err(|error| told(error.span(), &error))?;
    // Macros inside of other macros are tokens, too.
    let tokens: TokenStream = source.parse().map_err(|error: proc_macro2::LexError| told(error.span(), &error))?;
    let mut fields = Vec::new();
    macros(tokens, &mut fields);
    Instrumented { fields: &mut fields }.visit_file(&file);
    fields.sort_by_key(|field: &LoggedField| field.line);
    Ok(fields)
}

/// Finds `info!(…)` and the like, at any depth.
fn macros(tokens: TokenStream, fields: &mut Vec<LoggedField>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        macros(group.stream(), fields);
        if let [.., TokenTree::Ident(name), TokenTree::Punct(bang)] = &tokens[..at]
            && bang.as_char() == '!'
        {
            let name = name.to_string();
            if EVENTS.contains(&name.as_str()) || SPANS.contains(&name.as_str()) {
                arguments(group, SPANS.contains(&name.as_str()), fields);
            }
        }
    }
}

/// Reads the arguments of a macro.
fn arguments(group: &Group, text_is_name: bool, fields: &mut Vec<LoggedField>) {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let separates = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if matches!(p.as_char(), ',' | ';'));
    for argument in tokens.split(separates) {
        match argument {
            [TokenTree::Literal(_)] if text_is_name => {}
            // The message; what follows is printed in it.
            [TokenTree::Literal(_)] => return,
            // Fields in braces, before the message.
            [TokenTree::Group(inner)] if inner.delimiter() == Delimiter::Brace => arguments(inner, true, fields),
            _ => fields.extend(field(argument)),
        }
    }
}

/// Reads one argument: `a.b`, `?a`, `%a.b`, `a.b = …`, `"a b" = …`; `None` for `target: …`, a level, and whatever else.
fn field(argument: &[TokenTree]) -> Option<LoggedField> {
    let is = |token: &TokenTree, c: char| matches!(token, TokenTree::Punct(p) if p.as_char() == c);
    let (line, end) = (argument.first()?.span().start().line, argument.iter().position(|token| is(token, '=')));
    // `==` compares; it gives no name.
    if let Some(TokenTree::Punct(equals)) = end.and_then(|at| argument.get(at))
        && equals.spacing() == Spacing::Joint
        && end.and_then(|at| argument.get(at + 1)).is_some_and(|next| is(next, '='))
    {
        return None;
    }
    let named = &argument[..end.unwrap_or(argument.len())];
    let named = match named {
        [first, rest @ ..] if end.is_none() && (is(first, '?') || is(first, '%')) => rest,
        named => named,
    };
    if let ([TokenTree::Literal(text)], Some(_)) = (named, end) {
        let name: syn::LitStr = syn::parse_str(&text.to_string()).ok()?;
        return Some(LoggedField { name: name.value(), line });
    }
    let mut name = String::new();
    for (at, token) in named.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) if at % 2 == 0 => name += ident.to_string().trim_start_matches("r#"),
            token if at % 2 == 1 && is(token, '.') => name.push('.'),
            _ => return None,
        }
    }
    (named.len() % 2 == 1).then_some(LoggedField { name, line })
}

/// Reads `#[instrument]`: its `fields(…)`, and the arguments that it does not skip.
struct Instrumented<'f> {
    fields: &'f mut Vec<LoggedField>,
}

impl Instrumented<'_> {
    fn function(&mut self, attributes: &[syn::Attribute], signature: &syn::Signature) {
        let is_instrument = |path: &syn::Path| path.segments.last().is_some_and(|last| last.ident == "instrument");
        let Some(attribute) = attributes.iter().find(|attribute| is_instrument(attribute.path())) else { return };
        let tokens = match &attribute.meta {
            syn::Meta::List(list) => list.tokens.clone(),
            _ => TokenStream::new(),
        };
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let of = |wanted: &str| {
            tokens.windows(2).find_map(|pair| match pair {
                [TokenTree::Ident(name), TokenTree::Group(group)] if name == wanted => Some(group.clone()),
                _ => None,
            })
        };
        if let Some(group) = of("fields") {
            arguments(&group, true, self.fields);
        }
        if tokens.iter().any(|token| matches!(token, TokenTree::Ident(name) if name == "skip_all")) {
            return;
        }
        let skipped: Vec<String> =
            of("skip").into_iter().flat_map(|group| group.stream()).map(|token| token.to_string()).collect();
        for input in &signature.inputs {
            if let syn::FnArg::Typed(input) = input
                && let syn::Pat::Ident(pattern) = &*input.pat
                && !skipped.contains(&pattern.ident.to_string())
            {
                let line = pattern.ident.span().start().line;
                self.fields.push(LoggedField { name: pattern.ident.to_string(), line });
            }
        }
    }
}

impl<'ast> Visit<'ast> for Instrumented<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function(&function.attrs, &function.sig);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function(&function.attrs, &function.sig);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        self.function(&function.attrs, &function.sig);
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str) -> Vec<String> {
        logged_fields(source).unwrap().into_iter().map(|field| field.name).collect()
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
        assert_names(r#"log::info!(user = 1, id; "text");"#, &["user", "id"]);
        assert_names(r#"debug!("only {x}", x = 1); trace!(); error!(a == b); info!(f(x), a + b);"#, &[]);
    }

    #[test]
    fn fields_of_spans_follow_their_name() {
        assert_names(r#"let s = info_span!("name", a = 1, b, c = Empty);"#, &["a", "b", "c"]);
        assert_names(r#"tracing::span!(Level::INFO, "name", ?a);"#, &["a"]);
    }

    #[test]
    fn macros_inside_of_macros_are_read_and_others_are_not() {
        assert_names(
            r#"select! { x = y => { info!(inside = x); } } println!("{a}"); format!("info!(b = 1)"); // info!(c)
        "#,
            &["inside"],
        );
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
        assert_eq!(names(source), ["user.id", "extra", "id", "note", "token", "kept"]);
        assert_eq!(logged_fields(source).unwrap()[4].line, 6);
    }

    #[test]
    fn what_is_no_rust_is_told_with_its_line() {
        assert!(logged_fields("fn f() {}\nfn (").unwrap_err().starts_with("line 2: "));
        assert!(logged_fields("fn f() { \"unclosed }").is_err());
    }
}
