//! Where the scanner looks for a rule's matches: what all of them begin with, as the regex tells.

use regex_syntax::hir::literal::{ExtractKind, Extractor, Literal};
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::ascii::in_ascii;
use crate::detect::grams::{LONGEST_HEAD, SHORTEST_LITERAL, SHORTEST_WORD, word_in};
use crate::detect::screen::{LONG_WORD, SIGNS, is_in_long_word};
use crate::detect::words::{Beginning, bytes};

/// Where the scanner looks for a rule's matches.
pub(crate) enum Start {
    /// Every match begins with one of these literals.
    Prefixes(Vec<Prefix>),
    /// There is no such literal, but a context word must stand near; a match is no longer than so many bytes.
    Context { longest: usize },
    /// There is neither, but every match begins a word, or with a sign, and then goes on in one of these ways.
    Beginnings(Vec<Beginning>),
    /// The same, and a long word of [`LONG_WORD`] begins with the match, or so many bytes behind its beginning.
    LongWord { beginnings: Vec<Beginning>, lead: usize },
    /// Anywhere: the regex itself must be searched for.
    Anywhere,
}

/// A literal that matches begin with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Prefix {
    pub(crate) text: Vec<u8>,
    /// Only in this case of letters.
    pub(crate) exact: bool,
}

impl Prefix {
    /// Whether a word begins in it by which it can be looked for.
    pub(super) fn is_found_by_word(&self, begins_word: bool) -> bool {
        word_in(&self.text, begins_word).is_some()
    }

    /// The bytes of it that are compared first.
    pub(super) fn compared(&self, begins_word: bool) -> &[u8] {
        let from = &self.text[word_in(&self.text, begins_word).unwrap_or(0)..];
        &from[..from.len().min(LONGEST_HEAD)]
    }

    /// Whether it begins with a sign at which the scanner stops.
    fn is_sign(&self) -> bool {
        SIGNS.contains(&self.text[0])
    }
}

/// The fewest kinds of bytes that are worth looking for.
const SHORTEST_BEGINNING: usize = 2;
/// The shortest that is looked for rather than a context word, where a rule has both.
const TELLING_PREFIX: usize = 4;
/// How far a regex may read before it fails, in bytes, to be tried at every place where its prefix or context stands;
/// one that reads further goes the slower way, which reads a text once whatever stands in it.
const LONGEST_TRY: usize = 4096;
impl Start {
    /// For a regex, and the words that must stand near its matches; and whether it is true of [plain](super::is_plain) texts only.
    pub(super) fn of(hir: &Hir, context: &[&str]) -> (Self, bool) {
        match Self::in_any_text(hir, context) {
            Start::Anywhere if fails_soon(hir) => {
                match in_ascii(hir).map(|hir| Self::in_any_text(&hir, context)) {
                    // What is longer than that beyond ASCII is better searched for.
                    None | Some(Start::Anywhere | Start::Context { .. }) => (Start::Anywhere, false),
                    Some(start) => (start, true),
                }
            }
            start => (start, false),
        }
    }

    fn in_any_text(hir: &Hir, context: &[&str]) -> Self {
        let prefixes = if fails_soon(hir) { prefixes(hir) } else { Vec::new() };
        match bounded(hir) {
            Some(longest) if has_words(context) && !prefixes.iter().any(|prefix| is_telling(&prefix.text)) => {
                Start::Context { longest }
            }
            _ if are_rare(&prefixes)
                && !prefixes.iter().any(Prefix::is_sign)
                && !begin_paths_with_long_words(&prefixes, hir) =>
            {
                Start::Prefixes(prefixes)
            }
            _ => match (beginnings(hir), lead_of_long_word(hir)) {
                // At a sign, those are asked about that begin with it.
                (Some(beginnings), Some(lead)) if !beginnings.iter().any(Beginning::is_sign) => {
                    Start::LongWord { beginnings, lead }
                }
                (Some(beginnings), _) if beginnings.iter().all(|begin| begin.is_sign() || begin.is_word()) => {
                    Start::Beginnings(beginnings)
                }
                _ if are_findable(&prefixes) => Start::Prefixes(prefixes),
                _ => Start::Anywhere,
            },
        }
    }
}

