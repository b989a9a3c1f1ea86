//! Hardware addresses in one piece: `00005E005301`.
//!
//! Source: IEEE 802, EUI-48 and EUI-64, without separators, as access servers, switches and bar codes write them. So short a run of
//! hexadecimal digits may be the identifier of anything. It is taken for an address where nothing says that it is something else:
//! neither the word before it, nor what it stands in (a path, a hyphenated identifier, brackets, a dump), nor its digits.

use super::anchor::{Anchor, Shape};
use super::around::{past_escape, word_before};
use super::validator::iban;
use super::{Detector, Probe, Verdict};

/// Finds the whole address.
pub(crate) static DETECTOR: Detector =
    Detector { name: "mac_bare", anchors: &[Anchor::Shape(Shape::HexDigits)], find, number: None };

const EUI_48: usize = 12;
const EUI_64: usize = 16;
/// The longest, with the digits of an escape before it: `%20`, `\u0020`.
const LONGEST_RUN: usize = EUI_64 + 4;
/// How far back a word is looked for that says what it is.
const NEAR: usize = 40;

/// Words for what is identified, or computed, by hexadecimal digits.
const OTHERS: &[&str] = &[
    "id",
    "ids",
    "uid",
    "uuid",
    "guid",
    "oid",
    "spanid",
    "traceid",
    "requestid",
    "span",
    "trace",
    "parent",
    "parents",
    "commit",
    "commits",
    "rev",
    "revision",
    "changeset",
    "git",
    "branch",
    "tag",
    "ref",
    "hash",
    "hashes",
    "sha",
    "sha1",
    "sha256",
    "md5",
    "crc",
    "checksum",
    "digest",
    "fingerprint",
    "signature",
    "etag",
    "version",
    "build",
    "release",
    "container",
    "image",
    "layer",
    "pod",
    "node",
    "host",
    "hostname",
    "instance",
    "block",
    "blob",
    "object",
    "chunk",
    "shard",
    "segment",
    "request",
    "req",
    "response",
    "session",
    "transaction",
    "txn",
    "tx",
    "xid",
    "job",
    "task",
    "run",
    "event",
    "message",
    "msg",
    "correlation",
    "key",
    "cursor",
    "nonce",
    "salt",
    "seed",
    "addr",
    "address",
    "ptr",
    "pointer",
    "at",
    "offset",
    "register",
    "mask",
    "flags",
    "hex",
    "dump",
    "data",
    "bytes",
    "raw",
    "payload",
    "serial",
    "built",
    "upgrade",
    "leader",
    "became",
    "worker",
    "queue",
    "parentspanid",
    "publickeytoken",
    "pubkey",
    "xxh64",
    "xxh3",
    "wwn",
    // The arguments of a system call, as auditd writes them.
    "a0",
    "a1",
    "a2",
    "a3",
];

/// The same of sixteen digits only: what has twelve may be the address of such a one.
const OTHERS_OF_SIXTEEN: &[&str] =
    &["member", "connection", "conn", "cluster", "lease", "query", "op", "deploy", "deployment", "metadata"];

fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    let nothing = Verdict::Nothing { resume: anchor_end };
    let is_hex = |b: &&u8| b.is_ascii_hexdigit();
    let start = anchor_end - text[floor..anchor_end].iter().rev().take(LONGEST_RUN + 1).take_while(is_hex).count();
    let end = anchor_end + text[anchor_end..].iter().take(LONGEST_RUN + 1).take_while(is_hex).count();
    // Most are hashes, or parts of paths and of longer identifiers, which need no closer look.
    let joined =
        text[..start].last().is_some_and(|b| matches!(b, b'/' | b'-' | b'_' | b'.' | b':' | b'[' | b'#' | b'@' | b'+'));
    if end - start > LONGEST_RUN || joined {
        return nothing;
    }
    let start = past_escape(text, start);
    let (before, run, behind) = (&text[..start], &text[start..end], &text[end..]);
    let is = start >= floor
        && is_address(run)
        && !iban::check(run)
        && !is_all(before, behind)
        && !word_before(text, start)
        && stands_alone(before, behind)
        && !is_named(before, run.len())
        && !is_dump(before, behind)
        && !is_of_container(before, behind);
    if is { Verdict::Found(start..end) } else { nothing }
}

/// Whether there is nothing else: the name of such a value, which may say what it is, stands elsewhere.
fn is_all(before: &[u8], behind: &[u8]) -> bool {
    let is_around = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'');
    before.iter().all(is_around) && behind.iter().all(is_around)
}

