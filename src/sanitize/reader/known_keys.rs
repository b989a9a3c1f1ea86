//! Keys of JSON that are harmless, wherever they stand: no rule is for them, and nothing stands in them.
//!
//! Documents of one kind have the same few keys again and again. Each thread remembers some, so that they are looked up and read
//! once.

use std::cell::Cell;

use crate::document::encoding::blob::SHORTEST;
use crate::label::Label;

/// How many each thread remembers. A power of two.
const SLOTS: usize = 128;

thread_local! {
    // Each under the policy of that id; none has the id 0. No destructor, so it can be used while the thread is torn down.
    static KNOWN: [Cell<(u64, Label)>; SLOTS] = const { [const { Cell::new((0, Label::EMPTY)) }; SLOTS] };
}

/// Whether the key was [remembered](remember) under that policy.
pub(super) fn is_harmless(policy: u64, key: &[u8]) -> bool {
    KNOWN.with(|known| {
        let (of, label) = known[slot(policy, key)].get();
        of == policy && label.is(key)
    })
}

/// Remembers a key of letters, digits, `_` and `-` that is too short to be base64 of anything. What others hold may be sensitive in one
/// field and not in another.
pub(super) fn remember(policy: u64, key: &[u8]) {
    let is_plain = key.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) && key.len() < SHORTEST;
    if let Some(label) = Label::new(key).filter(|_| is_plain) {
        KNOWN.with(|known| known[slot(policy, key)].set((policy, label)));
    }
}

/// By length, and the first and last four bytes.
fn slot(policy: u64, key: &[u8]) -> usize {
    let four = |four: Option<&[u8; 4]>| four.map_or(0, |four| u32::from_le_bytes(*four));
    let ends = u64::from(four(key.first_chunk())) << 32 | u64::from(four(key.last_chunk()));
    // 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4).
    let hash = (ends ^ policy << 8 ^ key.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash >> (u64::BITS - SLOTS.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_under_their_policy_alone() {
        assert!(!is_harmless(7, b"status"));
        remember(7, b"status");
        assert!(is_harmless(7, b"status"));
        for (policy, key) in [(8, "status"), (7, "Status"), (7, "statu"), (7, "status_"), (7, "")] {
            assert!(!is_harmless(policy, key.as_bytes()), "{key}");
        }
    }

    #[test]
    fn what_may_mean_something_is_not_remembered() {
        for key in ["a=b", "a.b", "a@b", "a b", "é", &"a".repeat(24)] {
            remember(7, key.as_bytes());
            assert!(!is_harmless(7, key.as_bytes()), "{key}");
        }
    }
}
