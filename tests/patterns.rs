//! Patterns of which no prefix is known are found wherever their regex matches, whatever stands before.

use regex::bytes::Regex;
use tracing_privacy::Policy;

/// Words that begin with a small letter, long ones, such with a sign before the long part, and codes.
const PATTERNS: &[(&str, &str)] = &[
    (r"\b[a-z]{2}[0-9]{4}\b", "qk4711"),
    (r"\bo\.[0-9A-Za-z]{24}\b", "o.Zk3v9QpL7xWm2RtY8sNd4Bhc"),
    (r"\b(?:eu|gov)[0-9]{2}xx[0-9A-Za-z]{20}(?:NRAL|-NRMA)\b", "gov07xxZk3v9QpL7xWm2RtY8sNd-NRMA"),
    (r"\bxx[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "xx0f3b9c1d-7a2e-4b6f-8c0d-1e3f5a7b9c2d"),
    (r"\b[A-Z]{3}[0-9]{5}\b", "QKX47110"),
];

#[test]
fn patterns_without_a_prefix_are_found_behind_everything() {
    let before = [
        "",
        " ",
        "x ",
        "a=",
        "/",
        "key-",
        "path/to+",
        "_",
        "x",
        "7",
        ":",
        "(\"",
        "é",
        "aaaaaaaaaaaaaaaaaaaaaaaa/",
        "1-",
    ];
    let behind = ["", " ", ".", "/x", "-", "x", "&b=c"];
    let (mut seen, mut wrong) = (0, Vec::new());
    for (pattern, value) in PATTERNS {
        let rules =
            format!("version = 1\n[[pattern]]\nname = \"p\"\nregex = '(?-u){pattern}'\nmask = {{ fixed = \"#\" }}\n");
        let policy: Policy = rules.parse().expect("good rules");
        let regex = Regex::new(&format!("(?-u){pattern}")).expect("a good regex");
        for pad in 0..140 {
            for before in before {
                for behind in behind {
                    let text = format!("{}{before}{value}{behind}", ".".repeat(pad));
                    let wanted = regex.replace_all(text.as_bytes(), b"#".as_slice());
                    seen += usize::from(*wanted != *text.as_bytes());
                    let got = policy.sanitize_text(&text);
                    if *got.as_bytes() != *wanted {
                        wrong.push(format!("{text}: {got}"));
                    }
                }
            }
        }
    }
    assert!(seen > 10_000, "{seen}");
    assert!(wrong.is_empty(), "{} wrong, first {:?}", wrong.len(), &wrong[..wrong.len().min(5)]);
}
