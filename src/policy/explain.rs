//! Who speaks for a field or key, and why.

use std::fmt;

use super::inventory::{KeyPattern, Rank};
use super::{Category, DataClass, Policy, is_not_data};
use crate::detect::pair::Dotted;
use crate::rules::NotAllowed;
use crate::sanitize::Action;

/// What becomes of the values of a key, and why; see [`Policy::explain_key`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KeyExplanation<'p> {
    /// What is done with the values.
    pub treatment: Treatment,
    /// Who decides that.
    pub speaker: Speaker,
    /// All rules with an entry that matches the key: the one that decides first, and each before those that it beats. Empty where
    /// no rule names the key.
    pub rules: Vec<KeyRule<'p>>,
}

/// Who decides what becomes of a value; ordered, each goes before those behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Speaker {
    /// A schema of the target, which does not allow the field.
    Schema,
    /// An exemption for the field, in this target.
    Exemption,
    /// The rule for a path: `user.email`.
    Path,
    /// The rule for a key.
    Key,
    /// No rule names the key, and `unlisted` says what is done then.
    Unlisted,
    /// Whatever detectors find in the value.
    Detectors,
}

/// What is done with the values of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Treatment {
    /// They are masked as a whole, by the rule that decides or else as `unlisted` asks.
    Masked,
    /// They go away with their key, by the rule that decides or else as `unlisted` asks.
    Dropped,
    /// They go away with the whole event, as a schema asks; a span loses the field only.
    Rejected,
    /// They pass as they are.
    Passed,
    /// They are looked into, like any text.
    Scanned,
}

/// A rule that names a key.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KeyRule<'p> {
    /// Its name; without one, its first key.
    pub rule: &'p str,
    /// The entry that matches, as it was written: `*_email`.
    pub key: &'p str,
    /// Its category.
    pub category: &'p Category,
    /// Its data class.
    pub class: DataClass,
    /// Whether its class is one that this policy masks.
    pub masks: bool,
    /// Whether it comes from a pack.
    pub from_pack: bool,
    /// Its maskers, in their order.
    pub maskers: Vec<&'p str>,
    /// Why the rule before this one in the list beats it; `None` for the one that decides.
    pub beaten_by: Option<Precedence>,
}

/// Why one rule goes before another, where both name a key; the first difference decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Precedence {
    /// The longer path.
    LongerPath,
    /// A plain key goes before one with `*`.
    PlainKey,
    /// A rule that masks goes before one whose class is not masked.
    Masks,
    /// A rule of one's own goes before a pack's.
    OwnRule,
    /// A rule that shows nothing goes before one that shows parts.
    ShowsLess,
    /// The one that stands first.
    First,
}

