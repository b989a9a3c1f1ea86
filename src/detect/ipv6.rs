//! Internet addresses, version 6.
//!
//! Source: RFC 4291 section 2.2 (all three forms), RFC 4007 section 11 (zones). The unspecified address and loopback
//! name no other machine and have a detector of their own. `a::b` is an address too, but in a log it is a path in a program: short addresses count only
//! where they look like numbers.

use std::net::Ipv6Addr;

use super::anchor::{Anchor, Shape};
use super::around::{past_escape, word_before};
use super::{Detector, Probe, Verdict};

/// Finds the address and its zone; brackets, port and prefix length stay outside.
pub(crate) static DETECTOR: Detector =
    Detector { name: "ipv6", anchors: ANCHORS, find: |probe| find(probe, false), number: None };

/// Finds the addresses that name no other machine: unspecified, loopback, and those mapped from IPv4.
pub(crate) static LOCAL: Detector =
    Detector { name: "ipv6_local", anchors: ANCHORS, find: |probe| find(probe, true), number: None };

const ANCHORS: &[Anchor] = &[Anchor::Shape(Shape::Ipv6)];

/// Judges the run of hexadecimal digits, colons and dots around the anchor as a whole, so each run is read once.
fn find(Probe { text, anchor_end, floor }: Probe<'_>, local: bool) -> Verdict {
    let in_run = |b: &&u8| b.is_ascii_hexdigit() || matches!(b, b':' | b'.');
    let left = text[floor..anchor_end].iter().rev().take_while(in_run).count();
    let right = text[anchor_end..].iter().take_while(in_run).count();
    let run_end = anchor_end + right;
    let (start, end) = trim(text, past_escape(text, anchor_end - left), run_end);
    let ends_word = text.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let starts_word = word_before(text, start) || text[..start].last() == Some(&b'_');
    match address(text, start, end, local) {
        Some(end) if !starts_word && !ends_word && !names_no_machine(text, start, end) => {
            Verdict::Found(start..zone_end(text, end))
        }
        _ => Verdict::Nothing { resume: run_end },
    }
}

/// Leaves out punctuation that belongs to the sentence: `addr:fe80::1:` and a full stop.
fn trim(text: &[u8], mut start: usize, mut end: usize) -> (usize, usize) {
    while end > start && (text[end - 1] == b'.' || (text[end - 1] == b':' && !text[start..end].ends_with(b"::"))) {
        end -= 1;
    }
    while start < end && (text[start] == b'.' || (text[start] == b':' && !text[start..end].starts_with(b"::"))) {
        start += 1;
    }
    (start, end)
}

/// Whether it is none of a machine: an empty column of a table of accounts, or a network of the size that a site has, or larger
/// (RFC 6177), such as our own mask of an address: `2001:db8:abcd::/48`.
fn names_no_machine(text: &[u8], start: usize, end: usize) -> bool {
    let Some(rest) = text[end..].strip_prefix(b"/") else { return false };
    // Numbers of a user and a group, and an empty column: `joe:x:1000:1000::/home/joe`.
    let columns = text[start..end].strip_suffix(b"::").map(|numbers| numbers.split(|b| *b == b':'));
    let is_account = |mut columns: std::slice::Split<'_, u8, _>| {
        let is_number = |column: &[u8]| column.iter().all(u8::is_ascii_digit);
        columns.next().is_some_and(is_number) && columns.next().is_some_and(is_number) && columns.next().is_none()
    };
    if [&b":x:"[..], b":*:", b":!:"].iter().any(|password| text[..start].ends_with(password))
        && columns.is_some_and(is_account)
    {
        return true;
    }
    let len = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let prefix: Option<u8> = std::str::from_utf8(&rest[..len]).ok().and_then(|prefix| prefix.parse().ok());
    text[start..end].ends_with(b"::") && prefix.is_some_and(|prefix| (1..=48).contains(&prefix))
}

/// Where the address ends that starts at `start`: at `end`, or before a port that follows a dot, or an address of IPv4.
fn address(text: &[u8], start: usize, end: usize, local: bool) -> Option<usize> {
    const LONGEST: usize = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".len();
    let run = text.get(start..end).filter(|run| run.len() <= LONGEST + "65535.".len())?;
    let before = |sign: u8| run.iter().rposition(|&b| b == sign).unwrap_or(run.len());
    // `::ffff:192.0.2.1:443`
    let colon = if run[..before(b':')].contains(&b'.') { before(b':') } else { run.len() };
    [run.len(), before(b'.'), colon].into_iter().find(|&len| is_address(&run[..len], local)).map(|len| start + len)
}

