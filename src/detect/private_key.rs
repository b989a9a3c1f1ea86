//! Private keys in textual form.
//!
//! Source: RFC 7468 (PEM), RFC 1421 section 4.4 (headers inside), RFC 9580 section 6.2 (PGP armor), RFC 4716 section 3.2
//! (four dashes and a space), OpenVPN's manual (`--secret`, `--tls-auth`). Line breaks may be real, escaped (`\n`), or blanks. A key
//! whose end is missing is found as far as its lines go on.

use super::anchor::Anchor;
use super::base64::is_base64;
use super::{Detector, Probe, Verdict};

/// Finds everything from the dashes before `BEGIN` to those after `END`.
pub(crate) static DETECTOR: Detector = Detector {
    name: "private_key",
    anchors: &Anchor::exact(["PRIVATE KEY", "PRIVATE+KEY", OPENVPN]),
    find,
    number: None,
};

/// What the static keys of OpenVPN are called, whose lines are in hexadecimal.
const OPENVPN: &str = "OpenVPN Static key V1";

/// Lines of a key have 64 characters or more; fewer than this are a word, unless they end the key.
const SHORTEST_LINE: usize = 20;

/// Reads forward only, and no further than what it finds.
fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    const LONGEST_LABEL: usize = 48;
    let near = &text[anchor_end.saturating_sub(LONGEST_LABEL)..anchor_end];
    let Some(begin) = near.windows(6).rposition(|w| w == b"BEGIN " || w == b"BEGIN+") else {
        return Verdict::Nothing { resume: anchor_end };
    };
    let begin = anchor_end - near.len() + begin;
    let start = begin - text[..begin].iter().rev().take(5).take_while(|b| matches!(b, b'-' | b' ')).count();
    let start = start + usize::from(text[start] == b' ');
    if start < floor || begin - start < 4 {
        return Verdict::Nothing { resume: anchor_end };
    }
    let label_end = anchor_end + prefix(&text[anchor_end..], b" BLOCK");
    let mut end = label_end + dashes(&text[label_end..]);
    let mut in_body = false;
    loop {
        let line = end + breaks(&text[end..]);
        if let Some(len) = end_line(&text[line..]) {
            return Verdict::Found(start..line + len);
        }
        let header = if in_body { 0 } else { header_line(&text[line..]) };
        let len = header.max(body_line(&text[line..], in_body));
        if len == 0 || line == end {
            return Verdict::Found(start..end);
        }
        in_body |= header == 0;
        end = line + len;
    }
}

fn prefix(text: &[u8], prefix: &[u8]) -> usize {
    if text.starts_with(prefix) { prefix.len() } else { 0 }
}

/// How many dashes there are, up to five, with the blank that RFC 4716 puts before them after a label.
fn dashes(text: &[u8]) -> usize {
    let blank = usize::from(text.starts_with(b" -"));
    blank + text[blank..].iter().take(5).take_while(|&&b| b == b'-').count()
}

/// How long the line breaks and what may stand around them are: blanks, quotes and pluses of a program, escapes.
fn breaks(text: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at += match &text[at..] {
            [b'\\', b'n' | b'r' | b't', ..] => 2,
            [b' ' | b'\t' | b'\r' | b'\n' | b'\\' | b'"' | b'\'' | b',', ..] => 1,
            [b'+', b' ' | b'\n', ..] => 1,
            _ => return at,
        };
    }
}

/// How long the line `-----END … KEY-----` is; `None` where another line stands. It may be cut.
fn end_line(text: &[u8]) -> Option<usize> {
    const LONGEST_LABEL: usize = 48;
    let opening = dashes(text);
    let opening = opening + usize::from(text[opening..].starts_with(b" "));
    let label = text[opening..].strip_prefix(b"END").filter(|_| opening >= 4)?;
    let openvpn = label.strip_prefix(b" ").map_or(0, |label| prefix(label, OPENVPN.as_bytes()));
    let is_label = |b: &&u8| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b' ' | b'+');
    let len = if openvpn > 0 { openvpn + 1 } else { label.iter().take(LONGEST_LABEL).take_while(is_label).count() };
    let after = opening + 3 + len;
    Some(after + text[after..].iter().take(5).take_while(|&&b| b == b'-').count())
}

