//! Changing a document, but only where the entity type allows it: no mass assignment.

use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entity, Pointer};
use crate::Error;
use crate::error::ErrorKind;

/// One operation of a JSON Patch (RFC 6902).
#[derive(Clone, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum PatchOperation {
    /// Adds a member, or an item before the one of that index (`-`: after the last).
    Add {
        /// Where.
        path: String,
        /// What.
        value: Value,
    },
    /// Removes what is there.
    Remove {
        /// Where.
        path: String,
    },
    /// Puts something in place of what is there.
    Replace {
        /// Where.
        path: String,
        /// What.
        value: Value,
    },
    /// Removes from one place and adds at another.
    Move {
        /// From where.
        from: String,
        /// Where to.
        path: String,
    },
    /// Adds at one place what is at another.
    Copy {
        /// From where.
        from: String,
        /// Where to.
        path: String,
    },
    /// Fails the whole patch unless that value is there.
    Test {
        /// Where.
        path: String,
        /// What must be there.
        value: Value,
    },
}

impl PatchOperation {
    fn name(&self) -> &'static str {
        match self {
            Self::Add { .. } => "add",
            Self::Remove { .. } => "remove",
            Self::Replace { .. } => "replace",
            Self::Move { .. } => "move",
            Self::Copy { .. } => "copy",
            Self::Test { .. } => "test",
        }
    }

    /// The paths that it reads or writes.
    fn paths(&self) -> impl Iterator<Item = &str> {
        let (path, from) = match self {
            Self::Add { path, .. } | Self::Remove { path } | Self::Replace { path, .. } | Self::Test { path, .. } => {
                (path, None)
            }
            Self::Move { from, path } | Self::Copy { from, path } => (path, Some(from)),
        };
        [Some(path), from].into_iter().flatten().map(String::as_str)
    }
}

/// The operation's name only: paths and values come from outside.
impl fmt::Debug for PatchOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PatchOperation({})", self.name())
    }
}

impl Entity {
    /// Applies a patch, all of it or nothing. `safe` makes a path safe to be told.
    pub(crate) fn apply_patch(
        &self,
        document: &mut Value,
        patch: &[PatchOperation],
        safe: &dyn Fn(&str) -> String,
    ) -> Result<(), Error> {
        let allowed = |path: &&str| Pointer::parse(path).is_ok_and(|path| self.writable(path.segments()));
        refuse(patch.iter().flat_map(PatchOperation::paths).filter(|path| !allowed(path)), safe)?;
        let mut changed = document.clone();
        for (index, operation) in patch.iter().enumerate() {
            apply(&mut changed, operation)
                .map_err(|why| ErrorKind::Patch(format!("operation {} ({}): {why}", index + 1, operation.name())))?;
        }
        *document = changed;
        Ok(())
    }

    /// Applies a merge patch (RFC 7396), all of it or nothing.
    pub(crate) fn apply_merge_patch(
        &self,
        document: &mut Value,
        patch: &Value,
        safe: &dyn Fn(&str) -> String,
    ) -> Result<(), Error> {
        let Value::Object(members) = patch else {
            return Err(ErrorKind::Patch("a merge patch is an object".to_owned()).into());
        };
        let mut refused = Vec::new();
        self.merge_refused(members, &mut Vec::new(), &mut refused);
        refuse(refused.iter().map(String::as_str), safe)?;
        merge(document, patch, 0);
        Ok(())
    }

    /// Names what a merge patch would write and may not.
    fn merge_refused(&self, members: &Map<String, Value>, path: &mut Vec<String>, refused: &mut Vec<String>) {
        for (key, value) in members {
            path.push(key.clone());
            match value {
                _ if self.writable(path) => {}
                Value::Object(inner) if !inner.is_empty() && path.len() < MAX_DEPTH => {
                    self.merge_refused(inner, path, refused);
                }
                _ => refused.push(Pointer::from_segments(path).to_string()),
            }
            path.pop();
        }
    }
}

/// How deep merge patches are followed; `serde_json` reads no deeper.
const MAX_DEPTH: usize = 128;

