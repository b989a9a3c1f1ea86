//! Random values next to a telling word: `acme_api_key := "…"`, `X-Acme-Token: …`, `secret '…'`, `<clientKey>…`.
//!
//! Thousands of services have keys without any form of their own. What tells them is the name that stands before them,
//! in whatever notation, and that they look random. Neither is enough: `next_page_token`, `primary_key = 0123…` and
//! `token: expected` are none. The inventory masks what stands under a key that it knows, random or not; this detector
//! finds what stands under all the others, and where no separator stands between name and value.

mod glue;
mod name;
mod other;
mod services;

use std::ops::Range;

use self::glue::Glue;
use self::name::{ANCHORS, Name, Tells, tail};
use self::other::{is_address, is_built, is_of_path};
use super::anchor::Anchor;
use super::validator::entropy::{is_uuid, looks_random};
use super::{Detector, Probe, Verdict};

/// Finds the value.
pub(crate) static DETECTOR: Detector = Detector { name: "generic_secret", anchors: &NAMES, find, number: None };

/// How far a value is read to decide on it, in bytes; one that is masked is masked to its end.
const LONGEST_LOOK: usize = 512;
/// How far the name is read back.
const LONGEST_NAME: usize = 48;
/// The fewest letters and digits of a value, where a separator stands before it, and where not.
const SHORTEST_ASSIGNED: usize = 12;
const SHORTEST_LOOSE: usize = 16;
/// The fewest bytes before a `=` that belongs to the value; names of pairs are shorter.
const SHORTEST_PADDED: usize = 24;

/// What a name must hold: at its end, but for a tail, or as a whole.
const NAMES: [Anchor; ANCHORS.len() + services::ANCHORS.len()] = {
    let mut names = [Anchor::Name(""); ANCHORS.len() + services::ANCHORS.len()];
    let mut i = 0;
    while i < names.len() {
        names[i] = if i < ANCHORS.len() { Anchor::Name(ANCHORS[i].0) } else { services::ANCHORS[i - ANCHORS.len()] };
        i += 1;
    }
    names
};

/// Reads a name, what follows it and the beginning of a value: all of bounded length, so that nothing need be remembered.
fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    let nothing = Verdict::Nothing { resume: anchor_end };
    let Some(name_end) = tail(&text[anchor_end..]).map(|tail| anchor_end + tail) else { return nothing };
    let Some(glue) = Glue::after(text, name_end) else { return nothing };
    let start = glue.value;
    let look = value_end(text, start, start + LONGEST_LOOK);
    let value = trimmed(text, start..look);
    if value.len() < SHORTEST_ASSIGNED {
        return nothing;
    }
    let Some(name) = Name::around(text, anchor_end, name_end) else { return nothing };
    let called = matches!(text.get(look), Some(b'('));
    let joined = start == name.end + 1 && matches!(text[name.end], b'-' | b'.');
    let address = joined && (is_address(&text[value.clone()]) || is_built(&text[..name.end], &text[value.clone()]));
    let is_it = !called && !address && is_secret(&name, &glue, &text[value.clone()]);
    if start < floor || !is_it || is_of_path(text, anchor_end, name_end, &value) {
        return nothing;
    }
    if look < start + LONGEST_LOOK {
        return Verdict::Found(value);
    }
    Verdict::Found(start..value_end(text, start, text.len()))
}

fn is_secret(name: &Name, glue: &Glue, value: &[u8]) -> bool {
    let enough = match (name.tells, glue) {
        (Tells::Nothing, _) => return false,
        // `the token is NullPointerException`
        (tells, Glue { told: true, .. }) if tells != Tells::Much || !value.iter().any(u8::is_ascii_digit) => {
            return false;
        }
        (Tells::Much, Glue { assigned: true, .. }) => SHORTEST_ASSIGNED,
        _ => SHORTEST_LOOSE,
    };
    if is_uuid(value) {
        return name.tells == Tells::Much || name.tells == Tells::Something && glue.assigned;
    }
    let every_kind =
        [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit].iter().all(|is| value.iter().any(is));
    // A `key` with signs between its parts is that of a map or a file.
    let is_path = || value.iter().any(|b| matches!(b, b'/' | b':'));
    looks_random(value, enough) && (name.tells != Tells::Little || every_kind && !is_path())
}

