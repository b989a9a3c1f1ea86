//! `ip_prefix`: the network of an address.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::mask::erase::Erase;
use crate::mask::{MaskError, Masker, Outcome, Subject};

/// IPv4 to its /24, IPv6 to its /48; a port and a zone go away.
///
/// IPv6 addresses that hold an IPv4 address show no more of it than its /24: IPv4-mapped ones (RFC 4291 §2.5.5.2) are
/// written as IPv4, 6to4 ones (RFC 3056: the IPv4 address stands in bits 16 to 47) are cut at /40. A wider prefix
/// that the value has already stays as wide as it is. An address that is its own network (`192.0.2.0`) would be shown whole, so
/// it is erased.
pub(in crate::mask) struct IpPrefix;

impl Masker for IpPrefix {
    fn mask(&self, value: &str, subject: &Subject<'_>, out: &mut String) -> Result<Outcome, MaskError> {
        if let Some(network) = plain_network(value) {
            out.push_str(network);
            out.push_str("0/24");
            return Ok(Outcome::Replaced);
        }
        let (address, given) = read(value.trim()).ok_or(MaskError)?;
        let (network, length) = match address {
            IpAddr::V4(v4) => {
                let length = given.unwrap_or(32).min(24);
                (IpAddr::V4(v4_network(v4, length)), length)
            }
            IpAddr::V6(v6) => {
                let limit = if v6.segments()[0] == 0x2002 { 40 } else { 48 };
                let length = given.unwrap_or(128).min(limit);
                (IpAddr::V6(v6_network(v6, length)), length)
            }
        };
        if given.is_none() && network == address {
            return Erase.mask(value, subject, out);
        }
        write!(out, "{network}/{length}").map_err(|_| MaskError)?;
        Ok(Outcome::Replaced)
    }
}

/// What a plain IPv4 address has before its last part, which is not 0: `192.0.2.` of `192.0.2.77`. Logs are full of these, and all else
/// that is done here costs more.
fn plain_network(value: &str) -> Option<&str> {
    let address: Ipv4Addr = value.parse().ok()?;
    let last = value.rfind('.').filter(|_| address.octets()[3] > 0)?;
    Some(&value[..=last])
}

/// Reads `A`, `A/LENGTH`, `A:PORT`, `[A]` and `[A]:PORT`, each with or without an IPv6 zone.
fn read(text: &str) -> Option<(IpAddr, Option<u32>)> {
    if let Some((address, length)) = text.split_once('/') {
        let address: IpAddr = address.parse().ok()?;
        let max = if address.is_ipv4() { 32 } else { 128 };
        let is_number = length.bytes().all(|b| b.is_ascii_digit());
        let length: u32 = length.parse().ok().filter(|&length| is_number && length <= max)?;
        return Some(as_v4_if_mapped(address, Some(length)));
    }
    let address = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
            IpAddr::V6(is_port.then(|| without_zone(address).parse().ok()).flatten()?)
        }
        None => match without_zone(text).parse() {
            Ok(address) => address,
            Err(_) => text.parse::<SocketAddr>().ok()?.ip(),
        },
    };
    Some(as_v4_if_mapped(address, None))
}

/// `fe80::1%eth0` names an interface of one machine; it has no place in a network.
fn without_zone(text: &str) -> &str {
    match text.split_once('%') {
        Some((address, _)) if address.contains(':') => address,
        _ => text,
    }
}

fn as_v4_if_mapped(address: IpAddr, length: Option<u32>) -> (IpAddr, Option<u32>) {
    match address {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            // Of a mapped address, bits 96 to 127 are the IPv4 address.
            Some(v4) if length.is_none_or(|length| length >= 96) => (IpAddr::V4(v4), length.map(|length| length - 96)),
            _ => (address, length),
        },
        IpAddr::V4(_) => (address, length),
    }
}

fn v4_network(address: Ipv4Addr, length: u32) -> Ipv4Addr {
    let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
    Ipv4Addr::from_bits(address.to_bits() & mask)
}

fn v6_network(address: Ipv6Addr, length: u32) -> Ipv6Addr {
    let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
    Ipv6Addr::from_bits(address.to_bits() & mask)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::masked;

    #[test]
    fn addresses_become_networks() {
        for (value, safe) in [
            ("192.0.2.77", "192.0.2.0/24"),
            (" 192.0.2.77 ", "192.0.2.0/24"),
            ("192.0.2.77:8080", "192.0.2.0/24"),
            ("192.0.2.77/32", "192.0.2.0/24"),
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("192.0.2.77/0", "0.0.0.0/0"),
            ("2001:db8:abcd:12::1", "2001:db8:abcd::/48"),
            ("[2001:db8:abcd:12::1]:443", "2001:db8:abcd::/48"),
            ("[2001:db8:abcd:12::1]", "2001:db8:abcd::/48"),
            ("2001:db8:abcd:12::1/64", "2001:db8:abcd::/48"),
            ("2001:db8:abcd:12::/32", "2001:db8::/32"),
            ("::/0", "::/0"),
            ("[::1]:80", "::/48"),
            ("fe80::1%eth0", "fe80::/48"),
            ("[fe80::1%3]:80", "fe80::/48"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("[::ffff:192.0.2.77]:80", "192.0.2.0/24"),
            ("::ffff:192.0.2.77/120", "192.0.2.0/24"),
            ("2002:c000:24d::1", "2002:c000:200::/40"),
        ] {
            let once = masked(&IpPrefix, value).unwrap();
            assert_eq!(once, safe, "{value}");
            assert_eq!(masked(&IpPrefix, &once).as_deref(), Some(safe), "its own output");
        }
    }

    /// What is read plainly is masked as it is in general.
    #[test]
    fn a_plain_address_is_an_address() {
        for value in
            ["192.0.2.77", "10.0.0.1", "255.255.255.255", "192.0.2.0", "192.0.2.07", "192.0.2.77 ", "192.0.2", "::1"]
        {
            let general = match read(value) {
                Some((IpAddr::V4(v4), None)) => Some(v4_network(v4, 24)).filter(|network| *network != v4),
                _ => None,
            };
            let general = general.filter(|_| value.trim() == value).map(|network| network.to_string());
            assert_eq!(plain_network(value).map(|before| format!("{before}0")), general, "{value:?}");
        }
    }

    #[test]
    fn an_address_that_is_its_own_network_is_not_shown() {
        for value in ["192.0.2.0", "192.0.2.0:80", "0.0.0.0", "2001:db8::", "[2001:db8::]:443", "::ffff:192.0.2.0"] {
            let masked = masked(&IpPrefix, value).unwrap();
            assert!(masked.starts_with("[redacted:"), "{value}: {masked}");
        }
    }

    #[test]
    fn what_is_no_address_fails() {
        for value in [
            "",
            "localhost",
            "192.0.2",
            "192.0.2.256",
            "192.0.2.1:99999",
            "192.0.2.1/33",
            "192.0.2.1/",
            "192.0.2.1/+8",
            "::1/129",
            "[::1",
            "[::1]80",
            "[192.0.2.1]:80",
            "[::1]:",
            "192.0.2.1%eth0",
            "192.0.2.1\0",
            "192.0.2.1 secret",
            "::1 %x y",
        ] {
            assert_eq!(masked(&IpPrefix, value), None, "{value:?}");
        }
    }
}
