//! Personal values made readable, as long as their person's key is there.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::database::AuditDatabase;
use crate::keys::{SubjectKey, encrypted};
use crate::record::Record;
use crate::trail::read_subject_key;
use crate::{Error, Trail};

/// Keys of persons that were looked for, there or not.
pub(super) type Keys = HashMap<String, Option<SubjectKey>>;

impl<DB: AuditDatabase> Trail<DB> {
    /// Decrypts the personal values of a record. What cannot be decrypted becomes `{"erased": true}`; without a master key,
    /// `{"encrypted": true}`.
    pub(super) async fn reveal(
        &self,
        conn: &mut DB::Connection,
        record: &mut Record,
        keys: &mut Keys,
    ) -> Result<(), Error> {
        let Some(subject) = record.subject.clone() else { return Ok(()) };
        let unreadable = match &self.parts().master_key {
            Some(master) if !keys.contains_key(&subject) => {
                let key = read_subject_key::<DB>(conn, master, &subject).await?;
                keys.insert(subject.clone(), key);
                "erased"
            }
            Some(_) => "erased",
            None => "encrypted",
        };
        let key = keys.get(&subject).and_then(Option::as_ref);
        let mut open = |path: &str, value: &mut Value| {
            if encrypted(value).is_some() {
                let plain = key.and_then(|key| key.decrypt(path, value));
                *value = plain.unwrap_or_else(|| json!({ unreadable: true }));
            }
        };
        for document in [&mut record.before, &mut record.after].into_iter().flatten() {
            walk(document, &mut String::new(), &mut open);
        }
        for change in &mut record.diff {
            for value in [&mut change.before, &mut change.after].into_iter().flatten() {
                open(&change.path, value);
            }
        }
        Ok(())
    }
}

/// Shows each value with its path, outermost first.
fn walk(value: &mut Value, path: &mut String, open: &mut dyn FnMut(&str, &mut Value)) {
    open(path, value);
    if let Value::Object(members) = value {
        for (key, value) in members {
            let outer = path.len();
            path.push('/');
            path.push_str(&key.replace('~', "~0").replace('/', "~1"));
            walk(value, path, open);
            path.truncate(outer);
        }
    }
}
