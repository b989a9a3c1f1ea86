//! The arguments of macros that log or print, read as far as they can be: one that is no Rust does not hide the others.

use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::discouraged::Speculative as _;
use syn::parse::{ParseStream, Parser as _, Result};
use syn::{Expr, Ident, LitStr, Token};

use super::format_string::Form;
use super::macros::Macro;
use crate::lint::place::Place;

/// What stands between the brackets of a macro.
#[derive(Default)]
pub(in crate::lint) struct Arguments {
    pub(in crate::lint) target: Option<Expr>,
    pub(in crate::lint) level: Option<Expr>,
    pub(in crate::lint) fields: Vec<Field>,
    /// Values that are printed before a message, as `dbg!` and `assert_eq!` do.
    pub(in crate::lint) values: Vec<Expr>,
    pub(in crate::lint) message: Option<Message>,
}

/// A field that is named.
pub(in crate::lint) struct Field {
    pub(in crate::lint) key: Key,
    pub(in crate::lint) place: Place,
    pub(in crate::lint) value: Expr,
    /// How the value is printed: by `?` or `%`, or as it is.
    pub(in crate::lint) form: Form,
}

pub(in crate::lint) enum Key {
    Name(String),
    /// `{ NAME } = value`: a constant that holds the name.
    Constant(Expr),
}

/// A format string, and what it prints.
pub(in crate::lint) struct Message {
    /// None, where the message is no literal.
    pub(in crate::lint) template: Option<Literal>,
    pub(in crate::lint) arguments: Vec<(Option<String>, Expr)>,
}

/// Reads the arguments of a macro.
pub(in crate::lint) fn arguments(of: Macro, tokens: TokenStream) -> Arguments {
    let read = move |input: ParseStream<'_>| {
        let mut arguments = Arguments::default();
        match of {
            Macro::Event(level) => events(input, &mut arguments, level.is_none(), false),
            Macro::Span(level) => events(input, &mut arguments, level.is_none(), true),
            Macro::Print | Macro::Format => arguments.message = Some(message(input)),
            Macro::Dbg => arguments.values = list(input).into_iter().map(|(_, value)| value).collect(),
            Macro::Write => {
                expression(input);
                arguments.message = Some(message(input));
            }
            Macro::Panic { before, printed } => {
                let before: Vec<_> = (0..before).map_while(|_| expression(input)).collect();
                arguments.values = if printed { before } else { Vec::new() };
                arguments.message = Some(message(input));
            }
        }
        skip(input, |_| false);
        Ok(arguments)
    };
    read.parse2(tokens).unwrap_or_default()
}

/// Reads `fields(…)` of `#[instrument]`.
pub(in crate::lint) fn fields(tokens: TokenStream) -> Vec<Field> {
    let read = |input: ParseStream<'_>| {
        let mut arguments = Arguments::default();
        events(input, &mut arguments, false, true);
        skip(input, |_| false);
        Ok(arguments.fields)
    };
    read.parse2(tokens).unwrap_or_default()
}

/// Reads the arguments of an event or span. `level`: one stands in front. `names`: the first text is a name.
fn events(input: ParseStream<'_>, into: &mut Arguments, mut level: bool, mut names: bool) {
    while !input.is_empty() {
        if input.peek(LitStr) && !input.peek2(Token![=]) && !names && !level {
            into.message = Some(message(input));
            return;
        }
        let fork = input.fork();
        let read = match prefix(&fork) {
            Some(name) => fork.parse::<Expr>().map(|value| {
                if name == "target" {
                    into.target = Some(value);
                }
            }),
            None if level => fork.parse::<Expr>().map(|value| {
                into.level = Some(value);
                level = false;
            }),
            None if names && fork.peek(LitStr) && !fork.peek2(Token![=]) => {
                fork.parse::<LitStr>().map(|_| names = false)
            }
            None => argument(&fork, into),
        };
        if read.is_ok() {
            input.advance_to(&fork);
        }
        skip(input, |token| matches!(token, TokenTree::Punct(p) if matches!(p.as_char(), ',' | ';')));
    }
}

/// `target:` and the like, which are no fields.
fn prefix(input: ParseStream<'_>) -> Option<String> {
    if !input.peek(Ident::peek_any) || !input.peek2(Token![:]) || input.peek2(Token![::]) {
        return None;
    }
    let name: Ident = input.fork().call(Ident::parse_any).ok()?;
    let name = name.to_string();
    let is_prefix = matches!(name.as_str(), "target" | "parent" | "name" | "logger");
    // `name:? = value` is a field of `log`.
    if !is_prefix || input.peek3(Token![?]) || input.peek3(Token![%]) {
        return None;
    }
    input.call(Ident::parse_any).ok()?;
    input.parse::<Token![:]>().ok()?;
    Some(name)
}

