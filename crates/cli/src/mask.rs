//! Masks the lines of one block.

use std::ops::Range;

use serde_json::Value;
use tracing_privacy::Policy;

use crate::blocks::lines;
use crate::carry::Carry;
use crate::outline::{Insides, Sensitive, split_opening};
use crate::private_key::Markers;

/// What stands for a line that was not looked at; the form of the library's own placeholders.
pub(crate) const UNREAD_LINE: &str = "[redacted:sensitive]";

/// What became of a block.
#[derive(Default)]
pub(crate) struct Masked {
    /// As many lines as went in.
    pub(crate) text: Vec<u8>,
    pub(crate) lines: u64,
    /// How many of the lines were changed.
    pub(crate) masked: u64,
    /// Which of the lines were over the limit, counted from 0.
    pub(crate) overlong: Vec<u64>,
    /// Whether the last line has a terminator.
    pub(crate) terminated: bool,
}

/// Masks `block`, lines of at most `limit` bytes, into `out`. Before it stood lines that left `carry` behind.
pub(crate) fn mask(policy: &Policy, carry: Carry, block: &[u8], limit: usize, out: Vec<u8>) -> Masked {
    let Carry { mut keys, outline } = carry;
    let mut insides = Insides::new(policy, outline);
    let mut result = Masked { text: out, terminated: true, ..Masked::default() };
    let mut markers = Markers::new(block);
    let mut keyless = Vec::new();
    for line in lines(block, limit) {
        match line.text {
            Some(text) => {
                let end = line.start + text.len();
                let concerns_keys = keys.is_open() || markers.next_from(line.start).is_some_and(|marker| marker < end);
                keyless.clear();
                let had_key = concerns_keys && keys.mask(text, &mut keyless);
                let inside = insides.next(text).filter(|_| !had_key);
                let changed = match inside {
                    Some((value, sensitive)) => {
                        mask_inside(text, value, &sensitive, &mut result.text);
                        true
                    }
                    None => {
                        let (text, opening) = split_opening(if had_key { &keyless } else { text });
                        let changed = sanitize(policy, text, &mut result.text);
                        result.text.extend_from_slice(opening);
                        changed
                    }
                };
                result.masked += u64::from(changed || had_key);
            }
            None => {
                // The front of a line says little about where in it a secret ends: none of it is shown.
                result.text.extend_from_slice(UNREAD_LINE.as_bytes());
                result.overlong.push(result.lines);
                result.masked += 1;
            }
        }
        result.text.extend_from_slice(line.terminator);
        result.terminated = !line.terminator.is_empty();
        result.lines += 1;
    }
    result
}

/// Appends a line with a part of a value, which began above it, masked: in quotes where it is a number or the like, as in JSON.
pub(crate) fn mask_inside(line: &[u8], value: Range<usize>, sensitive: &Sensitive, out: &mut Vec<u8>) {
    out.extend_from_slice(&line[..value.start]);
    let bare =
        serde_json::from_slice(&line[value.clone()]).is_ok_and(|value: Value| value.is_number() || value.is_boolean());
    let quote = if bare { "\"" } else { "" };
    out.extend_from_slice(format!("{quote}[redacted:{}]{quote}", sensitive.category).as_bytes());
    out.extend_from_slice(&line[value.end..]);
}

/// Whether anything was masked.
fn sanitize(policy: &Policy, text: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let masked = policy.sanitize_line(text, out);
    if masked {
        // A mask that a person wrote may hold a line break; one line in stays one line out.
        out[start..].iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
    }
    masked
}
