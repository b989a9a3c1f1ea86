//! Words of sentences about passwords.

/// Words that say of a name what follows.
pub(super) const VERBS: &[&str] = &["is", "was", "are", "were"];
/// What happens to passwords, so that `to` and `from` stand before one.
pub(super) const CHANGES: &[&str] = &[
    "set",
    "setting",
    "reset",
    "resetting",
    "change",
    "changed",
    "changing",
    "update",
    "updated",
    "updating",
    "rotated",
];
/// What is said of passwords that are not as they should be: what follows may be one, or more words.
pub(super) const STATES: &[&str] = &[
    "mismatch",
    "differ",
    "differs",
    "match",
    "expected",
    "rejected",
    "wrong",
    "incorrect",
    "invalid",
    "weak",
    "short",
    "failed",
    "attempt",
    "verification",
    "validation",
    "tried",
    "used",
    "using",
    "received",
    "got",
];
/// Other words between a name and its value.
pub(super) const FILLERS: &[&str] = &[
    "do",
    "does",
    "did",
    "not",
    "has",
    "have",
    "been",
    "be",
    "too",
    "successfully",
    "given",
    "provided",
    "supplied",
    "entered",
    "generated",
    "value",
    "now",
    "currently",
    "new",
    "old",
    "default",
    "temporary",
    "plain",
    "plaintext",
    "cleartext",
    "raw",
    "field",
    "contains",
    "environment",
    "variable",
];
/// Words after which a name stands: of whoever the password is.
pub(super) const OF: &[&str] = &["for", "of", "by"];
/// What may stand before that name, with a sign between the two or not.
pub(super) const LABELS: &[&str] = &[
    "user",
    "account",
    "username",
    "login",
    "role",
    "database",
    "id",
    "uid",
    "cn",
    "dn",
    "email",
    "host",
    "client",
    "tenant",
    "realm",
    "domain",
    "user_id",
    "userid",
    "extension",
];
/// What may stand before it without a sign; with one, what follows is the password.
pub(super) const ATTRIBUTES: &[&str] = &[
    "the",
    "a",
    "invalid",
    "illegal",
    "unknown",
    "new",
    "key",
    "disk",
    "volume",
    "secret",
    "file",
    "env",
    "environment",
    "project",
];
/// Words between two passwords, of which the second is told as the first is.
pub(super) const BETWEEN: &[&str] = &[
    "to", "got", "but", "vs", "and", "instead", "of", "not", "received", "found", "given", "was", "is", "new", "old",
    "or", "actual", "expected", "does", "match", "then",
];
/// Before a name that a value before it is said to be: `hunter2 as the admin password`.
pub(super) const ARTICLES: &[&str] =
    &["a", "an", "the", "his", "her", "their", "your", "my", "our", "new", "admin", "default", "root", "initial"];
/// What passwords are called: `hunter2 is not a valid password`.
pub(super) const KINDS: &[&str] =
    &["not", "valid", "invalid", "weak", "wrong", "correct", "incorrect", "acceptable", "common", "known", "leaked"];
/// How a sentence goes on whose last word could be a name: `as password for joe`, not `is password protected`.
pub(super) const GOES_ON: &[&str] = &["for", "of", "in", "on", "and", "but"];