/// The longest match, if it is short enough to be tried at many places.
fn bounded(hir: &Hir) -> Option<usize> {
    hir.properties().maximum_len().filter(|longest| *longest <= LONGEST_TRY)
}

/// Whether a try that fails has read few bytes: what may be long stands at the end, where the match is made already.
fn fails_soon(hir: &Hir) -> bool {
    if bounded(hir).is_some() {
        return true;
    }
    match hir.kind() {
        HirKind::Capture(capture) => fails_soon(&capture.sub),
        HirKind::Repetition(repetition) => bounded(&repetition.sub).is_some(),
        HirKind::Alternation(branches) => branches.iter().all(fails_soon),
        HirKind::Concat(parts) => {
            let long = parts.iter().position(|part| bounded(part).is_none());
            let (_, tail) = parts.split_at(long.unwrap_or(parts.len()));
            let optional = |part: &Hir| {
                let properties = part.properties();
                properties.minimum_len() == Some(0) && properties.look_set().is_empty()
            };
            tail.split_first().is_none_or(|(long, rest)| fails_soon(long) && rest.iter().all(optional))
        }
        _ => false,
    }
}

/// Whether a literal says more than a context word would. Digits say nothing.
fn is_telling(prefix: &[u8]) -> bool {
    prefix.len() >= TELLING_PREFIX && !prefix.iter().all(u8::is_ascii_digit)
}

/// Whether there are context words, and all of them can be looked for.
fn has_words(context: &[&str]) -> bool {
    !context.is_empty() && context.iter().all(|word| word.len() >= SHORTEST_WORD)
}

/// Whether these literals can be looked for.
fn are_findable(prefixes: &[Prefix]) -> bool {
    !prefixes.is_empty() && prefixes.iter().all(|prefix| prefix.text.len() >= SHORTEST_LITERAL)
}

/// Whether these literals are rare enough in any text to be worth a stop. A few digits are not, nor are the many beginnings
/// of `[A-Z][0-9]`.
fn are_rare(prefixes: &[Prefix]) -> bool {
    const MANY: usize = 24;
    let common = |prefix: &Prefix| {
        prefix.text.len() <= 4 && prefix.text.iter().all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'.'))
    };
    let short = |prefix: &Prefix| prefix.text.len() <= 3;
    let many_kinds = prefixes.len() > MANY && prefixes.iter().all(short);
    are_findable(prefixes) && !prefixes.iter().any(common) && !many_kinds
}

/// Whether these literals are the beginnings of paths (`api/v1/`), which are common in what services log, and each match begins with a long
/// word, which is rarer.
fn begin_paths_with_long_words(prefixes: &[Prefix], hir: &Hir) -> bool {
    let begins_path = |prefix: &Prefix| {
        let word = prefix.text.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        word > 0 && prefix.text.get(word) == Some(&b'/')
    };
    prefixes.iter().all(begins_path) && lead_of_long_word(hir) == Some(0)
}

/// How the regex begins, if that is where a word begins, or with a sign; and if a match that fails does so soon.
fn beginnings(hir: &Hir) -> Option<Vec<Beginning>> {
    let beginnings = fails_soon(hir).then(|| Beginning::all(hir)).flatten()?;
    let findable =
        |beginning: &Beginning| beginning.len() >= SHORTEST_BEGINNING && (begins_word(hir) || beginning.is_sign());
    // Signs are asked about after words, so a rule that has both would not be asked in the order of the text.
    let signs = beginnings.iter().filter(|beginning| beginning.is_sign()).count();
    let one_kind = signs == 0 || signs == beginnings.len();
    (one_kind && beginnings.iter().all(findable)).then_some(beginnings)
}

