//! Internet addresses, version 4.
//!
//! Source: RFC 791 in dotted decimal notation (RFC 3986 section 3.2.2). Addresses that name no other machine
//! (this network, 0/8; loopback, 127/8; the limited broadcast; RFC 6890) have a detector of their own, so that a person
//! can switch it off. Left alone are version numbers with four parts, where
//! their surroundings give them away.

use wide::u8x16;

use super::anchor::{Anchor, Shape};
use super::around::{past_escape, word_after, word_before};
use super::{Detector, Probe, Verdict};
use crate::lanes::{LANE, bits, is, sixteen_from, within};

/// Finds the four octets; a port or prefix length after them stays outside.
pub(crate) static DETECTOR: Detector =
    Detector { name: "ipv4", anchors: ANCHORS, find: |probe| find(probe, false), number: None };

/// Finds the addresses that name no other machine.
pub(crate) static LOCAL: Detector =
    Detector { name: "ipv4_local", anchors: ANCHORS, find: |probe| find(probe, true), number: None };

const ANCHORS: &[Anchor] = &[Anchor::Shape(Shape::Ipv4)];

/// Judges the run of digits and dots around the anchor as a whole, so each run is read once.
fn find(Probe { text, anchor_end, floor }: Probe<'_>, local: bool) -> Verdict {
    let run_end = run_end(text, anchor_end);
    let start = past_escape(text, run_start(text, floor, anchor_end));
    let end = run_end - text[start..run_end].iter().rev().take_while(|&&b| b == b'.').count();
    let dots = text[start..end].iter().take_while(|&&b| b == b'.').count();
    // Those of an ellipsis; one alone may join the digits to a word.
    let start = if dots > 1 || !word_before(text, start) { start + dots } else { start };
    if local && !may_name_nobody(&text[start..end]) {
        return Verdict::Nothing { resume: run_end };
    }
    let address = octets(&text[start..end]).filter(|octets| names_nobody(*octets) == local);
    if address.is_some() && !is_part(text, start, end) && !is_version(text, start, end) && !is_network(text, start, end)
    {
        return Verdict::Found(start..end);
    }
    Verdict::Nothing { resume: run_end }
}

/// Where a run of digits and dots begins that ends at `end`.
fn run_start(text: &[u8], floor: usize, end: usize) -> usize {
    let mut start = end;
    while let Some(sixteen) = text[floor..start].last_chunk::<LANE>() {
        let others = !digits_and_dots(u8x16::new(*sixteen)) << (u64::BITS as usize - LANE);
        start -= others.leading_zeros().min(LANE as u32) as usize;
        if others != 0 {
            return start;
        }
    }
    start - text[floor..start].iter().rev().take_while(|b| b.is_ascii_digit() || **b == b'.').count()
}

/// Where a run of digits and dots ends that goes on at `at`.
fn run_end(text: &[u8], mut at: usize) -> usize {
    loop {
        // What is behind the end of the text is in no run.
        let len = (!digits_and_dots(sixteen_from(text, at))).trailing_zeros() as usize;
        at += len;
        if len < LANE {
            return at;
        }
    }
}

/// The longest address, in bytes.
const LONGEST: usize = "255.255.255.255".len();

