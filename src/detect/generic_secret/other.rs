//! What stands behind the name of a secret and is something else: the rest of a host, a tag, the hash of a file.

use std::ops::Range;

use super::{LONGEST_NAME, SHORTEST_ASSIGNED, SHORTEST_LOOSE};
use crate::detect::validator::entropy::{is_uuid, looks_random};

/// Whether what follows the first label of a host (`api.`) is the rest of it, and perhaps a path.
pub(super) fn is_address(rest: &[u8]) -> bool {
    let label = rest.iter().position(|b| matches!(b, b'.' | b'/'));
    rest.contains(&b'/') || label.is_some_and(|end| end < SHORTEST_LOOSE)
}

/// Whether the name ends a path, of which the value is a tag or a digest (`acme/auth:3f4e…`, `checksum/secret: 3f4e…`), or that of a task
/// (`app.tasks.refresh_token[<uuid>]`, of Celery).
pub(super) fn is_of_path(text: &[u8], anchor_end: usize, name_end: usize, value: &Range<usize>) -> bool {
    const SHORTEST_DIGEST: usize = 32;
    /// In hexadecimal digits; tags are commits, in short or whole, and digests.
    const LENGTH_OF_KEYS: usize = 32;
    /// Of images in a registry, which has a dot in its name.
    const IMAGES: [&[u8]; 4] = [b"access", b"api", b"auth", b"login"];
    let of_name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let start = anchor_end - text[..anchor_end].iter().rev().take(LONGEST_NAME).take_while(of_name).count();
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
pub(super) fn is_built(before: &[u8], value: &[u8]) -> bool {
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