/// How far behind the beginning of each match, which is that of a word, a long word begins that all matches have.
fn lead_of_long_word(hir: &Hir) -> Option<usize> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let is_look = |part: &Hir| matches!(part.kind(), HirKind::Look(_));
    let parts = &parts[parts.iter().position(|part| !is_look(part))?..];
    // What is fixed may end with a sign that is no part of a long word.
    let (lead, fixed, parts) = match parts[0].kind() {
        HirKind::Literal(literal) => {
            let lead = literal.0.iter().rposition(|&b| !is_in_long_word(b)).map_or(0, |sign| sign + 1);
            (lead, literal.0.len() - lead, &parts[1..])
        }
        _ => (0, 0, parts),
    };
    (begins_word(hir) && fixed + part_of_long_word(parts).0 >= LONG_WORD).then_some(lead)
}

/// How many bytes that may be part of a long word this begins with at least, and whether it has no others, one part after the other.
fn part_of_long_word(parts: &[Hir]) -> (usize, bool) {
    let mut len = 0;
    for part in parts {
        let (more, whole) = match part.kind() {
            HirKind::Empty | HirKind::Look(_) => (0, true),
            HirKind::Literal(literal) => {
                let more = literal.0.iter().take_while(|b| is_in_long_word(**b)).count();
                (more, more == literal.0.len())
            }
            HirKind::Class(class) => {
                let whole =
                    bytes(class).is_some_and(|set| (0..=u8::MAX).all(|b| !set[usize::from(b)] || is_in_long_word(b)));
                (usize::from(whole), whole)
            }
            HirKind::Capture(capture) => part_of_long_word(std::slice::from_ref(&capture.sub)),
            HirKind::Concat(parts) => part_of_long_word(parts),
            HirKind::Alternation(branches) => {
                let branches = branches.iter().map(|branch| part_of_long_word(std::slice::from_ref(branch)));
                branches.reduce(|(a, all), (b, whole)| (a.min(b), all && whole)).unwrap_or_default()
            }
            HirKind::Repetition(repetition) => {
                let (once, whole) = part_of_long_word(std::slice::from_ref(&repetition.sub));
                let least = repetition.min as usize;
                (once * if whole { least } else { least.min(1) }, whole)
            }
        };
        len += more;
        if !whole {
            return (len, false);
        }
    }
    (len, true)
}

/// Whether a match begins with a boundary of words.
pub(super) fn begins_word(hir: &Hir) -> bool {
    let HirKind::Concat(parts) = hir.kind() else { return false };
    let looks = [Look::WordAscii, Look::WordUnicode, Look::WordStartAscii, Look::WordStartUnicode];
    parts.first().is_some_and(|first| matches!(first.kind(), HirKind::Look(look) if looks.contains(look)))
}

/// How much of many literals to keep: `EMP-00`, `EMP-01` and so on are one, `EMP-`. Each literal makes the automaton larger.
fn common_length(literals: &[Literal]) -> usize {
    const FEW: usize = 16;
    const LENGTHS: std::ops::RangeInclusive<usize> = 3..=12;
    if literals.len() <= FEW {
        return *LENGTHS.end();
    }
    let distinct = |length: usize| {
        let kept = literals.iter().map(|literal| &literal.as_bytes()[..literal.len().min(length)]);
        kept.collect::<std::collections::BTreeSet<_>>().len()
    };
    // Of the lengths with the fewest, the longest.
    LENGTHS.rev().min_by_key(|length| distinct(*length)).unwrap_or(*LENGTHS.end())
}

fn prefixes(hir: &Hir) -> Vec<Prefix> {
    let folded = without_case(hir);
    let mut sequence = Extractor::new().kind(ExtractKind::Prefix).limit_total(100).extract(&folded);
    sequence.keep_first_bytes(12);
    sequence.dedup();
    sequence.keep_first_bytes(common_length(sequence.literals().unwrap_or_default()));
    sequence.dedup();
    let exact = folded == *hir;
    match sequence.literals() {
        Some(literals) => literals.iter().map(|l| Prefix { text: l.as_bytes().to_vec(), exact }).collect(),
        None => Vec::new(),
    }
}