fn refuse<'p>(paths: impl Iterator<Item = &'p str>, safe: &dyn Fn(&str) -> String) -> Result<(), Error> {
    let mut paths: Vec<_> = paths.map(safe).collect();
    paths.sort_unstable();
    paths.dedup();
    match paths.is_empty() {
        true => Ok(()),
        false => Err(ErrorKind::Refused { paths }.into()),
    }
}

const ABSENT: &str = "there is nothing at its path";

fn apply(document: &mut Value, operation: &PatchOperation) -> Result<(), &'static str> {
    match operation {
        PatchOperation::Add { path, value } => add(document, path, value.clone()),
        PatchOperation::Remove { path } => remove(document, path).map(drop),
        PatchOperation::Replace { path, value } => {
            *document.pointer_mut(&full(path)).ok_or(ABSENT)? = value.clone();
            Ok(())
        }
        PatchOperation::Move { from, path } if full(path).starts_with(&format!("{}/", full(from))) => {
            Err("a value cannot be moved into itself")
        }
        PatchOperation::Move { from, path } => {
            let value = remove(document, from)?;
            add(document, path, value)
        }
        PatchOperation::Copy { from, path } => {
            let value = document.pointer(&full(from)).cloned().ok_or(ABSENT)?;
            add(document, path, value)
        }
        PatchOperation::Test { path, value } => match document.pointer(&full(path)) {
            Some(found) if found == value => Ok(()),
            _ => Err("the value is another"),
        },
    }
}

/// A path as a pointer: the name of a member stands for itself.
fn full(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// The parent of a path, and the last segment.
fn parent<'d>(document: &'d mut Value, path: &str) -> Result<(&'d mut Value, String), &'static str> {
    let path = full(path);
    let (outer, last) = path.rsplit_once('/').ok_or(ABSENT)?;
    let parent = document.pointer_mut(outer).ok_or("what its path leads into is not there")?;
    Ok((parent, last.replace("~1", "/").replace("~0", "~")))
}

fn add(document: &mut Value, path: &str, value: Value) -> Result<(), &'static str> {
    match parent(document, path)? {
        (Value::Object(members), key) => {
            members.insert(key, value);
            Ok(())
        }
        (Value::Array(items), key) => {
            let index = if key == "-" { items.len() } else { index(&key)? };
            if index > items.len() {
                return Err("its index lies behind the end");
            }
            items.insert(index, value);
            Ok(())
        }
        _ => Err("its path leads into what is no container"),
    }
}

fn remove(document: &mut Value, path: &str) -> Result<Value, &'static str> {
    match parent(document, path)? {
        (Value::Object(members), key) => members.remove(&key).ok_or(ABSENT),
        (Value::Array(items), key) => {
            let index = index(&key)?;
            if index < items.len() { Ok(items.remove(index)) } else { Err(ABSENT) }
        }
        _ => Err("its path leads into what is no container"),
    }
}

/// An index of an array: digits, without a zero before others.
fn index(key: &str) -> Result<usize, &'static str> {
    let written = key.bytes().all(|b| b.is_ascii_digit()) && (key == "0" || !key.starts_with('0'));
    key.parse().ok().filter(|_| written).ok_or("its path is no index of an array")
}

