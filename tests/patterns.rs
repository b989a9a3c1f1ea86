//! Patterns of which no prefix is known are found wherever their regex matches, whatever stands before.

use regex::bytes::Regex;
use tracing_privacy::Policy;
use tracing_privacy::testing::{Output, capture};

#[path = "../src/random.rs"]
mod random;

use random::random;

/// A policy of one pattern, which writes `#` in place of what it finds; `None` if the pattern is refused.
fn masking(regex: &str) -> Option<Policy> {
    let rules = format!("version = 1\n[[pattern]]\nname = 'p'\nregex = '''{regex}'''\nmask = {{ fixed = '#' }}\n");
    rules.parse().ok()
}

/// Texts that are masked by a policy of one pattern, beside what its regex finds.
#[derive(Default)]
struct Comparison {
    /// In so many texts the regex finds something.
    seen: usize,
    wrong: Vec<String>,
}

impl Comparison {
    fn compare(&mut self, policy: &Policy, regex: &Regex, text: &str) {
        let wanted = regex.replace_all(text.as_bytes(), b"#".as_slice());
        self.seen += usize::from(*wanted != *text.as_bytes());
        let wanted = String::from_utf8_lossy(&wanted);
        // Alone, and as a string of a document.
        let document = |text: &str| serde_json::json!({ "~": [text, "~"] }).to_string();
        for (text, wanted) in [(text.to_owned(), wanted.as_ref().to_owned()), (document(text), document(&wanted))] {
            let got = policy.sanitize_text(&text);
            if got != wanted {
                self.wrong.push(format!("{regex} in {text}: {got}"));
            }
        }
    }

    /// All are alike, and in more than so many the regex found something.
    fn assert_same(&self, seen: usize) {
        let Self { wrong, .. } = self;
        assert!(self.seen > seen, "{}", self.seen);
        assert!(wrong.is_empty(), "{} wrong, first {:#?}", wrong.len(), &wrong[..wrong.len().min(8)]);
    }
}

