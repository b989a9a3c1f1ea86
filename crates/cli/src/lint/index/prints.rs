//! Which fields a hand-written `Debug` or `Display` prints.

use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprMethodCall, ItemImpl, Macro, Member, Meta};

use crate::lint::syntax::arguments::arguments;
use crate::lint::syntax::format_string::{Argument, placeholders};
use crate::lint::syntax::macros::known;

/// The fields of `self` that an `impl` hands to a formatter as they are: `write!(f, "{}", self.name)`, `.field("name", &self.name)`.
pub(super) fn printed(item: &ItemImpl) -> Vec<String> {
    let mut reader = Reader { fields: Vec::new() };
    reader.visit_item_impl(item);
    reader.fields
}

struct Reader {
    fields: Vec<String>,
}

impl Reader {
    fn value(&mut self, value: &Expr) {
        if let Some(field) = field_of_self(value)
            && !self.fields.contains(&field)
        {
            self.fields.push(field);
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_macro(&mut self, item: &'ast Macro) {
        let path: Vec<_> = item.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(kind) = known(&path)
            && let Some(message) = arguments(kind, item.tokens.clone()).message
        {
            message.arguments.iter().for_each(|(_, value)| self.value(value));
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        match call.method.to_string().as_str() {
            "field" | "entry" | "entries" | "key" | "value" | "write_str" | "pad" => {
                call.args.iter().for_each(|value| self.value(value));
            }
            "fmt" => self.value(&call.receiver),
            _ => {}
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let is_fmt = matches!(&*call.func, Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "fmt"));
        if is_fmt && let Some(first) = call.args.first() {
            self.value(first);
        }
        visit::visit_expr_call(self, call);
    }
}

/// `self.name`, borrowed or not, and with a call behind it that changes nothing.
fn field_of_self(value: &Expr) -> Option<String> {
    match value {
        Expr::Reference(inner) => field_of_self(&inner.expr),
        Expr::Paren(inner) => field_of_self(&inner.expr),
        Expr::Unary(inner) => field_of_self(&inner.expr),
        Expr::MethodCall(call) if matches!(call.method.to_string().as_str(), "as_str" | "as_ref" | "clone") => {
            field_of_self(&call.receiver)
        }
        Expr::Field(field) if matches!(&*field.base, Expr::Path(path) if path.path.is_ident("self")) => {
            Some(match &field.member {
                Member::Named(name) => name.to_string(),
                Member::Unnamed(index) => index.index.to_string(),
            })
        }
        _ => None,
    }
}

/// The fields that `#[error("no user {email}")]` of `thiserror` prints.
pub(super) fn printed_by_thiserror(attributes: &[Attribute]) -> Vec<String> {
    let texts = attributes.iter().filter(|attribute| attribute.path().is_ident("error")).filter_map(|attribute| {
        let Meta::List(list) = &attribute.meta else { return None };
        let first = list.tokens.clone().into_iter().next()?;
        syn::parse2::<syn::LitStr>(first.into()).ok()
    });
    let names =
        texts.flat_map(|text| placeholders(&text.value(), false)).map(|placeholder| match placeholder.argument {
            Argument::Position(number) => number.to_string(),
            Argument::Name(name) => name,
        });
    names.collect()
}