/// Whether the digits may be those of an address: of one case, with a letter, and not what numbers and places in memory look like.
fn is_address(run: &[u8]) -> bool {
    let letters = || run.iter().filter(|b| b.is_ascii_alphabetic());
    let one_case = letters().all(u8::is_ascii_lowercase) || letters().all(u8::is_ascii_uppercase);
    // `1234567890e5` is a number.
    let exponent = letters().count() == 1 && run.iter().rev().take(4).any(|b| b.eq_ignore_ascii_case(&b'e'));
    let all_f = run.iter().all(|b| b.eq_ignore_ascii_case(&b'f'));
    let high = run.iter().take(4).all(|b| b.eq_ignore_ascii_case(&b'f'));
    match run.len() {
        // That of everybody has a rule of its own, where it is written as an address.
        EUI_48 if all_f || run.starts_with(b"000000") => return false,
        EUI_48 => {}
        EUI_64 if high && !all_f || run.starts_with(b"0000") => return false,
        EUI_64 => {}
        _ => return false,
    }
    letters().next().is_some() && one_case && !exponent
}

/// Whether it is a word of a sentence, or a value: no part of a path, of an identifier with signs, or of a link.
fn stands_alone(before: &[u8], behind: &[u8]) -> bool {
    let opens = match before.last() {
        None => true,
        Some(b) => {
            b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b'(' | b'=' | b'>') || before_escape(before)
        }
    };
    let closes = match behind {
        [] => true,
        [b'.' | b',' | b';' | b'!' | b'?', rest @ ..] => {
            rest.first().is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\\'))
        }
        [b, ..] => b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b')' | b'&' | b'<' | b'\\'),
    };
    opens && closes
}

/// Whether an escape ends here, which stands for a blank or line break mostly.
fn before_escape(before: &[u8]) -> bool {
    before.last().is_some_and(u8::is_ascii_alphanumeric) && !word_before(before, before.len())
}

