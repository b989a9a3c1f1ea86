//! Phone numbers as they are written in their own country.

use super::date::is_day;

/// Whether `text` is as many digits as a national number has (ITU-T E.164), and neither a date nor an internet address.
pub(super) fn national(text: &[u8]) -> bool {
    let Some((digits, len @ 7..=12)) = super::digits::<12>(text) else { return false };
    let same = digits[..len].iter().all(|digit| *digit == digits[0]);
    !same && !is_date(text) && !is_ipv4(text) && !is_decimal(text)
}

/// `45.123456`: two groups with one point between, as of seconds.
fn is_decimal(text: &[u8]) -> bool {
    let mut others = text.iter().filter(|b| !b.is_ascii_digit());
    let has_trunk_prefix = matches!(text, [b'0', b'0'..=b'9', ..]);
    others.next() == Some(&b'.') && others.next().is_none() && !has_trunk_prefix
}

/// `192.0.2.10`, four times at most 255: as in `dial tcp 192.0.2.10:443`.
fn is_ipv4(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.parse::<std::net::Ipv4Addr>().is_ok())
}

/// `2026-11-22`, `22.11.2026`, `11 22 2026`.
fn is_date(text: &[u8]) -> bool {
    let mut groups = text.split(|b| !b.is_ascii_digit());
    let mut next = || groups.next().and_then(|group| std::str::from_utf8(group).ok()?.parse::<u16>().ok());
    let (Some(a), Some(b), Some(c)) = (next(), next(), next()) else { return false };
    let day = |month: u16, day: u16| month <= 12 && day <= 31 && is_day(month as u8, day as u8);
    let year = |year: u16| (1900..2100).contains(&year);
    (year(a) && day(b, c)) || (year(c) && (day(a, b) || day(b, a)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_dates() {
        for number in ["020 7946 0958", "01.99.00.12.34", "5550143", "2026-5550143", "089.1234567"] {
            assert!(national(number.as_bytes()), "{number}");
        }
        for other in [
            "2026-11-22",
            "22.11.2026",
            "11 22 2026",
            "2026-11-22 10",
            "45.123456",
            "131.6778",
            "192.168.10.25",
            "123456",
            "0000000",
            "1234567890123",
        ] {
            assert!(!national(other.as_bytes()), "{other}");
        }
    }
}
