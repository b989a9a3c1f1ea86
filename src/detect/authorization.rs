//! Credentials after the name of an HTTP authentication scheme: `Bearer …`, `Basic …`, `Token …`.
//!
//! Source: RFC 9110 section 11.4 (scheme and token68), RFC 6750 section 2.1 (Bearer), RFC 7617 section 2 (Basic), RFC 4559
//! (Negotiate). The schemes are also words of prose, so what follows must look like a credential:
//!
//! - right after `Authorization:`, anything does;
//! - after `Basic`, base64 of a text with a colon in it;
//! - after `Bearer` 8 characters or more, after the others 16 or more: digits and letters, or only digits, or upper and
//!   lower case mixed as no word mixes them.

use super::anchor::Anchor;
use super::around::word_before;
use super::base64::{decode, is_base64};
use super::{Detector, Probe, Verdict};

/// Finds the credential without the scheme.
pub(crate) static DETECTOR: Detector = Detector {
    name: "authorization",
    anchors: &Anchor::any_case(["bearer", "basic", "token", "apikey", "negotiate", "ntlm"]),
    find,
    number: None,
};

/// Reads the word after the scheme, which holds no further anchor of interest, once.
fn find(Probe { text, anchor_end: scheme_end, floor }: Probe<'_>) -> Verdict {
    let anchor_end = match &text[scheme_end..] {
        [b' ' | b'\t' | b'+' | b':', ..] => scheme_end + 1,
        [b'%', b'2', b'0', ..] => scheme_end + "%20".len(),
        _ => return Verdict::Nothing { resume: scheme_end },
    };
    let start = anchor_end + blanks(&text[anchor_end..]);
    let len = text[start..].iter().take_while(|&&b| is_credential(b)).count();
    let len = len - text[start..start + len].iter().rev().take_while(|b| matches!(b, b'.' | b':' | b'-')).count();
    let credential = &text[start..start + len];
    let found = Scheme::before(text, anchor_end).is_some_and(|(scheme, at)| {
        let pair = text[anchor_end - 1] == b':' && matches!(scheme, Scheme::Other);
        !matches!(credential, [] | [b'=', ..])
            && (is_after_header_name(&text[..at]) || (!pair && scheme.accepts(credential)))
    });
    if found && start >= floor {
        return Verdict::Found(start..start + len);
    }
    Verdict::Nothing { resume: start + len }
}

/// How many bytes of blanks there are, a few at most.
fn blanks(text: &[u8]) -> usize {
    text.iter().take(4).take_while(|b| matches!(b, b' ' | b'\t' | b'+')).count()
}

/// Wider than token68: whatever runs on without a break belongs to the secret.
fn is_credential(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b'|' | b':' | b'%' | b'@' | b'$' | b'!')
}

#[derive(Clone, Copy)]
enum Scheme {
    Basic,
    Bearer,
    /// Also words of code; before a colon (`token: …`) they are left to rules for pairs.
    Other,
}

impl Scheme {
    /// The scheme whose anchor ends at `anchor_end`, and where it starts; `None` where it is the end of a longer word.
    fn before(text: &[u8], anchor_end: usize) -> Option<(Self, usize)> {
        const NAMES: [(&[u8], Scheme); 7] = [
            (b"bearer", Scheme::Bearer),
            (b"basic", Scheme::Basic),
            (b"api-token", Scheme::Other),
            (b"token", Scheme::Other),
            (b"apikey", Scheme::Other),
            (b"negotiate", Scheme::Other),
            (b"ntlm", Scheme::Other),
        ];
        let separator = if text[anchor_end - 1] == b'0' { "%20".len() } else { 1 };
        let text = &text[..anchor_end - separator];
        NAMES.iter().find_map(|(name, scheme)| {
            let at = text.len().checked_sub(name.len()).filter(|&at| text[at..].eq_ignore_ascii_case(name))?;
            (!word_before(text, at)).then_some((*scheme, at))
        })
    }

    fn accepts(self, credential: &[u8]) -> bool {
        match self {
            // What follows the padding belongs to the text around: `LIKE 'Basic QWxhZGRpbjpvcGVu==%'`.
            Self::Basic => is_user_and_password(&credential[..token68_len(credential)]),
            Self::Bearer => credential.len() >= 8 && looks_random(credential),
            Self::Other => credential.len() >= 16 && looks_random(credential),
        }
    }
}