/// How long the header (`Proc-Type: 4,ENCRYPTED`) is that stands here; 0 where none does.
fn header_line(text: &[u8]) -> usize {
    const NAMES: [&[u8]; 7] = [b"Proc-Type", b"DEK-Info", b"Version", b"Comment", b"Hash", b"Charset", b"Subject"];
    const LONGEST: usize = 200;
    let named = NAMES.iter().any(|name| text.strip_prefix(*name).is_some_and(|rest| rest.starts_with(b":")));
    let ends = |window: &[u8]| window[0] == b'\n' || window[0] == b'\r' || window == b"\\n" || window == b"\\r";
    let text = &text[..text.len().min(LONGEST)];
    if named { text.windows(2).position(ends).unwrap_or(0) } else { 0 }
}

/// How long the line of base64 is that stands here; 0 where what stands here is a word.
fn body_line(text: &[u8], in_body: bool) -> usize {
    let base64 = |text: &[u8]| text.iter().take_while(|&&b| is_base64(b)).count();
    // The checksum of PGP armor: `=` and four characters.
    if let Some(checksum) = text.strip_prefix(b"=").filter(|_| in_body) {
        return 1 + base64(&checksum[..checksum.len().min(4)]);
    }
    let body = base64(text);
    let len = body + text[body..].iter().take(2).take_while(|&&b| b == b'=').count();
    let Some((first, rest)) = text[..len].split_first() else { return 0 };
    let starts_der = !in_body && text.starts_with(b"MI");
    let mixed = first.is_ascii_lowercase() || rest.iter().any(u8::is_ascii_lowercase);
    let no_word =
        len > body || text[..len].iter().any(u8::is_ascii_digit) || (mixed && rest.iter().any(u8::is_ascii_uppercase));
    let ends_key = || end_line(&text[len + breaks(&text[len..])..]).is_some();
    if len >= SHORTEST_LINE || starts_der || no_word || ends_key() { len } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_whole_keys() {
        assert_finds(
            &DETECTOR,
            &[
                "key: ⟦-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp\nK06/nwoy/HU\n-----END PRIVATE KEY-----⟧\nnext",
                "\"⟦-----BEGIN RSA PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn\\nabcd\\n-----END RSA PRIVATE KEY-----⟧\\n\"",
                "⟦-----BEGIN EC PRIVATE KEY----- MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoGCCqGSM49 -----END EC PRIVATE KEY-----⟧ x",
                "⟦-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233\n\nMIIEpAIBAAKCAQEA0Z3VS5JJ\n-----END RSA PRIVATE KEY-----⟧",
                "⟦-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\nlQOYBFxAZ0QBCADKgTkgbGzd\n=a1Bc\n-----END PGP PRIVATE KEY BLOCK-----⟧.",
                "⟦---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAAAi4AAAA3aWYtbW9kbntzaWdue3JzYS1wa2Nz\n---- END SSH2 ENCRYPTED PRIVATE KEY ----⟧",
                "⟦-----BEGIN OpenVPN Static key V1-----\n6acef03f62675b4b1bbd03e53b187727\n423cea742242106cb2916a8a4c829756\n-----END OpenVPN Static key V1-----⟧\n",
                "⟦-----BEGIN OPENSSH PRIVATE KEY-----\r\n    b3BlbnNzaC1rZXktdjEAAAAABG5vbmU\r\n-----END OPENSSH PRIVATE KEY-----⟧",
            ],
        );
    }

    #[test]
    fn finds_what_is_left_of_a_cut_key() {
        assert_finds(
            &DETECTOR,
            &[
                "⟦-----BEGIN PRIVATE KEY-----⟧",
                "⟦-----BEGIN PRIVATE KEY-----⟧ was found in a file",
                "⟦-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp\nK06⟧",
                "⟦-----BEGIN PRIVATE KEY-----\nMIIE⟧",
                "\"⟦-----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2VwBCIEINTuctv5E⟧\" and so on",
                "⟦-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E\n-----END PRIV⟧",
                "⟦-----BEGIN PRIVATE KEY-----⟧⟦-----BEGIN PRIVATE KEY-----⟧",
            ],
        );
    }

    #[test]
    fn ignores_what_is_public() {
        assert_ignores(
            &DETECTOR,
            &[
                "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7\n-----END PUBLIC KEY-----",
                "-----BEGIN CERTIFICATE-----",
                "BEGIN PRIVATE KEY",
                "-----BEGIN private key",
            ],
        );
    }
}
