//! Internet addresses, version 4.
//!
//! Source: RFC 791 in dotted decimal notation (RFC 3986 section 3.2.2). Addresses that name no other machine
//! (this network, 0/8; loopback, 127/8; the limited broadcast; RFC 6890) have a detector of their own, so that a person
//! can switch it off. Left alone are version numbers with four parts, where
//! their surroundings give them away.

use super::anchor::{Anchor, Shape};
use super::around::{past_escape, word_after, word_before};
use super::{Detector, Probe, Verdict};

/// Finds the four octets; a port or prefix length after them stays outside.
pub(crate) static DETECTOR: Detector =
    Detector { name: "ipv4", anchors: ANCHORS, find: |probe| find(probe, false), number: None };

/// Finds the addresses that name no other machine.
pub(crate) static LOCAL: Detector =
    Detector { name: "ipv4_local", anchors: ANCHORS, find: |probe| find(probe, true), number: None };

const ANCHORS: &[Anchor] = &[Anchor::Shape(Shape::Ipv4)];

/// Judges the run of digits and dots around the anchor as a whole, so each run is read once.
fn find(Probe { text, anchor_end, floor }: Probe<'_>, local: bool) -> Verdict {
    let in_run = |b: &u8| b.is_ascii_digit() || *b == b'.';
    let left = text[floor..anchor_end].iter().rev().take_while(|b| in_run(b)).count();
    let right = text[anchor_end..].iter().take_while(|b| in_run(b)).count();
    let run_end = anchor_end + right;
    let start = past_escape(text, anchor_end - left);
    let end = run_end - text[start..run_end].iter().rev().take_while(|&&b| b == b'.').count();
    let dots = text[start..end].iter().take_while(|&&b| b == b'.').count();
    // Those of an ellipsis; one alone may join the digits to a word.
    let start = if dots > 1 || !word_before(text, start) { start + dots } else { start };
    let address = octets(&text[start..end]).filter(|octets| names_nobody(*octets) == local);
    if address.is_some() && !is_part(text, start, end) && !is_version(text, start, end) && !is_network(text, start, end)
    {
        return Verdict::Found(start..end);
    }
    Verdict::Nothing { resume: run_end }
}

/// The parts of an address, each with up to three digits, zeros at its beginning among them. Nothing but digits and dots is in `run`.
fn octets(run: &[u8]) -> Option<[u8; 4]> {
    const LONGEST: usize = "255.255.255.255".len();
    if run.len() > LONGEST {
        return None;
    }
    let mut octets = [0; 4];
    let mut parts = run.split(|&b| b == b'.');
    for octet in &mut octets {
        let part = parts.next().filter(|part| (1..=3).contains(&part.len()))?;
        *octet = u8::try_from(part.iter().fold(0, |n, b| n * 10 + u16::from(b - b'0'))).ok()?;
    }
    parts.next().is_none().then_some(octets)
}

/// Whether an address names no other machine.
fn names_nobody(octets: [u8; 4]) -> bool {
    matches!(octets[0], 0 | 127) || octets == [255; 4]
}

/// Whether this is a network of 256 addresses or more (RFC 4632), such as our own mask of an address: `192.0.2.0/24`.
fn is_network(text: &[u8], start: usize, end: usize) -> bool {
    let len = text[end..].strip_prefix(b"/").map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii_digit()).count());
    let prefix =
        std::str::from_utf8(&text[end..end + len + usize::from(len > 0)]).ok().and_then(|p| p.get(1..)?.parse().ok());
    text[start..end].ends_with(b".0") && prefix.is_some_and(|prefix: u8| (1..=24).contains(&prefix))
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
    const BEFORE: [&[u8]; 7] = [b"version", b"ver", b"v", b"release", b"rev", b"revision", b".so"];
    const AFTER: [&[u8]; 14] = [
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
    ];
    let glue = |b: &&u8| matches!(b, b' ' | b'=' | b':' | b'.' | b'"' | b'\'');
    let gap = text[..start].iter().rev().take(4).take_while(glue).count();
    let word = &text[start.saturating_sub(gap + 9)..start - gap];
    let ends_with = |suffix: &&[u8]| {
        let Some(from) = word.len().checked_sub(suffix.len()) else { return false };
        let whole = from == 0 || suffix[0] == b'.' || !word[from - 1].is_ascii_alphanumeric();
        whole && word[from..].eq_ignore_ascii_case(suffix)
    };
    let starts_with =
        |prefix: &&[u8]| text[end..].get(..prefix.len()).is_some_and(|rest| rest.eq_ignore_ascii_case(prefix));
    // Nearly all addresses stand between other signs.
    let a_word_before = word.last().is_some_and(u8::is_ascii_alphabetic);
    let a_suffix_after = matches!(text.get(end), Some(b'-' | b'.'));
    a_word_before && BEFORE.iter().any(ends_with) || a_suffix_after && AFTER.iter().any(starts_with)
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
                "peer_⟦192.0.2.1⟧_x ⟦010.001.000.001⟧",
                "http://⟦192.0.2.1⟧/x",
            ],
        );
    }

    #[test]
    fn local_addresses_are_found_apart() {
        assert_finds(&LOCAL, &["on ⟦127.0.0.1⟧:80", "⟦0.0.0.0⟧ ⟦255.255.255.255⟧"]);
        assert_ignores(&LOCAL, &["192.0.2.1", "127.0.0.0/24", "v0.1.2.3"]);
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