/// Whether `Authorization:` or the like stands right before: `authorization="`, `"Proxy-Authorization": "`.
fn is_after_header_name(before: &[u8]) -> bool {
    const NAME: &[u8] = b"authorization";
    let glue = |b: &&u8| matches!(b, b' ' | b'\t' | b':' | b'=' | b'"' | b'\'' | b'\\' | b'[' | b'(' | b'>');
    let gap = before.iter().rev().take(8).take_while(glue).count();
    let name = &before[..before.len() - gap];
    let assigned = before[name.len()..].iter().any(|b| matches!(b, b':' | b'=' | b'('));
    assigned && name.len().checked_sub(NAME.len()).is_some_and(|at| name[at..].eq_ignore_ascii_case(NAME))
}

/// How many characters there are before the first that base64 has not.
fn token68_len(text: &[u8]) -> usize {
    let body = text.iter().take_while(|&&b| is_base64(b)).count();
    body + text[body..].iter().take_while(|&&b| b == b'=').count()
}

/// Whether this is base64, whole or cut, of `user:password`.
fn is_user_and_password(credential: &[u8]) -> bool {
    let body = credential.len() - credential.iter().rev().take_while(|&&b| b == b'=').count();
    let base64 = credential[..body].iter().all(|&b| is_base64(b));
    let colon = decode(&credential[..body]).any(|b| b == b':');
    let printable = || !decode(&credential[..body]).any(|b| b.is_ascii_control());
    base64 && colon && body >= 4 && printable()
}

/// Whether this is no word: digits among letters, nothing but digits, or case mixed at random.
fn looks_random(credential: &[u8]) -> bool {
    let count = |is: fn(&u8) -> bool| credential.iter().filter(|b| is(b)).count();
    let (digits, letters) = (count(u8::is_ascii_digit), count(u8::is_ascii_alphabetic));
    let humps =
        credential.windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()).count();
    let kebab = credential.iter().all(|b| b.is_ascii_lowercase() || *b == b'-' || b.is_ascii_digit()) && digits < 2;
    (digits > 0 && letters > 0 && !kebab) || digits >= 8 || humps >= 3
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    #[test]
    fn finds_credentials() {
        assert_finds(
            &DETECTOR,
            &[
                "Authorization: Bearer ⟦mF_9.B5f-4.1JqM⟧",
                "authorization: \"bearer ⟦38bb7b318cc6898c80317decb34525844bc9db55⟧\",",
                "sent Bearer ⟦sha256~bRLFnzd59Z3XpZH5⟧.",
                "Authorization: Basic ⟦QWxhZGRpbjpvcGVuIHNlc2FtZQ==⟧",
                "got basic ⟦QWxhZGRpbjpvcGVuIHNlc2FtZQ⟧ from",
                "cut Basic ⟦QWxhZGRpbjpvcG⟧",
                "Authorization: Token ⟦22cb987851bc5659229114c62e60c79abd0d2c08⟧",
                "h=Bearer%20⟦mF_9.B5f-4.1JqM⟧&x",
                "h=Bearer+⟦mF_9.B5f-4.1JqM⟧",
                "Bearer: ⟦mF_9.B5f-4.1JqM⟧ basic:⟦QWxhZGRpbjpvcGVuIHNlc2FtZQ==⟧",
                "{\"Proxy-Authorization\":\"Bearer ⟦letmein⟧\"}",
                "Authorization: Api-Token ⟦opensesame⟧",
                "Bearer ⟦eIdWHQqRfFmvPxLDDhIGxPUzi⟧",
            ],
        );
    }

    #[test]
    fn ignores_prose_and_places_already_masked() {
        assert_ignores(
            &DETECTOR,
            &[
                "basic authentication is a basic functionality",
                "the bearer of news, bearer authentication, Bearer Authentication",
                "Basic auth: user:pass",
                "bearer utf8-codec",
                "Authorization: Bearer [redacted:credential]",
                "Authorization: Bearer <token>",
                "Bearer ********",
                "token 12345 expired, token expired",
                "forbearer mF_9.B5f-4.1JqM",
                "Token{a64f992 ActivityRecord}, Bad token: android.os.Proxy@2bd79ce",
                "Basic QWxhZGRpbg==",
                "my_token =22cb987851bc5659229114c62e60c79abd0d2c08",
            ],
        );
    }
}
