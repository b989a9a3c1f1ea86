//! What the name of a field says: its path, its key, and last segments that say nothing of their own.

/// Whether what stands under a name is text under no key, or says where an event comes from. What `tracing-log` tells of a
/// record's place is turned back into metadata by layers, so it may be scanned but not masked as a whole.
pub(crate) fn is_not_data(field: &str) -> bool {
    matches!(field, "" | "message" | "log.target" | "log.module_path" | "log.file" | "log.line")
}

/// Last segments of a path that say nothing of their own: what they hold is what is before them says.
const SILENT: [&[u8]; 11] =
    [b"value", b"values", b"raw", b"plain", b"plaintext", b"text", b"inner", b"old", b"new", b"current", b"previous"];

/// The elements of a list are what the list is (`password.0`), and so is what a value is taken apart into (`password.value`).
pub(crate) fn without_silent(mut key: &[u8]) -> &[u8] {
    while let Some(dot) = memchr::memrchr(b'.', key).filter(|dot| *dot > 0 && *dot + 1 < key.len())
        && let last = &key[dot + 1..]
        && (last.iter().all(u8::is_ascii_digit) || SILENT.iter().any(|silent| last.eq_ignore_ascii_case(silent)))
    {
        key = &key[..dot];
    }
    key
}

/// How a key may be read in text, where nobody knows whether it is one: as those of [`readings`], but for the last.
pub(crate) fn readings_in_text(key: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    readings(key).filter(|(prefix, last)| !prefix.is_empty() || !last.contains(&b'.'))
}

/// How a key may be read, as the segments before its last and that one: as it is; without segments that say nothing; and with all in one,
/// for `session.id` is what `session_id` is. The first that a rule names is meant.
pub(crate) fn readings(key: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let split = |key: &'_ [u8]| key.len() - last_segment(key).len();
    let silent = Some(without_silent(key)).filter(|short| short.len() < key.len());
    let whole = Some((&key[..0], key)).filter(|_| split(key) > 0);
    [Some(key.split_at(split(key))), silent.map(|key| key.split_at(split(key))), whole].into_iter().flatten()
}

/// The name by which detectors are asked about the value of a field.
pub(crate) fn name_of(field: &str) -> &str {
    // It ends before a dot, or where the name does.
    let field = &field[..without_silent(field.as_bytes()).len()];
    field.rsplit('.').next().unwrap_or(field)
}

pub(super) fn last_segment(key: &[u8]) -> &[u8] {
    key.rsplit(|b| *b == b'.').next().unwrap_or(key)
}

/// The segments before the key, with a dot behind, and the key.
pub(crate) fn split_path(field: &str) -> (&[u8], &[u8]) {
    field.as_bytes().split_at(field.rfind('.').map_or(0, |dot| dot + 1))
}
