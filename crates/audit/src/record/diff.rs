//! What changed, field by field, and how much of it may be told.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tracing_privacy::Policy;

use crate::Error;
use crate::entity::{Disclosure, Entity, Pointer};

/// What happened to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeOp {
    /// It was not there before.
    Add,
    /// It is not there any more.
    Remove,
    /// It has another value.
    Replace,
}

/// The change of one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Where the field is: a JSON Pointer. Of a field that is not allowed, its top-level member.
    pub path: String,
    /// What happened to it.
    pub op: ChangeOp,
    /// What it was, made safe.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<Value>,
    /// What it is, made safe.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<Value>,
    /// Whether it is only told that it changed: the field is not allowed, or the policy drops it.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub withheld: bool,
}

/// How deep objects are followed; what lies deeper counts as one value.
const MAX_DEPTH: usize = 64;
/// The longest name of a field that is not allowed; it may come from outside.
const MAX_NAME: usize = 128;

/// A document as its leaves: whatever is not an object with members, by its path. An array is one leaf.
#[derive(Default)]
pub(crate) struct Leaves<'d> {
    document: Option<&'d Value>,
    by_path: BTreeMap<Vec<String>, &'d Value>,
}

impl<'d> Leaves<'d> {
    pub(crate) fn of(document: Option<&'d Value>) -> Self {
        let mut leaves = Self { document, by_path: BTreeMap::new() };
        if let Some(document) = document {
            leaves.collect(&mut Vec::new(), document);
        }
        leaves
    }

    fn collect(&mut self, path: &mut Vec<String>, value: &'d Value) {
        match value {
            Value::Object(members) if !members.is_empty() && path.len() < MAX_DEPTH => {
                for (key, value) in members {
                    path.push(key.clone());
                    self.collect(path, value);
                    path.pop();
                }
            }
            Value::Object(_) if path.is_empty() => {}
            _ => drop(self.by_path.insert(path.clone(), value)),
        }
    }

    /// Whether any leaf is one that is encrypted under a person's key.
    pub(crate) fn any_personal(&self, entity: &Entity) -> bool {
        self.by_path.keys().any(|path| entity.disclosure(path) == Disclosure::Personal)
    }
}

/// What may be told of a change.
pub(crate) struct Disclosed {
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
    pub(crate) diff: Vec<FieldChange>,
}

/// Encrypts a personal value; the path is part of what is attested.
pub(crate) type Encrypt<'e> = &'e dyn Fn(&str, &Value) -> Result<Value, Error>;

/// Makes a change safe: allowed fields through the policy, personal ones encrypted, all others only named.
pub(crate) fn disclose(
    entity: &Entity,
    policy: &Policy,
    [before, after]: [&Leaves<'_>; 2],
    encrypt: Encrypt<'_>,
) -> Result<Disclosed, Error> {
    let safe = |leaves: &Leaves<'_>| -> Result<BTreeMap<Vec<String>, Safe>, Error> {
        let Some(document) = leaves.document else { return Ok(BTreeMap::new()) };
        let safe = |(path, value): (&Vec<String>, &&Value)| {
            make_safe(entity, policy, document, path, value, encrypt).map(|safe| (path.clone(), safe))
        };
        leaves.by_path.iter().map(safe).collect()
    };
    let (safe_before, safe_after) = (safe(before)?, safe(after)?);

    let mut diff: Vec<FieldChange> = Vec::new();
    let mut paths: Vec<_> = before.by_path.keys().chain(after.by_path.keys()).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in paths {
        let op = match (before.by_path.get(path), after.by_path.get(path)) {
            (Some(before), Some(after)) if before == after => continue,
            (Some(_), Some(_)) => ChangeOp::Replace,
            (Some(_), None) => ChangeOp::Remove,
            (None, _) => ChangeOp::Add,
        };
        let (before, after) = (safe_before.get(path), safe_after.get(path));
        let Some(name) = before.or(after).map(|safe| safe.path.clone()) else { continue };
        let value = |safe: Option<&Safe>| safe.and_then(|safe| safe.value.clone());
        let withheld = [before, after].into_iter().flatten().any(|safe| safe.value.is_none());
        let (before, after) = if withheld { (None, None) } else { (value(before), value(after)) };
        diff.push(FieldChange { path: pointer(&name), op, before, after, withheld });
    }
    let rebuilt = |raw: &Leaves<'_>, safe: BTreeMap<_, Safe>| raw.document.map(|_| rebuild(safe.into_values()));
    let (before, after) = (rebuilt(before, safe_before), rebuilt(after, safe_after));
    Ok(Disclosed { before, after, diff: merge_withheld(diff) })
}

