//! From TOML: a string, a table, or an array of those.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{MaskSpec, StepSpec, nearest, table_keys};
use crate::mask::builtin::BuiltIn;

impl<'de> Deserialize<'de> for MaskSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ChainVisitor)
    }
}

impl<'de> Deserialize<'de> for StepSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StepVisitor)
    }
}

struct ChainVisitor;

impl<'de> Visitor<'de> for ChainVisitor {
    type Value = MaskSpec;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"a masker such as "erase" or { keep_last = 4 }, or a list of maskers"#)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<MaskSpec, E> {
        StepVisitor.visit_str(name).map(|step| MaskSpec(vec![step]))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<MaskSpec, A::Error> {
        StepSpec::deserialize(MapAccessDeserializer::new(map)).map(|step| MaskSpec(vec![step]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<MaskSpec, A::Error> {
        let mut steps = Vec::new();
        while let Some(step) = list.next_element()? {
            steps.push(step);
        }
        if steps.is_empty() {
            return Err(Error::custom(r#"this list of maskers is empty: write "erase" to mask everything"#));
        }
        Ok(MaskSpec(steps))
    }
}

struct StepVisitor;

impl<'de> Visitor<'de> for StepVisitor {
    type Value = StepSpec;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"a masker such as "erase" or { keep_last = 4 }"#)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<StepSpec, E> {
        Ok(StepSpec::Named(name.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<StepSpec, A::Error> {
        let mut read: Option<(String, StepSpec)> = None;
        while let Some(key) = map.next_key::<String>()? {
            let value = match key.as_str() {
                "keep_first" => StepSpec::Keep { first: count(&key, &mut map)?, last: 0 },
                "keep_last" => StepSpec::Keep { first: 0, last: count(&key, &mut map)? },
                "fixed" => StepSpec::Fixed(map.next_value()?),
                "bucket" => StepSpec::Bucket(count(&key, &mut map)?),
                _ => return Err(Error::custom(unknown_key(&key))),
            };
            read = Some(match (read, value) {
                (None, value) => (key, value),
                (Some((_, StepSpec::Keep { first, last })), StepSpec::Keep { first: more_first, last: more_last }) => {
                    (key, StepSpec::Keep { first: first + more_first, last: last + more_last })
                }
                (Some((other, _)), _) => return Err(Error::custom(two_maskers(&other, &key))),
            });
        }
        let (_, step) =
            read.ok_or_else(|| Error::custom("this masker is empty: write { keep_last = 4 } or \"erase\""))?;
        Ok(step)
    }
}

/// A number that says how many.
fn count<'de, A: MapAccess<'de>, N: TryFrom<i64>>(key: &str, map: &mut A) -> Result<N, A::Error> {
    let number: i64 = map.next_value()?;
    N::try_from(number).map_err(|_| Error::custom(format_args!("`{key}` must be a whole number, not below 0")))
}

fn unknown_key(key: &str) -> String {
    match nearest(key, table_keys()) {
        Some(near) => format!("there is no masker with a key `{key}`: did you mean `{near}`?"),
        None if BuiltIn::find(key).is_some() => {
            format!("`{key}` takes no value: write \"{key}\", in quotes and without braces")
        }
        None => {
            let keys: Vec<String> = table_keys().map(|key| format!("`{key}`")).collect();
            format!("there is no masker with a key `{key}`: the keys are {}", keys.join(", "))
        }
    }
}

fn two_maskers(one: &str, other: &str) -> String {
    format!("`{one}` and `{other}` are two maskers: write them as a list, [{{ {one} = … }}, {{ {other} = … }}]")
}
