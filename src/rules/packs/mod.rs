//! Rules that come with the library, in the form of rules files.

/// A set of rules that a rules file includes as `builtin:NAME`.
#[derive(Debug)]
pub(crate) struct Pack {
    /// What follows `builtin:`.
    pub(crate) name: &'static str,
    /// A rules file without `include`, `tokens` and `defaults`.
    pub(crate) text: &'static str,
    /// Whether the built-in policy includes it.
    pub(crate) built_in: bool,
}

/// All packs, in the order in which they are listed and in which the built-in policy includes them.
pub(crate) const PACKS: &[Pack] = &[
    // Passwords, keys and tokens.
    Pack { name: "secrets", text: SECRETS, built_in: true },
    // Names, addresses, phone numbers and other personal data.
    Pack { name: "pii", text: include_str!("pii.toml"), built_in: true },
    // Payment cards.
    Pack { name: "pci", text: include_str!("pci.toml"), built_in: true },
    // Bank accounts.
    Pack { name: "finance", text: include_str!("finance.toml"), built_in: true },
    // Numbers that states give to persons.
    Pack { name: "national_ids", text: include_str!("national_ids.toml"), built_in: true },
    // Numbers and keys of health care.
    Pack { name: "health", text: include_str!("health.toml"), built_in: true },
    // Cookies, sessions and addresses of clients.
    Pack { name: "network", text: include_str!("network.toml"), built_in: true },
    // Names of machines inside a network.
    Pack { name: "internal_hosts", text: include_str!("internal_hosts.toml"), built_in: false },
];

/// The published forms are so many that they stand in files by the kind of service; only the first has a `version`.
const SECRETS: &str = concat!(
    include_str!("secrets.toml"),
    include_str!("secrets/cloud.toml"),
    include_str!("secrets/code.toml"),
    include_str!("secrets/business.toml"),
    include_str!("secrets/observability.toml"),
    include_str!("secrets/commands.toml"),
    include_str!("secrets/messages.toml"),
    include_str!("secrets/forms.toml"),
);

