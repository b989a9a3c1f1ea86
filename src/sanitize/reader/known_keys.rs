//! Keys of JSON that are harmless, wherever they stand: no rule is for them, nothing stands in them, and they say nothing of others.
//!
//! Documents of one kind have the same few keys again and again. Each thread remembers some, so that they are looked up and read
//! once.

use crate::document::encoding::blob::SHORTEST;
use crate::label::Labels;

thread_local! {
    // Each under the policy of that id. No destructor, so it can be used while the thread is torn down.
    static KNOWN: Labels<128> = const { Labels::new() };
}

/// Whether the key was [remembered](remember) under that policy.
pub(super) fn is_harmless(policy: u64, key: &[u8]) -> bool {
    KNOWN.with(|known| known.knows(policy, key))
}

/// Remembers a key of letters, digits, `_` and `-` that is too short to be base64 of anything. What others hold may be sensitive in one
/// field and not in another.
pub(super) fn remember(policy: u64, key: &[u8]) {
    let is_plain = key.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) && key.len() < SHORTEST;
    if is_plain {
        KNOWN.with(|known| known.remember(policy, key));
    }
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