impl Policy {
    /// Tells which rule speaks for a key, which others it beats and why, as in the names of fields: `email`, `user.email`.
    ///
    /// ```
    /// use tracing_privacy::{Policy, Precedence, Treatment};
    ///
    /// let policy: Policy = r#"
    ///     version = 1
    ///     [[field]]
    ///     keys = ["*_email"]
    ///     mask = "email_domain"
    ///     [[field]]
    ///     keys = ["work_email"]
    ///     name = "staff"
    /// "#.parse()?;
    ///
    /// let explanation = policy.explain_key("workEmail");
    /// assert_eq!(explanation.treatment, Treatment::Masked);
    /// assert_eq!(explanation.rules[0].rule, "staff");
    /// assert_eq!(explanation.rules[1].key, "*_email");
    /// assert_eq!(explanation.rules[1].beaten_by, Some(Precedence::PlainKey));
    /// assert_eq!(policy.explain_key("color").treatment, Treatment::Scanned);
    /// # Ok::<(), tracing_privacy::Error>(())
    /// ```
    pub fn explain_key(&self, key: &str) -> KeyExplanation<'_> {
        let treatment = match self.action(key) {
            Action::Mask(_) | Action::Erase(_) | Action::Unlisted(_) => Treatment::Masked,
            Action::Drop(_) => Treatment::Dropped,
            Action::Scan | Action::ScanHinted { .. } => Treatment::Scanned,
        };
        if is_not_data(key) {
            return KeyExplanation { treatment, speaker: Speaker::Detectors, rules: Vec::new() };
        }
        let patterns = self.compiled().inventory.matching(key.as_bytes(), &Dotted(b""));
        let before_all = patterns.first().map(|pattern| pattern.rank());
        let mut before: Option<Rank> = None;
        let mut told = Vec::new();
        let mut rules = Vec::new();
        for pattern in patterns {
            // A rule may name a key in several ways: the one that counts is the first.
            if told.contains(&pattern.rule()) {
                continue;
            }
            told.push(pattern.rule());
            rules.push(self.key_rule(pattern, before.map(|before| precedence(before, pattern.rank()))));
            before = Some(pattern.rank());
        }
        let speaker = match before_all {
            Some(rank) if rank.segments > 0 => Speaker::Path,
            Some(_) => Speaker::Key,
            None if treatment == Treatment::Scanned => Speaker::Detectors,
            None => Speaker::Unlisted,
        };
        KeyExplanation { treatment, speaker, rules }
    }

    /// The same for a field of events and spans of that target, where schemas and exemptions have their say, too. Exemptions of
    /// patterns are for what is found in a value, so they are not told of here.
    ///
    /// ```
    /// use tracing_privacy::{Policy, Speaker, Treatment};
    ///
    /// let policy: Policy = r#"
    ///     version = 1
    ///     [[field]]
    ///     keys = ["email"]
    ///     [[schema]]
    ///     target = "shop::*"
    ///     allow = ["order_id"]
    /// "#.parse()?;
    ///
    /// let explanation = policy.explain_field("shop::orders", "email");
    /// assert_eq!((explanation.speaker, explanation.treatment), (Speaker::Schema, Treatment::Dropped));
    /// let explanation = policy.explain_field("elsewhere", "email");
    /// assert_eq!((explanation.speaker, explanation.treatment), (Speaker::Key, Treatment::Masked));
    /// # Ok::<(), tracing_privacy::Error>(())
    /// ```
    pub fn explain_field(&self, target: &str, field: &str) -> KeyExplanation<'_> {
        let by_key = self.explain_key(field);
        let (speaker, treatment) = match self.not_allowed(target, field) {
            Some(NotAllowed::Mask) => (Speaker::Schema, Treatment::Masked),
            Some(NotAllowed::Drop) => (Speaker::Schema, Treatment::Dropped),
            Some(NotAllowed::Reject) => (Speaker::Schema, Treatment::Rejected),
            None if self.compiled().exemptions.lets_field_pass(target, field) => {
                (Speaker::Exemption, Treatment::Passed)
            }
            None => (by_key.speaker, by_key.treatment),
        };
        KeyExplanation { speaker, treatment, ..by_key }
    }

    fn key_rule<'p>(&'p self, pattern: &'p KeyPattern, beaten_by: Option<Precedence>) -> KeyRule<'p> {
        let rule = self.compiled().rule(pattern.rule());
        KeyRule {
            rule: &rule.name,
            key: pattern.text(),
            category: &rule.category,
            class: rule.class,
            masks: rule.masks,
            from_pack: !pattern.rank().own,
            maskers: rule.chain.masker_names().collect(),
            beaten_by,
        }
    }
}

/// Why a pattern of rank `first` goes before one of rank `second`.
pub(super) fn precedence(first: Rank, second: Rank) -> Precedence {
    // In the order of the fields of `Rank`, which is the order in which they decide.
    let Rank { segments, plain, masks, own, strictness } = first;
    if segments != second.segments {
        Precedence::LongerPath
    } else if plain != second.plain {
        Precedence::PlainKey
    } else if masks != second.masks {
        Precedence::Masks
    } else if own != second.own {
        Precedence::OwnRule
    } else if strictness != second.strictness {
        Precedence::ShowsLess
    } else {
        Precedence::First
    }
}

