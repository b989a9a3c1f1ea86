//! `email_domain`: who provides the mailbox, not whose it is.

use super::{MaskError, Masker, Outcome, Subject};

/// `ann@example.com` → `***@example.com`.
///
/// The domain must be a dotted DNS name (RFC 1035 §2.3.4 for lengths; letters of any script, as RFC 6531 allows) whose
/// last label begins with a letter. Anything else after an `@` may be a piece of a password (`p@ssword`), and fails.
pub(super) struct EmailDomain;

/// RFC 1035 §2.3.4, in bytes.
const LONGEST_DOMAIN: usize = 253;
const LONGEST_LABEL: usize = 63;

impl Masker for EmailDomain {
    fn mask(&self, value: &str, _: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        let domain = match plain_domain(value.as_bytes()) {
            Some(start) => &value[start..],
            None => any_domain(value.trim()).ok_or(MaskError)?,
        };
        out.push_str("***@");
        out.push_str(domain);
        Ok(Outcome::Replaced)
    }
}

/// Where the domain begins, of an address that is all ASCII and has no blanks around it. `None` of others, and of what is no address.
fn plain_domain(value: &[u8]) -> Option<usize> {
    let at = value.iter().take_while(|b| LOCAL[usize::from(**b)]).count();
    let domain = value[at..].strip_prefix(b"@")?;
    if at == 0 || domain.len() > LONGEST_DOMAIN {
        return None;
    }
    // Where the last label begins, and the byte before: a sign at the beginning is refused as one behind a dot.
    let (mut start, mut before) = (0, b'.');
    for (i, &b) in domain.iter().enumerate() {
        match b {
            _ if b.is_ascii_alphanumeric() => {}
            b'.' | b'-' if before == b'.' => return None,
            b'.' if before == b'-' || i - start > LONGEST_LABEL => return None,
            b'.' => start = i + 1,
            b'-' => {}
            _ => return None,
        }
        before = b;
    }
    let last = &domain[start..];
    let ends_well = last.first()?.is_ascii_alphabetic() && before != b'-' && (2..=LONGEST_LABEL).contains(&last.len());
    (start > 0 && ends_well).then_some(at + 1)
}

/// The bytes of ASCII of which a local part may be.
static LOCAL: [bool; 256] = {
    let mut local = [false; 256];
    let mut b: u8 = 0;
    while b.is_ascii() {
        local[b as usize] = b.is_ascii_graphic() && !separates(b as char);
        b += 1;
    }
    local
};

/// The domain of an address.
fn any_domain(address: &str) -> Option<&str> {
    let (local, domain) = address.rsplit_once('@')?;
    (is_local_part(local) && is_dotted_name(domain)).then_some(domain)
}

fn breaks_address(c: char) -> bool {
    c.is_whitespace() || c.is_control() || separates(c)
}

const fn separates(c: char) -> bool {
    matches!(c, '@' | ',' | ';' | '<' | '>')
}

/// Whether this can stand before the `@`. It is not shown, so one address is all there is to make sure of.
fn is_local_part(text: &str) -> bool {
    !text.is_empty() && !text.contains(breaks_address)
}

fn is_dotted_name(text: &str) -> bool {
    let Some((_, last)) = text.rsplit_once('.') else { return false };
    text.len() <= LONGEST_DOMAIN
        && text.split('.').all(is_label)
        && last.chars().nth(1).is_some()
        && last.starts_with(char::is_alphabetic)
}

fn is_label(label: &str) -> bool {
    let is_inside = |c: char| c.is_alphanumeric() || c == '-';
    let inside = label.chars().all(is_inside);
    inside && (1..=LONGEST_LABEL).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
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

    /// Every address of ASCII that is read plainly is read so in general, too, and the other way round.
    #[test]
    fn a_plain_address_is_an_address() {
        let pieces = ["a", "B9", "-", ".", "@", " ", ",;", "com", "1", "é", "\u{301}", "<>"];
        let mut plain = 0;
        for n in 0..pieces.len().pow(5) {
            let parts = (0..5).map(|place| pieces[n / pieces.len().pow(place) % pieces.len()]);
            let value: String = ["a@b"].into_iter().chain(parts).collect();
            let value = &value[n % 3..];
            let found = plain_domain(value.as_bytes()).map(|start| &value[start..]);
            let expected = any_domain(value.trim()).filter(|_| value.is_ascii() && value.trim() == value);
            assert_eq!(found, expected, "{value:?}");
            plain += usize::from(found.is_some());
        }
        assert!(plain > 100, "{plain}");
    }

    #[test]
    fn labels_and_domains_are_so_long_at_most() {
        let label = |len| "x".repeat(len);
        let domain = |last| format!("{0}.{0}.{0}.{1}", label(63), label(last));
        for (domain, is_one) in [
            (format!("{}.com", label(63)), true),
            (format!("{}.com", label(64)), false),
            (format!("a.{}", label(64)), false),
            (domain(61), true),
            (domain(62), false),
        ] {
            assert_eq!(masked(&EmailDomain, &format!("ann@{domain}")).is_some(), is_one, "{domain}");
            assert_eq!(
                masked(&EmailDomain, &format!("ann@é.{domain}")).is_some(),
                is_one && domain.len() < 251,
                "{domain}"
            );
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