/// The pack of that name, without `builtin:`.
pub(crate) fn pack(name: &str) -> Option<&'static Pack> {
    PACKS.iter().find(|pack| pack.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::detect::regex_rule::RegexRule;
    use crate::detect::scanner::LONGEST_QUIET;
    use crate::detect::validator::VALIDATORS;
    use crate::policy::{Category, Policy};
    use crate::rules::{RulesFile, Source, parse};

    fn packs() -> impl Iterator<Item = (&'static str, RulesFile)> {
        PACKS.iter().map(|pack| {
            let source = Source::new(format!("builtin:{}", pack.name), pack.text);
            (pack.name, parse(&source).unwrap_or_else(|error| panic!("{error}")))
        })
    }

    #[test]
    fn every_pack_holds_rules_and_nothing_else() {
        for (name, file) in packs() {
            assert!(!file.fields.is_empty() || !file.patterns.is_empty(), "{name} is empty");
            assert!(file.include.is_empty() && file.rules.is_empty() && file.tokens.is_none(), "{name}");
            assert!(file.defaults.mask_from.is_none() && file.defaults.unlisted.is_none(), "{name}");
        }
    }

    #[test]
    fn every_rule_is_complete_and_its_name_stands_once() {
        let mut names = BTreeSet::new();
        for (pack, file) in packs() {
            for field in &file.fields {
                let name = field.name.as_ref().unwrap_or_else(|| panic!("a field of {pack} has no name")).get_ref();
                assert!(field.class.is_some() && field.category.is_some() && field.mask.is_some(), "{name}");
                assert!(names.insert(name.clone()), "{name} stands twice");
            }
            for pattern in &file.patterns {
                let name = pattern.name.get_ref();
                assert!(pattern.class.is_some() && pattern.mask.is_some() && pattern.source.is_some(), "{name}");
                assert!(!pattern.examples.is_empty() && !pattern.counterexamples.is_empty(), "{name}");
                assert!(pattern.regex.is_some() != pattern.detector.is_some(), "{name}");
                let category = pattern.category.as_ref().unwrap_or_else(|| panic!("{name} has no category"));
                assert!(Category::new(category.get_ref()).is_some(), "{name}");
                assert!(names.insert(name.clone()), "{name} stands twice");
            }
        }
    }

    #[test]
    fn every_key_stands_once_and_names_something() {
        let mut keys = BTreeSet::new();
        for (pack, file) in packs() {
            for key in file.fields.iter().flat_map(|field| &field.keys) {
                let key = key.get_ref();
                assert!(keys.insert(key.clone()), "{key} stands twice, again in {pack}");
                // `*_token` would match `next_page_token`, `*_key` would match `primary_key`, `*_name` everything.
                assert!(
                    !["*", "*_token", "*_key", "*_id", "*_name", "*_code", "*_address"].contains(&key.as_str()),
                    "{key}"
                );
            }
        }
    }

    #[test]
    fn rules_find_their_examples_and_nothing_in_their_counterexamples() {
        let mut mistakes = Vec::new();
        for (pack, file) in packs() {
            let policy = Policy::builder().include(&format!("builtin:{pack}")).build().expect("a pack compiles");
            for pattern in &file.patterns {
                let name = pattern.name.get_ref();
                let masked = |text: &str| policy.sanitize_text(text) != text;
                let missed = pattern.examples.iter().filter(|example| !masked(example.get_ref()));
                mistakes.extend(missed.map(|example| format!("{name} misses {}", example.get_ref())));
                let found = pattern.counterexamples.iter().filter(|other| masked(other.get_ref()));
                mistakes.extend(found.map(|other| format!("{name} finds {}", other.get_ref())));
            }
        }
        assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    }

    #[test]
    fn each_regex_finds_its_examples_by_itself() {
        let mut count = 0;
        for (_, file) in packs() {
            for pattern in &file.patterns {
                let Some(regex) = &pattern.regex else { continue };
                let name = pattern.name.get_ref();
                let validator = pattern.validate.as_ref().map(|wanted| {
                    VALIDATORS.iter().find(|v| v.name == wanted.get_ref()).expect("a validator that exists")
                });
                let context: Vec<_> = pattern.context.iter().map(|word| word.get_ref().as_str()).collect();
                let rule = RegexRule::new(regex.get_ref(), validator, &context).expect("a good regex");
                let finds = |text: &str| !rule.all(text.as_bytes()).is_empty();
                pattern.examples.iter().for_each(|text| assert!(finds(text.get_ref()), "{name}: {}", text.get_ref()));
                assert!(pattern.counterexamples.iter().all(|text| !finds(text.get_ref())), "{name}");
                count += 1;
            }
        }
        assert!(count > 15, "{count} regexes");
    }

    fn all_packs() -> Policy {
        let all =
            PACKS.iter().fold(Policy::builder(), |policy, pack| policy.include(&format!("builtin:{}", pack.name)));
        all.build().expect("packs that go together")
    }

    #[test]
    fn all_packs_together_mask_every_example_and_no_counterexample() {
        let policy = all_packs();
        let masked = |text: &str| policy.sanitize_text(text) != text;
        let mut wrong = Vec::new();
        for (_, file) in packs() {
            for pattern in &file.patterns {
                let name = pattern.name.get_ref();
                let missed = pattern.examples.iter().filter(|text| !masked(text.get_ref()));
                wrong.extend(missed.map(|text| format!("{name} leaves {}", text.get_ref())));
                let taken = pattern.counterexamples.iter().filter(|text| masked(text.get_ref()));
                wrong.extend(taken.map(|text| format!("{name}: masked is {}", text.get_ref())));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_string_of_a_document_is_read_as_a_text_is() {
        let policy = all_packs();
        let mut wrong = Vec::new();
        for (_, file) in packs() {
            for text in file.patterns.iter().flat_map(|pattern| pattern.examples.iter().chain(&pattern.counterexamples))
            {
                let text = text.get_ref();
                // At several places of a block.
                for before in ["", "a", "long since seen", "words and words and words and words and no more than words"]
                {
                    let document = |text: &str| serde_json::json!({ "a": before, "b": text, "c": "seen" }).to_string();
                    if policy.sanitize_text(&document(text)) != document(&policy.sanitize_text(text)) {
                        wrong.push(document(text));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Else a thread that saw the form of an example with other digits would let the example pass.
    #[test]
    fn no_text_is_quiet_that_is_an_example_with_other_digits() {
        let policy = all_packs();
        let scanner = &policy.compiled().scanner;
        let mut wrong = Vec::new();
        let mut short = 0;
        let with_digits = |text: &str, other: &dyn Fn(u8) -> u8| -> Vec<u8> {
            text.bytes().map(|b| if b.is_ascii_digit() { b'0' + other(b - b'0') } else { b }).collect()
        };
        for (_, file) in packs() {
            for text in file.patterns.iter().flat_map(|pattern| &pattern.examples) {
                let text = text.get_ref();
                let is_short = text.len() <= LONGEST_QUIET && text.bytes().any(|b| b.is_ascii_digit());
                short += usize::from(is_short);
                for n in 0..10 {
                    for other in [with_digits(text, &|_| n), with_digits(text, &|digit| (digit + n) % 10)] {
                        if scanner.is_quiet_in_any_digits(&other, &|_| false) {
                            wrong.push(String::from_utf8_lossy(&other).into_owned());
                        }
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(short > 300, "{short}");
    }

    /// Nobody can check a format by the front page of a site.
    #[test]
    fn sources_name_a_page_or_say_that_none_was_found() {
        let is_front_page = |source: &str| {
            let (_, address) = source.split_once("://")?;
            let address = address.split([' ', ',']).next()?.trim_end_matches([':', '/']);
            (!address.contains('/')).then_some(())
        };
        let mut wrong = Vec::new();
        for (_, file) in packs() {
            for pattern in &file.patterns {
                let source = pattern.source.as_ref().expect("another test asks for it");
                if source.split("; ").all(|source| is_front_page(source).is_some()) {
                    wrong.push(format!("{}: {source}", pattern.name.get_ref()));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Else each byte of every text would have to be looked at, or every text read twice.
    #[test]
    fn every_regex_is_found_by_words() {
        let mut wrong = Vec::new();
        for (_, file) in packs() {
            for pattern in &file.patterns {
                let Some(regex) = &pattern.regex else { continue };
                let context: Vec<&str> = pattern.context.iter().map(|word| word.get_ref().as_str()).collect();
                let rule = RegexRule::new(regex.get_ref(), None, &context).expect("it compiles");
                if !rule.is_found_by_words() {
                    wrong.push(pattern.name.get_ref().clone());
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join(", "));
    }

    #[test]
    fn packs_are_found_by_name() {
        assert_eq!(pack("pii").map(|pack| pack.name), Some("pii"));
        assert!(pack("PII").is_none());
    }
}
