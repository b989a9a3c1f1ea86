//! Keys that say what they are only beside another: `{"user": "joe", "pass": "x"}`. Alone, `pass` is what tests log.

use std::ops::Range;

use super::named::beside;
use crate::policy::Parents;

/// Another key beside which a key is as if it stood under `parent`: so `user.pass` in rules is what `pass` beside `login` is.
pub(crate) struct Companion {
    keys: &'static [&'static str],
    companions: &'static [&'static str],
    parent: &'static str,
}

const COMPANIONS: [Companion; 2] = [
    Companion {
        keys: &["pass", "psw", "pw"],
        companions: &["user", "username", "user_name", "login", "account", "email", "mail"],
        parent: "user",
    },
    // Of Vault; elsewhere it is the name of a secret.
    Companion { keys: &["secret_id", "secretid"], companions: &["role_id", "roleid"], parent: "approle" },
];

impl Companion {
    /// What must stand beside a key to say what that is, if it says nothing alone.
    pub(crate) fn of(key: &[u8]) -> Option<&'static Self> {
        COMPANIONS.iter().find(|companion| is_among(companion.keys, key))
    }

    /// Whether a key is that which must stand there.
    pub(crate) fn is(&self, key: &[u8]) -> bool {
        is_among(self.companions, key)
    }

    /// Whether one stands beside the value behind `after`, whose key begins at `start`, with its quote.
    pub(crate) fn stands_beside(&self, text: &[u8], start: usize, after: usize) -> bool {
        beside(text, start, after, &|key: &Range<usize>, _: &Range<usize>| self.is(&text[key.clone()])).is_some()
    }

    /// The parents of a key beside it.
    pub(crate) fn before<'p>(&self, parents: &'p dyn Parents) -> impl Parents + use<'p> {
        Under { parent: self.parent, parents }
    }
}

fn is_among(keys: &[&str], key: &[u8]) -> bool {
    keys.iter().any(|known| key.eq_ignore_ascii_case(known.as_bytes()))
}

/// Parents with one more, the nearest.
struct Under<'p> {
    parent: &'static str,
    parents: &'p dyn Parents,
}

impl Parents for Under<'_> {
    fn each(&self, visit: &mut dyn FnMut(&[u8]) -> bool) {
        if visit(self.parent.as_bytes()) {
            self.parents.each(visit);
        }
    }
}
