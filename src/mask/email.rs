//! `email_domain`: who provides the mailbox, not whose it is.

use super::{MaskError, Masker, Outcome, Subject};

/// `ann@example.com` → `***@example.com`.
///
/// The domain must be a dotted DNS name (RFC 1035 §2.3.4 for lengths; letters of any script, as RFC 6531 allows) whose
/// last label begins with a letter. Anything else after an `@` may be a piece of a password (`p@ssword`), and fails.
pub(super) struct EmailDomain;

impl Masker for EmailDomain {
    fn mask(&self, value: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        let (local, domain) = value.trim().rsplit_once('@').ok_or(MaskError)?;
        if !is_local_part(local) || !is_dotted_name(domain) {
            return Err(MaskError);
        }
        out.push_str("***@");
        out.push_str(domain);
        Ok(Outcome::Replaced)
    }
}

/// Whether this can stand before the `@`. It is not shown, so one address is all there is to make sure of.
fn is_local_part(text: &str) -> bool {
    let breaks = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | ',' | ';' | '<' | '>');
    // Nearly all are of ASCII, and that is told without reading characters.
    let plain = |b: u8| b.is_ascii_graphic() && !breaks(b.into());
    !text.is_empty() && (text.bytes().all(plain) || !text.contains(breaks))
}

fn is_dotted_name(text: &str) -> bool {
    let Some((_, last)) = text.rsplit_once('.') else { return false };
    text.len() <= 253
        && text.split('.').all(is_label)
        && last.chars().nth(1).is_some()
        && last.starts_with(char::is_alphabetic)
}

fn is_label(label: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let is_inside = |c: char| c.is_alphanumeric() || c == '-';
    let inside = label.bytes().all(plain) || label.chars().all(is_inside);
    inside && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::masked;

    #[test]
    fn keeps_the_domain() {
        for (value, safe) in [
            ("ann@example.com", "***@example.com"),
            ("  Ann.O'Hara+news@mail.Example.co.uk ", "***@mail.Example.co.uk"),
            ("δοκιμή@παράδειγμα.δοκιμή", "***@παράδειγμα.δοκιμή"),
            ("a@xn--bcher-kva.example", "***@xn--bcher-kva.example"),
            ("***@example.com", "***@example.com"),
        ] {
            assert_eq!(masked(&EmailDomain, value).as_deref(), Some(safe));
        }
    }

    #[test]
    fn what_is_no_address_fails() {
        let long = format!("a@{}.com", "x".repeat(64));
        for value in [
            "",
            "@",
            "ann",
            "@example.com",
            "ann@",
            "p@ssword",
            "ann@localhost",
            "ann@10.0.0.1",
            "ann@192.0.2.77",
            "ann@[192.0.2.1]",
            "a b@example.com",
            "ann@example..com",
            "ann@-example.com",
            "ann@example.c",
            "ann@example.com/secret",
            "ann@example.com\0",
            "a\0@example.com",
            "ann@example.com, bob@example.org",
            "Ann <ann@example.com>",
            "a@b@example.com",
            "ann@\u{301}.com",
            &long,
        ] {
            assert_eq!(masked(&EmailDomain, value), None, "{value:?}");
        }
    }
}