/// Words that begin with a small letter, long ones, such with a sign before the long part, and codes.
const PATTERNS: &[(&str, &str)] = &[
    (r"\b[a-z]{2}[0-9]{4}\b", "qk4711"),
    (r"\bo\.[0-9A-Za-z]{24}\b", "o.Zk3v9QpL7xWm2RtY8sNd4Bhc"),
    (r"\b(?:eu|gov)[0-9]{2}xx[0-9A-Za-z]{20}(?:NRAL|-NRMA)\b", "gov07xxZk3v9QpL7xWm2RtY8sNd-NRMA"),
    (r"\bxx[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "xx0f3b9c1d-7a2e-4b6f-8c0d-1e3f5a7b9c2d"),
    (r"\b[A-Z]{3}[0-9]{5}\b", "QKX47110"),
    (r"\b[0-9A-Z_]{9}\b", "_QKX47110"),
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
    let mut all = Comparison::default();
    for (pattern, value) in PATTERNS {
        let pattern = format!("(?-u){pattern}");
        let (policy, regex) = (masking(&pattern).expect("good rules"), Regex::new(&pattern).expect("a good regex"));
        for pad in 0..140 {
            for before in before {
                for behind in behind {
                    all.compare(&policy, &regex, &format!("{}{before}{value}{behind}", ".".repeat(pad)));
                }
            }
        }
    }
    all.assert_same(10_000);
}

/// `\d` and `\w` stand for the digits and letters of all scripts. In texts of ASCII such patterns are looked for where words begin.
#[test]
fn patterns_of_all_scripts_are_found_in_texts_of_any() {
    let patterns = [
        (
            r"\b\d{3}-\d{2}-\d{4}\b",
            ["987-65-4320", "\u{663}\u{663}\u{663}-\u{662}\u{662}-\u{661}\u{661}\u{661}\u{661}"],
        ),
        (r"\b[3-6]\d{3}[ -]?\d{4}\b", ["4711 0815", "4\u{667}11\u{660}815"]),
        (r"\b[A-Z]\w{3}:", ["QK_x:", "Qéäx:"]),
        (r"\b[a-z]+@\w+", ["q@example", "q@é"]),
    ];
    let before = ["", " ", "é", "é ", "—", "密", "x", "x ", "a=", "(", "_", "1-"];
    let behind = ["", " ", "é", "x", ".", " ü", "—"];
    let (mut seen, mut wrong) = (0, Vec::new());
    for (pattern, values) in patterns {
        let policy = masking(pattern).expect("good rules");
        let regex = Regex::new(pattern).expect("a good regex");
        for value in values {
            for (before, behind) in before.iter().flat_map(|before| behind.iter().map(move |behind| (before, behind))) {
                for pad in [0, 1, 40, 60, 63, 64, 65] {
                    let text = format!("{}{before}{value}{behind}", ". ".repeat(pad));
                    let wanted = regex.replace_all(text.as_bytes(), b"#".as_slice()).into_owned();
                    let wanted = String::from_utf8(wanted).expect("it was");
                    seen += usize::from(wanted != text);
                    let document = |text: &str| serde_json::json!({ "a": ["seen", text, 1], "b": "seen" }).to_string();
                    for (text, wanted) in [(text.clone(), wanted.clone()), (document(&text), document(&wanted))] {
                        let got = policy.sanitize_text(&text);
                        if got != wanted {
                            wrong.push(format!("{pattern} in {text}: {got}"));
                        }
                    }
                }
            }
        }
    }
    assert!(seen > 2_000, "{seen}");
    assert!(wrong.is_empty(), "{} wrong, first {:?}", wrong.len(), &wrong[..wrong.len().min(5)]);
}

#[test]
fn patterns_of_all_scripts_are_found_beside_and_across_escapes() {
    for (pattern, text, expected) in [
        (r"\b\d{3}-\d{5}(?:\s|$)", r"id 123-45678\nnext", "id #nnext"),
        (r"\b\d{3}\s+\d{5}\b", r"at 123\n45678 x", "at # x"),
        (r"\s(EMP-\d{6})", r"id\nEMP-123456", r"id\n#"),
        (r"\b\d{3}-\d{5}\b", "\x1b[01;31m\x1b[K123-45678\x1b[m\x1b[K", "\x1b[01;31m\x1b[K#\x1b[m\x1b[K"),
        (r"\b\d{4} \d{4}\b", "q=%201111 2222 3333", "q=%20[redacted:sensitive]"),
        (r"(?-u)\b[0-9\xa0]{4}\b", "x 12345 1234 x", "x 12345 # x"),
    ] {
        let policy = masking(pattern).expect("good rules");
        assert_eq!(policy.sanitize_text(text), expected, "{pattern}");
    }
    let rules = "version = 1\n[[pattern]]\nname = 'p'\nregex = '(?-u)\\b[0-9\\xa0]{4}'\nmask = { fixed = '#' }\n";
    let policy: Policy = rules.parse().expect("good rules");
    let mut out = Vec::new();
    assert!(policy.sanitize_line(b"{\"a\":\"seen\",\"b\":\"1\xa012\"}", &mut out));
    assert_eq!(out, b"{\"a\":\"seen\",\"b\":\"#\"}");
}

#[test]
fn patterns_that_begin_in_several_ways_are_found_in_the_order_of_the_text() {
    let patterns = [r"\b[a-z]?[0-9]{6}\b", r"\b(?:[a-z]{2}[0-9]{4}|[0-9]{6})\b", r"\b(?:\+ASt|AS)[0-9A-Za-z]{20}"];
    let values = ["a123456", "654321", "qk4711", "+ASt0123456789abcdefghij", "AS0123456789abcdefghij"];
    for pattern in patterns {
        let pattern = format!("(?-u){pattern}");
        let (policy, regex) = (masking(&pattern).expect("good rules"), Regex::new(&pattern).expect("a good regex"));
        let texts = values.iter().flat_map(|first| {
            values
                .iter()
                .flat_map(move |second| [" ", "abcd", "x/"].map(|glue| format!("{glue}{first} {second} {first}")))
        });
        for text in texts {
            let wanted = regex.replace_all(text.as_bytes(), b"#".as_slice());
            assert_eq!(policy.sanitize_text(&text).as_bytes(), &*wanted, "{pattern}: {text}");
        }
    }
}

/// Whatever a pattern is made of, what its regex finds is masked, and nothing else.
#[test]
fn patterns_made_at_random_are_found_as_their_regexes_find_them() {
    const PARTS: [&str; 24] = [
        "a",
        "b1",
        "[a-c]",
        "[0-9]",
        "[0-9]{2}",
        "[0-9]{1,3}",
        "[A-Z]",
        r"\.",
        "-",
        ":",
        "#",
        "[a-c]{1,3}",
        "(?:a|b1|-)",
        "(?:[ab][0-9]){2,3}",
        r"(?:1?[0-9]?[0-9]\.){2}",
        r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\.[0-9]{1,3}){3}",
        "(?:ab|ba|[0-9]{1,3})?",
        "(?:aa|bb|cc|[0-9]{2})",
        "(?:a(?:b|1)?)?",
        "(?:-(?:a|b|c|1|22|333)){1,4}",
        r"\d",
        r"\w{2}",
        "(?:A|b|é)",
        "[0-9a-c]{20}",
    ];
    const PIECES: [&str; 21] = [
        "a",
        "b",
        "c",
        "1",
        "25",
        "333",
        "A",
        "Z",
        ".",
        "-",
        ":",
        "#",
        " ",
        "  ",
        "1.2.3.4",
        "a1b1",
        "ab",
        "-22-b",
        "é",
        "aabb",
        "0123456789abcabcabca",
    ];
    let mut next = random(0x2545_F491_4F6C_DD1D);
    let mut all = Comparison::default();
    for _ in 0..1_500 {
        let parts: String = (0..1 + next(3)).map(|_| PARTS[next(PARTS.len())]).collect();
        let pattern = format!("{}{parts}{}", ["", r"\b", r"\b"][next(3)], ["", r"\b"][next(2)]);
        // One that matches the empty text is refused.
        let Some(policy) = masking(&pattern) else { continue };
        let regex = Regex::new(&pattern).expect("a good regex");
        for _ in 0..60 {
            let text: String = (0..1 + next(12)).map(|_| PIECES[next(PIECES.len())]).collect();
            all.compare(&policy, &regex, &text);
        }
    }
    all.assert_same(4_000);
}