fn merge(document: &mut Value, patch: &Value, depth: usize) {
    let Value::Object(members) = patch else {
        *document = patch.clone();
        return;
    };
    if !document.is_object() {
        *document = Value::Object(Map::new());
    }
    let Value::Object(target) = document else { return };
    for (key, value) in members {
        match value {
            Value::Null => drop(target.remove(key)),
            _ if depth < MAX_DEPTH => merge(target.entry(key.clone()).or_insert(Value::Null), value, depth + 1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::EntityType;

    fn user() -> Entity {
        EntityType::new("user").allow(["email", "tags", "/address/city"]).personal(["nickname"]).compile().unwrap()
    }

    fn patched(document: Value, patch: Value) -> Result<Value, String> {
        let patch: Vec<PatchOperation> = serde_json::from_value(patch).unwrap();
        let mut document = document;
        let outcome = user().apply_patch(&mut document, &patch, &str::to_owned);
        outcome.map(|()| document).map_err(|error| error.to_string())
    }

    fn merged(document: Value, patch: Value) -> Result<Value, String> {
        let mut document = document;
        let outcome = user().apply_merge_patch(&mut document, &patch, &str::to_owned);
        outcome.map(|()| document).map_err(|error| error.to_string())
    }

    #[test]
    fn allowed_fields_are_changed() {
        let document = json!({"email": "a", "tags": [1, 2], "role": "user", "address": {"city": "Paris", "zip": "1"}});
        let patch = json!([
            {"op": "test", "path": "/email", "value": "a"},
            {"op": "replace", "path": "/email", "value": "b"},
            {"op": "add", "path": "/tags/1", "value": 9},
            {"op": "add", "path": "/tags/-", "value": 8},
            {"op": "remove", "path": "/tags/0"},
            {"op": "copy", "from": "/email", "path": "/nickname"},
            {"op": "move", "from": "/nickname", "path": "/address/city"},
        ]);
        let expected = json!({"email": "b", "tags": [9, 2, 8], "role": "user", "address": {"city": "b", "zip": "1"}});
        assert_eq!(patched(document, patch), Ok(expected));
    }

    #[test]
    fn all_others_are_refused_by_name() {
        let document = json!({"email": "a", "role": "user", "address": {"city": "Paris"}});
        for (patch, names) in [
            (json!([{"op": "replace", "path": "/role", "value": "admin"}]), "/role"),
            (json!([{"op": "add", "path": "role", "value": "admin"}]), "role"),
            (json!([{"op": "copy", "from": "/role", "path": "/email"}]), "/role"),
            (json!([{"op": "move", "from": "/email", "path": "/role"}]), "/role"),
            (json!([{"op": "test", "path": "/role", "value": "admin"}]), "/role"),
            (json!([{"op": "replace", "path": "/address", "value": {}}]), "/address"),
            (json!([{"op": "replace", "path": "", "value": {"role": "admin"}}]), ""),
            (json!([{"op": "remove", "path": "/role"}, {"op": "remove", "path": "/id"}]), "/id, /role"),
            (json!([{"op": "replace", "path": "/email", "value": "b"}, {"op": "remove", "path": "/role"}]), "/role"),
        ] {
            let error = patched(document.clone(), patch).unwrap_err();
            assert_eq!(error, format!("fields that may not be written: {names}"));
        }
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        for patch in [
            json!([{"op": "replace", "path": "/email", "value": 1}, {"op": "test", "path": "/email", "value": 2}]),
            json!([{"op": "replace", "path": "/nickname", "value": 1}]),
            json!([{"op": "add", "path": "/tags/7", "value": 1}]),
            json!([{"op": "add", "path": "/tags/01", "value": 1}]),
            json!([{"op": "remove", "path": "/tags/x"}]),
            json!([{"op": "move", "from": "/tags", "path": "/tags/0"}]),
            json!([{"op": "add", "path": "/email/x", "value": 1}]),
        ] {
            let patch: Vec<PatchOperation> = serde_json::from_value(patch).unwrap();
            let document = json!({"email": "a", "tags": [1, 2]});
            let mut changed = document.clone();
            let error = user().apply_patch(&mut changed, &patch, &str::to_owned).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Patch(_)), "{error}");
            assert_eq!(changed, document);
        }
    }

    #[test]
    fn merge_patches_are_guarded_too() {
        let document = json!({"email": "a", "role": "user", "address": {"city": "Paris", "zip": "1"}});
        let patch = json!({"email": null, "address": {"city": "Rome"}});
        assert_eq!(
            merged(document.clone(), patch),
            Ok(json!({"role": "user", "address": {"city": "Rome", "zip": "1"}}))
        );
        for (patch, names) in [
            (json!({"role": "admin"}), "/role"),
            (json!({"address": {"zip": "2"}}), "/address/zip"),
            (json!({"address": {}}), "/address"),
            (json!({"address": null, "email": 1, "id": 7}), "/address, /id"),
        ] {
            let error = merged(document.clone(), patch).unwrap_err();
            assert_eq!(error, format!("fields that may not be written: {names}"));
        }
        assert!(merged(document, json!("admin")).is_err());
    }

    #[test]
    fn debug_shows_neither_path_nor_value() {
        let operation = PatchOperation::Add { path: "/hunter2".to_owned(), value: json!("hunter2") };
        assert_eq!(format!("{operation:?}"), "PatchOperation(add)");
    }
}