/// Where the value that begins at `start` ends, `limit` at the latest.
fn value_end(text: &[u8], start: usize, limit: usize) -> usize {
    let limit = text.len().min(limit);
    let quoted = matches!(text[start - 1], b'"' | b'\'' | b'`');
    let mut at = start;
    while at < limit {
        let go_on = match text[at] {
            // Padding or a checksum, not the next pair.
            b'=' => at - start >= SHORTEST_PADDED || !text.get(at + 1).is_some_and(|&b| is_value(b) && b != b'='),
            b'%' => quoted || !matches!(text[at..], [_, a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()),
            b'&' => quoted,
            b => is_value(b),
        };
        if !go_on {
            break;
        }
        at += 1;
    }
    at
}

fn is_value(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            b'_' | b'-'
                | b'.'
                | b'+'
                | b'/'
                | b'='
                | b'~'
                | b'!'
                | b'@'
                | b'#'
                | b'$'
                | b'%'
                | b'^'
                | b'*'
                | b'?'
                | b'|'
                | b':'
        )
}

/// Without what ends a sentence.
fn trimmed(text: &[u8], value: Range<usize>) -> Range<usize> {
    let end = text[value.clone()].iter().rev().take_while(|b| matches!(b, b'.' | b':' | b'?' | b'!')).count();
    value.start..value.end - end
}

#[cfg(test)]
mod tests {
    use super::super::anchor::may_follow_name;
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_random_values_in_every_notation() {
        assert_finds(
            &DETECTOR,
            &[
                "acme_token = '⟦k3jD8sLq0Zx7Wm2P4n⟧'",
                r#"Hook { acme_token: Some("⟦k3jD8sLq0Zx7Wm2P4n⟧") }"#,
                "ACME_KEY=⟦0123456789abcdef0123456789abcdef⟧ next",
                r#"const acmeApiKey = "⟦k3jD8sLq0Zx7Wm2P4n⟧";"#,
                "acme_key := `⟦k3jD8sLq0Zx7Wm2P4n⟧`",
                r#"config.set("acme_key", "⟦k3jD8sLq0Zx7Wm2P4n⟧")"#,
                "-H 'X-Acme-Token: ⟦k3jD8sLq0Zx7Wm2P4n⟧'",
                "<acmeKey>⟦k3jD8sLq0Zx7Wm2P4n⟧</acmeKey>",
                r#"{\"acmeSecret\":\"⟦k3jD8sLq0Zx7Wm2P4n⟧\"}"#,
                "?acme_token=⟦k3jD8sLq0Zx7Wm2P4n⟧&page=2",
                "acme KEY ⟦0123456789abcdef01234567⟧ used",
                "acmeSECRET-⟦k3jD8sLq0Zx7Wm2P4n⟧",
                "token-⟦3f4e5d6c7b8a9012⟧ auth-⟦0123456789abcdef0123456789abcdef⟧ token.⟦k3jD8sLq0Zx7Wm2P4n:1700000000⟧",
                "Unseal Key 2: ⟦aGVsbG8gd29ybGQgMTIz+/Zm9vYmFyYmF6cXV4⟧",
                "the token is expired, token ⟦k3jD8sLq0Zx7Wm2P4n⟧.",
                "Your API key is ⟦k3jD8sLq0Zx7Wm2P4n⟧.",
                "the secret was: '⟦k3jD8sLq0Zx7Wm2P4n⟧'",
                "bad token (⟦k3jD8sLq0Zx7Wm2P4n⟧), token [⟦0123456789abcdef01234567⟧] unknown",
                "acme_token: ⟦01234567-89ab-4cde-8f01-23456789abcd⟧",
                "onesignal: ⟦01234567-89ab-4cde-8f01-23456789abcd⟧",
                "mixpanel '⟦k3jD8sLq0Zx7Wm2P4n⟧'",
                "statuspage_token = ⟦01234567-89ab-4cde-8f01-23456789abcd⟧",
                "signing_key=⟦aGVsbG8gd29ybGQgMTIzNDU2Nzg5MDEyMzQ1Ng==⟧",
                "REDIS_KEY=⟦0123456789abcdef0123456789abcdef⟧ ecdsa_key: ⟦0123456789abcdef0123456789abcdef⟧",
                "signed by key '⟦k3jD8sLq0Zx7Wm2P4n⟧'",
                "config/app/slack_token:⟦3f4e5d6c7b8a90123f4e5d6c7b8a9012⟧",
            ],
        );
        let long = "k3jD8sLq".repeat(200);
        assert_finds(&DETECTOR, &[&format!("acme_token=⟦{long}⟧ x")]);
    }

