//! Texts that need not be read, for all texts of their form are known to hold nothing.
//!
//! Most of what a service logs, it logs again with other numbers: `parcel 48213 left in 35 ms`. The form of a text is the text with
//! zeros for its digits. A form that a thread meets again is remembered, if nobody need be asked about any text of it
//! (`Scanner::is_quiet_in_any_digits`): one look then tells that a text of it is clean. A number that is sensitive by itself has a
//! shape, so its form is none of these.

use std::cell::RefCell;

use wide::u8x16;

use crate::detect::pair::may_be_key;
use crate::detect::scanner::LONGEST_QUIET;
use crate::lanes::{LANE, within};
use crate::policy::Policy;

/// A text of at most [`LONGEST_QUIET`] bytes, with zeros for its digits.
pub(super) struct Form {
    lanes: Lanes,
    len: usize,
    hash: u64,
}

/// The bytes of a text, sixteen at once. Where they do not fill the last sixteen, those are the last sixteen there are: some stand twice.
type Lanes = [[u8; LANE]; LONGEST_QUIET / LANE];

/// A form of which every text is quiet.
#[derive(Clone, Copy)]
struct Quiet {
    /// The policy's id; none has the id 0.
    policy: u64,
    len: usize,
    lanes: Lanes,
}

/// What a thread remembers.
struct Forms {
    /// By hash; where two share a place, the later stands first.
    quiet: Vec<[Quiet; 2]>,
    /// By hash: the hash of the form that was met last and is none of these; its lowest bit is set after the first time, and cleared when
    /// the form was found to be none that can be remembered.
    met: Vec<u64>,
}

/// Powers of two. Together they take 90 KB, and have room for the forms of some two hundred messages with numbers of several lengths.
const QUIET: usize = 512;
const MET: usize = 1024;

/// 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

thread_local! {
    /// Its memory is asked for with the first form.
    static FORMS: RefCell<Forms> = const { RefCell::new(Forms { quiet: Vec::new(), met: Vec::new() }) };
}

impl Form {
    /// The form of a text; `None` if it is too long.
    // It is not copied first: a processor is slow to load as one what it has just stored in parts.
    #[inline]
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        if text.len() > LONGEST_QUIET {
            return None;
        }
        let mut lanes = [[0; LANE]; LONGEST_QUIET / LANE];
        let (whole, rest) = text.as_chunks();
        lanes.iter_mut().zip(whole).for_each(|(lane, raw)| *lane = with_zeros(*raw));
        if !rest.is_empty() {
            lanes[whole.len()] = with_zeros(text.last_chunk().copied().unwrap_or_else(|| fewer_than_lane(text)));
        }
        // Each word is multiplied by another odd number.
        let words = lanes.as_flattened().as_chunks().0.iter().zip(0..);
        let words = words.map(|(word, i)| u64::from_le_bytes(*word).wrapping_mul(SPREAD.wrapping_mul(2 * i + 1)));
        let sum = words.fold(text.len() as u64, u64::wrapping_add);
        Some(Self { lanes, len: text.len(), hash: sum ^ sum >> (u64::BITS / 2) })
    }

    /// Whether all texts of this form are known to be quiet under that policy.
    #[inline]
    pub(super) fn is_quiet(&self, policy: &Policy) -> bool {
        let policy = policy.compiled().id();
        let is_it = |quiet: &Quiet| quiet.policy == policy && quiet.len == self.len && quiet.lanes == self.lanes;
        let two = place(self.hash, policy, QUIET);
        let is_quiet = |forms: &Forms| forms.quiet.get(two).is_some_and(|two| two.iter().any(is_it));
        FORMS.try_with(|forms| forms.try_borrow().is_ok_and(|forms| is_quiet(&forms))).unwrap_or(false)
    }

    /// Tells that `text`, which is of this form, was read and is clean.
    pub(super) fn was_met(&self, policy: &Policy, text: &[u8]) {
        // While the thread is torn down nothing is remembered; nor while an allocator logs that was asked for memory for this.
        let _ = FORMS.try_with(|forms| forms.try_borrow_mut().map(|mut forms| forms.meet(self, policy, text)));
    }
}

/// The place of a form under a policy, of so many, which are a power of two.
#[inline]
fn place(hash: u64, policy: u64, places: usize) -> usize {
    ((hash ^ policy).wrapping_mul(SPREAD) >> (u64::BITS - places.trailing_zeros())) as usize
}

/// The same bytes, with zeros for digits.
#[inline(always)]
fn with_zeros(raw: [u8; LANE]) -> [u8; LANE] {
    let raw = u8x16::new(raw);
    within(b'0', b'9')(raw).select(u8x16::splat(b'0'), raw).to_array()
}

/// The bytes of a short text: its first eight and its last eight, or four and four; or all it has.
#[inline]
fn fewer_than_lane(text: &[u8]) -> [u8; LANE] {
    let ends = |first: u64, last: u64| (u128::from(last) << u64::BITS | u128::from(first)).to_le_bytes();
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        return ends(u64::from_le_bytes(*first), u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        return ends(u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into());
    }
    ends(text.iter().rev().fold(0, |all, b| all << u8::BITS | u64::from(*b)), 0)
}

