//! What a regex matches in a text of ASCII: `\d` stands for the digits of all scripts, but hardly a text has others than ten.

use regex_syntax::hir::{Capture, Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

/// The regex without what is beyond ASCII; `None` if it then matches nothing.
///
/// In a text of ASCII it matches what the regex itself does.
pub(super) fn in_ascii(hir: &Hir) -> Option<Hir> {
    Some(match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => hir.clone(),
        HirKind::Literal(literal) => return literal.0.is_ascii().then(|| hir.clone()),
        HirKind::Class(Class::Bytes(class)) => {
            let mut class = class.clone();
            class.intersect(&ClassBytes::new([ClassBytesRange::new(0, 0x7f)]));
            (!class.ranges().is_empty()).then(|| Hir::class(Class::Bytes(class)))?
        }
        HirKind::Class(Class::Unicode(class)) => {
            let mut class = class.clone();
            class.intersect(&ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7f')]));
            (!class.ranges().is_empty()).then(|| Hir::class(Class::Unicode(class)))?
        }
        HirKind::Repetition(repetition) => match in_ascii(&repetition.sub) {
            Some(sub) => Hir::repetition(repetition.with(sub)),
            None if repetition.min == 0 => Hir::empty(),
            None => return None,
        },
        HirKind::Capture(capture) => {
            Hir::capture(Capture { sub: Box::new(in_ascii(&capture.sub)?), ..capture.clone() })
        }
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(in_ascii).collect::<Option<_>>()?),
        HirKind::Alternation(branches) => {
            let branches: Vec<_> = branches.iter().filter_map(in_ascii).collect();
            (!branches.is_empty()).then(|| Hir::alternation(branches))?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pattern: &str) -> Hir {
        let config = regex_automata::util::syntax::Config::new().utf8(false);
        regex_automata::util::syntax::parse_with(pattern, &config).expect("a good regex")
    }

    #[test]
    fn classes_and_branches_lose_what_is_beyond_ascii() {
        for (pattern, ascii) in [
            (r"\b\d{3}-\d", "[0-9]{3}-[0-9]"),
            (r"(\w+)[é-ü]?x", "([0-9A-Z_a-z]+)x"),
            ("a|é|[ü-ÿ]b|c.", "a|c[\x00-\t\x0b-\x7f]"),
            (r"(?i)k", "[Kk]"),
            (r"[^a]", "[\0-`b-\x7f]"),
        ] {
            let found = in_ascii(&parse(pattern)).expect(pattern);
            // Groups that do not capture, and boundaries, are printed in several ways.
            let shown =
                |hir: &Hir| hir.to_string().replace("(?-u:", "").replace("(?:", "").replace(r"\b", "").replace(')', "");
            assert_eq!(shown(&found), shown(&parse(ascii)), "{pattern}");
        }
    }

    #[test]
    fn what_must_have_more_than_ascii_has_no_form_in_it() {
        for pattern in ["é", "a[é-ü]b", "(?:é|ü)+", r"\d[^\x00-\x7f]{2}"] {
            assert!(in_ascii(&parse(pattern)).is_none(), "{pattern}");
        }
    }
}