/// Whether this is an address, and names no other machine if `local`.
fn is_address(text: &[u8], local: bool) -> bool {
    let Some(address) = std::str::from_utf8(text).ok().and_then(|text| text.parse::<Ipv6Addr>().ok()) else {
        return false;
    };
    let inner_loopback = address.to_ipv4_mapped().is_some_and(|inner| inner.is_loopback() || inner.is_unspecified());
    let nobody = address.is_loopback() || address.is_unspecified() || inner_loopback;
    nobody == local && looks_like_numbers(text)
}

/// Whether this is more likely an address than a path in a program, such as `a::b` or `e2e::db`.
fn looks_like_numbers(text: &[u8]) -> bool {
    let groups = || text.split(|&b| b == b':').filter(|group| !group.is_empty());
    let long = |group: &[u8]| group.len() >= 4 && group.iter().any(u8::is_ascii_digit);
    groups().count() >= 3
        || groups().any(long)
        || groups().next().is_some_and(|group| group.iter().all(u8::is_ascii_digit))
}

/// Where the zone ends (`%eth0`, `%pvc1.3`, in a URL `%25eth0`) that may follow an address.
fn zone_end(text: &[u8], end: usize) -> usize {
    const LONGEST: usize = 24;
    let Some(zone) = text[end..].strip_prefix(b"%") else { return end };
    let in_zone = |at: usize| match zone.get(at) {
        Some(b'.') => zone.get(at + 1).is_some_and(u8::is_ascii_alphanumeric),
        Some(b) => b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'),
        None => false,
    };
    let len = (0..=LONGEST).take_while(|at| in_zone(*at)).count();
    let escape = zone.len() >= 2 && zone[..2].iter().all(u8::is_ascii_hexdigit) && !zone.starts_with(b"25");
    if (1..=LONGEST).contains(&len) && !escape { end + 1 + len } else { end }
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_all_forms() {
        assert_finds(
            &DETECTOR,
            &[
                "from ⟦::ffff:192.0.2.1⟧:443 left",
                "⟦2001:db8:0:0:8:800:200c:417a⟧",
                "from [⟦2001:db8::8:800:200c:417a⟧]:443,",
                "addr:⟦fe80::1⟧: up",
                "⟦fe80::1%eth0⟧ and ⟦fe80::2⟧.",
                "on ⟦ff02::5678%pvc1.3⟧. And ⟦fe80::1%eth0.100⟧ up",
                "http://[⟦fe80::1%25eth0⟧]/",
                "⟦::ffff:192.0.2.1⟧",
                "⟦2001:db8:0:0:0:0:192.0.2.1⟧",
                "⟦2001:db8::7⟧/32",
                "⟦1::7:8⟧ ⟦2001:DB8::1⟧",
                "ip=%20⟦2001:db8::1⟧%20x",
                "⟦2001:db8::1⟧.443",
                "\\n⟦2001:db8::1⟧\\n",
            ],
        );
    }

    #[test]
    fn local_addresses_are_found_apart() {
        assert_finds(&LOCAL, &["[⟦::1⟧]:80", "⟦0:0:0:0:0:0:0:1⟧ ⟦::ffff:127.0.0.1⟧", "⟦0000::⟧"]);
        assert_ignores(&LOCAL, &["2001:db8::1", "::/48", "a::b", ":: and [::]:80", "x::1"]);
    }

    #[test]
    fn ignores_times_hardware_addresses_and_paths() {
        assert_ignores(
            &DETECTOR,
            &[
                "2001:db8::/32",
                "2001:db8:abcd::/48",
                "12:34:56 2026-11-22T02:50:48",
                "aa:bb:cc:dd:ee:ff",
                "std::fmt a::b e2e::db dead::beef tower_http::trace",
                "IdoTransportMgr::SendPacket",
                "::1 :: [::]:80 0:0:0:0:0:0:0:1 ::ffff:127.0.0.1",
                "1::2::3",
                "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99",
                "x2001:db8::1",
                "2001:db8::1x",
                "_2001:db8::1",
                "12345::1",
            ],
        );
    }
}
