//! Where sensitive values stand, for who looks for them instead of masking them.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::edits::Edits;
use crate::mask::push_placeholder;
use crate::policy::{Category, DataClass, Policy, Rule};

/// A sensitive value in a text: the rule that found it, and where it stands. Not the value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding<'p> {
    /// The name of the rule, as in [`Decision`](crate::observe::Decision); `unreadable` where none could be asked, also where a
    /// decision says `too_deep`.
    pub rule: &'p str,
    /// The rule's category.
    pub category: &'p Category,
    /// The rule's data class.
    pub class: DataClass,
    /// What would be replaced, in bytes of the text. Of a member of JSON that is dropped, the whole member.
    pub range: Range<usize>,
}

impl Policy {
    /// Finds what [`Policy::sanitize_line`] would mask in a text that stands under no key and need not be UTF-8: in the order
    /// of the text, none overlapping another. Own masks and tokens are no findings.
    ///
    /// It is the same reading, so it counts as masking: [`Policy::counts`] and observers hear of every finding.
    ///
    /// ```
    /// # use tracing_privacy::Policy;
    /// let policy = Policy::builtin();
    /// let text = "mail to jo@example.com, password=hunter2";
    ///
    /// let findings = policy.findings(text.as_bytes());
    /// assert_eq!(findings[0].rule, "email");
    /// assert_eq!(&text[findings[1].range.clone()], "hunter2");
    ///
    /// let clean = policy.sanitize_text(text);
    /// assert!(policy.findings(clean.as_bytes()).is_empty());
    /// ```
    pub fn findings(&self, text: &[u8]) -> Vec<Finding<'_>> {
        self.found(text, |_| ())
    }

    /// The same, and appends to `out` what [`Policy::sanitize_line`] would, in one reading; nothing where nothing is found.
    ///
    /// ```
    /// # use tracing_privacy::Policy;
    /// let (policy, mut masked) = (Policy::builtin(), Vec::new());
    /// assert_eq!(policy.findings_and_mask(b"password=hunter2", &mut masked).len(), 1);
    /// assert_eq!(masked, b"password=[redacted:credential]");
    /// ```
    pub fn findings_and_mask(&self, text: &[u8], out: &mut Vec<u8>) -> Vec<Finding<'_>> {
        let from = out.len();
        let findings = self.found(text, |edits| {
            if !edits.is_empty() {
                edits.apply(text, out);
            }
        });
        if let [finding] = findings.as_slice()
            && finding.rule == UNREADABLE
            && finding.range == (0..text.len())
        {
            out.truncate(from);
            push_placeholder(finding.category, out);
        }
        findings
    }

    /// Reads a text, gives its findings, and lets `see` see the edits.
    fn found(&self, text: &[u8], see: impl FnOnce(&mut Edits)) -> Vec<Finding<'_>> {
        let compiled = self.compiled();
        let finding = |(range, rule): (Range<usize>, Option<u32>)| match rule.map(|rule| compiled.rule(rule)) {
            Some(Rule { name, category, class, .. }) => Finding { rule: name, category, class: *class, range },
            None => unreadable(range),
        };
        let read = || {
            compiled.read("", text, |edits| {
                see(edits);
                edits.sorted().map(|(range, rule, _)| finding((range, rule))).collect()
            })
        };
        catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| vec![unreadable(0..text.len())])
    }
}

/// The name of the rule where none could be asked.
const UNREADABLE: &str = "unreadable";

/// What could not be read is masked, so it is a finding.
fn unreadable(range: Range<usize>) -> Finding<'static> {
    Finding { rule: UNREADABLE, category: &Category::SENSITIVE, class: DataClass::Confidential, range }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules and texts of the findings in `text`.
    fn found<'t>(policy: &Policy, text: &'t str) -> Vec<(String, &'t str)> {
        let findings = policy.findings(text.as_bytes());
        findings.iter().map(|finding| (finding.rule.to_owned(), &text[finding.range.clone()])).collect()
    }

    #[test]
    fn findings_are_told_in_the_order_of_the_text_and_of_documents_in_it() {
        let policy = Policy::builtin();
        let text = r#"a@example.com {"user":{"password":"hunter2","n":1},"note":"key AKIAIOSFODNN7EXAMPLE"} 4111 1111 1111 1111"#;
        let values: Vec<_> = found(&policy, text).into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, ["a@example.com", "hunter2", "AKIAIOSFODNN7EXAMPLE", "4111 1111 1111 1111"]);
    }

    #[test]
    fn values_in_strings_of_documents_are_found_at_their_raw_place() {
        let policy = Policy::builtin();
        let text = r#"{"body":"{\"mail\":\"a\u0040example.com\"}"}"#;
        assert_eq!(
            found(&policy, text).into_iter().map(|(_, value)| value).collect::<Vec<_>>(),
            [r"a\u0040example.com"]
        );
    }

    #[test]
    fn what_cannot_be_read_is_found_too() {
        let mut text = "\"x\"".to_owned();
        for _ in 0..20 {
            text = format!("{{\"a\":{}}}", serde_json::Value::String(text));
            if text.len() > 1 << 20 {
                break;
            }
        }
        assert!(found(&Policy::builtin(), &text).iter().any(|(rule, _)| rule == "unreadable"));
    }

    #[test]
    fn masking_beside_finding_is_masking() {
        let policy = Policy::builtin();
        for text in ["clean", "", "a@example.com {\"password\":\"hunter2\"}", "to a%40example.com"] {
            let (mut masked, mut expected) = (b"before ".to_vec(), b"before ".to_vec());
            let findings = policy.findings_and_mask(text.as_bytes(), &mut masked);
            assert_eq!(findings, policy.findings(text.as_bytes()));
            if policy.sanitize_line(text.as_bytes(), &mut expected) {
                assert_eq!(masked, expected);
            } else {
                assert_eq!((masked.as_slice(), findings.len()), (&b"before "[..], 0));
            }
        }
    }

    #[test]
    fn a_finding_is_what_is_masked() {
        let policy: Policy =
            "version = 1\n[[field]]\nkeys = [\"gone\"]\nmask = \"drop\"\nname = \"gone_rule\"".parse().unwrap();
        assert_eq!(found(&policy, r#"{"a":1,"gone":{"b":2}}"#), [("gone_rule".to_owned(), r#","gone":{"b":2}"#)]);
        assert_eq!(found(&policy, "nothing here, gone"), []);
        let text = "gone=x [redacted:contact]";
        assert_eq!(found(&policy, text), [("gone_rule".to_owned(), "x")]);
    }
}
