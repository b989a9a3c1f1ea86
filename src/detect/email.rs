//! E-mail addresses.
//!
//! Source: RFC 5321 section 4.1.2, RFC 5322 section 3.4.1, RFC 6531 (letters beyond ASCII); limited to what occurs in
//! practice, since much that the grammar allows (`key=a/b|c@d`) is punctuation in a log. An address needs a domain with a
//! dot and a top level of letters, so `user@host`, `pkg@1.2.3` and `Object@1f2e3d` are none.

use std::ops::Range;

use wide::u8x16;

use super::anchor::{Anchor, Shape};
use super::around::{char_at, char_before, past_escape};
use super::{Detector, Probe, Verdict};
use crate::lanes::{LANE, alphanumeric, bits, is, sixteen_before, sixteen_from};

/// Finds local part, `@` and domain.
pub(crate) static DETECTOR: Detector =
    Detector { name: "email", anchors: &[Anchor::Shape(Shape::At)], find, number: None };

/// RFC 5321 allows 64; longer ones are still people's addresses.
const LONGEST_LOCAL: usize = 254;
const LONGEST_DOMAIN: usize = 255;

/// Reads at most a fixed number of bytes to either side.
fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    let at = anchor_end - 1;
    let address = domain_end(text, anchor_end).and_then(|end| {
        let start = local_start(text, at, floor)?;
        (!is_harmless(text, start..at, anchor_end..end)).then_some(start..end)
    });
    address.map_or(Verdict::Nothing { resume: anchor_end }, Verdict::Found)
}

/// Where the domain, or the address literal in brackets, ends that starts at `start`.
fn domain_end(text: &[u8], start: usize) -> Option<usize> {
    if text.get(start) == Some(&b'[') {
        let literal = &text[start + 1..text.len().min(start + 64)];
        let len =
            literal.iter().position(|b| !b.is_ascii_hexdigit() && !matches!(b, b'.' | b':' | b'I' | b'P' | b'v'))?;
        return (len >= 3 && literal[len] == b']').then_some(start + len + 2);
    }
    let limit = text.len().min(start + LONGEST_DOMAIN);
    let mut end = start;
    loop {
        end += ascii_domain(&text[end..limit], text[end - 1] == b'.');
        match char_at(&text[..limit], end).filter(|&c| !c.is_ascii() && is_domain(c)) {
            Some(c) => end += c.len_utf8(),
            None => break,
        }
    }
    if !text.get(start).is_some_and(|&b| b.is_ascii_alphanumeric() || !b.is_ascii()) {
        return None;
    }
    // What follows the last label that can be a top level belongs to the sentence: `a@example.com.5`.
    loop {
        let label = start + text[start..end].iter().rposition(|&b| b == b'.')? + 1;
        if let Some(top) = top_level(&text[label..end]) {
            return Some(label + top);
        }
        end = label - 1;
    }
}

/// How many bytes of ASCII that a domain may hold stand at the start of a text. No dot follows another, nor one `after_dot`.
fn ascii_domain(text: &[u8], mut after_dot: bool) -> usize {
    let mut end = 0;
    loop {
        let lane = sixteen_from(text, end);
        let dots = bits(is(b'.')(lane));
        let doubled = dots & (dots << 1 | u64::from(after_dot));
        let len = (bits(alphanumeric_or(DOMAIN_SIGNS, lane)) & !doubled).trailing_ones() as usize;
        end += len;
        if len < LANE {
            return end;
        }
        after_dot = text[end - 1] == b'.';
    }
}

/// How many bytes of ASCII that a local part may hold stand at the end of a text. No dot stands before another, nor one `before_dot`.
fn ascii_local(text: &[u8], mut before_dot: bool) -> usize {
    let mut start = text.len();
    loop {
        let lane = sixteen_before(text, start);
        let dots = bits(is(b'.')(lane)) as u16;
        let doubled = dots & (dots >> 1 | u16::from(before_dot) << (LANE - 1));
        let len = (bits(alphanumeric_or(LOCAL_SIGNS, lane)) as u16 & !doubled).leading_ones() as usize;
        start -= len;
        if len < LANE {
            return text.len() - start;
        }
        before_dot = text[start] == b'.';
    }
}

/// Which of sixteen bytes are letters, digits or one of these signs.
#[inline(always)]
fn alphanumeric_or<const N: usize>(signs: &[u8; N], lane: u8x16) -> u8x16 {
    signs.iter().fold(alphanumeric(lane), |all, sign| all | is(*sign)(lane))
}

