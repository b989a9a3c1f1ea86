//! Patterns: which variables they make, and what is known of them.

use syn::{Member, Pat};

use super::Walker;
use crate::lint::place::Place;
use crate::lint::scope::{Local, Origin};
use crate::lint::types::Ty;

impl Walker<'_> {
    /// Makes the variables of a pattern that is bound to `known`.
    pub(super) fn bind(&mut self, pattern: &Pat, known: &Local) {
        match pattern {
            Pat::Ident(ident) => {
                if let Some((_, inner)) = &ident.subpat {
                    self.bind(inner, known);
                }
                self.reader.scope.set(ident.ident.to_string().trim_start_matches("r#").to_owned(), known.clone());
            }
            Pat::Type(typed) => {
                let ty = self.read_type(&typed.ty).or_else(|| known.ty.clone());
                self.bind(&typed.pat, &Local { ty, ..known.clone() });
            }
            Pat::Reference(inner) => self.bind(&inner.pat, known),
            Pat::Paren(inner) => self.bind(&inner.pat, known),
            Pat::Or(or) => or.cases.iter().for_each(|case| self.bind(case, known)),
            Pat::Slice(slice) => {
                let each = self.part(known, |ty| ty.inner().clone());
                slice.elems.iter().for_each(|element| self.bind(element, &each));
            }
            Pat::Tuple(tuple) => {
                for (at, element) in tuple.elems.iter().enumerate() {
                    let ty = known.ty.as_ref().and_then(|ty| self.reader.index.field(ty, &at.to_string()).cloned());
                    self.bind(element, &Local { ty, origin: Origin::Unknown });
                }
            }
            Pat::TupleStruct(tuple) => {
                let of = tuple.path.segments.last().map(|last| Ty::named(last.ident.to_string())).unwrap_or_default();
                for (at, element) in tuple.elems.iter().enumerate() {
                    // `Some(x)` and `Json(x)` take out what is in a container; others, a field.
                    let field = self.reader.index.field(&of, &at.to_string()).cloned();
                    let inner = known.ty.as_ref().filter(|ty| ty.is_container());
                    let inner = match (inner, of.name.as_str()) {
                        (Some(ty), "Err") => ty.arguments.get(1),
                        (Some(ty), _) => ty.arguments.first(),
                        (None, _) => known.ty.as_ref().filter(|ty| ty.name != of.name),
                    };
                    let ty = field.or_else(|| inner.cloned());
                    let origin = if tuple.elems.len() == 1 { known.origin.clone() } else { Origin::Unknown };
                    self.bind(element, &Local { ty, origin });
                }
            }
            Pat::Struct(structure) => {
                let of = structure.path.segments.last().map(|last| Ty::named(last.ident.to_string()));
                let of = of.filter(|of| self.reader.index.defines(of)).or_else(|| known.ty.clone());
                for field in &structure.fields {
                    let Member::Named(name) = &field.member else { continue };
                    let name = name.to_string();
                    let ty = of.as_ref().and_then(|of| self.reader.index.field(of, &name).cloned());
                    let carried = self.reader.named(&name, ty.as_ref(), Place::of_tokens(&field.member));
                    let origin = carried.map_or(Origin::Unknown, Origin::Carries);
                    self.bind(&field.pat, &Local { ty, origin });
                }
            }
            _ => {}
        }
    }

    /// A type that was written down, with `Self` for the one around.
    pub(super) fn read_type(&self, ty: &syn::Type) -> Option<Ty> {
        let ty = Ty::read(ty);
        match &self.reader.this {
            Some(this) if ty.name == "Self" => Some(this.clone()),
            _ => Some(ty).filter(|ty| !ty.name.is_empty()),
        }
    }

    fn part(&self, known: &Local, part: impl FnOnce(&Ty) -> Ty) -> Local {
        let ty = known.ty.as_ref().map(part).filter(|ty| !ty.name.is_empty());
        Local { ty, origin: known.origin.clone() }
    }
}
