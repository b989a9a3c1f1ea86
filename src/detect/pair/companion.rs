//! Keys that say what they are only beside another: `{"user": "joe", "pass": "x"}`. Alone, `pass` is what tests log.

use std::ops::Range;

use super::named::{beside, word_before};
use super::{Keys, Reading, before_space};
use crate::policy::Parents;

/// Keys, and others beside which they are as if they stood under `parent`: so `user.pass` in rules is what `pass` beside `login` is.
pub(crate) struct Companion {
    keys: &'static [&'static str],
    /// These, and keys that end with them: `db_user`.
    companions: &'static [&'static str],
    parent: &'static str,
}

const NUMBER: usize = 2;
/// In lower case and without signs, as keys are compared. Each has one address, by which it is told.
static COMPANIONS: [Companion; NUMBER] = [
    Companion {
        keys: &["pass", "psw", "pw"],
        companions: &["user", "username", "login", "account", "email", "emailaddress", "mail", "dn", "binddn"],
        parent: "user",
    },
    // Vault has a `secret_id` that is a secret; elsewhere it is the name of one.
    Companion { keys: &["secretid"], companions: &["roleid", "accessorid", "secretidaccessor"], parent: "approle" },
];

impl Companion {
    /// What must stand beside a key to say what that is, if it says nothing alone.
    pub(crate) fn of(key: &[u8]) -> Option<&'static Self> {
        let is = |known: &&str| start_of_last(key, known) == Some(0);
        COMPANIONS.iter().find(|companion| companion.keys.iter().any(is))
    }

    /// Whether a key is that which must stand there.
    pub(crate) fn is(&self, key: &[u8]) -> bool {
        self.companions.iter().any(|known| start_of_last(key, known).is_some_and(|start| begins_word(key, start)))
    }

    /// Whether one stands near a value, whose key begins at `start`, with its quote, and whose separator ends at `after`.
    pub(crate) fn stands_beside(&self, text: &[u8], start: usize, after: usize) -> bool {
        beside(text, start, after, &|key: &Range<usize>, _: &Range<usize>| self.is(&text[key.clone()])).is_some()
    }

    /// The parents of a key beside it.
    pub(crate) fn before<'p>(&self, parents: &'p dyn Parents) -> impl Parents + use<'p> {
        Under { parent: self.parent, parents }
    }
}

/// Where in a key the letters begin that it ends with, of whatever style it is: `user_name` and `userName` end with `username`.
fn start_of_last(key: &[u8], letters: &str) -> Option<usize> {
    let mut start = key.len();
    for letter in letters.bytes().rev() {
        while start > 0 && matches!(key[start - 1], b'_' | b'-') {
            start -= 1;
        }
        start = start.checked_sub(1).filter(|at| key[*at].eq_ignore_ascii_case(&letter))?;
    }
    Some(start)
}

/// Whether a word of a key begins at `at`.
fn begins_word(key: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| key[before]) else { return true };
    !before.is_ascii_alphanumeric() || before.is_ascii_lowercase() && key[at].is_ascii_uppercase()
}

/// Which companions keys are that stand side by side.
#[derive(Clone, Copy, Default)]
pub(crate) struct Companions([bool; NUMBER]);

impl Companions {
    /// Adds a key. Answers whether it is one.
    pub(crate) fn add(&mut self, key: &[u8]) -> bool {
        let mut any = false;
        for (seen, companion) in self.0.iter_mut().zip(&COMPANIONS) {
            let is = companion.is(key);
            *seen |= is;
            any |= is;
        }
        any
    }

    pub(crate) fn have(&self, companion: &'static Companion) -> bool {
        self.0.iter().zip(&COMPANIONS).any(|(seen, one)| *seen && std::ptr::eq(one, companion))
    }
}

/// The key before the separator at `at`, and its rule, if that masks it for its companion.
pub(super) fn accompanied(
    text: &[u8],
    at: usize,
    after: usize,
    keys: &Keys<'_>,
) -> Option<((u32, Reading), Range<usize>)> {
    // The last letter tells of most keys that they are none of these; what stands behind it is few quotes and blanks.
    let last = text[..at].iter().rev().take(8).find(|b| b.is_ascii_alphanumeric())?;
    let may_be = |known: &&str| known.as_bytes().last() == Some(&last.to_ascii_lowercase());
    if !COMPANIONS.iter().any(|companion| companion.keys.iter().any(may_be)) {
        return None;
    }
    let (key, start) = word_before(text, before_space(text, at))?;
    let companion = Companion::of(&text[key.clone()])?;
    let rule = keys.rule_beside(&text[key.clone()], companion)?;
    companion.stands_beside(text, start, after).then_some((rule, key))
}

/// Whether a value says how a test or a check ended: `true`, `17/20`, `98.5%`. So may a number, but for one in quotes.
pub(crate) fn is_result(value: &[u8], quoted: bool) -> bool {
    const WORDS: [&str; 24] = [
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "ok",
        "-",
        "n/a",
        "all",
        "none",
        "null",
        "pass",
        "passed",
        "fail",
        "failed",
        "success",
        "succeeded",
        "error",
        "skip",
        "skipped",
        "unknown",
    ];
    let number = value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'/' | b'.' | b'%'));
    let plain = value.len() > 5 && value.iter().all(u8::is_ascii_digit);
    number && !(quoted && plain) || WORDS.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
}

/// Parents with one more, the nearest.
struct Under<'p> {
    parent: &'static str,
    parents: &'p dyn Parents,
}

impl Parents for Under<'_> {
    fn each(&self, visit: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        visit(self.parent.as_bytes()) && self.parents.each(visit)
    }
}