/// The regex with a small letter for each class of just one letter in both cases, as `(?i)` makes them. (What else Unicode
/// takes for a `k` or an `s` is left out: no secret is written so.)
fn without_case(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Class(class) => match letter(class) {
            Some(letter) => Hir::literal([letter]),
            None => hir.clone(),
        },
        HirKind::Repetition(repetition) => Hir::repetition(repetition.with(without_case(&repetition.sub))),
        HirKind::Capture(capture) => without_case(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(without_case).collect()),
        HirKind::Alternation(branches) => Hir::alternation(branches.iter().map(without_case).collect()),
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) => hir.clone(),
    }
}

/// The small letter of which a class has both cases, and no other character of ASCII.
fn letter(class: &Class) -> Option<u8> {
    let ascii: Vec<u8> = (0..=0x7f_u8)
        .filter(|&b| match class {
            Class::Bytes(class) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&b)),
            Class::Unicode(class) => {
                class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&char::from(b)))
            }
        })
        .collect();
    match ascii[..] {
        [upper, lower] if upper.is_ascii_uppercase() && upper.to_ascii_lowercase() == lower => Some(lower),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::RegexRule;
    use super::*;

    fn rule(pattern: &str) -> RegexRule {
        RegexRule::new(pattern, None, &[]).expect("a good regex")
    }

    fn prefixes(pattern: &str) -> Vec<Vec<u8>> {
        match rule(pattern).start {
            Start::Prefixes(prefixes) => prefixes.into_iter().map(|prefix| prefix.text).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn literal_prefixes_are_seen_through_boundaries_and_choices() {
        assert_eq!(prefixes(r"\bEMP-\d{6}\b"), [b"EMP-".to_vec()]);
        assert_eq!(prefixes(r"(?:ghp|gho)_[A-Za-z0-9]{36,}"), [b"ghp_".to_vec(), b"gho_".to_vec()]);
        assert_eq!(prefixes(r"EMP-[0-9]{6}"), [b"EMP-".to_vec()]);
        assert!(prefixes(r"\d{9}").is_empty());
    }

    #[test]
    fn a_regex_that_may_read_far_and_fail_is_not_tried_at_prefixes() {
        for pattern in ["abc.*x", r"abc\w+\b", "(?:abc[a-z]+)+d"] {
            assert!(prefixes(pattern).is_empty(), "{pattern}");
        }
        for pattern in ["abc.*", r"abc\w{20,}(?:\.x{2})?", r"\babc(?:d+|e{3,})"] {
            assert!(!prefixes(pattern).is_empty(), "{pattern}");
        }
    }

    #[test]
    fn prefixes_in_any_case_are_one() {
        let Start::Prefixes(prefixes) = rule(r"(?i)\bX-Amz-Token=\w+").start else { panic!("it has a prefix") };
        assert_eq!(prefixes, [Prefix { text: b"x-amz-token=".to_vec(), exact: false }]);
        let Start::Prefixes(prefixes) = rule(r"\bAKIA[0-9]{16}").start else { panic!("it has a prefix") };
        assert_eq!(prefixes, [Prefix { text: b"AKIA".to_vec(), exact: true }]);
    }

    #[test]
    fn short_words_without_a_prefix_are_told_by_their_beginning() {
        let beginnings = |pattern| match rule(pattern).start {
            Start::Beginnings(beginnings) => beginnings.iter().map(Beginning::len).collect(),
            _ => Vec::new(),
        };
        assert_eq!(beginnings(r"(?-u)\b[A-Z]{2}[0-9]\b"), [3]);
        assert_eq!(beginnings(r"(?-u)\b[A-Z]{1,2}[0-9]{17}[A-Z]\b"), [8, 8]);
        assert_eq!(beginnings(r"(?-u)\([0-9]{3}\) ?[0-9]"), [6, 7]);
        for elsewhere in [r"[A-Z]{2}[0-9]\b", r"\b[A-Z]+\b", r"\b[é-ü]{3}", r"\b[0-9]{2,9999}x"] {
            assert!(beginnings(elsewhere).is_empty(), "{elsewhere}");
        }
    }

    #[test]
    fn what_holds_a_long_word_is_looked_for_there() {
        let lead = |pattern| match rule(pattern).start {
            Start::LongWord { lead, .. } => Some(lead),
            _ => None,
        };
        assert_eq!(lead(r"(?-u)\bo\.[0-9A-Za-z]{32}\b"), Some(2));
        assert_eq!(lead(r"(?-u)\bxx[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"), Some(0));
        assert_eq!(lead(r"(?-u)\b(?:eu|gov)[0-9]{2}[a-z]{18}(?:\.x|-y)"), Some(0));
        assert_eq!(lead(r"(?-u)\bapi/v1/[0-9A-Za-z]{20}/"), Some(0));
        for elsewhere in [
            r"(?-u)\bo\.[0-9A-Za-z]{21}\b",
            r"(?-u)\b[a-z]{2}\.[0-9A-Za-z]{32}\b",
            r"(?-u)\b(?:eu|gov)[0-9]{2}[a-z]{17}(?:\.x|-y)",
            r"(?-u)\bx[0-9](?:[a-z]{20})?:",
            r"(?-u)\bx[0-9]{1,9}\.?[a-z]{30}:",
            r"(?-u)\bapi/v1/[0-9A-Za-z]{9}/",
            r"(?-u)/api/v1/[0-9A-Za-z]{20}/",
            r"(?-u)\bapi\.v1/[0-9A-Za-z]{20}/",
            r#"(?-u)\bapi/\["a"\]/[0-9A-Za-z]{30}"#,
        ] {
            assert_eq!(lead(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn what_may_begin_where_no_word_is_seen_to_is_searched_for() {
        for anywhere in [r"\b[A-Za-z0-9_-]{21}\b", r"\b[a-z_]{4}[0-9]", r"(?-u)\b_k?[0-9a-z]{9}"] {
            assert!(matches!(rule(anywhere).start, Start::Anywhere), "{anywhere}");
        }
        assert!(matches!(rule(r"(?-u)\b[A-Za-z0-9_-]{22}\b").start, Start::LongWord { lead: 0, .. }));
        assert!(matches!(rule(r"(?-u)\b[a-z][a-z_]{3}[0-9]").start, Start::Beginnings(_)));
    }

    #[test]
    fn classes_of_all_scripts_are_looked_for_by_what_they_are_in_ascii() {
        for in_ascii in [r"\b\d{3}-\d{2}", r"\b[3-6]\d{3}[ -]?\d{4}\b", r"\b[A-Z]\w{2}:"] {
            let rule = rule(in_ascii);
            assert!(rule.start_in_plain_text && matches!(rule.start, Start::Beginnings(_)), "{in_ascii}");
        }
        for (pattern, anywhere) in
            [(r"\bEMP-\d", false), (r"(?-u)\b\d{3}", false), (r"\d{3}", true), (r"\b\w{3}-", true)]
        {
            let rule = rule(pattern);
            assert!(!rule.start_in_plain_text && matches!(rule.start, Start::Anywhere) == anywhere, "{pattern}");
        }
    }

    #[test]
    fn digits_are_no_prefix_where_there_is_something_better() {
        let with_context = RegexRule::new(r"(?-u)\b[0-9]{11}\b", None, &["pesel"]).expect("a good regex");
        assert!(matches!(with_context.start, Start::Context { .. }));
        assert!(matches!(rule(r"(?-u)\b(?:2[03]|30)-?[0-9]{8}\b").start, Start::Beginnings(_)));
        assert!(matches!(rule(r"(?-u)\bEMP-[0-9]{7}\b").start, Start::Prefixes(_)));
        assert!(matches!(rule(r"(?-u)\b[FGMST][0-9]{7}[A-Z]\b").start, Start::Beginnings(_)));
        assert!(matches!(rule(r"(?-u)\b[0-9]{3}-[0-9]{3}\b").start, Start::Beginnings(_)));
    }
}
