//! JSON web tokens, and the like: base64url JSON, a dot, more base64url.
//!
//! Source: RFC 7515 section 3.1 (JWS compact serialization: three parts), RFC 7516 section 3.1 (JWE: five parts). A token that
//! was cut in its second or a later part is still a token. Signed cookies that start with their payload instead of a header
//! count when they are whole.

use super::anchor::Anchor;
use super::around::word_before;
use super::base64::{decode, is_base64url};
use super::{Detector, Probe, Verdict};

/// Finds all parts and the dots between them.
pub(crate) static DETECTOR: Detector = Detector { name: "jwt", anchors: &[Anchor::Exact("eyJ")], find, number: None };

const MAX_PARTS: usize = 5;

/// Reads the parts once: what is no token up to a place is none from there on.
fn find(Probe { text, anchor_end, floor }: Probe<'_>) -> Verdict {
    let start = anchor_end - "eyJ".len();
    if start < floor || word_before(text, start) {
        return Verdict::Nothing { resume: anchor_end };
    }
    let header_end = part_end(text, start);
    let mut end = header_end;
    let mut parts = [0; MAX_PARTS];
    for part in &mut parts[1..] {
        if text.get(end) != Some(&b'.') {
            break;
        }
        let next = part_end(text, end + 1);
        *part = next - end - 1;
        end = next;
    }
    // A dot with nothing after it ends a sentence, or is where the token was cut.
    end -= text[header_end..end].iter().rev().take_while(|&&b| b == b'.').count();
    let found = end > header_end
        && match Header::read(&text[start..header_end]) {
            Header::Jose => true,
            Header::OtherJson => parts[1] >= 6 && parts[2] >= 16,
            Header::NoJson => false,
        };
    if found {
        return Verdict::Found(start..end + text[end..].iter().take(2).take_while(|&&b| b == b'=').count());
    }
    Verdict::Nothing { resume: header_end.max(anchor_end) }
}

fn part_end(text: &[u8], start: usize) -> usize {
    start + text[start..].iter().take_while(|&&b| is_base64url(b)).count()
}

/// What the first part is.
enum Header {
    /// A JSON object with a member that JOSE defines.
    Jose,
    OtherJson,
    NoJson,
}

impl Header {
    /// Decodes the part as a stream; it may be of any length.
    fn read(part: &[u8]) -> Self {
        const MEMBERS: [&[u8; 5]; 4] = [b"\"alg\"", b"\"typ\"", b"\"enc\"", b"\"kid\""];
        let mut window = [0; 5];
        let mut jose = false;
        let mut last = 0;
        for b in decode(part) {
            if b.is_ascii_control() && !b.is_ascii_whitespace() {
                return Self::NoJson;
            }
            window.rotate_left(1);
            window[4] = b;
            jose |= MEMBERS.contains(&&window);
            last = b;
        }
        match (last, jose) {
            (_, true) => Self::Jose,
            (b'}', false) => Self::OtherJson,
            _ => Self::NoJson,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::harness::{assert_finds, assert_ignores};
    use super::*;

    // The header and payload of RFC 7515's examples, with made-up signatures.
    #[test]
    fn finds_whole_and_cut_tokens() {
        assert_finds(
            &DETECTOR,
            &[
                "Bearer ⟦eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ⟧.",
                "t=⟦eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ⟧.",
                "\"⟦eyJhbGciOiJIUzI1NiJ9.eyJpc3Mi⟧...\"",
                "⟦eyJhbGciOiJIUzI1NiJ9.e⟧",
                "⟦eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4In0..aXY.Y2lwaGVy.dGFn⟧",
                "%22⟦eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.c2ln⟧%22",
                "session_⟦eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.c2ln⟧",
                "session=⟦eyJ1c2VyIjoxfQ.Zg3xyzAB.c2lnbmF0dXJlLXNpZ25hdHVyZQ⟧;",
                "⟦eyJhbGciOiJIUzI1NiJ9.e30.c2ln⟧ ⟦eyJhbGciOiJIUzI1NiJ9.e30.c2ln⟧",
            ],
        );
    }

    #[test]
    fn ignores_other_base64() {
        assert_ignores(
            &DETECTOR,
            &[
                "eyJhbGciOiJIUzI1NiJ9",
                "eyJhbGciOiJIUzI1NiJ9. Then",
                "eyJ1c2VyIjoxfQ.json",
                "eyJeyJeyJ.eyJ",
                "xeyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.c2ln",
                "moneyJar.get",
            ],
        );
    }
}
