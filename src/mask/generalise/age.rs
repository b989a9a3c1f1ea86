//! `age`: ages over 89 as one.

use crate::mask::{MaskError, Masker, Outcome, Subject};

/// An age in years, as HIPAA's Safe Harbor method asks for (45 CFR 164.514(b)(2)(i)(C)): up to 89 it stays, and from 90 on
/// `90+` stands for it.
pub(in crate::mask) struct Age;

impl Masker for Age {
    fn mask(&self, value: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        let text = value.trim();
        let age = match text {
            "90+" => 90,
            _ if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {
                text.parse::<u16>().ok().filter(|age| *age < 150).ok_or(MaskError)?
            }
            _ => return Err(MaskError),
        };
        out.push_str(if age < 90 { text } else { "90+" });
        Ok(Outcome::Replaced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::masked;

    #[test]
    fn ages_over_89_are_one() {
        for (age, safe) in [("0", "0"), ("34", "34"), ("89", "89"), ("90", "90+"), (" 104 ", "90+"), ("90+", "90+")] {
            assert_eq!(masked(&Age, age).as_deref(), Some(safe), "{age}");
        }
    }

    #[test]
    fn what_is_no_age_fails() {
        for value in ["", "old", "-1", "34.5", "150", "99999999", "+34", "34 years"] {
            assert_eq!(masked(&Age, value), None, "{value}");
        }
    }
}
