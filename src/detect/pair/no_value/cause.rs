//! Why something failed that was to be done with a value, in place of it: `failed to refresh the token: connection refused`.

use std::ops::Range;

/// Whether it is why something failed that was to be done with the value: `failed to refresh the token: connection refused`, as errors in a
/// chain are told. Any other word may be the value, and so may what follows a key that something was to be done with or by.
pub(super) fn is_cause(text: &[u8], key: &Range<usize>, value: &Range<usize>) -> bool {
    const FAILED: [&[u8]; 8] =
        [b"failed to ", b"could not ", b"couldn't ", b"unable to ", b"cannot ", b"can't ", b"failure to ", b"fail to "];
    /// What is done with a value without showing it.
    const VERBS: [&[u8]; 22] = [
        b"refresh",
        b"fetch",
        b"get",
        b"obtain",
        b"verify",
        b"validate",
        b"parse",
        b"decode",
        b"load",
        b"read",
        b"renew",
        b"rotate",
        b"issue",
        b"create",
        b"retrieve",
        b"acquire",
        b"exchange",
        b"revoke",
        b"store",
        b"save",
        b"check",
        b"sign",
    ];
    /// So many words may stand between: `the oauth`.
    const MOST_BETWEEN: usize = 2;
    /// What sentences about the cause begin with.
    const FIRST: [&[u8]; 22] = [
        b"broken",
        b"certificate",
        b"channel",
        b"connection",
        b"could",
        b"deadline",
        b"error",
        b"http",
        b"host",
        b"invalid",
        b"missing",
        b"not",
        b"operation",
        b"permission",
        b"request",
        b"resource",
        b"response",
        b"socket",
        b"status",
        b"tls",
        b"unable",
        b"unexpected",
    ];
    /// Causes that are named in one word.
    const TYPES: [&[u8]; 20] = [
        b"ExpiredSignature",
        b"ImmatureSignature",
        b"InvalidSignature",
        b"InvalidToken",
        b"InvalidAudience",
        b"InvalidIssuer",
        b"InvalidAlgorithm",
        b"TokenExpired",
        b"MissingToken",
        b"ConnectionRefused",
        b"ConnectionReset",
        b"ConnectionAborted",
        b"NotFound",
        b"PermissionDenied",
        b"TimedOut",
        b"Timeout",
        b"UnexpectedEof",
        b"InvalidData",
        b"InvalidInput",
        b"Unauthorized",
    ];
    /// So much before a key is read.
    const NEAR: usize = 64;
    if text.get(key.end..value.start) != Some(b": ") {
        return false;
    }
    let found = &text[value.clone()];
    let begins = FIRST.contains(&found) && matches!(text[value.end..], [b' ', b'a'..=b'z', ..]);
    if !begins && !TYPES.contains(&found) {
        return false;
    }
    let before = &text[key.start.saturating_sub(NEAR)..key.start];
    let of_clause = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'_' | b'\'');
    let start = before.iter().rposition(|b| !of_clause(b));
    // What somebody chose is no sentence.
    if start.is_some_and(|sign| matches!(before[sign], b'=' | b'"')) {
        return false;
    }
    let clause = before[start.map_or(0, |sign| sign + 1)..].to_ascii_lowercase();
    FAILED.iter().any(|failed| {
        memchr::memmem::find(&clause, failed).is_some_and(|at| {
            let mut words = clause[at + failed.len()..].split(|b| *b == b' ').filter(|word| !word.is_empty());
            words.next().is_some_and(|verb| VERBS.contains(&verb)) && words.count() <= MOST_BETWEEN
        })
    })
}
