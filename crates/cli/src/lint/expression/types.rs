//! Of which type an expression is, as far as the sources of its package tell.

use syn::{Expr, ExprCall, ExprMethodCall, Lit, Member};

use super::Reader;
use crate::lint::types::Ty;

impl Reader<'_> {
    /// The type of an expression, where the source tells.
    pub(in crate::lint) fn ty(&self, expression: &Expr) -> Option<Ty> {
        match expression {
            Expr::Reference(inner) => self.ty(&inner.expr),
            Expr::Paren(inner) => self.ty(&inner.expr),
            Expr::Group(inner) => self.ty(&inner.expr),
            Expr::Unary(inner) if matches!(inner.op, syn::UnOp::Deref(_)) => self.ty(&inner.expr),
            Expr::Unary(inner) if matches!(inner.op, syn::UnOp::Not(_)) => Some(Ty::named("bool")),
            Expr::Try(inner) => self.ty(&inner.expr).map(|ty| ty.inner().clone()).filter(is_known),
            Expr::Await(inner) => self.ty(&inner.base),
            Expr::Cast(inner) => Some(Ty::read(&inner.ty)),
            Expr::Struct(value) => Some(self.with_self(last_of_path(&value.path)?)),
            Expr::Lit(literal) if matches!(literal.lit, Lit::Bool(_)) => Some(Ty::named("bool")),
            Expr::Lit(literal) if matches!(literal.lit, Lit::Str(_)) => Some(Ty::named("str")),
            Expr::Binary(binary) if is_comparison(&binary.op) => Some(Ty::named("bool")),
            Expr::Path(path) if path.path.is_ident("self") => self.this.clone(),
            Expr::Path(path) => self.scope.get(&path.path.get_ident()?.to_string())?.ty.clone(),
            Expr::Field(field) => {
                let name = match &field.member {
                    Member::Named(name) => name.to_string(),
                    Member::Unnamed(index) => index.index.to_string(),
                };
                self.index.field(&self.ty(&field.base)?, &name).cloned()
            }
            Expr::Index(index) => self.index.element(&self.ty(&index.expr)?),
            Expr::MethodCall(call) => self.ty_of_method(call),
            Expr::Call(call) => self.ty_of_call(call),
            Expr::Tuple(tuple) => {
                let arguments = tuple.elems.iter().map(|value| self.ty(value).unwrap_or_default()).collect();
                Some(Ty { name: "()".to_owned(), arguments })
            }
            Expr::Array(array) => array.elems.first().and_then(|first| self.ty(first)).map(|ty| Ty::of("[]", ty)),
            _ => None,
        }
    }

    fn with_self(&self, ty: Ty) -> Ty {
        if ty.name == "Self" { self.this.clone().unwrap_or(ty) } else { ty }
    }

    fn ty_of_method(&self, call: &ExprMethodCall) -> Option<Ty> {
        let method = call.method.to_string();
        match method.as_str() {
            "len" | "count" | "capacity" => return Some(Ty::named("usize")),
            "is_empty" | "is_some" | "is_none" | "is_ok" | "is_err" | "contains" | "starts_with" | "ends_with"
            | "eq" => {
                return Some(Ty::named("bool"));
            }
            "elapsed" => return Some(Ty::named("Duration")),
            _ => {}
        }
        let receiver = self.ty(&call.receiver)?;
        if let Some(returned) = self.index.method(&receiver, &method) {
            return Some(returned.clone());
        }
        match method.as_str() {
            "clone" | "cloned" | "copied" | "as_ref" | "as_mut" | "to_owned" | "iter" | "into_iter" | "as_deref"
            | "borrow" | "deref" | "to_vec" => Some(receiver),
            "unwrap" | "unwrap_or_default" | "unwrap_or" | "unwrap_or_else" | "expect" | "lock" | "read" | "write"
            | "into_inner" | "first" | "last" | "pop" | "next" => Some(receiver.unwrapped().clone()).filter(is_known),
            _ => None,
        }
    }

    fn ty_of_call(&self, call: &ExprCall) -> Option<Ty> {
        let Expr::Path(path) = &*call.func else { return None };
        let mut segments = path.path.segments.iter().rev();
        let name = segments.next()?.ident.to_string();
        let Some(of) = segments.next().map(|of| self.with_self(Ty::named(of.ident.to_string()))) else {
            return match name.as_str() {
                "Some" => Some(Ty::of("Option", self.ty(call.args.first()?)?)),
                "Ok" | "Err" => self.ty(call.args.first()?),
                // The constructor of a tuple struct, or a function.
                _ if self.index.defines(&Ty::named(name.clone())) => Some(Ty::named(name)),
                _ => self.index.function(&name).cloned(),
            };
        };
        if let Some(returned) = self.index.method(&of, &name) {
            return Some(returned.clone());
        }
        if of.is_container() && matches!(name.as_str(), "new" | "from") {
            return Some(Ty::of(&of.name, self.ty(call.args.first()?)?));
        }
        if of.is_guarded() && !self.index.defines(&of) || self.index.defines(&of) && name == "default" {
            return Some(of);
        }
        // A function in a module.
        let is_module = of.name.chars().next().is_some_and(char::is_lowercase);
        is_module.then(|| self.index.function(&name).cloned()).flatten()
    }
}

fn last_of_path(path: &syn::Path) -> Option<Ty> {
    path.segments.last().map(|last| Ty::named(last.ident.to_string()))
}

fn is_known(ty: &Ty) -> bool {
    !ty.name.is_empty()
}

fn is_comparison(op: &syn::BinOp) -> bool {
    use syn::BinOp::{And, Eq, Ge, Gt, Le, Lt, Ne, Or};
    matches!(op, Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_) | And(_) | Or(_))
}