/// Reads `a.b`, `?a`, `%a.b`, `a.b = …`, `"a b" = …`, `a:? = …`, `{ a = … }`, `{ NAME } = …`, or a message that is no literal.
fn argument(input: ParseStream<'_>, into: &mut Arguments) -> Result<()> {
    if input.peek(syn::token::Brace) {
        let group: proc_macro2::Group = input.parse()?;
        if group.delimiter() != Delimiter::Brace {
            return Err(input.error("no braces"));
        }
        if input.peek(Token![=]) {
            let place = Place::of(group.span());
            let name = syn::parse2(group.stream())?;
            return value(input, Key::Constant(name), place, Form::Display, into);
        }
        into.fields.extend(fields(group.stream()));
        return Ok(());
    }
    if input.peek(LitStr) {
        let name: LitStr = input.parse()?;
        return value(input, Key::Name(name.value()), Place::of(name.span()), Form::Display, into);
    }
    let sigil = sigil(input)?;
    let fork = input.fork();
    if let Ok((name, place)) = dotted(&fork) {
        let form = of_log(&fork)?;
        if fork.peek(Token![=]) && !fork.peek(Token![==]) && sigil.is_none() {
            input.advance_to(&fork);
            return value(input, Key::Name(name), place, form.unwrap_or(Form::Display), into);
        }
        if fork.is_empty() || fork.peek(Token![,]) || fork.peek(Token![;]) {
            let expression: Expr = if form.is_some() { syn::parse_str(&name)? } else { input.parse()? };
            input.advance_to(&fork);
            let form = form.or(sigil).unwrap_or(Form::Display);
            into.fields.push(Field { key: Key::Name(name), place, value: expression, form });
            return Ok(());
        }
    }
    // `info!(concat!("a", "b"))`, and what is no field in any way.
    let expression: Expr = input.parse()?;
    into.message.get_or_insert(Message { template: None, arguments: Vec::new() }).arguments.push((None, expression));
    Ok(())
}

/// Reads `= value`, with its sigil.
fn value(input: ParseStream<'_>, key: Key, place: Place, form: Form, into: &mut Arguments) -> Result<()> {
    input.parse::<Token![=]>()?;
    let form = sigil(input)?.unwrap_or(form);
    into.fields.push(Field { key, place, value: input.parse()?, form });
    Ok(())
}

/// `?` or `%` before a value.
fn sigil(input: ParseStream<'_>) -> Result<Option<Form>> {
    if input.peek(Token![?]) {
        input.parse::<Token![?]>()?;
        return Ok(Some(Form::Debug));
    }
    if input.peek(Token![%]) {
        input.parse::<Token![%]>()?;
        return Ok(Some(Form::Display));
    }
    Ok(None)
}

/// What `log` writes behind a key: `:?`, `:%`, `:debug`, `:err` …
fn of_log(input: ParseStream<'_>) -> Result<Option<Form>> {
    if !input.peek(Token![:]) || input.peek(Token![::]) {
        return Ok(None);
    }
    input.parse::<Token![:]>()?;
    if let Some(form) = sigil(input)? {
        return Ok(Some(form));
    }
    let name: Ident = input.call(Ident::parse_any)?;
    Ok(Some(if name == "debug" { Form::Debug } else { Form::Display }))
}

/// A name of a field: `user.email`.
fn dotted(input: ParseStream<'_>) -> Result<(String, Place)> {
    let first: Ident = input.call(Ident::parse_any)?;
    let (mut name, mut last) = (first.unraw().to_string(), first.span());
    while input.peek(Token![.]) && !input.peek(Token![..]) {
        input.parse::<Token![.]>()?;
        let part: Ident = input.call(Ident::parse_any)?;
        name.push('.');
        name.push_str(&part.unraw().to_string());
        last = part.span();
    }
    Ok((name, Place::between(first.span(), last)))
}

/// Reads a format string and what follows.
fn message(input: ParseStream<'_>) -> Message {
    let fork = input.fork();
    let template = match fork.parse::<LitStr>() {
        Ok(text) if fork.is_empty() || fork.peek(Token![,]) => {
            input.advance_to(&fork);
            skip(input, |token| matches!(token, TokenTree::Punct(p) if p.as_char() == ','));
            Some(text.token())
        }
        _ => None,
    };
    Message { template, arguments: list(input) }
}

/// Reads `name = value` and `value`, separated by commas.
fn list(input: ParseStream<'_>) -> Vec<(Option<String>, Expr)> {
    let mut values = Vec::new();
    while !input.is_empty() {
        let named = input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]);
        let fork = input.fork();
        let name = if named {
            let name = fork.call(Ident::parse_any);
            name.and_then(|name| fork.parse::<Token![=]>().map(|_| Some(name.unraw().to_string())))
        } else {
            Ok(None)
        };
        if let Ok(value) = name.and_then(|name| Ok((name, fork.parse()?))) {
            input.advance_to(&fork);
            values.push(value);
        }
        skip(input, |token| matches!(token, TokenTree::Punct(p) if p.as_char() == ','));
    }
    values
}

/// Reads one expression, and the comma behind it.
fn expression(input: ParseStream<'_>) -> Option<Expr> {
    let fork = input.fork();
    let read = fork.parse().ok();
    if read.is_some() {
        input.advance_to(&fork);
    }
    skip(input, |token| matches!(token, TokenTree::Punct(p) if p.as_char() == ','));
    read
}

/// Goes on behind the next token of that kind, or to the end.
fn skip(input: ParseStream<'_>, is_last: impl Fn(&TokenTree) -> bool) {
    while !input.is_empty() {
        match input.parse::<TokenTree>() {
            Ok(token) if !is_last(&token) => {}
            _ => return,
        }
    }
}
