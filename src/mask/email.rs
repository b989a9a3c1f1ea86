//! `email_domain`: who provides the mailbox, not whose it is.

use super::{MaskError, Masker, Outcome, Subject};
use crate::lanes::{LANE, alphanumeric, bits, is, sixteen_from, within};

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

/// Where the domain begins, of an address that is all ASCII and has no blanks around it. `None` of others, of what is no address, and of
/// one with a long domain.
fn plain_domain(value: &[u8]) -> Option<usize> {
    let at = memchr::memchr(b'@', value)?;
    let (local, domain) = (&value[..at], &value[at + 1..]);
    let is_local = (0..local.len()).step_by(LANE).all(|from| {
        let lane = sixteen_from(local, from);
        let separates = is(b',')(lane) | is(b';')(lane) | is(b'<')(lane) | is(b'>')(lane);
        let good = bits(within(b'!', b'~')(lane) & !separates);
        good.trailing_ones() as usize >= LANE.min(local.len() - from)
    });
    (at > 0 && is_local && is_plain_name(domain)).then_some(at + 1)
}

/// Whether this is a dotted name of ASCII, no longer than a label may be: one bit stands for each byte.
fn is_plain_name(name: &[u8]) -> bool {
    let len = name.len();
    if len == 0 || len > LONGEST_LABEL {
        return false;
    }
    let (mut word, mut dot, mut dash) = (0, 0, 0);
    for from in (0..len).step_by(LANE) {
        let lane = sixteen_from(name, from);
        word |= bits(alphanumeric(lane)) << from;
        dot |= bits(is(b'.')(lane)) << from;
        dash |= bits(is(b'-')(lane)) << from;
    }
    let sign = dot | dash;
    let edges = 1 | 1 << (len - 1) | dot << 1 | dot >> 1;
    let last = (u64::BITS - dot.leading_zeros()) as usize;
    word | sign == (1 << len) - 1
        && sign & edges == 0
        && dot != 0
        && name.get(last).is_some_and(u8::is_ascii_alphabetic)
        && len - last >= 2
}

/// The domain of an address.
fn any_domain(address: &str) -> Option<&str> {
    let (local, domain) = address.rsplit_once('@')?;
    (is_local_part(local) && is_dotted_name(domain)).then_some(domain)
}

fn breaks_address(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '@' | ',' | ';' | '<' | '>')
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
        for b in 0..=u8::MAX {
            for at in 0..40 {
                let mut value = *b"a.local-part-of-some@one.example-name.co";
                value[at] = b;
                let found = plain_domain(&value).map(|start| &value[start..]);
                let expected = str::from_utf8(&value)
                    .ok()
                    .and_then(|value| any_domain(value.trim()).filter(|_| value.trim() == value));
                assert_eq!(found, expected.map(str::as_bytes), "{}", value.escape_ascii());
            }
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
