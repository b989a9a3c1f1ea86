//! What stands for a payload that is too large: the name of its type, its size, and a token.
//!
//! A struct that prints many kilobytes into a log holds more than anyone meant to log, in more forms than any rule knows.
//! The name says what it was, and the token, made of all of it, whether it was the same again.

use std::fmt::Write as _;

use super::Sanitized;
use crate::mask::{Applied, Chain, Subject, own_mark};
use crate::observe::Fate;
use crate::policy::{Category, Compiled, DataClass, Policy, is_not_data};
use crate::sanitize::Action;

/// When payloads are reduced, and how.
pub(crate) struct Reduction {
    /// The largest that is not, in bytes.
    pub(crate) over: usize,
    /// Makes tokens, if there is a key.
    pub(crate) token: Option<Chain>,
}

/// The longest name of a type that is shown, in bytes.
pub(crate) const LONGEST_NAME: usize = 64;
/// The name of the rule in decisions.
const RULE: &str = "reduced";

impl Policy {
    /// Whether what a `Debug`, a `Display` or an error wrote is too large to be looked into. What was reduced before, by a boundary inside
    /// of this one, is text like any other.
    pub(crate) fn reduces(&self, action: Action, field: &str, text: &str) -> bool {
        let Some(reduction) = &self.compiled().reduction else { return false };
        action.is_scan() && text.len() > reduction.over && !is_not_data(field) && !is_reduced(text)
    }

    /// Puts in its place the name of its type, which the text may begin with, its size, and a token.
    pub(crate) fn reduce(&self, field: &str, text: &str, name: Option<String>, out: &mut Vec<u8>) -> Sanitized {
        self.guarded(field, out, |out| self.compiled().reduce(field, text, name, out))
    }
}

impl Compiled {
    fn reduce(&self, field: &str, text: &str, name: Option<String>, out: &mut Vec<u8>) -> Sanitized {
        if self.exempts(field, None) {
            return Sanitized::Clean;
        }
        let mut short = String::new();
        if let Some(name) = name.as_deref().or_else(|| leading_name(text))
            && self.scan(field, name.as_bytes(), &mut Vec::new()) == Sanitized::Clean
        {
            short.push_str(name);
        }
        let _ = write!(short, "[{} bytes", text.len());
        let subject = Subject::new(&Category::PAYLOAD, DataClass::Confidential, RULE);
        let mut token = Vec::new();
        let masker = match self.reduction.as_ref().and_then(|reduction| reduction.token.as_ref()) {
            Some(chain) if chain.apply(text.as_bytes(), &subject, &mut token) == Applied::Replaced => {
                short.push_str(", ");
                short.push_str(&String::from_utf8_lossy(&token));
                chain.masker_name()
            }
            _ => "size",
        };
        short.push(']');
        out.extend_from_slice(short.as_bytes());
        self.decided(None, &subject, masker, field, Fate::MASKED);
        Sanitized::Masked
    }
}

/// The name with which the `Debug` of a struct, or of a variant with fields, begins. What is only a word before a bracket, in a text
/// that goes on behind it, is none.
fn leading_name(text: &str) -> Option<&str> {
    let text = text.trim_end();
    let (name, rest) = name_before(text)?;
    let closed = match rest.trim_start().as_bytes().first()? {
        b'{' => text.ends_with('}'),
        _ => text.ends_with(')'),
    };
    closed.then_some(name)
}

/// A name in the style of types, and what follows it, if that is the bracket of fields.
pub(crate) fn name_before(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let is_name = name.len() <= LONGEST_NAME && name.starts_with(|c: char| c.is_ascii_uppercase());
    (is_name && (rest.starts_with(" {") || rest.starts_with('('))).then_some((name, rest))
}

/// Whether a text is what `reduce` writes.
fn is_reduced(text: &str) -> bool {
    let Some((name, rest)) = text.split_once('[') else { return false };
    let Some((size, token)) = rest.strip_suffix(']').and_then(|rest| rest.split_once(" bytes")) else { return false };
    let is_name = name.len() <= LONGEST_NAME && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_:".contains(&b));
    let is_size = (1..=20).contains(&size.len()) && size.bytes().all(|b| b.is_ascii_digit());
    let is_token = token.is_empty()
        || token.strip_prefix(", ").is_some_and(|token| own_mark(token.as_bytes()) == Some(token.len()));
    is_name && is_size && is_token
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_types() {
        for (text, name) in [
            ("Order { id: 7 }", Some("Order")),
            ("Order {\n    id: 7,\n}", Some("Order")),
            ("Some(\"x\")", Some("Some")),
            ("Http2Frame(7)\n", Some("Http2Frame")),
            ("Jane (jane@example.com)", None),
            ("Jane (Roe) { called }", None),
            ("Jane(Roe) called", None),
            ("Order { id: 7", None),
            ("order { id: 7 }", None),
            ("[Order { id: 7 }]", None),
            ("\"Order { }\"", None),
            ("Order", None),
            ("", None),
        ] {
            assert_eq!(leading_name(text), name, "{text}");
        }
        assert_eq!(leading_name(&format!("{}(7)", "O".repeat(LONGEST_NAME + 1))), None);
    }

    #[test]
    fn what_was_reduced_is_known_again() {
        const TOKEN: &str = "tok-payload-k1-kbp4254anflrqxoszkmklwesky";
        for reduced in
            ["Order[18204 bytes]".to_owned(), "[7 bytes]".to_owned(), format!("std::io::Error[9 bytes, {TOKEN}]")]
        {
            assert!(is_reduced(&reduced), "{reduced}");
        }
        for other in [
            "Order[18204 bytes",
            "Order[x bytes]",
            "an order[7 bytes]",
            "Order[7 bytes, hunter2]",
            "Order[7 bytes] hunter2",
            "",
        ] {
            assert!(!is_reduced(other), "{other}");
        }
        assert!(!is_reduced(&format!("Order[7 bytes, {TOKEN} hunter2]")));
    }
}
