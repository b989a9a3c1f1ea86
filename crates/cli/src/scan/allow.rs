//! `privacy:allow RULE reason`: a finding that a line says is meant to be there.

use std::sync::LazyLock;

use memchr::memmem::Finder;

const MARK: &[u8] = b"privacy:allow ";

/// Made once: it is asked about every line in which something is found.
static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(MARK));

/// The rules whose findings `line` allows. Without a reason, it does not.
pub(crate) fn allowed(line: &[u8]) -> Vec<&[u8]> {
    let rule = |at: usize| {
        let mut words = line[at + MARK.len()..].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let rule = words.next()?;
        // What only closes a comment or a string is no reason.
        words.next()?.iter().any(u8::is_ascii_alphanumeric).then_some(rule)
    };
    FINDER.find_iter(line).filter_map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_and_a_reason_allow() {
        assert_eq!(allowed(b"to a@example.com # privacy:allow email documented example"), [b"email"]);
        assert_eq!(allowed(b"privacy:allow card test privacy:allow  email  x"), [&b"card"[..], b"email"]);
        for line in [
            "privacy:allow email",
            "privacy:allow email  ",
            "privacy:allow email */",
            "privacy:allowemail because",
            "privacy: allow email because",
        ] {
            assert!(allowed(line.as_bytes()).is_empty(), "{line}");
        }
    }
}
