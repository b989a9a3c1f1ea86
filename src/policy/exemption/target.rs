//! Which targets are meant.

/// A target as rules write it: whole, or with `*` for anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TargetPattern(Box<str>);

impl TargetPattern {
    /// `None` where it would match nothing that there is.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bad = text.trim().is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control());
        (!bad).then(|| Self(text.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a target is meant.
    pub(crate) fn matches(&self, target: &str) -> bool {
        let mut pieces = self.0.split('*');
        let first = pieces.next().unwrap_or_default();
        let Some(mut rest) = target.strip_prefix(first) else { return false };
        let mut open = false;
        let mut last = None;
        for piece in pieces {
            if let Some(piece) = last.replace(piece) {
                let Some(at) = rest.find(piece) else { return false };
                rest = &rest[at + piece.len()..];
            }
            open = true;
        }
        match last {
            Some(last) => rest.ends_with(last),
            None => !open && rest.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let matches = |pattern, target| TargetPattern::parse(pattern).expect("a good pattern").matches(target);
        for (pattern, target) in [
            ("shop", "shop"),
            ("shop::*", "shop::billing"),
            ("shop::*", "shop::"),
            ("*", ""),
            ("*::billing", "shop::billing"),
            ("shop::*::db", "shop::billing::db"),
            ("s*p::*b", "shop::db"),
            ("a*a", "aa"),
            ("**", "x"),
        ] {
            assert!(matches(pattern, target), "{pattern} {target}");
        }
        for (pattern, target) in [
            ("shop", "shop::billing"),
            ("shop", "workshop"),
            ("shop::*", "shop"),
            ("shop::*", "shopping::x"),
            ("*::billing", "shop::billing::db"),
            ("a*a", "a"),
            ("a*bc*c", "abc"),
        ] {
            assert!(!matches(pattern, target), "{pattern} {target}");
        }
    }

    #[test]
    fn what_matches_nothing_is_refused() {
        for bad in ["", " ", "a b", "a\n"] {
            assert_eq!(TargetPattern::parse(bad), None, "{bad:?}");
        }
    }
}
