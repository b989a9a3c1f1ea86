//! What matches of a regex hold: signs that each must have, bytes that one may have.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::detect::screen::SIGNS;
use crate::detect::words::bytes;

/// Signs at which the screen stops, one of which is in each match; `None` if a match need not have one.
pub(super) fn needed_signs(hir: &Hir) -> Option<Vec<u8>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => None,
        HirKind::Literal(literal) => literal.0.iter().find(|b| SIGNS.contains(b)).map(|b| vec![*b]),
        HirKind::Class(class) => {
            let set = bytes(class)?;
            let signs: Vec<u8> = (0..=u8::MAX).filter(|b| set[usize::from(*b)]).collect();
            signs.iter().all(|b| SIGNS.contains(b)).then_some(signs)
        }
        HirKind::Repetition(repetition) if repetition.min == 0 => None,
        HirKind::Repetition(repetition) => needed_signs(&repetition.sub),
        HirKind::Capture(capture) => needed_signs(&capture.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(needed_signs).min_by_key(Vec::len),
        HirKind::Alternation(branches) => branches.iter().try_fold(Vec::new(), |mut signs, branch| {
            signs.extend(needed_signs(branch)?);
            signs.sort_unstable();
            signs.dedup();
            Some(signs)
        }),
    }
}

/// The bytes of ASCII that a match may hold: bit `b` tells of byte `b`.
pub(super) fn held(hir: &Hir) -> u128 {
    let range = |first: u32, last: u32| (first..=last.min(127)).fold(0, |held, b| held | 1 << b);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.iter().filter(|b| b.is_ascii()).fold(0, |held, b| held | 1 << b),
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().fold(0, |held, r| held | range(r.start().into(), r.end().into()))
        }
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().iter().fold(0, |held, r| held | range(r.start().into(), r.end().into()))
        }
        HirKind::Repetition(repetition) => held(&repetition.sub),
        HirKind::Capture(capture) => held(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().fold(0, |all, part| all | held(part)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::RegexRule;

    fn rule(pattern: &str) -> RegexRule {
        RegexRule::new(pattern, None, &[]).expect("a good regex")
    }

    #[test]
    fn what_must_have_a_sign_is_not_searched_for_without_it() {
        for (pattern, signs) in [
            (r"[a-z.]+@[a-z.]+\.[a-z]{2,}", "@"),
            ("[a-z]+(?:=|:x|[{;])y", ":;={"),
            ("(a:)+", ":"),
            ("a=b@c", "="),
            ("[a-z]=?", ""),
            ("x:|y", ""),
            ("[a:]b", ""),
            ("(?:@x)*y", ""),
        ] {
            assert_eq!(rule(pattern).needed_signs, signs.as_bytes(), "{pattern}");
        }
        let [mail, many] = [r"[a-z.]+@[a-z.]+", "[a-z]+(?:=|:x|[{;])y"].map(rule);
        assert!(mail.may_match(b"a@b") && !mail.may_match(b"a.b"));
        assert!(many.may_match(b"a;y") && many.may_match(b"a"));
    }

    #[test]
    fn bytes_are_held_that_some_match_has() {
        let held = |pattern| (0..128u8).filter(|b| rule(pattern).may_hold(*b)).map(char::from).collect::<String>();
        for (pattern, bytes) in [("a[b-d]?é", "abcd"), ("(?:x|\\by)+$", "xy"), ("(?i-u)k", "Kk"), ("é", "")] {
            assert_eq!(held(pattern), bytes, "{pattern}");
        }
        assert!(rule("[^a]").may_hold(b'"') && !rule("[^a]").may_hold(b'a') && rule(r"\W").may_hold(b':'));
    }
}
