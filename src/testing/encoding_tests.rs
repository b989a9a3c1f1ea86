//! Each encoding, seen and not seen.

use super::*;
use crate::testing::Canaries;

const SECRET: &str = "hunter2-Canary/9f3a";

#[track_caller]
fn sees(output: &str, encodings: &[Encoding]) {
    let sightings = Canaries::new([SECRET]).find(output.as_bytes());
    assert_eq!(sightings.iter().map(|sighting| sighting.encodings()).collect::<Vec<_>>(), [encodings], "{output}");
}

#[track_caller]
fn does_not_see(output: &str) {
    assert!(Canaries::new([SECRET]).find(output.as_bytes()).is_empty(), "{output}");
}

#[test]
fn the_list_names_every_encoding_once() {
    let names: std::collections::HashSet<_> = ENCODINGS.iter().map(|(encoding, ..)| encoding.name()).collect();
    assert_eq!(names.len(), ENCODINGS.len());
    assert!(!names.contains("unknown"));
}

#[test]
fn plain() {
    sees("password=hunter2-Canary/9f3a!", &[Encoding::Plain]);
    does_not_see("password=[redacted:credential]");
    does_not_see("hunter2-Canary/9f3");
    does_not_see("hunter3-Canary/9f3a");
    does_not_see("");
}

#[test]
fn case_changed() {
    sees("HUNTER2-CANARY/9F3A", &[Encoding::CaseChanged]);
}

#[test]
fn separators_changed() {
    sees("hunter2Canary/9f3a", &[Encoding::Separated]);
    sees("hunter2 canary/9f\n3a", &[Encoding::Separated]);
    does_not_see("hunter2\",\"Canary/9f3a");
    let card = Canaries::new(["4111 1111-1111.1111"]);
    assert_eq!(card.find(b"4111111111111111")[0].encodings(), [Encoding::Separated]);
    assert!(card.find(b"411111111111111").is_empty());
}

#[test]
fn escaped() {
    sees(r#"{"a":"hunter2-Canary\/9f3a"}"#, &[Encoding::Escaped]);
    sees(r"hunter2-\u0043anary/9f3a", &[Encoding::Escaped]);
    sees(r"hunter2-\u{43}anary/9f3a", &[Encoding::Escaped]);
    sees(r"hunter2-\x43anary/9f3a", &[Encoding::Escaped]);
    sees(r"hunter2-\u0063ANARY/9f3a", &[Encoding::Escaped, Encoding::CaseChanged]);
    does_not_see(r"hunter2-\u0044anary/9f3a");
    does_not_see(r"hunter2-\u004");
    does_not_see(r"\ud800\");
    does_not_see(r"\u{110000");
}

#[test]
fn escaped_several_times_over() {
    let canaries = Canaries::new(["say \"hé😀\"\nnow"]);
    let mut text = "say \"hé😀\"\nnow".to_owned();
    for level in 1..=5 {
        text = serde_json::to_string(&text).expect("a string is JSON");
        assert_eq!(canaries.find(text.as_bytes())[0].encodings(), vec![Encoding::Escaped; level]);
    }
    assert_eq!(canaries.find(br#"say \"h\u00E9\ud83d\ude00\"\nnow"#)[0].encodings(), [Encoding::Escaped]);
    assert_eq!(canaries.find(format!("{:?}", "say \"hé😀\"\nnow").as_bytes())[0].encodings(), [Encoding::Escaped]);
}

#[test]
fn percent_encoded() {
    sees("?p=hunter2-Canary%2F9f3a", &[Encoding::Percent]);
    sees("?p=hunter2-Canary%2f9f3a&q=%zz%", &[Encoding::Percent]);
    let all: String = SECRET.bytes().map(|byte| format!("%{byte:02x}")).collect();
    sees(&all, &[Encoding::Percent]);
    sees("?p=hunter2-Canary%252F9f3a", &[Encoding::Percent, Encoding::Percent]);
    does_not_see("?p=hunter2-Canary%2G9f3a");
    does_not_see("?p=hunter2-Canary%2");
}

#[test]
fn base64_at_every_offset() {
    for before in ["", "u", "us", "user:", "{\"a\":1,"] {
        for after in ["", "!", "!!", "!!!"] {
            let plain = format!("{before}{SECRET}{after}");
            let encoded = base64(plain.as_bytes(), b"+/");
            sees(&format!("authorization: Basic {encoded}"), &[Encoding::Base64]);
            for digits in ["/", "x/", "xy/"] {
                sees(&format!("{digits}{encoded}"), &[Encoding::Base64]);
            }
            sees(&format!("token={}", encoded.trim_end_matches('=')), &[Encoding::Base64]);
            let (left, right) = encoded.split_at(encoded.len() / 2);
            sees(&format!("{left}\r\n{right}"), &[Encoding::Base64]);
        }
    }
    does_not_see(&base64(b"hunter2-Canary/9f3b", b"+/"));
}

#[test]
fn base64_for_urls() {
    let canaries = Canaries::new(["??>>??>>~~~"]);
    let standard = base64(b"??>>??>>~~~", b"+/");
    let for_urls = base64(b"??>>??>>~~~", b"-_");
    assert_ne!(standard, for_urls);
    assert_eq!(canaries.find(standard.as_bytes())[0].encodings(), [Encoding::Base64]);
    assert_eq!(canaries.find(for_urls.as_bytes())[0].encodings(), [Encoding::Base64]);
}

#[test]
fn hex() {
    let joined = |between: &str| SECRET.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between);
    for between in ["", " ", ":", "-", ", ", ", 0x", "0x", r"\x"] {
        sees(&format!("bytes: {} end", joined(between)), &[Encoding::Hex]);
        sees(&format!("a {}", joined(between).to_uppercase().replace("0X", "0x")), &[Encoding::Hex]);
    }
    does_not_see(&joined("|"));
    does_not_see(&joined("")[2..]);
}

#[test]
fn decimal_bytes() {
    sees(&format!("{:?}", SECRET.as_bytes()), &[Encoding::Decimal]);
    sees(&format!("{:#?}", SECRET.as_bytes()), &[Encoding::Decimal]);
    does_not_see(&format!("{:?}", SECRET.as_bytes()).replace("51", "551"));
    does_not_see(&format!("{:?}", &SECRET.as_bytes()[1..]));
}

#[test]
fn one_inside_the_other() {
    sees(&base64(br"hunter2-Canary%2F9f3a", b"+/"), &[Encoding::Base64, Encoding::Percent]);
    let in_json = base64(b"???canary???", b"+/").replace('/', r"\/");
    assert!(in_json.contains('\\'));
    let sightings = Canaries::new(["???canary???"]).find(in_json.as_bytes());
    assert_eq!(sightings[0].encodings(), [Encoding::Escaped, Encoding::Base64]);
    let twice = base64(base64(SECRET.as_bytes(), b"+/").as_bytes(), b"+/");
    sees(&twice, &[Encoding::Base64, Encoding::Base64]);
}

#[test]
fn bytes_that_are_no_text_do_no_harm() {
    let noise: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert!(Canaries::new([SECRET]).find(&noise).is_empty());
    let mut planted = noise.clone();
    planted.splice(1000..1000, SECRET.bytes());
    assert_eq!(Canaries::new([SECRET]).find(&planted).len(), 1);
}

fn base64(bytes: &[u8], last_two: &[u8; 2]) -> String {
    let alphabet: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(*last_two).collect();
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let number = group.iter().fold(0u32, |number, &byte| number << 8 | u32::from(byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = alphabet[(number >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}