/// Whether one of the two words before, in whatever style, says that it is something else.
fn is_named(before: &[u8], len: usize) -> bool {
    let near = &before[before.len().saturating_sub(NEAR)..];
    let words = near.rsplit(|b| !b.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.take(2).enumerate().any(|(nth, word)| {
        // Of `spanId` the second part.
        let hump = word.iter().rposition(u8::is_ascii_uppercase).unwrap_or_default();
        let of_sixteen = if len == EUI_64 && nth == 0 { OTHERS_OF_SIXTEEN } else { &[] };
        OTHERS.iter().chain(of_sixteen).any(|other| {
            word.eq_ignore_ascii_case(other.as_bytes()) || word[hump..].eq_ignore_ascii_case(other.as_bytes())
        })
    })
}

/// Whether nothing stands before but a time: then it is the name of a host, which in containers is such a number. And whether it is one of
/// Docker's, which lists when each was made, or a member of a cluster.
fn is_of_container(before: &[u8], behind: &[u8]) -> bool {
    const UNITS: [&[u8]; 7] = [b"second", b"minute", b"hour", b"day", b"week", b"month", b"year"];
    /// What members of a cluster do, as etcd tells of it.
    const RAFT: [&[u8]; 7] = [
        b" is starting a new election at term ",
        b" became leader at term ",
        b" became follower at term ",
        b" became candidate at term ",
        b" became pre-candidate at term ",
        b" received MsgVote",
        b" received MsgPreVote",
    ];
    const DOCKER: [&[u8]; 3] = [b"---> ", b"Running in ", b"Successfully built "];
    let of_time = |b: &u8| b.is_ascii_digit() || matches!(b, b'T' | b'Z' | b':' | b'.' | b',' | b'-' | b'+' | b' ');
    let is_time = before.len() <= NEAR && before.contains(&b':') && before.iter().all(of_time);
    // `3f4e5d6c7b8a   2 weeks ago`, `About an hour ago`
    let mut words = behind[..behind.len().min(NEAR)].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let is_unit = |word: &[u8]| UNITS.contains(&word.strip_suffix(b"s").unwrap_or(word));
    let is_amount = |word: &[u8]| word.iter().all(u8::is_ascii_digit) || [&b"an"[..], b"a"].contains(&word);
    let amount = words.next().and_then(|word| if word == b"About" { words.next() } else { Some(word) });
    let is_made = behind.starts_with(b"   ")
        && before.ends_with(b"   ")
        && amount.is_some_and(is_amount)
        && words.next().is_some_and(is_unit)
        && words.next() == Some(b"ago");
    // `3f4e5d6c7b8a   redis:7   "docker-entrypoint.s…"   2 hours ago   Up 2 hours`
    const STATES: [&[u8]; 3] = [b" ago   Up ", b" ago   Exited (", b" ago   Created"];
    let row = &behind[..behind.len().min(4 * NEAR)];
    let is_running = before.is_empty()
        && row.starts_with(b"   ")
        && memchr::memmem::find(row, b"   \"").is_some()
        && STATES.iter().any(|state| memchr::memmem::find(row, state).is_some());
    let is_member = RAFT.iter().any(|said| behind.starts_with(said));
    is_time || is_made || is_running || is_member || DOCKER.iter().any(|said| before.ends_with(said))
}

/// Whether the word before or behind is of many hexadecimal digits, too.
fn is_dump(before: &[u8], behind: &[u8]) -> bool {
    const MANY: usize = 8;
    let is_hex = |word: &[u8]| word.len() >= MANY && word.iter().all(u8::is_ascii_hexdigit);
    let ends = |text: &[u8]| text.split(u8::is_ascii_whitespace).next().is_some_and(is_hex);
    let near = &before[before.len().saturating_sub(NEAR)..];
    let last = near.trim_ascii_end().rsplit(|b| !b.is_ascii_alphanumeric()).next().unwrap_or_default();
    let behind = &behind[..behind.len().min(NEAR)];
    is_hex(last) || ends(behind.trim_ascii_start())
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_addresses_that_nothing_else_is_said_of() {
        assert_finds(
            &DETECTOR,
            &[
                "seen ⟦00005e005301⟧",
                "client 192.0.2.10:443 ⟦00005e005301⟧ forwarded -> ⟦00005e005301⟧ plugged in ⟦00005e005301⟧",
                "⟦00005e005301⟧ left",
                "⟦02005e100001⟧   office   \"Joe\"   3 hours ago   connected",
                "⟦02005e100001⟧ became authenticated",
                "seen ⟦00005E005301⟧, then ⟦02005E1000000001⟧.",
                "station=⟦02005e100001⟧&x",
                "a (⟦02005e100001⟧) left",
                "{\"from\":\"⟦02005e100001⟧\"}",
                "said\\n⟦02005e100001⟧\\nthen",
                "q=%20⟦02005e100001⟧",
                "row 17: ⟦02005e100001⟧",
                "⟦FFFFFFFFFFFFFFFF⟧ hung up",
                "seen ⟦123456789012345a⟧ and ⟦12345678901a⟧",
            ],
        );
    }

    #[test]
    fn ignores_identifiers_and_places_in_memory() {
        assert_ignores(
            &DETECTOR,
            &[
                "00f067aa0ba902b7",
                "\"00f067aa0ba902b7\"",
                "account BE68539007547034 of",
                "span 00f067aa0ba902b7",
                "span_id=00f067aa0ba902b7",
                "{\"spanId\":\"00f067aa0ba902b7\"}",
                "SpanId(00f067aa0ba902b7)",
                "container 3f4e5d6c7b8a started",
                "request id: 3f4e5d6c7b8a",
                "commit 3f4e5d6c7b8a (\"x\")",
                "[3f4e5d6c7b8a] ready",
                "/items/3f4e5d6c7b8a",
                "items/3f4e5d6c7b8a/x",
                "3f4e5d6c7b8a/x",
                "app.3f4e5d6c7b8a.js",
                "v0.0.0-20200102150405-3f4e5d6c7b8a",
                "0x7ffd3f4e5d6c",
                "RAX: ffff888003a4c000",
                "0000000007eae000",
                "48656c6c6f2c20776f726c64210a0000 48656c6c6f2c",
                "48656c6c6f2c2077 6f726c64210a2d2d",
                "3f4e5d6c7b8",
                "3f4e5d6c7b8a9",
                "3F4e5d6c7b8A",
                "123456789012 1234567890123456",
                "12345678901e5 1234567890e5",
                "ffffffffffff",
                "x3f4e5d6c7b8a 3f4e5d6c7b8ax",
                "2026-11-26T13:16:50 3f4e5d6c7b8a app: started",
                " ---> 3f4e5d6c7b8a Running in 3f4e5d6c7b8a Successfully built 3f4e5d6c7b8a",
                "Running upgrade 3f4e5d6c7b8a",
                "nginx   1.25.3   3f4e5d6c7b8a   2 weeks ago   187MB",
                "nginx   1.25.3   3f4e5d6c7b8a   About an hour ago",
                "a0=7ffe1c2d3e4f a1=7ffe1c2d3e40",
                "PublicKeyToken=b77a5c561934e089",
                "added member 8e9e05c52164694d",
                "8e9e05c52164694d is starting a new election at term 1",
                "4f53cda18c2b   redis:7   \"docker-entrypoint.s…\"   2 hours ago   Up 2 hours",
                "4f53cda18c2b   redis:7   \"docker-entrypoint.s…\"   2 hours ago   Up 2 hours",
                "raft.node: 8e9e05c52164694d elected leader 8e9e05c52164694d at term 2",
            ],
        );
    }
}
