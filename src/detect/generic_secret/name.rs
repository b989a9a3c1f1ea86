//! The name before a value, and how much it says of it.

use super::LONGEST_NAME;
use super::services::is_service;
use crate::detect::around::{ends_with, starts_with};

/// How much a name says of the value after it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tells {
    /// It is no name, or that of something else (`public_key`, `next_page_token`).
    Nothing,
    /// Just `key`, which is mostly that of a map.
    Little,
    /// `acme_key`, `access`, `auth`.
    Something,
    /// `api_key`, `token`, `secret`, `password`.
    Much,
}

/// The words of the anchors, longest first where one ends in another, and whether they tell much by themselves.
pub(super) const ANCHORS: [(&str, bool); 17] = [
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

pub(super) struct Name {
    pub(super) end: usize,
    pub(super) tells: Tells,
}

impl Name {
    /// The name that the anchor ending at `anchor_end` belongs to, and that ends at `end` with its tail.
    pub(super) fn around(text: &[u8], anchor_end: usize, end: usize) -> Option<Self> {
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
pub(super) fn tail(rest: &[u8]) -> Option<usize> {
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

/// Whether `text` is this word, or ends in it as `nextPage` does and `statuspage` does not.
fn ends_in_word(text: &[u8], word: &str) -> bool {
    let whole = || match text[..text.len() - word.len()] {
        [] => true,
        [.., last] => last.is_ascii_lowercase() && text[text.len() - word.len()].is_ascii_uppercase(),
    };
    ends_with(text, word) && whole()
}