/// How long the top level at the start of the last label is; what comes after it may be another word: `com_`, `com联系`.
fn top_level(label: &[u8]) -> Option<usize> {
    const LONGEST: usize = 63;
    let punycode = label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"xn--"));
    let ascii = label.first()?.is_ascii();
    // Nearly all are of letters of ASCII, and a byte costs less than a character.
    let mut len = label.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    while let Some(c) = char_at(label, len) {
        let belongs = if punycode { c.is_ascii_alphanumeric() || c == '-' } else { c.is_alphabetic() };
        if !belongs || (ascii && is_unspaced(c)) {
            break;
        }
        len += c.len_utf8();
    }
    let ends = char_at(label, len).is_none_or(|c| matches!(c, '_' | '-') || is_unspaced(c));
    (ends && (2..=LONGEST).contains(&len) && label[..len] != *b"xn--").then_some(len)
}

/// Where the local part starts that ends at `end`.
fn local_start(text: &[u8], end: usize, floor: usize) -> Option<usize> {
    let limit = floor.max(end.saturating_sub(LONGEST_LOCAL));
    if text[limit..end].ends_with(b"\"") {
        let quoted = &text[limit..end - 1];
        let open = quoted.iter().rposition(|&b| matches!(b, b'"' | b'\n'))?;
        let plain = quoted[open + 1..].iter().all(|&b| b != b':' && b != b',' && b != b'=');
        return (quoted[open] == b'"' && open + 1 < quoted.len() && plain).then_some(limit + open);
    }
    let mut start = end;
    loop {
        start -= ascii_local(&text[limit..start], text.get(start) == Some(&b'.'));
        let Some(c) = char_before(text, start).filter(|&c| !c.is_ascii() && is_local(c)) else { break };
        let joins = !is_unspaced(c) || start == end || char_at(text, start).is_some_and(is_unspaced);
        let next = start - c.len_utf8();
        if !joins || next < limit {
            break;
        }
        start = next;
    }
    if start == limit && start > floor && char_before(text, start).is_some_and(is_local) {
        return None;
    }
    start = past_escape(text, start);
    start = past_percent(text, start, end);
    // Punctuation at the edge belongs to the sentence: `'a@example.com'`, `...a@example.com`.
    start += text[start..end].iter().take_while(|b| b.is_ascii_punctuation() && !matches!(b, b'_' | b'%')).count();
    (start < end).then_some(start)
}

/// What may stand in a domain and in a local part, besides letters and digits.
const DOMAIN_SIGNS: &[u8; 3] = b".-_";
const LOCAL_SIGNS: &[u8; 12] = b"._+-%'!#$*^~";

fn is_domain(c: char) -> bool {
    c.is_alphanumeric() || u8::try_from(c).is_ok_and(|b| DOMAIN_SIGNS.contains(&b))
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || u8::try_from(c).is_ok_and(|b| LOCAL_SIGNS.contains(&b))
}

/// Where the local part starts if an escape inside stands for something that cannot belong to it: `%3Ca` for `<a`.
fn past_percent(text: &[u8], start: usize, end: usize) -> usize {
    if !text[start..end].contains(&b'%') {
        return start;
    }
    let outside = |window: &[u8]| {
        let value = match window {
            [b'%', hi, lo] => hex(*hi).zip(hex(*lo)).map(|(hi, lo)| hi << 4 | lo),
            _ => None,
        };
        value.is_some_and(|b| b.is_ascii() && !is_local(char::from(b)))
    };
    text[start..end].windows(3).rposition(outside).map_or(start, |at| start + at + 3)
}

fn hex(b: u8) -> Option<u8> {
    char::from(b).to_digit(16).map(|digit| digit as u8)
}

/// Whether `c` is of a script that is written without spaces, so that an address may stand right beside a word.
fn is_unspaced(c: char) -> bool {
    c >= '\u{2E80}'
}

/// Whether this is an address in form only: of a service, a file, a unit; or part of a URL with a password.
fn is_harmless(text: &[u8], local: Range<usize>, domain: Range<usize>) -> bool {
    let is_unit = |label: &[u8]| {
        matches!(
            label,
            b"service" | b"socket" | b"target" | b"timer" | b"mount" | b"slice" | b"scope" | b"device" | b"automount"
        )
    };
    let is_image = |label: &[u8]| matches!(label, b"png" | b"jpg" | b"jpeg" | b"gif" | b"webp" | b"svg" | b"avif");
    let name = &text[domain.clone()];
    let (first, rest) = name.split_at(memchr::memchr(b'.', name).unwrap_or(name.len()));
    let rest = rest.get(1..).unwrap_or_default();
    let unit = is_unit(rest);
    let image = matches!(first, [b'1'..=b'9', b'x']) && is_image(rest);
    let version = rest.first().is_some_and(u8::is_ascii_digit) && first.iter().all(u8::is_ascii_digit);
    let repository = &text[local.clone()] == b"git" && matches!(text.get(domain.end), Some(b':' | b'/'));
    unit || image || version || repository || is_password(text, local.start)
}

