//! Reading what one file defines.

use syn::visit::{self, Visit};
use syn::{Attribute, Fields, ImplItem, Item, Meta};

use super::prints::{printed, printed_by_thiserror};
use super::{Defined, Field, Form, Index, Prints, add};
use crate::lint::types::Ty;
use crate::lint::walk::is_test;

impl Index {
    /// What a file defines, at any depth. `module`: the path of its module.
    pub(in crate::lint) fn of(file: &syn::File, module: Option<&str>) -> Self {
        let module = module.unwrap_or_default().to_owned();
        let mut reader = Reader { module, index: Self::default() };
        reader.visit_file(file);
        reader.index
    }
}

struct Reader {
    module: String,
    index: Index,
}

impl Reader {
    fn define(&mut self, name: &syn::Ident, attributes: &[Attribute], defined: Defined, display: Vec<String>) {
        let display = match display {
            fields if fields.is_empty() => Prints::Nothing,
            fields => Prints::Fields(fields),
        };
        let debug = if derives(attributes, "Debug") { Prints::All } else { Prints::Nothing };
        let defined = Defined { debug, display, ..defined };
        self.index.types.entry(name.to_string()).or_default().push(defined);
    }

    fn implemented(&mut self, item: &syn::ItemImpl) {
        let ty = Ty::read(&item.self_ty);
        if let Some((_, path, _)) = &item.trait_ {
            let form = match path.segments.last().map(|last| last.ident.to_string()).as_deref() {
                Some("Debug") => Form::Debug,
                Some("Display") => Form::Display,
                _ => return self.methods(&ty, item),
            };
            self.index.written.push((ty.name, form, printed(item)));
            return;
        }
        self.methods(&ty, item);
    }

    fn methods(&mut self, ty: &Ty, item: &syn::ItemImpl) {
        for function in &item.items {
            let ImplItem::Fn(function) = function else { continue };
            let returned = Ty::returned(&function.sig.output).map(|returned| with_self(returned, ty));
            let name = (ty.name.clone(), function.sig.ident.to_string());
            add(&mut self.index.methods, name, returned);
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Struct(item) => {
                let defined = Defined {
                    fields: fields(&item.fields).collect(),
                    is_tuple: matches!(item.fields, Fields::Unnamed(_)),
                    ..Defined::default()
                };
                self.define(&item.ident, &item.attrs, defined, printed_by_thiserror(&item.attrs));
            }
            Item::Enum(item) => {
                let all = item.variants.iter().flat_map(|variant| fields(&variant.fields)).collect();
                let display = item.variants.iter().flat_map(|variant| printed_by_thiserror(&variant.attrs)).collect();
                self.define(&item.ident, &item.attrs, Defined { fields: all, ..Defined::default() }, display);
            }
            Item::Type(item) => {
                self.index.aliases.insert(item.ident.to_string(), Ty::read(&item.ty));
            }
            Item::Fn(item) => {
                add(&mut self.index.functions, item.sig.ident.to_string(), Ty::returned(&item.sig.output));
            }
            Item::Impl(item) => self.implemented(item),
            Item::Mod(item) => return self.module(item),
            Item::Const(item) => self.constant(&item.ident, &item.expr),
            Item::Static(item) => self.constant(&item.ident, &item.expr),
            _ => {}
        }
        visit::visit_item(self, item);
    }
}

impl Reader {
    fn module(&mut self, item: &syn::ItemMod) {
        let outer = self.module.len();
        self.module.push_str("::");
        self.module.push_str(&item.ident.to_string());
        if item.content.is_none() && is_test(&item.attrs) {
            self.index.tests.push(self.module.clone());
        }
        visit::visit_item_mod(self, item);
        self.module.truncate(outer);
    }

    fn constant(&mut self, name: &syn::Ident, value: &syn::Expr) {
        let text = match value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        };
        add(&mut self.index.constants, name.to_string(), text);
    }
}

fn fields(fields: &Fields) -> impl Iterator<Item = Field> {
    fields.iter().enumerate().map(|(at, field)| Field {
        name: field.ident.as_ref().map_or_else(|| at.to_string(), ToString::to_string),
        ty: Ty::read(&field.ty),
        is_hidden: field.attrs.iter().any(hides),
    })
}

/// `#[debug(skip)]`, `#[derivative(Debug = "ignore")]` and the like.
fn hides(attribute: &Attribute) -> bool {
    let is_of = ["debug", "derivative", "educe", "derive_where", "dbg"];
    let Meta::List(list) = &attribute.meta else { return false };
    let tokens = list.tokens.to_string();
    list.path.get_ident().is_some_and(|name| is_of.iter().any(|known| name == known))
        && (tokens.contains("skip") || tokens.contains("ignore"))
}

/// Whether `#[derive(…)]` names it, also behind `cfg_attr`.
fn derives(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| {
        let Meta::List(list) = &attribute.meta else { return false };
        let is_derive = list.path.is_ident("derive") || list.path.is_ident("derivative");
        let is_conditional = list.path.is_ident("cfg_attr") && list.tokens.to_string().contains("derive");
        (is_derive || is_conditional) && named(list.tokens.clone(), name)
    })
}

fn named(tokens: proc_macro2::TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == name,
        proc_macro2::TokenTree::Group(group) => named(group.stream(), name),
        _ => false,
    })
}

/// `Self` in a type that a method returns.
fn with_self(ty: Ty, of: &Ty) -> Ty {
    if ty.name == "Self" {
        return of.clone();
    }
    Ty { name: ty.name, arguments: ty.arguments.into_iter().map(|argument| with_self(argument, of)).collect() }
}