    #[test]
    fn ignores_names_code_and_other_keys() {
        assert_ignores(
            &DETECTOR,
            &[
                "token: expected, key: value",
                "password = os.getenv(\"ACME_PASSWORD_V2_2026\")",
                "password: String, token: Option<SecretTokenOfOurs>",
                "secret_name = \"prod/db/acme-2026-main\"",
                "primary_key=0123456789abcdef0123456789abcdef",
                "cacheKey: k3jD8sLq0Zx7Wm2P4n",
                "next_page_token=k3jD8sLq0Zx7Wm2P4n",
                "Idempotency-Key: 01234567-89ab-4cde-8f01-23456789abcd",
                "key=01234567-89ab-4cde-8f01-23456789abcd",
                "monkey k3jD8sLq0Zx7Wm2P4n, turkey=k3jD8sLq0Zx7Wm2P4n",
                "author k3jD8sLq0Zx7Wm2P4n",
                "auth::k3jD8sLq0Zx7Wm2P4n",
                "Running tests/login.rs (target/debug/deps/login-3f4e5d6c7b8a9012)",
                "registry/token-service:3f4e5d6c7b8a90123f4e5d6c7b8a90123f4e5d6c secrets-operator@3f4e5d6c7b8a90123f4e",
                "/assets/auth.3f4e5d6c7b8a90123f4e.js",
                "registry.example.org/auth:3f4e5d6c7b8a90123f4e5d6c7b8a90123f4e5d6c",
                "checksum/secret: 3f4e5d6c7b8a90123f4e5d6c7b8a90123f4e5d6c",
                "Task app.tasks.refresh_token[01234567-89ab-4cde-8f01-23456789abcd] succeeded",
                "Cache restored from key: Linux-cargo-3f4e5d6c7b8a90123f4e5d6c7b8a9012",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Culture=neutral, PublicKeyToken=b77a5c561934e089",
                "dedupe key 3f4e5d6c7b8a90123F4E, using RSA key 3F4E5D6C7b8A9012, key: uploads/2026/k3jD8sLq0Zx7Wm2P4n.png",
                "token = makeToken2Of3Parts4For5(x)",
                "cloudflare worker k3jD8sLq0Zx7Wm2P4n",
                "nextPageToken=k3jD8sLq0Zx7Wm2P4n nextpagetoken=k3jD8sLq0Zx7Wm2P4n NEXTPAGE_TOKEN=k3jD8sLq0Zx7Wm2P4n",
                "https://api.example.com/orders/0123456789abcdef0123456789abcdef",
                "https://fastly.com/k3jD8sLq0Zx7Wm2P4n",
                "login.example.com/k3jD8sLq0Zx7Wm2P4n/authorize",
                "token_id=k3jD8sLq0Zx7Wm2P4n",
                "key is k3jD8sLq0Zx7Wm2P4n, acme key [k3jD8sLq0Zx7Wm2P4n], auth (k3jD8sLq0Zx7Wm2P4n)",
                "token is isValidForAllOfThem, password was changed-by-admin-2026-11-26",
                "API_KEY=${ACME_KEY_0123456789abcdef}",
                "api_key: YOUR_API_KEY_0123456789abcdef",
                "key SHA256:k3jD8sLq0Zx7Wm2P4nk3jD8sLq0Zx7Wm2P4nabcdefg",
                "access /var/log/0123456789abcdef0123456789abcdef",
            ],
        );
    }

    #[test]
    fn nothing_else_may_follow_a_name() {
        for b in (0..=u8::MAX).filter(|b| !may_follow_name(*b)) {
            assert_eq!(tail(&[b]), Some(0), "{b:#x}");
            for next in *b"\"a=" {
                assert!(Glue::after(&[b'y', b, next, b'a', b'b'], 1).is_none(), "{b:#x} {next:#x}");
            }
        }
    }
}