/// Whether what starts at `start` is the password of `scheme://user:password@host`.
fn is_password(text: &[u8], start: usize) -> bool {
    const LONGEST_USER: usize = 64;
    let before = &text[start.saturating_sub(LONGEST_USER)..start];
    let user =
        before.iter().rev().take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'/' | b'"' | b'\'')).count();
    let user = &before[before.len() - user..];
    user.contains(&b':') && text[..start - user.len()].ends_with(b"://")
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;
    use crate::random::random;

    #[test]
    fn finds_addresses() {
        assert_finds(
            &DETECTOR,
            &[
                "⟦jane@example.com⟧",
                "mail to <⟦jane.doe+tag@mail.example.co.uk⟧>.",
                "email=⟦jane_doe@example.com⟧&x=1",
                "'⟦o'brien@example.com⟧', ⟦a@example.org⟧",
                "/users/⟦jane@example.com⟧/x ...⟦j@example.com⟧...",
                "⟦\"jane doe\"@example.com⟧",
                "⟦jane@[192.0.2.1]⟧",
                "⟦a@xn--d1acufc.xn--p1ai⟧",
                "⟦jane@example.com⟧.5 ⟦jane@example.com⟧-",
                "mailto:⟦jane@example.com⟧?subject=x",
                "{\"e\":\"⟦jane@example.com⟧\"}",
                "git@example.com:org/repo by ⟦git.lover@example.com⟧:",
                "⟦user@163.com⟧ ⟦jane@my_shop.example.com⟧_x",
            ],
        );
    }

    #[test]
    fn finds_letters_of_the_world() {
        assert_finds(
            &DETECTOR,
            &[
                "an ⟦müller@exämple.de⟧ “⟦jane@example.com⟧”",
                "⟦用户@例え.jp⟧ ⟦hans@m端ller.example⟧",
                "邮箱⟦jane@example.com⟧联系",
                "⟦δοκιμή@παράδειγμα.δοκιμή⟧",
            ],
        );
    }

    #[test]
    fn what_stands_before_may_be_escaped() {
        assert_finds(
            &DETECTOR,
            &[
                "q=%3C⟦jane%2Bx@example.com⟧%3E",
                "\\n⟦jane@example.com⟧\\n",
                "\\u003c⟦jane@example.com⟧\\u003e",
                "\x1b[32m⟦jane@example.com⟧\x1b[0m",
            ],
        );
        assert_eq!(
            super::super::harness::ranges(&DETECTOR, b"\xffjane@example.com\xff"),
            vec![Range { start: 1, end: 17 }]
        );
    }

    /// What is read sixteen bytes at a time is what is read byte by byte.
    #[test]
    fn names_are_read_as_byte_by_byte() {
        let is_domain = |b: u8| b.is_ascii() && super::is_domain(b.into());
        let is_local = |b: u8| b.is_ascii() && super::is_local(b.into());
        // Those that `is`, as far as no dot follows another.
        let count = |bytes: &mut dyn Iterator<Item = &u8>, is: &dyn Fn(u8) -> bool, mut dot: bool| {
            let fits = |b: &&u8| is(**b) && !(std::mem::replace(&mut dot, **b == b'.') && **b == b'.');
            bytes.take_while(fits).count()
        };
        let mut next = random(0x2545_F491_4F6C_DD1D);
        for _ in 0..20_000 {
            let text: Vec<u8> = (0..next(50))
                .map(|_| if next(40) == 0 { next(256) as u8 } else { b"aZ09..-_+%'!#$*^~"[next(17)] })
                .collect();
            for dot in [false, true] {
                let expected = count(&mut text.iter(), &is_domain, dot);
                assert_eq!(ascii_domain(&text, dot), expected, "{} {dot}", text.escape_ascii());
                let expected = count(&mut text.iter().rev(), &is_local, dot);
                assert_eq!(ascii_local(&text, dot), expected, "{} {dot}", text.escape_ascii());
            }
        }
    }

    #[test]
    fn ignores_what_only_has_an_at() {
        assert_ignores(
            &DETECTOR,
            &[
                "user@host",
                "[LeaseRenewer:worker@node-41:9000]",
                "@scope/pkg @2x.png icon@2x.png",
                "lodash@4.17.21 pkg@1.2.3-beta.rc",
                "Object@1f2e3d",
                "git@example.com:org/repo.git ssh://git@example.com/org",
                "getty@tty1.service",
                "postgres://app:hunter2@db.example.com/x",
                "@example.com a@ @ a@b a@.com a@b.c",
                "a @example.com",
                "sha@sha256:0011",
                "{\"a\":\"\"@example.com",
            ],
        );
        assert_ignores(&DETECTOR, &[&format!("{}@example.com", "a".repeat(300))]);
    }
}
