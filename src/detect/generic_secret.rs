//! Random values next to a telling word: `acme_api_key := "…"`, `X-Acme-Token: …`, `secret '…'`, `<clientKey>…`.
//!
//! Thousands of services have keys without any form of their own. What tells them is the name that stands before them,
//! in whatever notation, and that they look random. Neither is enough: `next_page_token`, `primary_key = 0123…` and
//! `token: expected` are none. The inventory masks what stands under a key that it knows, random or not; this detector
//! finds what stands under all the others, and where no separator stands between name and value.

mod services;

use std::ops::Range;

use services::is_service;

use super::anchor::Anchor;
use super::validator::entropy::{is_uuid, looks_random};
use super::{Detector, Probe, Verdict};

/// Finds the value.
pub(crate) static DETECTOR: Detector = Detector { name: "generic_secret", anchors: &NAMES, find, number: None };

/// How far a value is read to decide on it, in bytes; one that is masked is masked to its end.
const LONGEST_LOOK: usize = 512;
/// The longest that may stand between a name and its value.
const LONGEST_GLUE: usize = 24;
/// How far the name is read back.
const LONGEST_NAME: usize = 48;
/// The fewest letters and digits of a value, where a separator stands before it, and where not.
const SHORTEST_ASSIGNED: usize = 12;
const SHORTEST_LOOSE: usize = 16;
/// The fewest bytes before a `=` that belongs to the value; names of pairs are shorter.
const SHORTEST_PADDED: usize = 24;

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
    let other = called || address || is_of_path(text, anchor_end, name_end, &value);
    if start < floor || other || !is_secret(&name, &glue, &text[value.clone()]) {
        return nothing;
    }
    if look < start + LONGEST_LOOK {
        return Verdict::Found(value);
    }
    Verdict::Found(start..value_end(text, start, text.len()))
}

/// Whether what follows the first label of a host (`api.`) is the rest of it, and perhaps a path.
fn is_address(rest: &[u8]) -> bool {
    let label = rest.iter().position(|b| matches!(b, b'.' | b'/'));
    rest.contains(&b'/') || label.is_some_and(|end| end < SHORTEST_LOOSE)
}

/// Whether the name ends a path, of which the value is a tag or a digest (`acme/auth:3f4e…`, `checksum/secret: 3f4e…`), or that of a task
/// (`app.tasks.refresh_token[<uuid>]`, of Celery).
fn is_of_path(text: &[u8], anchor_end: usize, name_end: usize, value: &Range<usize>) -> bool {
    let of_name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let start = anchor_end - text[..anchor_end].iter().rev().take(LONGEST_NAME).take_while(of_name).count();
    const SHORTEST_DIGEST: usize = 32;
    /// In hexadecimal digits; tags are commits, in short or whole, and digests.
    const LENGTH_OF_KEYS: usize = 32;
    /// Of images in a registry, which has a dot in its name.
    const IMAGES: [&[u8]; 4] = [b"access", b"api", b"auth", b"login"];
    let (before, glue) = (&text[..start], &text[name_end..value.start]);
    let found = &text[value.clone()];
    let is_outside = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'=' | b'(');
    let path = before[before.len().saturating_sub(LONGEST_NAME)..].rsplit(is_outside).next().unwrap_or_default();
    let is_hex = || found.iter().all(u8::is_ascii_hexdigit);
    let is_image = || {
        IMAGES.contains(&&text[start..name_end])
            && path.contains(&b'.')
            && !path.iter().any(|b| matches!(b, b':' | b'@'))
            && found.len() != LENGTH_OF_KEYS
    };
    let is_of_celery = || memchr::memmem::find(path, b".tasks.").is_some();
    path.ends_with(b"/") && glue == b":" && is_image() && is_hex()
        || path.ends_with(b"checksum/") && glue == b": " && found.len() >= SHORTEST_DIGEST && is_hex()
        || path.ends_with(b".") && glue == b"[" && is_of_celery() && is_uuid(found)
}

