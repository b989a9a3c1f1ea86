//! Macros: those that log or print become statements, all others are looked into.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::visit::Visit as _;
use syn::{Block, Expr, Token};

use super::Walker;
use crate::lint::place::Place;
use crate::lint::statement::{Kind, Statement};
use crate::lint::syntax::arguments::{Arguments, arguments};
use crate::lint::syntax::macros::{Macro, known};

impl Walker<'_> {
    /// A macro of that path was called with these tokens.
    pub(super) fn called(&mut self, path: &[String], name: Option<Span>, tokens: &TokenStream) {
        let Some(kind) = known(path) else { return self.unknown(tokens) };
        let read = arguments(kind, tokens.clone());
        let place = name.map(Place::of).unwrap_or_default();
        let name = format!("{}!", path.last().map_or("", String::as_str));
        let statement = match kind {
            Macro::Event(level) => self.logged(Kind::Event, &name, place, level, &read),
            Macro::Span(level) => self.logged(Kind::Span, &name, place, level, &read),
            Macro::Print | Macro::Dbg => self.printed(Kind::Print, &name, place, &read),
            Macro::Panic { .. } => self.printed(Kind::Panic, &name, place, &read),
            Macro::Format | Macro::Write => None,
        };
        self.statements.extend(statement);
        // A value may be a block that logs.
        read.fields.iter().for_each(|field| self.visit_expr(&field.value));
        read.values.iter().for_each(|value| self.visit_expr(value));
        read.message.iter().flat_map(|message| &message.arguments).for_each(|(_, value)| self.visit_expr(value));
    }

    fn logged(&self, kind: Kind, name: &str, place: Place, level: Option<&str>, read: &Arguments) -> Option<Statement> {
        let level = level.map(str::to_owned).or_else(|| level_of(read.level.as_ref()?));
        let target = read.target.as_ref().map_or_else(|| self.module.clone(), |target| self.text(target));
        let fields = self.reader.fields(&read.fields);
        let values = self.reader.printed(read);
        Some(Statement { level, target, fields, values, ..self.statement(kind, name, place) })
    }

    fn printed(&self, kind: Kind, name: &str, place: Place, read: &Arguments) -> Option<Statement> {
        let values = self.reader.printed(read);
        (!values.is_empty()).then(|| Statement { values, ..self.statement(kind, name, place) })
    }

    /// A target: a literal, or a constant that is defined in the package.
    pub(super) fn text(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            Expr::Path(path) => {
                let name = path.path.segments.last()?.ident.to_string();
                self.reader.index.constant(&name).map(str::to_owned)
            }
            Expr::Macro(item) if item.mac.path.is_ident("module_path") => self.module.clone(),
            _ => None,
        }
    }

    /// What stands in other macros is read as Rust, if it is; else what looks like a call of a macro in it.
    fn unknown(&mut self, tokens: &TokenStream) {
        if tokens.is_empty() {
            return;
        }
        let list = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone());
        if let Ok(list) = list {
            return list.iter().for_each(|value| self.visit_expr(value));
        }
        self.reader.scope.enter();
        match Block::parse_within.parse2(tokens.clone()) {
            Ok(statements) => statements.iter().for_each(|statement| self.visit_stmt(statement)),
            Err(_) => self.scan(tokens.clone()),
        }
        self.reader.scope.leave();
    }

    /// Finds `a::b!(…)` in tokens that are no Rust, at any depth.
    fn scan(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            let TokenTree::Group(group) = token else { continue };
            match &tokens[..at] {
                [before @ .., TokenTree::Ident(name), TokenTree::Punct(bang)] if bang.as_char() == '!' => {
                    let mut path = vec![name.to_string()];
                    let mut before = before;
                    while let [rest @ .., TokenTree::Ident(part), TokenTree::Punct(a), TokenTree::Punct(b)] = before
                        && (a.as_char(), b.as_char()) == (':', ':')
                    {
                        path.insert(0, part.to_string());
                        before = rest;
                    }
                    self.called(&path, Some(name.span()), &group.stream());
                }
                _ => self.scan(group.stream()),
            }
        }
    }
}

/// `Level::INFO`, `log::Level::Info`, `"info"`.
pub(super) fn level_of(expression: &Expr) -> Option<String> {
    const NUMBERED: [&str; 6] = ["", "trace", "debug", "info", "warn", "error"];
    match expression {
        Expr::Path(path) => {
            let name = path.path.segments.last()?.ident.to_string().to_lowercase();
            NUMBERED[1..].contains(&name.as_str()).then_some(name)
        }
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Str(text) => Some(text.value().to_lowercase()),
            syn::Lit::Int(number) => Some((*NUMBERED.get(number.base10_parse::<usize>().ok()?)?).to_owned()),
            _ => None,
        },
        _ => None,
    }
}
