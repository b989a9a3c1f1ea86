//! Names that say of a value what it does not say itself.

use super::{Matcher, Scanner, Target};
use crate::detect::regex_rule::is_whole_word;
use crate::detect::screen::{BLOCK, Block, Room, Screen, Seen};
use crate::detect::{Probe, Verdict};
use crate::lanes::each_bit;

/// What stands between a name and its value in JSON, and behind the value.
pub(crate) const BETWEEN: &[u8] = b"\": \"";
/// A value that looks as random as a secret may.
const RANDOM: &[u8] = b"k3jD8sLq0Zx7Wm2P4nAbR9cV\"";

/// Of which values a name tells somebody what nobody finds in them alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hint {
    None,
    /// A match of a rule may begin in the name, or it is that of a secret, so that a random value below it is one.
    ForTexts,
    /// It holds context of a rule: of numbers, too.
    ForAll,
}

impl Scanner {
    /// Of which values a name tells somebody something.
    pub(crate) fn hint_of(&self, name: &[u8]) -> Hint {
        let text = [b"\"", name, BETWEEN, RANDOM].concat();
        let named = &text[..text.len() - RANDOM.len()];
        let (mut room, mut screen, mut seen, mut hint) =
            (Room::default(), Screen::default(), Seen::default(), Hint::None);
        for at in (0..=name.len()).step_by(BLOCK) {
            let block = Block::new(&text, at, &mut room);
            screen.look(&block, self.lists.numbers, &mut seen);
            let places = self.lists.places(&block, &seen);
            for i in each_bit(places.words()).filter(|i| at + i <= name.len()) {
                self.lists.each_word(&text, at, &block, &places, i, |target, end| {
                    let of_texts = match target {
                        Target::Context(_, len, _) if is_whole_word(&text, end - len..end) => {
                            hint = Hint::ForAll;
                            return;
                        }
                        Target::Beginning(rule, len) => match &self.matchers[rule as usize].1 {
                            Matcher::Regex(rule) => rule.may_begin_with(&named[end - len..]),
                            Matcher::Native(_) => true,
                        },
                        Target::Matcher(detector) => self.finds(detector, &text, end),
                        Target::Name(detector, tail) => self.finds(detector, &text, end - tail),
                        Target::Context(..) | Target::Token | Target::Operator => false,
                    };
                    if of_texts {
                        hint = hint.max(Hint::ForTexts);
                    }
                });
            }
        }
        if hint == Hint::None && self.anywhere.may_begin(self, named, name.len()) {
            hint = Hint::ForTexts;
        }
        hint
    }

    /// Whether a name that tells somebody something is never quiet: what texts are searched for does not stand out in it.
    pub(crate) fn hints_stand_out(&self) -> bool {
        !self.anywhere.reach_across_members()
    }

    /// Whether a detector finds something at a word that ends there.
    fn finds(&self, detector: u32, text: &[u8], anchor_end: usize) -> bool {
        match &self.matchers[detector as usize].1 {
            Matcher::Native(detector) => {
                matches!((detector.find)(Probe { text, anchor_end, floor: 0 }), Verdict::Found(_))
            }
            Matcher::Regex(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::BUILTIN;
    use crate::detect::regex_rule::RegexRule;

    #[test]
    fn a_name_tells_of_a_value_or_not() {
        let rule = |regex, context: &[&str]| {
            Matcher::Regex(Box::new(RegexRule::new(regex, None, context).expect("a good regex")))
        };
        let mut matchers = vec![
            (0, rule("[0-9]{6}", &["badge no"])),
            (1, rule("\\bzq-longer-key\"?: ?\"?[a-z]+", &[])),
            (2, rule("\\bpat[0-9a-z]{14}\\.", &[])),
        ];
        matchers.extend(BUILTIN.iter().zip(3..).map(|(detector, i)| (i, Matcher::Native(detector))));
        // No match of the first goes from a name to its value, whatever else it may begin with.
        matchers.push((90, rule("[a-z.]+@[a-z.]+", &[])));
        let scanner = Scanner::new(matchers).expect("the rules compile");
        assert!(scanner.hints_stand_out());
        let long = format!("{}Token", "x".repeat(BLOCK - 3));
        for name in [
            "webhookToken",
            "acme_secret",
            "X-Acme-Key",
            "badge no",
            "his-badge no.1",
            "zq-longer-key",
            "a.zq-longer-key",
            &long,
        ] {
            assert_ne!(scanner.hint_of(name.as_bytes()), Hint::None, "{name}");
        }
        let others = [
            "",
            "status",
            "region",
            "queue",
            "path",
            "badge",
            "badge nought",
            "tokens_left",
            "token_count",
            "keyed",
            "tok-",
            "page_token",
        ];
        assert_eq!(scanner.hint_of(b"acme_tokens"), Hint::ForTexts);
        assert_eq!(scanner.hint_of(b"tokens-of-badge no"), Hint::ForAll);
        for name in others {
            assert_eq!(scanner.hint_of(name.as_bytes()), Hint::None, "{name}");
        }
        let across = Scanner::new(vec![(0, rule("[a-z]{0,9}_no\\W{1,9}[0-9]+", &[]))]).expect("the rule compiles");
        assert!(!across.hints_stand_out());
        assert_eq!(across.hint_of(b"zq_no"), Hint::ForTexts);
    }
}