/// A leaf that may be told: where it stands, and its value if that may be told, too.
#[derive(Clone)]
struct Safe {
    path: Vec<String>,
    value: Option<Value>,
}

fn make_safe(
    entity: &Entity,
    policy: &Policy,
    document: &Value,
    path: &[String],
    value: &Value,
    encrypt: Encrypt<'_>,
) -> Result<Safe, Error> {
    let withheld = || Safe { path: vec![member_name(policy, path)], value: None };
    Ok(match entity.disclosure(path) {
        Disclosure::Withheld => withheld(),
        // What the policy drops is withheld, too.
        Disclosure::Policy => policy
            .sanitize_json_at(document, path)
            .map_or_else(withheld, |(path, value)| Safe { path, value: Some(value) }),
        Disclosure::Personal => {
            let path: Vec<_> = path.iter().map(|segment| policy.sanitize_text(segment)).collect();
            let value = encrypt(&pointer(&path), value)?;
            Safe { path, value: Some(value) }
        }
    })
}

/// The path of a field of which only its name is told.
pub(crate) fn withheld_path(policy: &Policy, name: &str) -> String {
    pointer(&[member_name(policy, &[name.to_owned()])])
}

fn member_name(policy: &Policy, path: &[String]) -> String {
    let name = path.first().map(String::as_str).unwrap_or_default();
    policy.sanitize_text(name).chars().take(MAX_NAME).collect()
}

fn pointer(path: &[String]) -> String {
    Pointer::from_segments(path).to_string()
}

/// Several fields within one that is not allowed are one change of it.
fn merge_withheld(diff: Vec<FieldChange>) -> Vec<FieldChange> {
    let mut kept: Vec<FieldChange> = Vec::with_capacity(diff.len());
    let mut withheld: HashMap<String, usize> = HashMap::new();
    for change in diff {
        match withheld.get(&change.path) {
            Some(&index) if change.withheld && kept[index].op != change.op => kept[index].op = ChangeOp::Replace,
            Some(_) if change.withheld => {}
            _ => {
                if change.withheld {
                    withheld.insert(change.path.clone(), kept.len());
                }
                kept.push(change);
            }
        }
    }
    kept
}

