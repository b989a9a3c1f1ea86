//! What an expression holds: which sensitive value goes on in it.

mod types;

use std::rc::Rc;

use syn::{Expr, ExprCall, ExprMethodCall, Lit, Member};

use super::index::Index;
use super::keys::{Keys, Sensitive};
use super::place::Place;
use super::scope::{Local, Origin, Scope};
use super::syntax::arguments::arguments;
use super::syntax::format_string::{Argument, placeholders};
use super::syntax::macros::{Macro, known};
use super::types::Ty;

/// A sensitive value, by the name that tells of it.
#[derive(Clone, Debug)]
pub(super) struct Carried {
    /// `user.email`.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) sensitive: Rc<Sensitive>,
}

/// What is known where an expression stands.
pub(super) struct Reader<'r> {
    pub(super) keys: &'r Keys<'r>,
    pub(super) index: &'r Index,
    pub(super) scope: Scope,
    /// The type of `self`.
    pub(super) this: Option<Ty>,
}

/// Methods that give their value on, as it is or in another form.
const PASS_ON: [&str; 42] = [
    "clone",
    "cloned",
    "copied",
    "to_string",
    "to_owned",
    "to_vec",
    "as_str",
    "as_ref",
    "as_mut",
    "as_deref",
    "as_bytes",
    "as_slice",
    "borrow",
    "borrow_mut",
    "deref",
    "into",
    "into_inner",
    "into_owned",
    "into_string",
    "unwrap",
    "unwrap_or",
    "unwrap_or_default",
    "unwrap_or_else",
    "expect",
    "ok",
    "ok_or",
    "trim",
    "trim_end",
    "trim_start",
    "to_lowercase",
    "to_uppercase",
    "to_ascii_lowercase",
    "take",
    "iter",
    "expose_secret",
    "declassify",
    "into_declassified",
    "lock",
    "read",
    "to_str",
    "to_string_lossy",
    "inspect",
];
/// Methods and functions that take a value by its name.
const BY_NAME: [&str; 16] = [
    "get",
    "get_mut",
    "get_all",
    "get_one",
    "remove",
    "header",
    "param",
    "query_param",
    "cookie",
    "var",
    "var_os",
    "value_of",
    "try_get",
    "get_str",
    "get_string",
    "field",
];
/// Functions that only wrap what they are given.
const WRAP: [&str; 12] =
    ["Some", "Ok", "Err", "new", "from", "debug", "display", "Debug", "Display", "Json", "DebugValue", "DisplayValue"];
/// In the name of a function that makes a value safe.
const MAKE_SAFE: [&str; 16] = [
    "mask",
    "redact",
    "hash",
    "sanit",
    "anonym",
    "pseudonym",
    "tokenize",
    "censor",
    "obfuscat",
    "scrub",
    "confidential",
    "internal",
    "encrypt",
    "digest",
    "hmac",
    "fingerprint",
];