impl fmt::Display for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Schema => "schema",
            Self::Exemption => "exemption",
            Self::Path => "path rule",
            Self::Key => "key rule",
            Self::Unlisted => "`unlisted`",
            Self::Detectors => "detectors",
        })
    }
}

impl fmt::Display for Precedence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LongerPath => "its path is longer",
            Self::PlainKey => "its key has no `*`",
            Self::Masks => "it masks",
            Self::OwnRule => "it is no pack's",
            Self::ShowsLess => "it shows less",
            Self::First => "it stands first",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_apart_is_explained_by_the_name_of_the_whole() {
        let policy = Policy::builtin();
        for key in ["password.0", "password.value", "user.password.old.value"] {
            let explanation = policy.explain_key(key);
            assert_eq!((explanation.speaker, explanation.treatment), (Speaker::Key, Treatment::Masked), "{key}");
            assert_eq!(explanation.rules[0].rule, "password", "{key}");
        }
        let rules =
            "version = 1\n[[field]]\nkeys = [\"amount.value\"]\nname = \"amount\"\n[[field]]\nkeys = [\"amount\"]";
        let policy: Policy = rules.parse().unwrap();
        assert_eq!(policy.explain_key("amount.value").rules[0].rule, "amount", "what is named itself goes first");
    }

    #[test]
    fn every_precedence_is_told() {
        let own = |keys: &str, more: &str| format!("[[field]]\nkeys = [{keys}]\n{more}\n");
        let rules = [
            own("\"a.zz_email\", \"zz_email\", \"*_email\"", "name = \"one\""),
            own("\"zz_email\"", "name = \"two\"\nmask = \"email_domain\""),
            own("\"zz_email\"", "name = \"three\"\nmask = \"email_domain\""),
            own("\"zz_email\"", "name = \"four\"\nclass = \"public\""),
        ];
        let file = format!("version = 1\ninclude = [\"builtin:pii\"]\n{}", rules.concat());
        let policy: Policy = file.parse().unwrap();
        let explanation = policy.explain_key("a.zzEmail");
        let told: Vec<_> = explanation.rules.iter().take(4).map(|rule| (rule.rule, rule.beaten_by)).collect();
        assert_eq!(
            told,
            [
                ("one", None),
                ("two", Some(Precedence::LongerPath)),
                ("three", Some(Precedence::First)),
                ("four", Some(Precedence::Masks)),
            ]
        );
        let last = explanation.rules.last().unwrap();
        assert!(last.from_pack && last.beaten_by == Some(Precedence::PlainKey), "{last:?}");

        let explanation = policy.explain_key("zz_email2");
        let told: Vec<_> = explanation.rules.iter().take(2).map(|rule| (rule.rule, rule.beaten_by)).collect();
        assert_eq!(told, [("one", None), ("two", Some(Precedence::ShowsLess))]);

        let own_star: Policy =
            format!("version = 1\ninclude = [\"builtin:pii\"]\n{}", own("\"*_email\"", "name = \"own\""))
                .parse()
                .unwrap();
        let explanation = own_star.explain_key("some_email");
        assert_eq!(explanation.rules[0].rule, "own");
        assert_eq!(explanation.rules[1].beaten_by, Some(Precedence::OwnRule));
    }

    #[test]
    fn what_no_rule_names_is_told_by_what_is_done_with_it() {
        let policy =
            |unlisted: &str| format!("version = 1\n[defaults]\nunlisted = \"{unlisted}\"").parse::<Policy>().unwrap();
        for (unlisted, treatment) in
            [("scan", Treatment::Scanned), ("mask", Treatment::Masked), ("drop", Treatment::Dropped)]
        {
            let policy = policy(unlisted);
            let explanation = policy.explain_key("color");
            assert_eq!((explanation.treatment, explanation.rules.len()), (treatment, 0));
            assert_eq!(policy.explain_key("message").treatment, Treatment::Scanned);
        }
    }
}