/// Whether what is joined to a name is the hash of what was built, or the rest of a file's name: `login-3f4e5d6c7b8a9012`, `auth.3f4e….js`,
/// `token-service:3f4e…`.
fn is_built(before: &[u8], value: &[u8]) -> bool {
    const FILES: [&[u8]; 6] = [b".js", b".css", b".so", b".map", b".rlib", b".d"];
    const HASH_OF_CARGO: usize = 16;
    /// The shortest abbreviation of a commit, in digits.
    const SHORTEST_COMMIT: usize = 7;
    let near = &before[before.len().saturating_sub(LONGEST_NAME)..];
    let in_target = [&b"deps/"[..], b"build/"].iter().any(|folder| memchr::memmem::find(near, folder).is_some());
    let is_hash = value.len() == HASH_OF_CARGO && value.iter().all(u8::is_ascii_hexdigit);
    let sign = value.iter().rposition(|b| matches!(b, b':' | b'@'));
    let is_tag = |at: usize| {
        let (name, tag) = (&value[..at], &value[at + 1..]);
        let is_commit = tag.len() >= SHORTEST_COMMIT && tag.iter().all(u8::is_ascii_hexdigit);
        is_commit && !tag.iter().all(u8::is_ascii_digit) && !looks_random(name, SHORTEST_ASSIGNED)
    };
    in_target && is_hash || FILES.iter().any(|end| value.ends_with(end)) || sign.is_some_and(is_tag)
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

/// How much a name says of the value after it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// It is no name, or that of something else (`public_key`, `next_page_token`).
    Nothing,
    /// Just `key`, which is mostly that of a map.
    Little,
    /// `acme_key`, `access`, `auth`.
    Something,
    /// `api_key`, `token`, `secret`, `password`.
    Much,
}

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

/// The words of the anchors, longest first where one ends in another, and whether they tell much by themselves.
const ANCHORS: [(&str, bool); 17] = [
    ("passphrase", true),
    ("password", true),
    ("credentials", true),
    ("credential", true),
    ("passwd", true),
    ("access", false),
    ("private", false),
    ("secret", true),
    ("token", true),
    ("login", false),
    ("auth", false),
    ("pass", false),
    ("key", false),
    ("pat", false),
    ("api", false),
    ("pwd", true),
    ("tkn", true),
];

/// Words that make a `key` a secret one.
const SECRET_KEY: &[&str] = &[
    "access",
    "account",
    "admin",
    "api",
    "app",
    "auth",
    "browser",
    "client",
    "deploy",
    "encryption",
    "integration",
    "integrations",
    "license",
    "licence",
    "master",
    "private",
    "project",
    "secret",
    "security",
    "server",
    "service",
    "sign",
    "signing",
    "storage",
    "subscription",
    "unseal",
    "write",
    "ingest",
    "personal",
    "query",
];

/// Words that make a `key` something else.
const OTHER_KEY: &[&str] = &["bucket", "dedupe", "fingerprint", "kernel", "rsa"];

/// What stands before a `key` that is one of a map, a cache or a message, in a sentence: `Cache restored from key: Linux-cargo-…`.
const BEFORE_KEY: &[&str] = &[
    "cache restored from ",
    "cache saved with ",
    // The header of a handshake (RFC 6455, section 11.3.1).
    "sec-websocket-",
];

/// Words that make a key or token something else.
const OTHER: &[&str] = &[
    "cache",
    "cancel",
    "cancellation",
    "column",
    "composite",
    "continuation",
    "csr",
    "cursor",
    "dedup",
    "document",
    "foreign",
    "group",
    "hash",
    "host",
    "idempotency",
    "index",
    "lookup",
    "map",
    "natural",
    "next",
    "nextpage",
    "object",
    "page",
    "pagination",
    "paging",
    "partition",
    "prev",
    "previous",
    "primary",
    "pub",
    "public",
    "publickey",
    "registry",
    "resume",
    "row",
    "routing",
    "shard",
    "sort",
    "start",
    "store",
    "sync",
    "translation",
    "unexpected",
    "unique",
];

struct Name {
    end: usize,
    tells: Tells,
}

impl Name {
    /// The name that the anchor ending at `anchor_end` belongs to, and that ends at `end` with its tail.
    fn around(text: &[u8], anchor_end: usize, end: usize) -> Option<Self> {
        let from = anchor_end.saturating_sub(LONGEST_NAME);
        let letters = text[from..anchor_end].iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
        let word = &text[anchor_end - letters..anchor_end];
        let Some((anchor, strong)) = ANCHORS.iter().find(|(anchor, _)| ends_with(word, anchor)) else {
            return is_service(word).then_some(Self { end, tells: Tells::Something });
        };
        let (head, anchored) = word.split_at(letters - anchor.len());
        let before = if head.is_empty() { word_before(&text[from..anchor_end - anchor.len()]) } else { head };
        // `rapidKey` is a key, `turkey` is none.
        let joined = head.last().is_some_and(|last| last.is_ascii_uppercase() == anchored[0].is_ascii_uppercase());
        let is_other = |others: &[&str]| others.iter().any(|other| ends_in_word(before, other));
        let of_cache = || BEFORE_KEY.iter().any(|said| ends_with(&text[from..anchor_end - anchor.len()], said));
        let tells = if is_other(OTHER) || *anchor == "key" && (is_other(OTHER_KEY) || of_cache()) {
            Tells::Nothing
        } else if *strong || SECRET_KEY.iter().any(|kind| ends_with(before, kind)) {
            Tells::Much
        } else if joined {
            Tells::Nothing
        } else if before.is_empty() && *anchor == "key" {
            Tells::Little
        } else {
            Tells::Something
        };
        Some(Self { end, tells })
    }
}