impl Reader<'_> {
    /// The first sensitive value that an expression gives on.
    pub(super) fn carried(&self, expression: &Expr) -> Option<Carried> {
        match expression {
            Expr::Reference(inner) => self.carried(&inner.expr),
            Expr::Paren(inner) => self.carried(&inner.expr),
            Expr::Group(inner) => self.carried(&inner.expr),
            Expr::Unary(inner) if matches!(inner.op, syn::UnOp::Deref(_)) => self.carried(&inner.expr),
            Expr::Try(inner) => self.carried(&inner.expr),
            Expr::Await(inner) => self.carried(&inner.base),
            Expr::Cast(inner) => self.carried(&inner.expr),
            Expr::Tuple(inner) => inner.elems.iter().find_map(|value| self.carried(value)),
            Expr::Array(inner) => inner.elems.iter().find_map(|value| self.carried(value)),
            Expr::If(inner) => {
                let then = self.last_of(&inner.then_branch);
                then.or_else(|| inner.else_branch.as_ref().and_then(|(_, other)| self.carried(other)))
            }
            Expr::Match(inner) => inner.arms.iter().find_map(|arm| self.carried(&arm.body)),
            Expr::Block(inner) => self.last_of(&inner.block),
            Expr::Path(path) => self.variable(path),
            Expr::Field(field) => match &field.member {
                Member::Unnamed(_) => self.carried(&field.base).filter(|_| !self.is_tuple(&field.base)),
                Member::Named(name) => {
                    let ty = self.ty(&field.base).and_then(|of| self.index.field(&of, &name.to_string()).cloned());
                    self.named(&dotted(expression)?, ty.as_ref(), Place::of_tokens(expression))
                }
            },
            Expr::Index(index) => {
                let by_name = text(&index.index).and_then(|name| self.named(&name, None, Place::of_tokens(expression)));
                by_name.or_else(|| self.carried(&index.expr))
            }
            Expr::MethodCall(call) => self.of_method(expression, call),
            Expr::Call(call) => self.of_call(expression, call),
            Expr::Macro(item) => self.of_macro(&item.mac),
            _ => None,
        }
    }

    /// What a variable is that is bound to an expression.
    pub(super) fn local(&self, expression: &Expr) -> Local {
        let origin = match self.carried(expression) {
            Some(carried) => Origin::Carries(carried),
            None if is_made_safe(expression) => Origin::Safe,
            None => Origin::Unknown,
        };
        Local { ty: self.ty(expression), origin }
    }

    /// A value under a name, if that is a sensitive one and the value's type does not speak against it.
    pub(super) fn named(&self, name: &str, ty: Option<&Ty>, place: Place) -> Option<Carried> {
        if let Some(ty) = ty
            && self.is_harmless(ty)
        {
            return None;
        }
        let sensitive = self.keys.sensitive(name.trim_start_matches("self."))?;
        Some(Carried { name: name.to_owned(), place, sensitive })
    }

    /// A variable by its name, as in `{email}`.
    pub(super) fn by_name(&self, name: &str, place: Place) -> Option<Carried> {
        match self.scope.get(name) {
            Some(Local { origin: Origin::Safe, .. }) => None,
            Some(Local { origin: Origin::Carries(carried), ty }) => {
                self.named(name, ty.as_ref(), place).or_else(|| {
                    let is_harmless = ty.as_ref().is_some_and(|ty| self.is_harmless(ty));
                    (!is_harmless).then(|| Carried { place, ..carried.clone() })
                })
            }
            Some(Local { origin: Origin::Unknown, ty }) => self.named(name, ty.as_ref(), place),
            // A constant of that name is more often the name of a key than a secret.
            None if name.chars().any(char::is_lowercase) => self.named(name, None, place),
            None => {
                let text = self.index.constant(name)?;
                self.named(name, None, place).filter(|_| self.keys.sensitive(text).is_none())
            }
        }
    }

    /// Whether a value of that type is none to keep back, or keeps itself back.
    fn is_harmless(&self, ty: &Ty) -> bool {
        let inner = ty.unwrapped();
        if self.index.defines(inner) { self.index.tells_all_of(inner) } else { inner.is_guarded() || ty.is_no_data() }
    }

    fn variable(&self, path: &syn::ExprPath) -> Option<Carried> {
        let last = path.path.segments.last()?;
        let place = Place::of_tokens(path);
        let name = last.ident.to_string();
        match path.path.segments.len() {
            1 if name != "self" => self.by_name(name.trim_start_matches("r#"), place),
            // `config::PASSWORD`; not `Kind::Password`.
            2.. if name.chars().all(|c| !c.is_lowercase()) => self.by_name(&name, place),
            _ => None,
        }
    }

    fn of_method(&self, expression: &Expr, call: &ExprMethodCall) -> Option<Carried> {
        let method = call.method.to_string();
        if PASS_ON.contains(&method.as_str()) {
            // A secret that is taken out of its guard is one, whatever the guard's type says.
            let is_way_out = matches!(method.as_str(), "expose_secret" | "declassify" | "into_declassified");
            return match is_way_out.then(|| dotted(&call.receiver)).flatten() {
                Some(name) => self.named(&name, None, Place::of_tokens(expression)),
                None => self.carried(&call.receiver),
            };
        }
        if BY_NAME.contains(&method.as_str())
            && let Some(name) = call.args.first().and_then(text)
        {
            return self.named(&name, None, Place::of_tokens(expression));
        }
        if !call.args.is_empty() {
            return None;
        }
        // `user.email()`
        let ty = self.ty(&call.receiver).and_then(|of| self.index.method(&of, &method).cloned());
        let name = format!("{}.{}", dotted(&call.receiver)?, method.strip_prefix("get_").unwrap_or(&method));
        self.named(&name, ty.as_ref(), Place::of_tokens(expression))
    }

    fn of_call(&self, expression: &Expr, call: &ExprCall) -> Option<Carried> {
        let Expr::Path(path) = &*call.func else { return None };
        let name = path.path.segments.last()?.ident.to_string();
        if name == "new" || name == "from" {
            let of = path.path.segments.iter().rev().nth(1).map(|of| Ty::named(of.ident.to_string()));
            if of.is_some_and(|of| self.index.defines(&of) || !of.is_container() && of.name != "String") {
                return None;
            }
        }
        if WRAP.contains(&name.as_str()) {
            return call.args.iter().find_map(|value| self.carried(value));
        }
        let by_name = BY_NAME.contains(&name.as_str()).then(|| call.args.first().and_then(text)).flatten()?;
        self.named(&by_name, None, Place::of_tokens(expression))
    }

    /// A text that is made of a sensitive value holds it.
    fn of_macro(&self, item: &syn::Macro) -> Option<Carried> {
        let path: Vec<_> = item.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if known(&path) != Some(Macro::Format) {
            return None;
        }
        let message = arguments(Macro::Format, item.tokens.clone()).message?;
        if let Some(carried) = message.arguments.iter().find_map(|(_, value)| self.carried(value)) {
            return Some(carried);
        }
        let template = message.template?;
        let text = template.to_string();
        placeholders(&text, true).into_iter().find_map(|placeholder| match placeholder.argument {
            Argument::Name(name) if !message.arguments.iter().any(|(known, _)| known.as_deref() == Some(&name)) => {
                self.by_name(&name, Place::in_literal(template.span().start(), &text, placeholder.range))
            }
            _ => None,
        })
    }

    fn last_of(&self, block: &syn::Block) -> Option<Carried> {
        match block.stmts.last()? {
            syn::Stmt::Expr(value, None) => self.carried(value),
            _ => None,
        }
    }

    fn is_tuple(&self, base: &Expr) -> bool {
        self.ty(base).is_some_and(|ty| ty.name == "()")
    }
}

