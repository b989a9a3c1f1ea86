//! What a package defines: types with their fields, what they print, what functions return, constants.

mod exposure;
mod prints;
mod read;

use std::collections::HashMap;

pub(super) use self::exposure::Exposed;
use super::types::Ty;

/// What all files of a package define.
#[derive(Default)]
pub(super) struct Index {
    types: HashMap<String, Vec<Defined>>,
    aliases: HashMap<String, Ty>,
    /// By name, and by type and name. `None`, where several differ.
    functions: HashMap<String, Option<Ty>>,
    methods: HashMap<(String, String), Option<Ty>>,
    constants: HashMap<String, Option<String>>,
    /// The modules in files of their own that are only there in tests, by their paths.
    tests: Vec<String>,
    /// What hand-written `impl`s print: of which type, in which form, which fields.
    written: Vec<(String, Form, Vec<String>)>,
}

/// A struct, enum or union.
#[derive(Clone, Debug, Default)]
struct Defined {
    fields: Vec<Field>,
    is_tuple: bool,
    debug: Prints,
    display: Prints,
}

#[derive(Clone, Debug)]
struct Field {
    /// A number, where it has no name.
    name: String,
    ty: Ty,
    /// An attribute keeps it out of the derived `Debug`.
    is_hidden: bool,
}

/// What a type prints of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Prints {
    /// It cannot be printed, or how is not known.
    #[default]
    Nothing,
    All,
    Fields(Vec<String>),
}

use super::syntax::format_string::Form;

impl Index {
    /// Adds what another file defines.
    pub(super) fn merge(&mut self, other: Self) {
        for (name, types) in other.types {
            self.types.entry(name).or_default().extend(types);
        }
        self.aliases.extend(other.aliases);
        other.functions.into_iter().for_each(|(name, ty)| add(&mut self.functions, name, ty));
        other.methods.into_iter().for_each(|(name, ty)| add(&mut self.methods, name, ty));
        other.constants.into_iter().for_each(|(name, text)| add(&mut self.constants, name, text));
        self.written.extend(other.written);
        self.tests.extend(other.tests);
    }

    /// Whether a module, or one around it, is only there in tests.
    pub(super) fn is_test(&self, module: &str) -> bool {
        let is_in = |test: &String| {
            module.strip_prefix(test.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        self.tests.iter().any(is_in)
    }

    /// Puts what `impl`s print to their types, which may stand in other files. To be called once all is merged.
    pub(super) fn finish(&mut self) {
        for (name, form, fields) in std::mem::take(&mut self.written) {
            for defined in self.types.get_mut(&name).into_iter().flatten() {
                let prints = match form {
                    Form::Debug => &mut defined.debug,
                    Form::Display => &mut defined.display,
                };
                *prints = Prints::Fields(fields.clone());
            }
        }
    }

    /// The type of a field; `None`, where that is not known.
    pub(super) fn field<'t>(&'t self, of: &'t Ty, name: &str) -> Option<&'t Ty> {
        let tuple = (of.name == "()").then(|| name.parse().ok()).flatten().and_then(|at: usize| of.arguments.get(at));
        let field = |defined: &Defined| defined.fields.iter().position(|field| field.name == name);
        let defined = || self.defined(of)?.iter().find_map(|defined| Some(&defined.fields[field(defined)?].ty));
        tuple.or_else(defined)
    }

    /// The type of what a list of that type holds, and other containers, too.
    pub(super) fn element(&self, of: &Ty) -> Option<Ty> {
        Some(self.resolved(of).inner().clone()).filter(|ty| !ty.name.is_empty())
    }

    /// What a function returns.
    pub(super) fn function(&self, name: &str) -> Option<&Ty> {
        self.functions.get(name)?.as_ref()
    }

    /// What a function of a type returns, with `Self` for the type.
    pub(super) fn method(&self, of: &Ty, name: &str) -> Option<&Ty> {
        self.methods.get(&(self.resolved(of).name.clone(), name.to_owned()))?.as_ref()
    }

    /// The text of a constant.
    pub(super) fn constant(&self, name: &str) -> Option<&str> {
        self.constants.get(name)?.as_deref()
    }

    /// Whether the package defines a type of that name.
    pub(super) fn defines(&self, ty: &Ty) -> bool {
        self.types.contains_key(&ty.name)
    }

    fn defined<'t>(&'t self, ty: &'t Ty) -> Option<&'t [Defined]> {
        self.types.get(&self.resolved(ty).name).map(Vec::as_slice)
    }

    /// The type that an alias stands for.
    fn resolved<'t>(&'t self, ty: &'t Ty) -> &'t Ty {
        // An alias of itself is no Rust, but may stand in a file.
        const LONGEST: usize = 8;
        let mut resolved = ty.unwrapped();
        for _ in 0..LONGEST {
            match self.aliases.get(&resolved.name) {
                Some(next) => resolved = next.unwrapped(),
                None => break,
            }
        }
        resolved
    }
}

/// Keeps what is said of a name as long as all say the same.
fn add<K: std::hash::Hash + Eq, V: PartialEq>(map: &mut HashMap<K, Option<V>>, name: K, value: Option<V>) {
    match map.entry(name) {
        std::collections::hash_map::Entry::Vacant(entry) => {
            entry.insert(value);
        }
        std::collections::hash_map::Entry::Occupied(mut entry) => {
            if *entry.get() != value {
                entry.insert(None);
            }
        }
    }
}
