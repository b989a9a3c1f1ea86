//! The one list of built-in maskers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Masker;
use super::drop::DropField;
use super::email::EmailDomain;
use super::erase::Erase;
use super::generalise::{Age, IpPrefix, Year, Zip3};
use super::key_ring::KeyRing;
use super::normalise::{Digits, Lowercase, Trim};
use super::tokenize::Tokenize;

/// A masker that needs no registering.
pub(crate) struct BuiltIn {
    /// Its name, in rules files and decisions.
    pub(crate) name: &'static str,
    /// What it writes, in one line.
    #[cfg_attr(not(test), expect(dead_code, reason = "the table in the documentation is tested against it"))]
    pub(crate) summary: &'static str,
    /// How a rules file writes it.
    pub(crate) form: &'static str,
    /// How it is made from that form.
    pub(super) make: Make,
}

/// How a built-in masker is made.
pub(super) enum Make {
    /// From its name alone.
    Plain(fn() -> Arc<dyn Masker>),
    /// From its name and the token keys.
    Keyed(fn(KeyRing) -> Arc<dyn Masker>),
    /// From a table with one or more of these keys.
    Table(&'static [&'static str]),
}

/// All built-in maskers, in the order of the documentation: look-ups, hints and docs come from here.
pub(crate) static BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        name: Erase::NAME,
        summary: "the placeholder `[redacted:CATEGORY]`",
        form: r#""erase""#,
        make: Make::Plain(|| Arc::new(Erase)),
    },
    BuiltIn {
        name: DropField::NAME,
        summary: "nothing: the field or member goes away",
        form: r#""drop""#,
        make: Make::Plain(|| Arc::new(DropField)),
    },
    BuiltIn {
        name: "fixed",
        summary: "a text of your choice",
        form: r#"{ fixed = "***" }"#,
        make: Make::Table(&["fixed"]),
    },
    BuiltIn {
        name: "keep",
        summary: "the first and last characters, the others as `*`; either may be left out",
        form: "{ keep_first = 2, keep_last = 2 }",
        make: Make::Table(&["keep_first", "keep_last"]),
    },
    BuiltIn {
        name: "email_domain",
        summary: "`***@example.com` for `ann@example.com`",
        form: r#""email_domain""#,
        make: Make::Plain(|| Arc::new(EmailDomain)),
    },
    BuiltIn {
        name: "ip_prefix",
        summary: "the network of an address: `192.0.2.0/24`, `2001:db8:abcd::/48`",
        form: r#""ip_prefix""#,
        make: Make::Plain(|| Arc::new(IpPrefix)),
    },
    BuiltIn { name: "year", summary: "the year of a date", form: r#""year""#, make: Make::Plain(|| Arc::new(Year)) },
    BuiltIn { name: "age", summary: "an age; from 90 on `90+`", form: r#""age""#, make: Make::Plain(|| Arc::new(Age)) },
    BuiltIn {
        name: "zip3",
        summary: "the first three digits of a ZIP code, `941**`; `000**` where few live",
        form: r#""zip3""#,
        make: Make::Plain(|| Arc::new(Zip3)),
    },
    BuiltIn {
        name: "bucket",
        summary: "the range a number lies in: `30-39`",
        form: "{ bucket = 10 }",
        make: Make::Table(&["bucket"]),
    },
    BuiltIn {
        name: Tokenize::NAME,
        summary: "a keyed token, equal for equal values: `tok-contact-k1-…`",
        form: r#""tokenize""#,
        make: Make::Keyed(|ring| Arc::new(Tokenize::new(ring))),
    },
    BuiltIn {
        name: "lowercase",
        summary: "all of it, in lower case; goes before another masker",
        form: r#""lowercase""#,
        make: Make::Plain(|| Arc::new(Lowercase)),
    },
    BuiltIn {
        name: "trim",
        summary: "all of it, without white space at its ends; goes before another masker",
        form: r#""trim""#,
        make: Make::Plain(|| Arc::new(Trim)),
    },
    BuiltIn {
        name: "digits",
        summary: "its decimal digits only, as ASCII; goes before another masker",
        form: r#""digits""#,
        make: Make::Plain(|| Arc::new(Digits)),
    },
];

impl BuiltIn {
    /// The built-in masker of that name, or that has a table key of that name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        BUILT_IN.iter().find(|masker| masker.name == name || masker.table_keys().contains(&name))
    }

    /// The keys of the table it is written as; none where its name is enough.
    pub(super) fn table_keys(&self) -> &'static [&'static str] {
        match self.make {
            Make::Table(keys) => keys,
            Make::Plain(_) | Make::Keyed(_) => &[],
        }
    }
}

/// The names of all built-in maskers, and the keys of the table that they are written as, if they are.
#[cfg(test)]
pub(crate) fn maskers() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    BUILT_IN.iter().map(|masker| (masker.name, masker.table_keys()))
}

/// What the names in a rules file can mean, besides the built-in maskers: what the application gave.
#[derive(Clone, Default)]
pub(crate) struct MaskerSet {
    /// The keys for `tokenize`; without them it cannot be used.
    pub(crate) key_ring: Option<KeyRing>,
    /// The application's own maskers, by name. A name of a built-in one is refused when a chain is compiled.
    pub(crate) custom: BTreeMap<String, Arc<dyn Masker>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::spec::MaskSpec;

    #[derive(serde::Deserialize)]
    struct Rule {
        mask: MaskSpec,
    }

    #[test]
    fn every_form_compiles_to_the_masker_of_that_name() {
        let maskers = MaskerSet { key_ring: KeyRing::ephemeral().ok(), ..MaskerSet::default() };
        for masker in BUILT_IN {
            // A normaliser cannot end a chain, so look at it in front of another.
            let rule: Rule = toml::from_str(&format!("mask = [{}, \"erase\"]", masker.form)).unwrap();
            let chain = rule.mask.compile(&maskers).unwrap();
            assert_eq!(format!("{chain:?}"), format!("[{:?}, \"erase\"]", masker.name));
        }
    }

    #[test]
    fn the_module_documentation_lists_them_all_in_order() {
        let docs = include_str!("mod.rs");
        let mut from = 0;
        for masker in BUILT_IN {
            let row = format!("//! | {} | `{}` | {} |\n", masker.name, masker.form, masker.summary);
            from += docs[from..].find(&row).unwrap_or_else(|| panic!("mod.rs lacks, in this order: {row}"));
        }
    }

    #[test]
    fn names_are_found_and_stand_once() {
        for (index, masker) in BUILT_IN.iter().enumerate() {
            for name in masker.table_keys().iter().chain([&masker.name]) {
                let found = BUILT_IN.iter().position(|other| std::ptr::eq(other, BuiltIn::find(name).unwrap()));
                assert_eq!(found, Some(index), "{name}");
            }
        }
        assert!(BuiltIn::find("").is_none());
    }
}
