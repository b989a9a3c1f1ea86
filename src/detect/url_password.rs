//! Passwords and tokens in the authority of a URL.
//!
//! Source: RFC 3986 sections 3.1 (scheme) and 3.2.1 (userinfo). Real passwords hold characters that the grammar wants
//! escaped, so the last `@` counts, and a `/`, `?` or `#` does not end an authority whose port would be no number.

use std::ops::Range;

use super::anchor::{Anchor, Shape};
use super::{Detector, Probe, Verdict};
use crate::mask::is_own_mark;

/// Finds the password in `scheme://user:password@host`, and a token that is the whole userinfo.
pub(crate) static DETECTOR: Detector =
    Detector { name: "url_password", anchors: &[Anchor::Shape(Shape::SchemeEnd)], find, number: None };

/// How far behind the end of the authority a stray `@` is looked for.
const LONGEST_STRAY: usize = 128;
const SHORTEST_TOKEN: usize = 8;

/// An authority ends at a `/`, so it is read once; what is read beyond it is of fixed length.
fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    let scheme = &text[..anchor_end - "://".len()];
    let named = scheme.last().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let authority_end = anchor_end + text[anchor_end..].iter().take_while(|&&b| !ends_authority(b)).count();
    match secret(text, anchor_end, authority_end) {
        Some(secret) if named && secret.start >= floor => Verdict::Found(secret),
        _ => Verdict::Nothing { resume: authority_end },
    }
}

fn ends_authority(b: u8) -> bool {
    ends_url(b) || matches!(b, b'/' | b'?' | b'#')
}

fn ends_url(b: u8) -> bool {
    b.is_ascii_whitespace() || b.is_ascii_control() || matches!(b, b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\')
}

/// The secret in the authority from `start` to `end`.
fn secret(text: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let at = |from: usize, to: usize| text[from..to].iter().rposition(|&b| b == b'@').map(|at| from + at);
    let colon = text[start..end].iter().position(|&b| b == b':').map(|colon| start + colon);
    let Some(colon) = colon else {
        let userinfo = start..at(start, end)?;
        return is_token(&text[userinfo.clone()]).then_some(userinfo);
    };
    let password = colon + 1;
    let port = &text[password..end];
    let userinfo_end = at(start, end).or_else(|| {
        let stray = text[end..].iter().take(LONGEST_STRAY).take_while(|&&b| !ends_url(b)).count();
        let no_port = !port.is_empty() && !port.iter().all(u8::is_ascii_digit) && text[start] != b'[';
        at(end, end + stray).filter(|_| no_port)
    })?;
    // `user@host:port` has its colon behind the `@`.
    if userinfo_end < colon {
        let userinfo = start..userinfo_end;
        return is_token(&text[userinfo.clone()]).then_some(userinfo);
    }
    // GitHub takes a token as the user: https://docs.github.com/en/authentication.
    let user = start..colon;
    if matches!(&text[password..userinfo_end], b"" | b"x-oauth-basic") && is_token(&text[user.clone()]) {
        return Some(start..userinfo_end);
    }
    (password < userinfo_end && !is_masked(&text[password..userinfo_end])).then_some(password..userinfo_end)
}

/// Whether a userinfo without a colon is a token rather than a name: letters and digits, long or of mixed case.
fn is_token(userinfo: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| userinfo.iter().any(is);
    let word =
        userinfo.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b'%' | b'='));
    let mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    let digits = userinfo.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = has(u8::is_ascii_alphabetic);
    word && letters && userinfo.len() >= SHORTEST_TOKEN && digits >= 2 && (mixed || userinfo.len() >= 20)
}

/// `${DB_PASSWORD}`, all of it.
fn is_variable(password: &[u8]) -> bool {
    let name = password.strip_prefix(b"${").and_then(|rest| rest.strip_suffix(b"}"));
    name.is_some_and(|name| name.iter().all(|&b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-')))
}

/// Whether someone masked it already.
fn is_masked(password: &[u8]) -> bool {
    let same = |mask: u8| password.iter().all(|&b| b == mask);
    same(b'*') || same(b'x') || same(b'X') || is_own_mark(password) || is_variable(password)
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_passwords() {
        assert_finds(
            &DETECTOR,
            &[
                "postgres://app:⟦hunter2⟧@db.example.com:5432/x",
                "url=\"https://jane:⟦p%40ss⟧@example.com\"",
                "postgres://app:⟦s2Tf2k@rLMy⟧@example.com:5434/x",
                "mongodb+srv://app:⟦hunter2⟧@example.com/?w=1",
                "redis://:⟦hunter2⟧@localhost:6379",
                "amqp://app:⟦p/ss#w?rd⟧@localhost",
                "imap://jane@example.com:⟦hunter2⟧@mail.example.com",
                "pg://u:⟦s@host1:123,u:s⟧@host2:456/db",
                "a://b:⟦c⟧@d a://b:⟦c⟧@d",
                "http://u:⟦påss⟧@example.com",
                "https://⟦k3jD8sLq0Zx7Wm2P4nRt:x-oauth-basic⟧@example.com/a.git https://⟦k3jD8sLq0Zx7Wm2P4nRt:⟧@example.com",
            ],
        );
    }

    #[test]
    fn finds_tokens() {
        assert_finds(
            &DETECTOR,
            &[
                "https://⟦0123456789abcdef0123456789abcdef⟧@o1.ingest.example.com/2",
                "https://⟦aB3dE5gH⟧@example.com:443/x",
            ],
        );
    }

    #[test]
    fn ignores_urls_without_a_secret() {
        assert_ignores(
            &DETECTOR,
            &[
                "https://example.com/@scope/pkg",
                "http://example.com:8080/users/@me",
                "ssh://git@example.com/org/repo",
                "ssh://jane.doe82@example.com",
                "https://user@example.com:8080/",
                "http://[2001:db8::1]:8080/a@b",
                "http://user:@example.com",
                "http://user:***@example.com http://user:[redacted:credential]@example.com",
                "see https://example.com: jane@example.com",
                "hdfs://node-41:9000/a@b",
                "://a:b@c",
            ],
        );
    }
}