/// A document of the leaves whose values may be told.
fn rebuild(leaves: impl Iterator<Item = Safe>) -> Value {
    let mut document = Map::new();
    for Safe { path, value } in leaves {
        let (Some(value), Some((last, parents))) = (value, path.split_last()) else { continue };
        let mut members = &mut document;
        for key in parents {
            let inner = members.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                // A mask of all of the parent stands there already.
                *inner = Value::Object(Map::new());
            }
            let Value::Object(inner) = inner else { unreachable!("it was made an object") };
            members = inner;
        }
        members.insert(last.clone(), value);
    }
    Value::Object(document)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::EntityType;

    fn told(before: Option<Value>, after: Option<Value>) -> Disclosed {
        let entity = EntityType::new("user")
            .allow(["role", "email", "/address/city", "settings", "password", "token"])
            .personal(["nickname"])
            .compile()
            .unwrap();
        let rules = r#"
            version = 1
            include = ["builtin:secrets", "builtin:pii"]
            [[field]]
            keys = ["token"]
            mask = "drop"
        "#;
        let policy: Policy = rules.parse().unwrap();
        let encrypt = |path: &str, _: &Value| Ok(json!({ "encrypted": path }));
        disclose(&entity, &policy, [&Leaves::of(before.as_ref()), &Leaves::of(after.as_ref())], &encrypt).unwrap()
    }

    fn diff(before: Value, after: Value) -> Value {
        serde_json::to_value(told(Some(before), Some(after)).diff).unwrap()
    }

    #[test]
    fn what_changed_is_named_with_its_values() {
        let before = json!({"role": "user", "address": {"city": "Paris"}, "settings": {"a": 1, "b": [1]}});
        let after = json!({"role": "admin", "address": {"city": "Paris"}, "settings": {"b": [1, 2], "c": null}});
        let expected = json!([
            {"path": "/role", "op": "replace", "before": "user", "after": "admin"},
            {"path": "/settings/a", "op": "remove", "before": 1},
            {"path": "/settings/b", "op": "replace", "before": [1], "after": [1, 2]},
            {"path": "/settings/c", "op": "add", "after": null},
        ]);
        assert_eq!(diff(before.clone(), after), expected);
        assert_eq!(diff(before.clone(), before), json!([]));
    }

    #[test]
    fn a_field_that_is_not_allowed_is_only_named() {
        let before = json!({"salary": 1, "address": {"zip": "1", "street": "x"}, "role": "user"});
        let after = json!({"salary": 2, "address": {"zip": "2"}, "role": "user"});
        let expected = json!([
            {"path": "/address", "op": "replace", "withheld": true},
            {"path": "/salary", "op": "replace", "withheld": true},
        ]);
        assert_eq!(diff(before.clone(), after.clone()), expected);
        let told = told(Some(before), Some(after));
        assert_eq!((told.before, told.after), (Some(json!({"role": "user"})), Some(json!({"role": "user"}))));
    }

    #[test]
    fn allowed_values_go_through_the_policy() {
        let before = json!({"email": "jo@example.com", "password": "hunter2", "token": "t-1", "nickname": "Jo"});
        let after = json!({"email": "ann@example.com", "password": "hunter3", "token": "t-2", "nickname": "Ann"});
        let expected = json!([
            {"path": "/email", "op": "replace", "before": "***@example.com", "after": "***@example.com"},
            {"path": "/nickname", "op": "replace", "before": {"encrypted": "/nickname"}, "after": {"encrypted": "/nickname"}},
            {"path": "/password", "op": "replace", "before": "[redacted:credential]", "after": "[redacted:credential]"},
            {"path": "/token", "op": "replace", "withheld": true},
        ]);
        assert_eq!(diff(before, after), expected);
    }

    #[test]
    fn a_masked_parent_is_masked_whole() {
        let secret = json!({"password": {"old": "hunter2", "new": "hunter3"}});
        let told = told(None, Some(secret));
        assert_eq!(told.before, None);
        assert_eq!(told.after, Some(json!({"password": "[redacted:credential]"})));
        assert!(told.diff.iter().all(|change| change.path == "/password"));
    }

    #[test]
    fn a_value_is_masked_by_the_name_that_another_field_has() {
        // `name` may not be told itself.
        let row = |name: &str, value: &str| json!({"settings": {"name": name, "value": value}, "role": "user"});
        let by_another = json!({"name": "smtp_password", "settings": {"value": "hunter2"}});
        assert_eq!(told(None, Some(by_another.clone())).after, Some(json!({"settings": {"value": "hunter2"}})));
        let expected = json!([
            {"path": "/settings/name", "op": "replace", "before": "colour", "after": "smtp_password"},
            {"path": "/settings/value", "op": "replace", "before": "red", "after": "[redacted:credential]"},
        ]);
        assert_eq!(diff(row("colour", "red"), row("smtp_password", "hunter2")), expected);
        let whole = json!({"settings": {"name": "smtp_password", "value": {"old": "hunter2"}}});
        let expected = json!({"settings": {"name": "smtp_password", "value": "[redacted:credential]"}});
        assert_eq!(told(None, Some(whole)).after, Some(expected));
    }

    #[test]
    fn a_name_counts_that_may_not_be_told() {
        let entity = EntityType::new("setting").allow(["value"]).compile().unwrap();
        let row = json!({"name": "smtp_password", "value": "hunter2"});
        let encrypt = |_: &str, _: &Value| unreachable!("nothing is personal");
        let told =
            disclose(&entity, &Policy::builtin(), [&Leaves::of(None), &Leaves::of(Some(&row))], &encrypt).unwrap();
        assert_eq!(told.after, Some(json!({"value": "[redacted:credential]"})));
    }

    #[test]
    fn creation_and_deletion_have_one_side() {
        let told = told(None, Some(json!({"role": "user"})));
        assert_eq!((told.before, told.after), (None, Some(json!({"role": "user"}))));
        assert_eq!(told.diff[0].op, ChangeOp::Add);
    }

    #[test]
    fn an_empty_document_is_there() {
        let told = told(Some(json!({})), Some(json!({"role": "user"})));
        assert_eq!(told.before, Some(json!({})));
        assert_eq!(told.diff.len(), 1);
    }
}