/// Of digits in one piece, only what stands around tells that they are a hardware address: of a value, it is its name, which a
/// detector does not see.
#[test]
fn identifiers_of_hexadecimal_digits_stay_under_their_names() {
    let policy = Policy::builtin();
    let output = capture(&policy, || {
        tracing::info!(span_id = "00f067aa0ba902b7", digest = ?"3f4e5d6c7b8a", "done");
        tracing::info!(r#"got {{"spanId":"00f067aa0ba902b7","ids":["3f4e5d6c7b8a"]}} in span_id=00f067aa0ba902b7"#);
        tracing::info!("the station 02005e100001 left");
    });
    let text = output.text(Output::Json);
    assert_eq!(text.matches("00f067aa0ba902b7").count(), 3, "{text}");
    assert_eq!(text.matches("3f4e5d6c7b8a").count(), 2, "{text}");
    assert!(!text.contains("02005e100001"), "{text}");
}

#[test]
fn few_and_many_patterns_that_begin_anywhere_are_found() {
    for count in [1, 4, 5, 20] {
        let pattern =
            |i: usize| format!("[[pattern]]\nname = \"p{i}\"\nregex = '[a-z]+{i}@'\nmask = {{ fixed = \"#{i}\" }}\n");
        let policy: Policy =
            format!("version = 1\n{}", (0..count).map(pattern).collect::<String>()).parse().expect("good rules");
        let text = |value: fn(usize) -> String| (0..count).map(|i| format!(" {} ", value(i))).collect::<String>();
        assert_eq!(policy.sanitize_text(&text(|i| format!("ab{i}@"))), text(|i| format!("#{i}")), "{count}");
    }
}

/// A text that was printed with `Debug` has its line breaks written out, and what a terminal shows has colours.
#[test]
fn what_stands_behind_an_escape_begins_a_word() {
    let values = [
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "AKIAIOSFODNN7EXAMPLE",
        // A long word, one that stands near a word for it, and that word behind an escape itself.
        "SK0123456789abcdef0123456789abcdef",
        "44051401359",
        "PESEL 44051401359",
    ];
    let rules = r#"
        version = 1
        include = ["builtin:secrets", "builtin:national_ids"]
        [[pattern]]
        name = "anywhere"
        regex = '(?-u)\b[A-Z_]{3}[0-9]{5}\b|[a-z]+@[a-z]+\.test'
    "#;
    let policies = [Policy::builtin(), rules.parse().expect("good rules")];
    for policy in &policies {
        for escape in [r"\n", r"\t", r"\r\n", "\x1b[0m", "\x1b[1;31m", r"\x1b[0m", r"\u001b[32m"] {
            for value in values {
                for pad in 0..70 {
                    let word = if value.starts_with(char::is_numeric) { "PESEL" } else { "number" };
                    let text = format!("{}{word} of{escape}{value}{escape} x", ".".repeat(pad));
                    let masked = policy.sanitize_text(&text);
                    let secret = value.rsplit(' ').next().unwrap_or(value);
                    assert!(!masked.contains(secret), "{text}: {masked}");
                    assert!(masked.contains(escape), "{text}: {masked}");
                }
            }
        }
    }
    let text = r"none\nQK_47110\nx@example.test";
    assert_eq!(policies[1].sanitize_text(text).matches("[redacted:").count(), 2, "{}", policies[1].sanitize_text(text));
}

#[test]
fn what_is_found_with_and_without_escapes_is_one_value() {
    let rules = r#"
        version = 1
        [[pattern]]
        name = "near a word"
        regex = '(?-u)\b[0-9]{6}\b'
        context = ["badge"]
        mask = { fixed = '#' }
        [[pattern]]
        name = "anywhere"
        regex = '[0-9]+@[a-z]+'
        mask = { fixed = '@' }
    "#;
    let policy: Policy = rules.parse().expect("good rules");
    let text = r"badge 123456\n654321 or\n7@y 8@y";
    assert_eq!(policy.sanitize_text(text), r"badge #\n# or\n@ @");
    assert_eq!(policy.counts().masked, 4);

    let rules = "version = 1\n[[pattern]]\nname = \"p\"\nregex = '\\b\\d{3}-\\d{2}'\nmask = { fixed = '#' }\n";
    let policy: Policy = rules.parse().expect("good rules");
    assert_eq!(policy.sanitize_text("é 123-45 é, 543-21"), "é # é, #");
    assert_eq!(policy.counts().masked, 2);
}

/// What begins before a document is not in any string of it, so that no string tells of it.
#[test]
fn a_match_that_begins_before_a_document_takes_what_is_in_it() {
    let rules = |regex: &str| {
        let email = "include = [\"builtin:pii\"]";
        let rules =
            format!("version = 1\n{email}\n[[pattern]]\nname = \"p\"\nregex = '{regex}'\nmask = {{ fixed = \"#\" }}\n");
        rules.parse::<Policy>().expect("good rules")
    };
    for (regex, text, expected) in [
        // The whole document, and what is masked in it for itself, which goes with it.
        ("answer ([^ ]+)", r#"answer {"a":"hunter2"} b"#, "answer # b"),
        ("answer (.+)", r#"answer [1,"joe@example.com","hunter2"]"#, "answer #"),
        ("answer .+", r#"an answer [1,"joe@example.com"] x"#, "an #"),
        (
            "answer (.+) b",
            r#"{"n":"joe@example.com"} answer {"a":"joe@example.com"} b"#,
            "{\"n\":\"***@example.com\"} answer # b",
        ),
        // A part of it.
        (r#"codes\["([a-z0-9]+)"#, r#"codes["hunter2","joe@example.com"]"#, r##"codes["#","***@example.com"]"##),
        (r#"id [{]"n":([0-9]+)"#, r#"id {"n":17,"m":17} 17"#, r#"id {"n":#,"m":17} 17"#),
        // Found by a word, and searched for.
        (r"[a-z]+: ([{].*[}])", r#"answer: {"a":"joe@example.com"}"#, "answer: #"),
        // Seen behind a disguise.
        ("answer: (.+)", r#"answer%3A {"a":"hunter2","b":"joe@example.com"}"#, "answer%3A #"),
        ("answer: (.+)", "ans\u{200b}wer: {\"a\":\"hunter2\"}", "ans\u{200b}wer: #"),
        // What begins in it is read string by string.
        (r#""a":"([a-z0-9]+)""#, r#"answer {"a":"hunter2"}"#, r#"answer {"a":"hunter2"}"#),
        // What masks left stays.
        ("token ([^ ]+)", "token [redacted:credential] x", "token [redacted:credential] x"),
        (r"token \[([a-z]+)", "token [redacted:credential] x", "token [redacted:credential] x"),
    ] {
        let policy = rules(regex);
        assert_eq!(policy.sanitize_text(text), expected, "{regex}");
        let findings = policy.findings(text.as_bytes());
        assert!(findings.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start), "{regex}: {findings:?}");
    }
}

/// Of a match that begins before a document, and what is masked in that by itself, no part is shown that one of both hides.
#[test]
fn a_match_and_what_is_masked_in_a_document_are_one() {
    let (erased, hidden) = ("[redacted:sensitive]", "[redacted:credential]");
    for (regex, mask, text, expected) in [
        (
            r#"answer [{]"password":"([a-z0-9]+)"#,
            "{ keep_first = 4 }",
            r#"answer {"password":"hunter2zqabcd"}"#,
            format!(r#"answer {{"password":"{hidden}"}}"#),
        ),
        (
            r"answer ([{].*)",
            "{ keep_last = 4 }",
            r#"answer {"a":"x","password":"hunter2zqabcd"}"#,
            format!("answer {erased}"),
        ),
        (
            r#"answer ([{]"password":"hunter2zqab)"#,
            "{ keep_last = 4 }",
            r#"answer {"password":"hunter2zqabcdefgh","b":1}"#,
            format!(r#"answer {erased}","b":1}}"#),
        ),
        (
            r#"answer [{]"password":"([a-z]+)"#,
            "{ fixed = \"#\" }",
            r#"answer {"password":"hunter2zqabcd","b":1}"#,
            format!(r#"answer {{"password":"{hidden}","b":1}}"#),
        ),
        (
            r#"answer [{]"phone":"555123(4567)"#,
            "\"erase\"",
            r#"answer {"phone":"5551234567"}"#,
            format!(r#"answer {{"phone":"{erased}"}}"#),
        ),
        (
            r#"answer (.+)"#,
            "{ fixed = \"#\" }",
            r#"answer {"phone":"5551234567"} {"phone":"5551234567"}"#,
            "answer #".to_owned(),
        ),
    ] {
        let rules = format!(
            "version = 1\n[[field]]\nkeys = [\"password\"]\ncategory = \"credential\"\nmask = \"erase\"\n[[field]]\nkeys = [\"phone\"]\n\
             mask = {{ keep_last = 2 }}\n[[pattern]]\nname = \"p\"\nregex = '{regex}'\nmask = {mask}\n"
        );
        let policy: Policy = rules.parse().expect("good rules");
        let masked = policy.sanitize_text(text);
        assert_eq!(masked, expected, "{regex}");
        assert_eq!(policy.sanitize_text(&masked), masked, "{regex}, again");
        let findings = policy.findings(text.as_bytes());
        assert!(findings.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start), "{regex}: {findings:?}");
    }
}

/// Between a short key and its value stand as many blanks as whoever wrote the document liked.
#[test]
fn patterns_of_a_short_key_and_its_value_find_both_however_a_document_is_written() {
    for regex in [
        r#""seat": "([0-9]{2}[A-F])""#,
        r#""seat"[ ]?:[ ]?"([0-9]{2}[A-F])""#,
        r#"(?-u)\b[a-z]{4}": "([0-9]{2}[A-F])""#,
    ] {
        let policy = masking(regex).expect("good rules");
        for blanks in ["", " ", "  ", "\n\t", ""] {
            let document = |value| format!(r#"{{"row":7,"seat":{blanks}"{value}","n":"x"}}"#);
            assert_eq!(policy.sanitize_text(&document("12A")), document("#"), "{regex}");
        }
    }
}

/// Strings of a document are read with their keys where a pattern knows them, in whatever way the scanner looks for it.
#[test]
fn patterns_of_a_key_and_its_value_find_both_in_documents() {
    for regex in [
        r#"(?-u)"member_no"[ ]?:[ ]?"([A-Z0-9]{2,})"#,
        r#""member_no"\s*:\s*"([A-Z0-9]+)""#,
        r#"(?-u)"member_no"[ ]*:[ ]*"([A-Z0-9]+)"#,
        r"\bmember_no\W+([A-Z0-9]+)\b",
        r#"member_\w+": "([A-Z0-9]+)""#,
        r#"(?-u)\b[a-z]{6}_no"[ ]?:[ ]?"([A-Z0-9]{1,9})""#,
        r#"(?-u)\b(?:member|[a-z]{1,6}[0-9]{1,6})_no"[ ]?:[ ]?"([A-Z]{2}[0-9]{2})""#,
    ] {
        let policy = masking(regex).expect("good rules");
        for (text, expected) in [
            (r#"{"member_no":"AB12"}"#, r##"{"member_no":"#"}"##),
            (r#"{"member_no": "AB12"}"#, r##"{"member_no": "#"}"##),
            (r#"a {"a":[{"x":1,"member_no" :"AB12"}]} b"#, r##"a {"a":[{"x":1,"member_no" :"#"}]} b"##),
            (r#"{"no":"AB12"}"#, r#"{"no":"AB12"}"#),
        ] {
            assert_eq!(policy.sanitize_text(text), expected, "{regex}");
        }
        let (mut value, mut other) = (serde_json::json!({"member_no": "AB12"}), serde_json::json!({"no": "AB12"}));
        policy.sanitize_json(&mut value);
        policy.sanitize_json(&mut other);
        assert_eq!(
            (value, other),
            (serde_json::json!({"member_no": "#"}), serde_json::json!({"no": "AB12"})),
            "{regex}"
        );
    }
}

/// Scripts have quotes and stops of their own, and some no blanks: a word of theirs may begin with each of their characters.
#[test]
fn words_beyond_ascii_begin_behind_signs_beyond_ascii() {
    let rules = "version = 1\n[[pattern]]\nname = \"a\"\nregex = '\\bДОГ-\\d{6}'\n[[pattern]]\nname = \"b\"\nregex = '\\b订单-\\d{6}'\n";
    let policy: Policy = rules.parse().expect("good rules");
    for before in ["", "«", "“", "№", "。", "「", "= ", "\u{200b}", "x «"] {
        for value in ["ДОГ-123456", "订单-123456"] {
            let safe = policy.sanitize_text(&format!("{before}{value}"));
            assert_eq!(safe, format!("{before}[redacted:sensitive]"));
        }
    }
}
