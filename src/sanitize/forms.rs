//! Texts that need not be read, for all texts of their form are known to hold nothing.
//!
//! Most of what a service logs, it logs again with other numbers: `parcel 48213 left in 35 ms`. The form of a text is the text with
//! zeros for its digits. A form that a thread meets again is remembered, if nobody need be asked about any text of it
//! (`Scanner::is_quiet_in_any_digits`): one look then tells that a text of it is clean. A number that is sensitive by itself has a
//! shape, so its form is none of these.

use std::cell::RefCell;

use wide::u8x16;

use crate::detect::scanner::LONGEST_QUIET;
use crate::lanes::{LANE, within};
use crate::policy::Policy;

/// A text of at most [`LONGEST_QUIET`] bytes, with zeros for its digits.
pub(crate) struct Form {
    bytes: [u8; LONGEST_QUIET],
    len: usize,
    hash: u64,
}

/// A form of which every text is quiet.
#[derive(Clone, Copy)]
struct Quiet {
    /// The number of the policy; none has the number 0.
    policy: u64,
    len: usize,
    bytes: [u8; LONGEST_QUIET],
}

/// What a thread remembers.
struct Forms {
    /// By hash; where two share a place, the later stands first.
    quiet: Vec<[Quiet; 2]>,
    /// By hash: the form that was met last and is none of these. The lowest bit of its hash tells whether that was for the first time.
    met: Vec<u64>,
}

/// Powers of two: together they take 30 KB.
const QUIET: usize = 128;
const MET: usize = 1024;

thread_local! {
    /// Its memory is asked for with the first form.
    static FORMS: RefCell<Forms> = const { RefCell::new(Forms { quiet: Vec::new(), met: Vec::new() }) };
}

impl Form {
    /// The form of a text; `None` if it is too long.
    #[inline]
    pub(crate) fn of(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; LONGEST_QUIET];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        for lane in bytes.as_chunks_mut::<LANE>().0 {
            let raw = u8x16::new(*lane);
            *lane = within(b'0', b'9')(raw).select(u8x16::splat(b'0'), raw).to_array();
        }
        // 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4), and by its odd multiples.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let words = bytes.as_chunks().0.iter().zip(0..);
        let words = words.map(|(word, i)| u64::from_le_bytes(*word).wrapping_mul(SPREAD.wrapping_mul(2 * i + 1)));
        let sum = words.fold(text.len() as u64, u64::wrapping_add);
        Some(Self { bytes, len: text.len(), hash: (sum ^ sum >> (u64::BITS / 2)).wrapping_mul(SPREAD) })
    }

    /// A place of so many, which are a power of two.
    #[inline]
    fn place(&self, places: usize) -> usize {
        (self.hash >> (u64::BITS - places.trailing_zeros())) as usize
    }

    /// Whether all texts of this form are known to be quiet under that policy.
    #[inline]
    pub(crate) fn is_quiet(&self, policy: &Policy) -> bool {
        let policy = policy.compiled().id();
        let is_it = |quiet: &Quiet| quiet.policy == policy && quiet.len == self.len && quiet.bytes == self.bytes;
        let is_quiet = |forms: &RefCell<Forms>| {
            forms.borrow().quiet.get(self.place(QUIET)).is_some_and(|two| two.iter().any(is_it))
        };
        FORMS.try_with(is_quiet).unwrap_or(false)
    }

    /// Tells that `text`, which is of this form, was read.
    pub(crate) fn was_met(&self, policy: &Policy, text: &[u8]) {
        // While the thread is torn down nothing is remembered.
        let _ = FORMS.try_with(|forms| forms.borrow_mut().meet(self, policy, text));
    }
}

impl Forms {
    fn meet(&mut self, form: &Form, policy: &Policy, text: &[u8]) {
        let (scanner, policy) = (&policy.compiled().scanner, policy.compiled().id());
        if self.quiet.is_empty() {
            self.quiet = vec![[Quiet { policy: 0, len: 0, bytes: [0; LONGEST_QUIET] }; 2]; QUIET];
            self.met = vec![0; MET];
        }
        let again = (form.hash ^ policy) & !1;
        let once = again | 1;
        let met = &mut self.met[form.place(MET)];
        *met = match *met {
            before if before == once && scanner.is_quiet_in_any_digits(text) => {
                let two = &mut self.quiet[form.place(QUIET)];
                *two = [Quiet { policy, len: form.len, bytes: form.bytes }, two[0]];
                // Others may take its place: then it is met as if for the first time.
                0
            }
            // One that is not quiet is not asked about again, unless another of its place came between.
            before if before | 1 == once => again,
            _ => once,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a text is known to be quiet after texts were met, one after the other.
    fn is_known(policy: &Policy, met: &[&str], text: &str) -> bool {
        for text in met {
            Form::of(text.as_bytes()).expect("a short text").was_met(policy, text.as_bytes());
        }
        Form::of(text.as_bytes()).is_some_and(|form| form.is_quiet(policy))
    }

    /// A policy that no other test has met a text under.
    fn policy() -> Policy {
        Policy::builder().include("builtin:pii").build().expect("a pack compiles")
    }

    #[test]
    fn a_form_that_is_met_twice_is_known() {
        let policy = policy();
        assert!(!is_known(&policy, &[], "parcel 481 left"));
        assert!(!is_known(&policy, &["parcel 481 left"], "parcel 481 left"));
        assert!(is_known(&policy, &["parcel 977 left"], "parcel 123 left"));
        for other in ["parcel 48 left", "parcel 4810 left", "Parcel 481 left", "parcel 48x left", "parcel 481 left "] {
            assert!(!is_known(&policy, &[], other), "{other}");
        }
        let another = self::policy();
        assert!(!is_known(&another, &[], "parcel 481 left"));
    }

    #[test]
    fn a_form_that_may_hold_something_is_never_known() {
        let policy = policy();
        for text in ["to jo@example.com", "pin=1234", "4111 1111 1111 1112", "192.0.2.300", "密码 1", "a: b"] {
            assert!(!is_known(&policy, &[text; 5], text), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_too_long_has_no_form() {
        let text = "word ".repeat(20);
        assert!(Form::of(&text.as_bytes()[..LONGEST_QUIET]).is_some());
        assert!(Form::of(&text.as_bytes()[..=LONGEST_QUIET]).is_none());
        assert!(is_known(&policy(), &[&text[..LONGEST_QUIET]; 2], &text[..LONGEST_QUIET]));
    }

    #[test]
    fn a_form_whose_place_was_taken_is_known_again_later() {
        let policy = policy();
        let word = |n: usize| {
            ('g'..='p').map(|letter| if n >> (letter as usize % 10) & 1 == 1 { letter } else { 'x' }).collect()
        };
        let texts: Vec<String> = (0..4 * QUIET).map(word).collect();
        for text in &texts {
            assert!(is_known(&policy, &[text, text], text));
        }
        let lost: Vec<&String> = texts.iter().filter(|text| !is_known(&policy, &[], text)).collect();
        assert!(lost.len() >= 2 * QUIET, "there is room for so many and no more");
        assert!(lost.iter().all(|text| is_known(&policy, &[text, text], text)));
    }
}
