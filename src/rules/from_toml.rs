//! Reads serde types out of parsed TOML, with errors that keep their place and never hold a value.
//!
//! The TOML crate's own deserializer makes a sentence of an error at once, and puts the value into it.

use std::ops::Range;

use serde::Deserialize;
use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_spanned::de::{SpannedDeserializer, is_spanned};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::exemption::MOMENT;
use super::fault::Fault;

/// One parsed value.
pub(super) struct Value<'de> {
    value: DeValue<'de>,
    span: Range<usize>,
}

impl<'de> From<Spanned<DeValue<'de>>> for Value<'de> {
    fn from(spanned: Spanned<DeValue<'de>>) -> Self {
        Self { span: spanned.span(), value: spanned.into_inner() }
    }
}

impl<'de> From<Spanned<DeTable<'de>>> for Value<'de> {
    fn from(spanned: Spanned<DeTable<'de>>) -> Self {
        Self { span: spanned.span(), value: DeValue::Table(spanned.into_inner()) }
    }
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            DeValue::String(DeString::Owned(string)) => visitor.visit_string(string),
            DeValue::String(DeString::Borrowed(string)) => visitor.visit_borrowed_str(string),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => visitor.visit_i64(number),
                Err(_) => Err(Fault::custom("this number is too large")),
            },
            DeValue::Float(number) => match number.as_str().parse() {
                Ok(number) => visitor.visit_f64(number),
                Err(_) => Err(Fault::custom("this number is too large")),
            },
            DeValue::Boolean(boolean) => visitor.visit_bool(boolean),
            DeValue::Datetime(_) => Err(Fault::invalid_type(Unexpected::Other("a date"), &visitor)),
            DeValue::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            DeValue::Table(table) => visitor.visit_map(Members { rest: table.into_iter(), value: None }),
        }
        .map_err(|fault| fault.at(self.span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        if name == MOMENT {
            return match self.value {
                DeValue::Datetime(moment) => visitor.visit_string(moment.to_string()),
                _ => return self.deserialize_any(visitor),
            }
            .map_err(|fault: Fault| fault.at(self.span));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if is_spanned(name) {
            let span = self.span.clone();
            return visitor
                .visit_map(SpannedDeserializer::new(self, span.clone()))
                .map_err(|fault: Fault| fault.at(span));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let span = self.span.clone();
        // No enum of the file form takes anything but a word; its own message would name a Rust type.
        let word = String::deserialize(self)?;
        let word: StringDeserializer<Fault> = word.into_deserializer();
        visitor.visit_enum(word).map_err(|fault| fault.at(span))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Fault> for Value<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Items of an array.
struct Items<'de>(std::vec::IntoIter<Spanned<DeValue<'de>>>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let Some(item) = self.0.next() else { return Ok(None) };
        let span = item.span();
        seed.deserialize(Value::from(item)).map(Some).map_err(|fault| fault.at(span).in_array())
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// Members of a table.
struct Members<'de> {
    rest: <DeTable<'de> as IntoIterator>::IntoIter,
    /// The member whose key was read.
    value: Option<(DeString<'de>, Spanned<DeValue<'de>>)>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        let span = key.span();
        let key = key.into_inner();
        self.value = Some((key.clone(), value));
        seed.deserialize(Key { key, span: span.clone() }).map(Some).map_err(|fault| fault.at(span))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let Some((key, value)) = self.value.take() else {
            return Err(Fault::custom("a value was asked for before its key"));
        };
        let span = value.span();
        seed.deserialize(Value::from(value)).map_err(|fault| fault.at(span).under(&key))
    }
}

/// The key of a member.
struct Key<'de> {
    key: DeString<'de>,
    span: Range<usize>,
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.key {
            DeString::Owned(key) => visitor.visit_string(key),
            DeString::Borrowed(key) => visitor.visit_borrowed_str(key),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if is_spanned(name) {
            let span = self.span.clone();
            return visitor
                .visit_map(SpannedDeserializer::new(self, span.clone()))
                .map_err(|fault: Fault| fault.at(span));
        }
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Fault> for Key<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
