//! IPv4 addresses as they are written: four numbers with dots between (RFC 791; RFC 3986, section 3.2.2).

use wide::u8x16;

use crate::lanes::{LANE, bits, is, sixteen_from, within};

/// The longest address, in bytes.
const LONGEST: usize = "255.255.255.255".len();

/// The parts of an address that is all of the text, each of up to three digits, zeros at its beginning among them.
pub(crate) fn octets(text: &[u8]) -> Option<[u8; 4]> {
    const { assert!(LONGEST < LANE) };
    if text.len() > LONGEST {
        return None;
    }
    let sixteen = sixteen_from(text, 0);
    let mut dots = bits(is(b'.')(sixteen));
    if dots.count_ones() != 3 || digits_and_dots(sixteen).trailing_ones() < text.len() as u32 {
        return None;
    }
    let mut octets = [0; 4];
    let mut start = 0;
    for octet in &mut octets {
        let end = text.len().min(dots.trailing_zeros() as usize);
        let number = match text[start..end] {
            [a] => u16::from(a - b'0'),
            [a, b] => decimal(decimal(0, a), b),
            [a, b, c] => decimal(decimal(decimal(0, a), b), c),
            _ => return None,
        };
        *octet = u8::try_from(number).ok()?;
        dots &= dots.wrapping_sub(1);
        start = end + 1;
    }
    Some(octets)
}

fn decimal(before: u16, digit: u8) -> u16 {
    before * 10 + u16::from(digit - b'0')
}

/// Which of sixteen bytes are digits and dots.
#[inline]
pub(crate) fn digits_and_dots(sixteen: u8x16) -> u64 {
    bits(within(b'0', b'9')(sixteen) | is(b'.')(sixteen))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All texts of four parts, and those of three and five, against the parser of the standard library, which refuses zeros at the
    /// beginning.
    #[test]
    fn an_address_is_what_the_standard_library_reads_and_zeros() {
        let parts = ["0", "1", "00", "01", "10", "99", "255", "256", "999", "1000", "0255", "", " 1", "x", "1:", "/"];
        let mut addresses = 0;
        for n in 0..parts.len().pow(4) {
            let [a, b, c, d] = std::array::from_fn(|place| parts[n / parts.len().pow(place as u32) % parts.len()]);
            for text in [format!("{a}.{b}.{c}.{d}"), format!("{a}.{b}.{c}.{d}.{d}"), format!("{a}.{b}.{c}")] {
                let short = text.split('.').all(|part| part.len() <= 3);
                let bare: Vec<&str> = text.split('.').map(|part| part.trim_start_matches('0')).collect();
                let bare: Vec<&str> = bare
                    .iter()
                    .zip(text.split('.'))
                    .map(|(bare, part)| if bare.is_empty() { &part[..part.len().min(1)] } else { bare })
                    .collect();
                let expected = bare.join(".").parse().ok().filter(|_| short).map(|v4: std::net::Ipv4Addr| v4.octets());
                assert_eq!(octets(text.as_bytes()), expected, "{text:?}");
                addresses += usize::from(expected.is_some());
            }
        }
        assert!(addresses > 1000, "{addresses}");
    }
}
