//! `#[instrument]`, also behind `cfg_attr`.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Meta, Token};

use super::arguments::{Field, fields};
use super::format_string::Form;

/// What an attribute asks for.
pub(in crate::lint) struct Instrument {
    pub(in crate::lint) span: Span,
    pub(in crate::lint) skipped: Vec<String>,
    pub(in crate::lint) skip_all: bool,
    pub(in crate::lint) fields: Vec<Field>,
    pub(in crate::lint) target: Option<Expr>,
    pub(in crate::lint) level: Option<Expr>,
    /// Whether what is returned is recorded, where that is asked for, and how it is printed.
    pub(in crate::lint) ret: Option<(Span, Form)>,
    /// The same for errors.
    pub(in crate::lint) err: Option<(Span, Form)>,
}

/// The first `#[instrument]` among attributes.
pub(in crate::lint) fn instrument(attributes: &[Attribute]) -> Option<Instrument> {
    attributes.iter().find_map(|attribute| of_meta(&attribute.meta, 0))
}

fn of_meta(meta: &Meta, depth: usize) -> Option<Instrument> {
    const DEEPEST: usize = 8;
    let last = meta.path().segments.last()?;
    if last.ident == "cfg_attr" && depth < DEEPEST {
        let inner = meta.require_list().ok()?.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
        return inner.iter().skip(1).find_map(|meta| of_meta(meta, depth + 1));
    }
    if last.ident != "instrument" {
        return None;
    }
    let tokens = match meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    Some(read(last.ident.span(), tokens))
}

/// Reads what stands in the attribute's brackets. The order is free, and what is not known is passed over.
fn read(span: Span, tokens: TokenStream) -> Instrument {
    let mut read = Instrument {
        span,
        skipped: Vec::new(),
        skip_all: false,
        fields: Vec::new(),
        target: None,
        level: None,
        ret: None,
        err: None,
    };
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for argument in tokens.split(|token| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ',')) {
        let Some(TokenTree::Ident(name)) = argument.first() else { continue };
        let group = match argument.get(1) {
            Some(TokenTree::Group(group)) => Some(group),
            _ => None,
        };
        match (name.to_string().as_str(), group) {
            ("skip", Some(group)) => read.skipped = names(group),
            ("skip_all", _) => read.skip_all = true,
            ("fields", Some(group)) => read.fields = fields(group.stream()),
            ("target", None) => read.target = value(argument),
            ("level", None) => read.level = value(argument),
            ("ret", group) => read.ret = Some((name.span(), form(group, Form::Debug))),
            ("err", group) => read.err = Some((name.span(), form(group, Form::Display))),
            _ => {}
        }
    }
    read
}

fn names(group: &Group) -> Vec<String> {
    group.stream().into_iter().map(|token| token.to_string()).filter(|token| token != ",").collect()
}

/// What stands behind `name =`.
fn value(argument: &[TokenTree]) -> Option<Expr> {
    syn::parse2(argument.get(2..)?.iter().cloned().collect()).ok()
}

/// `ret(Display)`, `err(level = "warn", Debug)`.
fn form(group: Option<&Group>, default: Form) -> Form {
    let is = |name: &str| {
        let mut tokens = group.into_iter().flat_map(Group::stream);
        tokens.any(|token| matches!(token, TokenTree::Ident(ident) if ident == name))
    };
    match (is("Debug"), is("Display")) {
        (true, _) => Form::Debug,
        (_, true) => Form::Display,
        _ => default,
    }
}
