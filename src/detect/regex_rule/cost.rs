//! What it costs to look for a rule in texts that do not hold it.

use super::{RegexRule, Start};
use crate::detect::scanner::BETWEEN;

/// Why a rule costs time in texts that do not hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// It may begin inside of a word, so each byte is looked at for it.
    InsideWords,
    /// It begins with a sign that no word stands behind, so each byte is looked at for it.
    EachByte,
    /// It begins in too many ways to be looked for, so each text is searched for it.
    EachText,
}

impl RegexRule {
    /// Why it costs time to look for it in each text; `None` if it is looked for only where words begin, signs stand, or context words.
    pub(crate) fn cost(&self) -> Option<Cost> {
        match &self.start {
            Start::Prefixes(prefixes) => {
                let elsewhere = prefixes.iter().find(|prefix| !prefix.is_found_by_word(self.begins_word))?;
                let in_word = elsewhere.text.first().is_some_and(u8::is_ascii_alphanumeric);
                Some(if in_word { Cost::InsideWords } else { Cost::EachByte })
            }
            // Of one that needs a sign, few texts are searched for it; but all documents of JSON, if it may go from a key to its value.
            Start::Anywhere if self.needs_sign() && !self.may_hold_all(BETWEEN) => None,
            Start::Anywhere => Some(Cost::EachText),
            Start::Context { .. } | Start::Beginnings(_) | Start::LongWord { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_everywhere_costs_time() {
        let cost = |pattern, context: &[&str]| RegexRule::new(pattern, None, context).expect("a good regex").cost();
        for pattern in [r"EMP-\d{6}", "(?i)emp-[0-9]"] {
            assert_eq!(cost(pattern, &[]), Some(Cost::InsideWords), "{pattern}");
        }
        assert_eq!(cost(r"#\d{5}", &[]), Some(Cost::EachByte));
        for pattern in [r"\d{6}", "[0-9]{3}-[0-9]{2}", r"\S+: secret", r"\w+"] {
            assert_eq!(cost(pattern, &[]), Some(Cost::EachText), "{pattern}");
        }
        for pattern in [
            r"\bEMP-\d{6}\b",
            r"\b\d{3}-\d{2}-\d{4}\b",
            r"/users/(\w+)",
            "[a-z.]+@[a-z.]+",
            ":[0-9]{4}> AUTH [^ ]+",
            r"(?-u)\b[A-Za-z0-9_-]{22}\b",
        ] {
            assert_eq!(cost(pattern, &[]), None, "{pattern}");
        }
        for pattern in ["[0-9]{6}", r"#\d{5}"] {
            assert_eq!(cost(pattern, &["badge"]), None, "{pattern}");
        }
    }
}