/// The length of what may follow the anchor within the name: a plural, a number, `_value`; `None` if something else does.
fn tail(rest: &[u8]) -> Option<usize> {
    const ENDS: [&str; 9] = ["_value", "value", "_string", "_base64", "_prod", "_live", "_test", "s", ""];
    let len = ENDS.iter().find(|end| starts_with(rest, end))?.len();
    let len = len + rest[len..].iter().take(2).take_while(|b| b.is_ascii_digit()).count();
    (!rest.get(len).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')).then_some(len)
}

/// The letters before one separator at the end of `text`.
fn word_before(text: &[u8]) -> &[u8] {
    let Some((b'_' | b'-' | b'.' | b' ', text)) = text.split_last() else { return &[] };
    let letters = text.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    &text[text.len() - letters..]
}

/// What stands between a name and its value.
struct Glue {
    /// Where the value begins.
    value: usize,
    /// Whether it says that the value belongs to the name, as `=` does.
    assigned: bool,
    /// Whether a sentence says so: `the token is …`, `bad token (…`.
    told: bool,
}

impl Glue {
    fn after(text: &[u8], end: usize) -> Option<Self> {
        let starts_value = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
        if matches!(text.get(end), Some(b'-' | b'.')) && starts_value(end + 1) {
            return Some(Self { value: end + 1, assigned: false, told: false });
        }
        let is_verb =
            |verb: &&&str| starts_with(&text[end..], verb) && matches!(text.get(end + verb.len()), Some(b' ' | b':'));
        let verb = VERBS.iter().find(is_verb).map_or(0, |verb| verb.len());
        let (mut at, mut assigned, mut quoted, mut told) = (numbered(text, end) + verb, false, false, verb > 0);
        let limit = text.len().min(end + LONGEST_GLUE);
        while at < limit {
            match text[at] {
                b' ' | b'\t' | b'\\' => {}
                b'"' | b'\'' | b'`' => quoted = true,
                b':' if text[at - 1] == b':' => return None,
                b'=' | b':' => assigned = true,
                b'>' if at == end || assigned => assigned = true,
                b',' if quoted => assigned = true,
                b'(' if assigned || matches!(text.get(at + 1), Some(b'"' | b'\'')) => assigned = true,
                b'[' | b'{' if assigned => {}
                b'[' | b'(' => told = true,
                // As `Debug` prints a value that is there.
                b'S' if assigned && text[at..].starts_with(b"Some(") => at += "Some".len(),
                b']' | b')' if quoted && !assigned => {}
                _ => break,
            }
            at += 1;
        }
        let begins = text.get(at).is_some_and(|&b| is_value(b) && !matches!(b, b'$' | b'='));
        (at > end && begins).then_some(Self { value: at, assigned, told })
    }
}

/// What a sentence has between a name and its value.
const VERBS: [&str; 2] = [" is", " was"];

/// Past a number before a colon: `Key 2: …`.
fn numbered(text: &[u8], end: usize) -> usize {
    match text[end..] {
        [b' ', b'0'..=b'9', b':', ..] => end + 2,
        _ => end,
    }
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

fn ends_with(text: &[u8], end: &str) -> bool {
    text.len().checked_sub(end.len()).is_some_and(|at| text[at..].eq_ignore_ascii_case(end.as_bytes()))
}

/// Whether `text` is this word, or ends in it as `nextPage` does and `statuspage` does not.
fn ends_in_word(text: &[u8], word: &str) -> bool {
    let whole = || match text[..text.len() - word.len()] {
        [] => true,
        [.., last] => last.is_ascii_lowercase() && text[text.len() - word.len()].is_ascii_uppercase(),
    };
    ends_with(text, word) && whole()
}

fn starts_with(text: &[u8], start: &str) -> bool {
    text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()))
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
