//! Runs one detector over a text the way the scanner does, and checks that it keeps the contract.

use std::ops::Range;

use regex_automata::hybrid::dfa::{DFA, OverlappingState};
use regex_automata::util::syntax;
use regex_automata::{Input, MatchKind, nfa::thompson};

use super::{Detector, Probe, Verdict};

/// The ranges that `detector` finds in `text`.
pub(super) fn ranges(detector: &Detector, text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut floor, mut resume) = (0, 0);
    for anchor_end in anchor_ends(detector, text) {
        if anchor_end <= resume {
            continue;
        }
        match (detector.find)(Probe { text, anchor_end, floor }) {
            Verdict::Found(range) => {
                assert!(
                    floor <= range.start && range.start < range.end && range.end <= text.len(),
                    "{range:?} from {floor}"
                );
                if let Ok(text) = std::str::from_utf8(text) {
                    assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end), "{range:?} splits");
                }
                floor = range.end;
                resume = range.end;
                found.push(range);
            }
            Verdict::Nothing { resume: next } => {
                assert!(next >= anchor_end && next <= text.len(), "{next} after an anchor at {anchor_end}");
                resume = next;
            }
        }
    }
    found
}

/// The texts that `detector` finds in `text`.
pub(super) fn findings<'t>(detector: &Detector, text: &'t str) -> Vec<&'t str> {
    ranges(detector, text.as_bytes()).into_iter().map(|range| &text[range]).collect()
}

/// Asserts that each text's only finding is what stands between `⟦` and `⟧` in it.
pub(super) fn assert_finds(detector: &Detector, marked: &[&str]) {
    for marked in marked {
        let text = marked.replace(['⟦', '⟧'], "");
        let want: Vec<_> = marked.split('⟦').skip(1).map(|part| part.split('⟧').next().unwrap_or(part)).collect();
        assert!(!want.is_empty(), "nothing marked in {marked}");
        assert_eq!(findings(detector, &text), want, "in {text}");
    }
}

/// Asserts that nothing is found in any of the texts.
pub(super) fn assert_ignores(detector: &Detector, texts: &[&str]) {
    for text in texts {
        assert_eq!(findings(detector, text), [""; 0], "in {text}");
    }
}

fn anchor_ends(detector: &Detector, text: &[u8]) -> Vec<usize> {
    let dfa = DFA::builder()
        .configure(DFA::config().match_kind(MatchKind::All).skip_cache_capacity_check(true))
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false))
        .build_many(detector.anchors)
        .expect("anchors are small, valid regexes");
    let mut cache = dfa.create_cache();
    let mut state = OverlappingState::start();
    let mut ends = Vec::new();
    let input = Input::new(text);
    loop {
        dfa.try_search_overlapping_fwd(&mut cache, &input, &mut state).expect("no quit bytes are set");
        match state.get_match() {
            Some(hit) => ends.push(hit.offset()),
            None => break ends,
        }
    }
}

mod tests {
    use std::time::{Duration, Instant};

    use super::super::BUILTIN;
    use super::*;

    /// Texts that tempt a detector to read the same bytes again and again.
    const FLOODS: &[&str] = &[
        "@",
        "a@",
        "@a",
        "a@b.",
        "\"@",
        "%40",
        "a%40",
        "1",
        "1 ",
        "12 ",
        "4111 ",
        "4111-",
        "4111111111111111 ",
        "1.",
        "1.1.1.1 ",
        "%20",
        ":",
        "::",
        "a:",
        "a::",
        "::a",
        "1::2:",
        "eyJ",
        "eyJ.",
        "-eyJ",
        "eyJhbGciOiJub25lIn0.",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n",
        "Bearer ",
        "Bearer+",
        "basic:",
        "://",
        "a://b:c",
        "a://b:c@d",
        "a://b:c/",
        "+",
        "+1",
        "+1 ",
        "+49 (",
        "tel:1",
        "DE89",
        "DE89 ",
        "123-45-6789",
        "00:11:",
        "00-0a-",
        "0a1b.",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN",
        " 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
        "123 45 6789 ",
        "\u{200b}",
        "\u{200b}1",
    ];

    #[test]
    fn time_is_linear_in_the_text() {
        const LEN: usize = 1 << 18;
        for detector in BUILTIN {
            for flood in FLOODS {
                let text = flood.repeat(LEN / flood.len());
                let started = Instant::now();
                ranges(detector, text.as_bytes());
                assert!(started.elapsed() < Duration::from_secs(10), "{} on {flood:?}", detector.name);
            }
        }
    }

    #[test]
    fn no_text_breaks_a_detector() {
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        for _ in 0..300 {
            let mut text = Vec::new();
            while text.len() < 200 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                match state % 4 {
                    0 => text.extend((state >> 8).to_le_bytes()),
                    1 => text.extend("é漢１\u{200b}".as_bytes()),
                    _ => text.extend(FLOODS[(state >> 8) as usize % FLOODS.len()].as_bytes()),
                }
            }
            for detector in BUILTIN {
                ranges(detector, &text);
                ranges(detector, String::from_utf8_lossy(&text).as_bytes());
            }
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = BUILTIN.iter().map(|detector| detector.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), BUILTIN.len());
    }
}
