use std::io::Write;

use super::*;
use crate::mask::is_own_mark;

/// The bytes 0 to 31.
const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// The bytes 32 to 63.
const NEWER: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

fn ids(text: &str) -> Vec<String> {
    KeyRing::parse(text).unwrap().keys.iter().map(|key| key.id().to_owned()).collect()
}

fn error(text: &str) -> String {
    KeyRing::parse(text).unwrap_err().to_string()
}

fn token(ring: &KeyRing) -> String {
    ring.tokens(&Category::CONTACT, "ann@example.com").next().unwrap()
}

#[test]
fn every_way_to_write_one_key_gives_the_same_tokens() {
    let expected = "tok-contact-k1-kbp4254anflrqxoszkmklwesky";
    let unpadded = BASE64.trim_end_matches('=');
    for encoded in [HEX, &HEX.to_uppercase(), BASE64, unpadded] {
        assert_eq!(token(&KeyRing::parse(&format!("k1:{encoded}")).unwrap()), expected);
        let bare = token(&KeyRing::parse(encoded).unwrap());
        assert_eq!(bare, expected.replace("-k1-", "-a856be-"));
    }
}

#[test]
fn keys_stand_between_commas_or_on_lines() {
    assert_eq!(ids(&format!("b:{NEWER}, a : {HEX} ,")), ["b", "a"]);
    assert_eq!(ids(&format!("\u{feff}# keys, with a comma\r\n\r\n b:{NEWER}\r\n   # old\n{HEX}")), ["b", "a856be"]);
    assert_eq!(KeyRing::parse(&format!("b:{NEWER},a:{HEX}")).unwrap().active_key_id(), "b");
}

#[test]
fn after_a_rotation_old_tokens_can_be_searched_for() {
    let old = KeyRing::parse(&format!("a:{HEX}")).unwrap();
    let new = KeyRing::parse(&format!("b:{NEWER},a:{HEX}")).unwrap();
    let logged = token(&old);
    assert!(is_own_mark(logged.as_bytes()), "left alone whichever key is active");
    let tokens: Vec<String> = new.tokens(&Category::CONTACT, "ann@example.com").collect();
    assert_eq!(tokens.len(), 2);
    assert!(tokens[0].starts_with("tok-contact-b-"));
    assert_eq!(tokens[1], logged);
}

#[test]
fn mistakes_name_the_key_and_the_cure() {
    for (text, expected) in [
        (String::new(), "there is no token key; make one with `openssl rand -base64 32`"),
        (" \n# none\n,,".to_owned(), "there is no token key"),
        (format!("a:{HEX},K1:{NEWER}"), "token key 2: the id before the `:` must be"),
        (format!(":{HEX}"), "token key 1: the id"),
        (format!("{}:{HEX}", "k".repeat(17)), "token key 1: the id"),
        (format!("a-b:{HEX}"), "token key 1: the id"),
        (format!("a:{HEX},b:{NEWER},a:{NEWER}"), "token key 3: it has the same id as token key 1"),
        (format!("{HEX},{BASE64}"), "token key 2: it has the same id as token key 1"),
        (format!("a:{}", &HEX[..63]), "token key 1: it looks like hex, but has 63 digits"),
        ("a:".to_owned(), "token key 1: it has 0 bytes, and needs 32 or more; make one with"),
        ("a:c2hvcnQtYW5kLXNlY3JldA==".to_owned(), "token key 1: it has 16 bytes, and needs 32"),
        ("a:hunter2 hunter2".to_owned(), "token key 1: it is neither hex nor base64"),
        (format!("a:{NEWER}x"), "token key 1: it is neither hex nor base64"),
        (format!("a:{}", "ab".repeat(32)), "token key 1: it has fewer than 8 different bytes"),
        (format!("a:b:{HEX}"), "token key 1: it is neither hex nor base64"),
    ] {
        let message = error(&text);
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn no_error_and_no_debug_holds_a_piece_of_a_key() {
    let hex_of_newer: String = (32..64u8).map(|byte| format!("{byte:02x}")).collect();
    let url_safe = "-_v_".repeat(11);
    let texts = [
        format!("{NEWER}:a"),
        format!("a:{NEWER}!"),
        format!("a:{}", &NEWER[..20]),
        format!("a:{}", &hex_of_newer[..40]),
        format!("a:{NEWER},a:{hex_of_newer}"),
        format!("{NEWER} {NEWER}"),
        format!("a:{url_safe}"),
        format!("!{hex_of_newer}"),
    ];
    let ring = KeyRing::parse(&format!("a:{NEWER}")).unwrap();
    let mut shown = vec![format!("{ring:?}"), format!("{ring:#?}")];
    for text in &texts {
        let error = KeyRing::parse(text).unwrap_err();
        shown.extend([format!("{error}"), format!("{error:?}"), format!("{error:#?}")]);
    }
    for path in [NEWER, &hex_of_newer] {
        let error = KeyRing::from_file(path).unwrap_err();
        shown.extend([format!("{error}"), format!("{error:?}")]);
    }
    let decimal = (32..64u8).map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
    for shown in shown {
        for encoded in [NEWER, &hex_of_newer, &hex_of_newer.to_uppercase(), &url_safe, &decimal] {
            let pieces = encoded.as_bytes().windows(8).filter(|piece| shown.as_bytes().windows(8).any(|w| w == *piece));
            assert_eq!(pieces.count(), 0, "{shown}");
        }
        assert!(!shown.contains(" !\"#$%&'"), "the bytes as text");
    }
    assert_eq!(format!("{ring:?}"), "KeyRing [\"a\"]");
}

#[test]
fn files() {
    let path = std::env::temp_dir().join(format!("tracing-privacy-keys-{}", std::process::id()));
    let read = |content: &[u8]| {
        File::create(&path).unwrap().write_all(content).unwrap();
        KeyRing::from_file(&path)
    };
    let ring = read(format!("# active\nb:{NEWER}\n# old\na:{HEX}\n").as_bytes());
    let binary = read(&[0xff; 32]);
    let large = read(&vec![b'#'; 64 * 1024 + 1]);
    let limit = read(&vec![b'#'; 64 * 1024]);
    let empty = read(b"");
    std::fs::remove_file(&path).unwrap();

    assert_eq!(ring.unwrap().active_key_id(), "b");
    assert!(binary.unwrap_err().to_string().contains("is not text"));
    assert!(large.unwrap_err().to_string().contains("larger than 64 KiB"));
    assert!(limit.unwrap_err().to_string().contains("no token key"));
    assert!(empty.unwrap_err().to_string().contains("no token key"));
    let missing = KeyRing::from_file(&path).unwrap_err().to_string();
    assert!(missing.contains("cannot be read") && !missing.contains("tracing-privacy-keys"), "{missing}");
}

#[test]
fn random_keys_differ() {
    let (one, other) = (KeyRing::ephemeral().unwrap(), KeyRing::ephemeral().unwrap());
    assert_eq!(one.active_key_id(), "ephemeral");
    assert_eq!(token(&one), token(&one.clone()));
    assert_ne!(token(&one), token(&other));
    assert_ne!(*KeyRing::generate_key_text().unwrap(), *KeyRing::generate_key_text().unwrap());
}