/// The parts of an address, each of up to three digits, zeros at its beginning among them.
fn octets(text: &[u8]) -> Option<[u8; 4]> {
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
fn digits_and_dots(sixteen: u8x16) -> u64 {
    bits(within(b'0', b'9')(sixteen) | is(b'.')(sixteen))
}

/// Whether an address names no other machine.
fn names_nobody(octets: [u8; 4]) -> bool {
    matches!(octets[0], 0 | 127) || octets == [255; 4]
}

/// Whether an address that begins so may be one of those: most are not, and need not be read for this.
fn may_name_nobody(address: &[u8]) -> bool {
    matches!(address, [b'0', ..] | [b'1', b'2', b'7', ..] | [b'2', b'5', b'5', ..])
}

/// Whether this is a network of 256 addresses or more (RFC 4632), such as our own mask of an address: `192.0.2.0/24`.
fn is_network(text: &[u8], start: usize, end: usize) -> bool {
    let [b'/', rest @ ..] = &text[end..] else { return false };
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let length: Option<u8> = std::str::from_utf8(&rest[..digits]).ok().and_then(|length| length.parse().ok());
    text[start..end].ends_with(b".0") && length.is_some_and(|length| (1..=24).contains(&length))
}

/// Whether the run is the part of a longer word, or the time in `2026-11-22-02.50.48.123`.
fn is_part(text: &[u8], start: usize, end: usize) -> bool {
    let after_date = match &text[..start] {
        [.., y, b'-', m1, m2, b'-', d1, d2, b'-'] => [y, m1, m2, d1, d2].into_iter().all(u8::is_ascii_digit),
        _ => false,
    };
    word_before(text, start) || word_after(text, end) || after_date
}

/// Whether the words around say that this is a version or a file name.
fn is_version(text: &[u8], start: usize, end: usize) -> bool {
    const BEFORE: [&[u8]; 10] =
        [b"version", b"ver", b"v", b"release", b"rev", b"revision", b".so", b"section", b"chapter", b"oid"];
    const AFTER: [&[u8]; 18] = [
        b"-snapshot",
        b"-alpha",
        b"-beta",
        b"-rc",
        b"-release",
        b"-final",
        b".jar",
        b".war",
        b".zip",
        b".tar",
        b".tgz",
        b".gz",
        b".whl",
        b".so",
        b".pom",
        b".nupkg",
        b".gem",
        b".deb",
    ];
    let glue = |b: &&u8| matches!(b, b' ' | b'=' | b':' | b'.' | b'"' | b'\'');
    let gap = text[..start].iter().rev().take(4).take_while(glue).count();
    let word = &text[start.saturating_sub(gap + 9)..start - gap];
    // Words before an address are common, and few end as one of these.
    let last = word.last().map(u8::to_ascii_lowercase);
    let ends_with = |suffix: &&[u8]| {
        if suffix.last().copied() != last {
            return false;
        }
        let Some(from) = word.len().checked_sub(suffix.len()) else { return false };
        let whole = from == 0 || suffix[0] == b'.' || !word[from - 1].is_ascii_alphanumeric();
        whole && word[from..].eq_ignore_ascii_case(suffix)
    };
    let starts_with =
        |prefix: &&[u8]| text[end..].get(..prefix.len()).is_some_and(|rest| rest.eq_ignore_ascii_case(prefix));
    // Nearly all addresses stand between other signs.
    let a_word_before = word.last().is_some_and(u8::is_ascii_alphabetic);
    let a_suffix_after = matches!(text.get(end), Some(b'-' | b'.'));
    // `AssemblyVersion: 1.2.3.4`
    let is_camel = || word.ends_with(b"Version");
    a_word_before && (BEFORE.iter().any(ends_with) || is_camel())
        || a_suffix_after && AFTER.iter().any(starts_with)
        || is_of_browser(&text[..start])
        || is_of_package(&text[..start])
}

/// `Chrome/120.0.0.0`
fn is_of_browser(before: &[u8]) -> bool {
    const BROWSERS: [&[u8]; 10] = [
        b"Chrome",
        b"Chromium",
        b"CriOS",
        b"Edg",
        b"EdgA",
        b"OPR",
        b"YaBrowser",
        b"Vivaldi",
        b"Electron",
        b"SamsungBrowser",
    ];
    before.strip_suffix(b"/").is_some_and(|name| BROWSERS.iter().any(|browser| name.ends_with(browser)))
}

/// `numpy==1.2.3.4`, but not `ip.addr==192.0.2.1`.
fn is_of_package(before: &[u8]) -> bool {
    const OTHERS: [&[u8]; 9] = [b"ip", b"addr", b"address", b"src", b"dst", b"host", b"server", b"peer", b"client"];
    let Some(name) = before.strip_suffix(b"==") else { return false };
    let ends =
        |other: &&[u8]| name.len().checked_sub(other.len()).is_some_and(|at| name[at..].eq_ignore_ascii_case(other));
    name.last().is_some_and(u8::is_ascii_alphanumeric) && !OTHERS.iter().any(ends)
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_addresses() {
        assert_finds(
            &DETECTOR,
            &[
                "⟦192.0.2.1⟧",
                "from ⟦192.0.2.1⟧:8080.",
                "[client ⟦198.51.100.23⟧] denied",
                "host-07/⟦203.0.113.7⟧:50010, ⟦203.0.113.8⟧.",
                "⟦192.0.2.1⟧-⟦192.0.2.9⟧",
                "⟦192.0.2.7⟧/24",
                "from...⟦192.0.2.7⟧... .⟦192.0.2.8⟧",
                "q=%20⟦192.0.2.1⟧%20",
                "ip.addr==⟦192.0.2.15⟧ net/⟦203.0.0.0⟧ zk1/⟦192.0.2.15⟧ conversion: ⟦192.0.2.1⟧",
                "peer_⟦192.0.2.1⟧_x ⟦010.001.000.001⟧",
                "http://⟦192.0.2.1⟧/x",
            ],
        );
    }

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

    #[test]
    fn a_run_is_as_long_as_it_is() {
        for len in 0..3 * LANE {
            let text = format!("7x{}/4", &"12.3".repeat(LANE)[..len]);
            let (start, end) = (2, 2 + len);
            for at in start..=end {
                assert_eq!(
                    (run_start(text.as_bytes(), 0, at), run_end(text.as_bytes(), at)),
                    (start, end),
                    "{text} {at}"
                );
                assert_eq!(run_start(text.as_bytes(), at.min(5), at), start.max(at.min(5)), "{text} {at}");
            }
            assert_eq!(run_end(&text.as_bytes()[..end], start), end);
        }
    }

    #[test]
    fn local_addresses_are_found_apart() {
        assert_finds(&LOCAL, &["on ⟦127.0.0.1⟧:80", "⟦0.0.0.0⟧ ⟦255.255.255.255⟧"]);
        assert_ignores(
            &LOCAL,
            &[
                "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0",
                "AssemblyVersion: 1.2.3.4 numpy==1.2.3.4",
                "192.0.2.1",
                "127.0.0.0/24",
                "v0.1.2.3",
            ],
        );
    }

    #[test]
    fn ignores_times_versions_and_nobody() {
        assert_ignores(
            &DETECTOR,
            &[
                "192.0.2.0/24",
                "10.0.0.0/8",
                "2005-12-01-08.44.54.498009",
                "2005-12-01-08.44.54.98",
                "256.0.2.1 and 192.0.2.1234",
                "1.3.6.1.4.1.311",
                "v1.2.3.4",
                "version 1.2.3.4",
                "\"version\": \"1.2.3.4\"",
                "Release=1.2.3.4",
                "app-1.2.3.4-SNAPSHOT",
                "app-1.2.3.4.jar",
                "libssl.so.1.2.3.4",
                "127.0.0.1 0.0.0.0 255.255.255.255",
                "Chrome/91.0.4472.124",
                "1..2.3.4",
                "1.2.3.4b",
            ],
        );
    }
}
