//! Properties as PHP prints them, with who may see them: `[password:protected] => x`, `["password":"App\User":private]`.

use std::ops::Range;

use super::LONGEST_KEY;

/// A property as PHP prints it, without who may see it: `[password:protected]`, `["password":"App\User":private]`.
pub(super) fn without_visibility(text: &[u8], key: Range<usize>) -> Range<usize> {
    let name = &text[key.clone()];
    let len = memchr::memchr(b':', name).filter(|_| VISIBILITIES.iter().any(|who| name.ends_with(who)));
    key.start..key.start + len.unwrap_or(name.len())
}

/// What PHP prints behind the name of a property that not all may see.
pub(super) const VISIBILITIES: [&[u8]; 2] = [b":protected", b":private"];

/// Whether the colon at `at` stands between the name of a property and who may see it.
pub(super) fn tells_visibility(text: &[u8], at: usize) -> bool {
    let rest = &text[at..text.len().min(at + LONGEST_KEY)];
    let end = memchr::memchr2(b']', b' ', rest).filter(|end| rest[*end] == b']');
    end.is_some_and(|end| VISIBILITIES.iter().any(|who| rest[..end].ends_with(who)))
}
