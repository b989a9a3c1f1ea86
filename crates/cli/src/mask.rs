//! Masks the lines of one block.

use std::ops::Range;

use serde_json::Value;
use tracing_privacy::{Category, Finding, Policy};

use crate::blocks::lines;
use crate::carry::{Carry, Follower, GoesOn};
use crate::outline::split_opening;

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

/// What masks blocks.
pub(crate) struct Masker {
    policy: Policy,
    /// The same policy, but that it tells nobody: to ask what a line begins masks nothing.
    judge: Policy,
    /// The longest line that is looked at, in bytes.
    limit: usize,
    /// Who is told of values that began in another line, for the policy does not tell of them.
    told: Box<Told>,
}

/// Is told of a value that is masked.
type Told = dyn Fn(&Finding<'_>) + Send + Sync;

impl Masker {
    /// One for lines of up to `limit` bytes.
    pub(crate) fn new(policy: Policy, limit: usize) -> Self {
        Self { judge: policy.clone(), policy, limit, told: Box::new(|_| ()) }
    }

    /// One whose policy tells someone what it decides; `judge` is the same policy and tells nobody.
    pub(crate) fn telling(self, judge: Policy, told: Box<Told>) -> Self {
        Self { judge, told, ..self }
    }

    /// Masks the lines of `block` into `out`. Before it stood lines that left `carry` behind.
    pub(crate) fn mask(&self, carry: Carry, block: &[u8], out: Vec<u8>) -> Masked {
        let mut result = Masked { text: out, terminated: true, ..Masked::default() };
        let mut follower = Follower::new(&self.judge, carry, block);
        for line in lines(block, self.limit) {
            match line.text {
                Some(text) => {
                    result.masked += u64::from(self.line(text, follower.next(text, line.start), &mut result.text));
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

    /// Whether anything was masked.
    fn line(&self, text: &[u8], goes_on: GoesOn<'_>, out: &mut Vec<u8>) -> bool {
        match goes_on {
            GoesOn::Nothing => {
                let (text, opening) = split_opening(text);
                let masked = sanitize(&self.policy, text, out);
                // Unless it was part of what is masked already.
                if out.last() == text.last() {
                    out.extend_from_slice(opening);
                }
                masked
            }
            GoesOn::Key(material) => {
                let mut keyless = Vec::new();
                cover(text, 0, &material, &Category::CREDENTIAL, &mut keyless);
                sanitize(&self.policy, &keyless, out);
                true
            }
            GoesOn::Value(value) => {
                // Its key may hold something, too, and so may what stands behind it.
                sanitize(&self.policy, &text[..value.range.start], out);
                let to = &text[..value.range.end];
                cover(to, value.range.start, std::slice::from_ref(&value.range), value.category, out);
                sanitize(&self.policy, &text[value.range.end..], out);
                (self.told)(&value);
                true
            }
        }
    }
}

/// Appends `line` from `from` on, with a placeholder for what stands at `ranges`, which are in order.
pub(crate) fn cover(line: &[u8], from: usize, ranges: &[Range<usize>], category: &Category, out: &mut Vec<u8>) {
    let mut kept_from = from;
    for range in ranges {
        out.extend_from_slice(&line[kept_from..range.start]);
        let quote = if wants_quotes(line, range) { "\"" } else { "" };
        out.extend_from_slice(format!("{quote}[redacted:{category}]{quote}").as_bytes());
        kept_from = range.end;
    }
    out.extend_from_slice(&line[kept_from..]);
}

/// Whether a value is one of JSON without quotes, so that what stands for it needs some.
fn wants_quotes(line: &[u8], value: &Range<usize>) -> bool {
    let before = line[..value.start].trim_ascii_end();
    let is_bare = |value: Value| value.is_number() || value.is_boolean();
    let is_in_quotes = matches!(line[..value.start].last(), Some(b'"' | b'\''));
    !is_in_quotes && (before.ends_with(b"\":") || serde_json::from_slice(&line[value.clone()]).is_ok_and(is_bare))
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
