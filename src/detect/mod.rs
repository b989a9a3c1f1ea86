//! Detectors: find sensitive values in text.
//!
//! A detector names its [anchors](anchor::Anchor): literals and shapes, one of which stands inside every finding. The scanner
//! looks for all anchors of all detectors at once. Where one ends, and only there, the detector's own `find` looks around. So a
//! detector costs nothing on text without its anchor.

pub(crate) mod anchor;
mod around;
mod authorization;
mod azure_key;
mod base58_address;
mod base64;
mod card;
mod email;
mod generic_secret;
mod grams;
#[cfg(test)]
mod harness;
mod head;
mod iban;
mod ipv4;
mod ipv6;
mod jwt;
mod mac;
mod mac_bare;
mod masked;
pub(crate) mod pair;
mod password_in_prose;
mod phone;
mod phone_national;
mod private_key;
pub(crate) mod regex_rule;
pub(crate) mod scanner;
mod screen;
mod url_password;
mod us_ssn;
pub(crate) mod validator;
pub(crate) mod words;

use std::ops::Range;

use self::anchor::Anchor;

/// One kind of sensitive value that code, not a regex, recognises.
pub(crate) struct Detector {
    /// The name that packs refer to.
    pub(crate) name: &'static str,
    /// One of them stands inside every finding.
    pub(crate) anchors: &'static [Anchor],
    /// Looks around the end of an anchor.
    pub(crate) find: fn(Probe<'_>) -> Verdict,
    /// Whether a bare number, as logged by `u64` and friends, is such a value. It has [`FEWEST_DIGITS`] or more.
    pub(crate) number: Option<fn(u128) -> bool>,
}

/// Numbers with fewer digits are never sensitive by themselves, and most have fewer.
pub(crate) const FEWEST_DIGITS: u32 = 9;

/// Where a detector is asked to look.
#[derive(Clone, Copy)]
pub(crate) struct Probe<'t> {
    /// The whole text; not always UTF-8.
    pub(crate) text: &'t [u8],
    /// Where an anchor ends.
    pub(crate) anchor_end: usize,
    /// Nothing before this may belong to a finding.
    pub(crate) floor: usize,
}

/// What a detector answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The value stands here.
    Found(Range<usize>),
    /// Nothing here. Anchors of this detector that end at or before `resume` need not be looked at:
    /// so a detector that read far never reads the same bytes again, and time stays linear.
    Nothing { resume: usize },
}

/// The detectors that come with the library, in the order that documentation lists them.
pub(crate) const BUILTIN: &[&Detector] = &[
    &email::DETECTOR,
    &phone::DETECTOR,
    &phone_national::DETECTOR,
    &card::DETECTOR,
    &iban::DETECTOR,
    &us_ssn::DETECTOR,
    &ipv4::DETECTOR,
    &ipv4::LOCAL,
    &ipv6::DETECTOR,
    &ipv6::LOCAL,
    &mac::DETECTOR,
    &mac::NOBODY,
    &mac_bare::DETECTOR,
    &base58_address::DETECTOR,
    &jwt::DETECTOR,
    &authorization::DETECTOR,
    &private_key::DETECTOR,
    &url_password::DETECTOR,
    &azure_key::DETECTOR,
    &generic_secret::DETECTOR,
    &password_in_prose::DETECTOR,
];
