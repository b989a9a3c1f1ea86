//! Which sensitive fields a value prints, at any depth.

use std::rc::Rc;

use super::{Defined, Form, Index, Prints};
use crate::lint::keys::{Keys, Sensitive};
use crate::lint::types::Ty;

/// A sensitive field that is printed with its struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lint) struct Exposed {
    /// `card.number`.
    pub(in crate::lint) path: String,
    pub(in crate::lint) sensitive: Rc<Sensitive>,
    /// Whether the policy masks it where it is printed: a name stands before it, and is one that is masked.
    pub(in crate::lint) is_masked: bool,
}

/// How far structs inside of structs are followed.
const DEEPEST: usize = 8;
/// How many fields are told of one value.
const MOST: usize = 16;

impl Index {
    /// The sensitive fields that a value of that type prints, none twice.
    pub(in crate::lint) fn exposed(&self, ty: &Ty, form: Form, keys: &Keys<'_>) -> Vec<Exposed> {
        let mut search = Search { index: self, keys, form, on_the_way: Vec::new(), found: Vec::new() };
        search.of(ty, &mut String::new());
        search.found
    }

    /// Whether all that a value of that type prints is known, and nothing of it is a bare value: a variable of it is then no more
    /// than its fields, whatever it is called.
    pub(in crate::lint) fn tells_all_of(&self, ty: &Ty) -> bool {
        const TEXTS: [&str; 7] = ["String", "str", "[]", "Vec", "Bytes", "OsString", "PathBuf"];
        let is_text = |field: &super::Field| TEXTS.contains(&field.ty.unwrapped().name.as_str());
        let is_data = |field: &super::Field| !field.ty.is_no_data();
        let bare = |defined: &Defined| {
            defined.is_tuple && defined.fields.iter().any(is_data) || defined.fields.iter().any(is_text)
        };
        self.defined(ty).is_some_and(|types| !types.iter().any(bare))
    }
}

struct Search<'s> {
    index: &'s Index,
    keys: &'s Keys<'s>,
    form: Form,
    /// The types that contain what is looked at, so that a type in itself ends.
    on_the_way: Vec<&'s str>,
    found: Vec<Exposed>,
}

impl<'s> Search<'s> {
    fn of(&mut self, ty: &'s Ty, path: &mut String) {
        if self.on_the_way.len() >= DEEPEST || self.found.len() >= MOST {
            return;
        }
        if let Some(alias) = self.index.aliases.get(&ty.name) {
            if !self.on_the_way.contains(&ty.name.as_str()) {
                self.on_the_way.push(&ty.name);
                self.of(alias, path);
                self.on_the_way.pop();
            }
            return;
        }
        let Some(types) = self.index.types.get(&ty.name) else {
            if ty.is_container() && !ty.is_guarded() {
                ty.arguments.iter().for_each(|argument| self.of(argument, path));
            }
            return;
        };
        if self.on_the_way.contains(&ty.name.as_str()) {
            return;
        }
        self.on_the_way.push(&ty.name);
        // Where several types have the name, all that do not know of the field would be wrong.
        if let [defined] = types.as_slice() {
            self.fields(&ty.name, defined, path);
        }
        self.on_the_way.pop();
    }

    fn fields(&mut self, name: &str, defined: &'s Defined, path: &mut String) {
        let prints = match self.form {
            Form::Debug => &defined.debug,
            Form::Display => &defined.display,
        };
        for field in &defined.fields {
            let is_printed = match prints {
                Prints::Nothing => false,
                Prints::All => !field.is_hidden,
                Prints::Fields(fields) => fields.contains(&field.name),
            };
            let is_guarded = field.ty.unwrapped().is_guarded() && !self.index.defines(field.ty.unwrapped());
            if !is_printed || is_guarded || field.ty.is_no_data() {
                continue;
            }
            // `struct Password(String)`: the name of the type stands for that of the field.
            let is_bare = defined.is_tuple && defined.fields.len() == 1;
            let key = if is_bare { name } else { field.name.as_str() };
            let len = path.len();
            if !is_bare {
                path.push_str(if len == 0 { "" } else { "." });
                path.push_str(&field.name);
            }
            match self.keys.sensitive(key) {
                Some(sensitive) => {
                    let has_name = self.form == Form::Debug && *prints == Prints::All && !is_bare;
                    let is_masked = has_name && sensitive.is_kept_back;
                    let path = if path.is_empty() { name.to_owned() } else { path.clone() };
                    if !self.found.iter().any(|known| known.path == path) {
                        self.found.push(Exposed { path, sensitive, is_masked });
                    }
                }
                None => self.of(&field.ty, path),
            }
            path.truncate(len);
        }
    }
}
