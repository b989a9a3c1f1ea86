//! Detectors: find sensitive values in text.
//!
//! A detector names its *anchors*: small regexes (bytes, no look-around) one of which must match inside every finding.
//! All anchors of all detectors are compiled into one automaton that reads a text once. Where an anchor's match ends,
//! and only there, the detector's own `find` looks around. So a detector costs nothing on text without its anchor.

mod around;
mod authorization;
mod azure_key;
mod base58_address;
mod base64;
mod card;
mod email;
mod generic_secret;
#[cfg(test)]
mod harness;
mod iban;
mod ipv4;
mod ipv6;
mod jwt;
mod literals;
mod mac;
pub(crate) mod pair;
mod phone;
mod phone_national;
mod private_key;
pub(crate) mod regex_rule;
pub(crate) mod scanner;
mod url_password;
mod us_ssn;
pub(crate) mod validator;

use std::ops::Range;

/// One kind of sensitive value that code, not a regex, recognises.
pub(crate) struct Detector {
    /// The name that packs refer to.
    pub(crate) name: &'static str,
    /// Regexes, one of which matches inside every finding.
    pub(crate) anchors: &'static [&'static str],
    /// Looks around the end of an anchor's match.
    pub(crate) find: fn(Probe<'_>) -> Verdict,
    /// Whether a bare number, as logged by `u64` and friends, is such a value.
    pub(crate) number: Option<fn(u128) -> bool>,
}

/// Where a detector is asked to look.
#[derive(Clone, Copy)]
pub(crate) struct Probe<'t> {
    /// The whole text; not always UTF-8.
    pub(crate) text: &'t [u8],
    /// Where an anchor's match ends.
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
    &base58_address::DETECTOR,
    &jwt::DETECTOR,
    &authorization::DETECTOR,
    &private_key::DETECTOR,
    &url_password::DETECTOR,
    &azure_key::DETECTOR,
    &generic_secret::DETECTOR,
];