impl Forms {
    fn meet(&mut self, form: &Form, policy: &Policy, text: &[u8]) {
        let compiled = policy.compiled();
        let (scanner, inventory, policy) = (&compiled.scanner, &compiled.inventory, compiled.id());
        if self.quiet.is_empty() {
            self.quiet = vec![[Quiet { policy: 0, len: 0, lanes: Lanes::default() }; 2]; QUIET];
            self.met = vec![0; MET];
        }
        let refused = (form.hash ^ policy) & !1;
        let once = refused | 1;
        let met = &mut self.met[place(form.hash, policy, MET)];
        if *met != once && *met != refused {
            *met = once;
        } else if *met == once && scanner.is_quiet_in_any_digits(text, &|before| may_be_key(before, inventory)) {
            let two = &mut self.quiet[place(form.hash, policy, QUIET)];
            *two = [Quiet { policy, len: form.len, lanes: form.lanes }, two[0]];
            // When others have taken its place, it is met as if for the first time.
            *met = 0;
        } else {
            *met = refused;
        }
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
    fn what_stands_in_the_place_of_a_form_is_compared_whole() {
        let (one, other) = (policy(), policy());
        let id = one.compiled().id();
        let form = Form::of(b"parcel\0").expect("a short text");
        let known = Quiet { policy: id, len: form.len, lanes: form.lanes };
        FORMS.with(|forms| forms.borrow_mut().quiet = vec![[known; 2]; QUIET]);
        assert!(is_known(&one, &[], "parcel\0"));
        assert!(
            !is_known(&other, &[], "parcel\0") && !is_known(&one, &[], "parcel") && !is_known(&one, &[], "parcel1")
        );
        let (short, shorter) = (Form::of(b"a\0").expect("a short text"), Form::of(b"a").expect("a short text"));
        assert_eq!(short.lanes, shorter.lanes, "only the length tells");
        let known = Quiet { policy: id, len: short.len, lanes: short.lanes };
        FORMS.with(|forms| forms.borrow_mut().quiet = vec![[known; 2]; QUIET]);
        assert!(is_known(&one, &[], "a\0") && !is_known(&one, &[], "a"));
    }

    #[test]
    fn policies_that_take_turns_on_a_thread_both_remember() {
        let (one, other) = (policy(), policy());
        for _ in 0..2 {
            is_known(&one, &["parcel 481 left"], "");
            is_known(&other, &["parcel 481 left"], "");
        }
        assert!(is_known(&one, &[], "parcel 481 left") && is_known(&other, &[], "parcel 481 left"));
    }

    #[test]
    fn forms_are_the_same_of_texts_that_differ_in_digits_alone() {
        let text = "a1-b2-c3-d4-e5-f6-g7-h8-i9-j0-k1-l2-m3-n4-o5-p6-q7-r8-s9-t0-u1-v2";
        let form = |text: &[u8]| Form::of(text).map(|form| (form.lanes, form.len, form.hash));
        for len in 0..=LONGEST_QUIET {
            for start in [0, 1] {
                let text = &text.as_bytes()[start..][..len];
                let digits = text.iter().map(|b| if b.is_ascii_digit() { b'7' } else { *b }).collect::<Vec<u8>>();
                assert_eq!(form(text), form(&digits), "{len}");
                for at in 0..len {
                    let mut other = text.to_vec();
                    other[at] = if other[at].is_ascii_digit() { b'x' } else { b'9' };
                    assert_ne!(form(text), form(&other), "{len}, {at}");
                    assert_ne!(form(text), form(&text[..at]), "{len}, {at}");
                }
            }
        }
    }

    #[test]
    fn signs_that_mean_nothing_are_known() {
        let policy = policy();
        for text in ["status=200 took=35 ms", "GET /parcels/17 done: 35 ms", "[main] 12:30:07 ready (3 of 12)"] {
            assert!(is_known(&policy, &[text; 2], text), "{text}");
        }
    }

    #[test]
    fn a_form_that_may_hold_something_is_never_known() {
        let policy = policy();
        for text in ["to jo@example.com", "pin=1234", "4111 1111 1111 1112", "192.0.2.300", "密码: 1", "a: b"] {
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
        let word = |n| format!("{n:010b}").replace('0', "x").replace('1', "y");
        let texts: Vec<String> = (0..4 * QUIET).map(word).collect();
        for text in &texts {
            assert!(is_known(&policy, &[text, text], text));
        }
        let lost: Vec<&String> = texts.iter().filter(|text| !is_known(&policy, &[], text)).collect();
        assert!(lost.len() >= 2 * QUIET, "there is room for so many and no more");
        assert!(lost.iter().all(|text| is_known(&policy, &[text, text], text)));
    }
}