/// `user.email` as text; the part behind the last call, where there is one.
pub(super) fn dotted(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Path(path) => path.path.get_ident().map(|name| name.to_string().trim_start_matches("r#").to_owned()),
        Expr::Reference(inner) => dotted(&inner.expr),
        Expr::Paren(inner) => dotted(&inner.expr),
        Expr::Unary(inner) => dotted(&inner.expr),
        Expr::Try(inner) => dotted(&inner.expr),
        Expr::Await(inner) => dotted(&inner.base),
        Expr::MethodCall(call) if PASS_ON.contains(&call.method.to_string().as_str()) => dotted(&call.receiver),
        Expr::MethodCall(call) => Some(call.method.to_string()),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        },
        Expr::Index(index) => dotted(&index.expr),
        Expr::Field(field) => {
            let base = dotted(&field.base);
            match &field.member {
                Member::Unnamed(_) => base,
                Member::Named(name) => Some(base.map_or_else(|| name.to_string(), |base| format!("{base}.{name}"))),
            }
        }
        _ => None,
    }
}

/// The text of a literal; the name of a constant, which is that of what it names: `AUTHORIZATION`.
fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        Expr::Reference(inner) => text(&inner.expr),
        Expr::Path(path) => {
            let name = path.path.segments.last()?.ident.to_string();
            name.chars().all(|c| !c.is_lowercase()).then_some(name)
        }
        _ => None,
    }
}

/// Whether an expression ends in a call of a function that, by its name, makes a value safe.
pub(super) fn is_made_safe(expression: &Expr) -> bool {
    let is_safe = |name: String| MAKE_SAFE.iter().any(|part| name.to_lowercase().contains(part));
    match expression {
        Expr::Reference(inner) => is_made_safe(&inner.expr),
        Expr::Try(inner) => is_made_safe(&inner.expr),
        Expr::Await(inner) => is_made_safe(&inner.base),
        Expr::Paren(inner) => is_made_safe(&inner.expr),
        Expr::MethodCall(call) => is_safe(call.method.to_string()) || is_made_safe(&call.receiver),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => path.path.segments.iter().any(|segment| is_safe(segment.ident.to_string())),
            _ => false,
        },
        Expr::Macro(item) => item.mac.path.segments.last().is_some_and(|last| is_safe(last.ident.to_string())),
        _ => false,
    }
}
