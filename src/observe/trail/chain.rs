//! Lines that carry the hash of the line before, and a check that they do.

use std::fmt;
use std::io::{self, BufRead};

use sha2::{Digest, Sha256};

/// A SHA-256, in 64 hexadecimal digits.
pub(super) type Hash = String;

/// The hash that the first line carries.
pub(super) fn of_nothing() -> Hash {
    "0".repeat(HASH_LEN)
}

const HASH_LEN: usize = 64;
const BEFORE: &str = ",\"before\":\"";
const HASH: &str = "\",\"hash\":\"";
const END: &str = "\"}";

/// The longest line that is read, in bytes; none that is written is longer than a few names.
pub(super) const MAX_LINE: usize = 64 << 10;

/// Makes a line, with its line break: `members` are those of a JSON object, without braces.
pub(super) fn line(number: u64, members: &str, before: &str) -> (String, Hash) {
    let mut line = format!("{{\"n\":{number},{members}{BEFORE}{before}");
    let hash = hash(line.as_bytes());
    line.push_str(HASH);
    line.push_str(&hash);
    line.push_str(END);
    line.push('\n');
    (line, hash)
}

fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One line that is whole.
pub(super) struct Line {
    pub(super) number: u64,
    before: Hash,
    pub(super) hash: Hash,
}

impl Line {
    /// Reads a line, without its line break; `None` if it is not as it was written.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?;
        let rest = line.strip_suffix(END)?;
        let (rest, own) = rest.split_at_checked(rest.len().checked_sub(HASH_LEN)?)?;
        let body = rest.strip_suffix(HASH)?;
        if hash(body.as_bytes()) != own {
            return None;
        }
        let (head, before) = body.split_at_checked(body.len().checked_sub(HASH_LEN)?)?;
        let number = head.strip_suffix(BEFORE)?.strip_prefix("{\"n\":")?.split(',').next()?.parse().ok()?;
        Some(Self { number, before: before.to_owned(), hash: own.to_owned() })
    }
}

/// A trail that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// How many lines it has.
    pub lines: u64,
    /// The hash of the last line. Kept elsewhere, it shows later that no lines were taken off the end, nor the whole trail
    /// written anew.
    pub head: String,
}

/// What is wrong with a trail, and where. Lines are counted from 1.
#[derive(Debug)]
#[non_exhaustive]
pub enum TrailFault {
    /// This line is not as it was written.
    Modified {
        /// Its place.
        line: u64,
    },
    /// This line was written elsewhere in the trail.
    Reordered {
        /// Its place.
        line: u64,
        /// The place where it was written.
        written_as: u64,
    },
    /// Lines that were written are not there.
    Missing {
        /// The place where they should be.
        line: u64,
        /// How many.
        count: u64,
    },
    /// The last line has no end: the program was killed, or the disk was full. The lines before it are whole.
    Torn {
        /// Its place.
        line: u64,
    },
    /// The trail could not be read.
    Io(io::Error),
}

impl fmt::Display for TrailFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Modified { line } => write!(f, "line {line} was modified"),
            Self::Reordered { line, written_as } => write!(f, "line {line} was written as line {written_as}"),
            Self::Missing { line, count } => write!(f, "before line {line}, {count} line(s) are missing"),
            Self::Torn { line } => write!(f, "line {line} is torn; those before it are whole"),
            Self::Io(error) => write!(f, "the trail cannot be read: {error}"),
        }
    }
}

impl std::error::Error for TrailFault {}

/// Checks a trail, line by line; the first fault is the error.
///
/// # Errors
///
/// See [`TrailFault`].
pub fn verify(trail: impl BufRead) -> Result<Verified, TrailFault> {
    let mut lines = Vec::new();
    let mut torn = false;
    let mut trail = trail;
    loop {
        let mut line = Vec::new();
        let mut limited = io::Read::take(&mut trail, MAX_LINE as u64);
        if limited.read_until(b'\n', &mut line).map_err(TrailFault::Io)? == 0 {
            break;
        }
        torn = line.pop_if(|last| *last == b'\n').is_none();
        lines.push(if torn { None } else { Line::read(&line) });
    }
    let last = lines.len();
    let mut before = of_nothing();
    for (expected, (index, line)) in (1..).zip(lines.iter().enumerate()) {
        let Some(line) = line else {
            return Err(if torn && index + 1 == last {
                TrailFault::Torn { line: expected }
            } else {
                TrailFault::Modified { line: expected }
            });
        };
        if line.number != expected {
            // What was written here stands elsewhere, or nowhere.
            let elsewhere = lines.iter().flatten().any(|other| other.number == expected);
            return Err(if elsewhere || line.number < expected {
                TrailFault::Reordered { line: expected, written_as: line.number }
            } else {
                TrailFault::Missing { line: expected, count: line.number - expected }
            });
        }
        if line.before != before {
            return Err(TrailFault::Modified { line: expected });
        }
        before.clone_from(&line.hash);
    }
    Ok(Verified { lines: last as u64, head: before })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail(lines: u64) -> Vec<String> {
        let mut before = of_nothing();
        let make = |number| {
            let (line, hash) = line(number, &format!("\"kind\":\"masked\",\"count\":{}", number * 7), &before);
            before = hash;
            line
        };
        (1..=lines).map(make).collect()
    }

    fn fault(lines: &[String]) -> String {
        verify(lines.concat().as_bytes()).expect_err("it is wrong").to_string()
    }

    #[test]
    fn a_whole_trail_is_verified() {
        let lines = trail(50);
        let verified = verify(lines.concat().as_bytes()).expect("it is whole");
        assert_eq!((verified.lines, lines[49].contains(&verified.head)), (50, true));
        assert_eq!(verify(&b""[..]).expect("nothing is wrong with nothing").lines, 0);
        for line in lines {
            serde_json::from_str::<serde_json::Value>(&line).expect("each line is JSON");
        }
    }

    /// Every byte of a trail of 50 lines, each in one of its bits and in all of them.
    #[test]
    fn every_flip_is_found_and_named() {
        let lines = trail(50);
        let whole = lines.concat().into_bytes();
        let mut line = 1;
        for at in 0..whole.len() {
            for bits in [1 << (at % 8), 0xff] {
                let mut flipped = whole.clone();
                flipped[at] ^= bits;
                let named = match verify(&flipped[..]).expect_err("a flip") {
                    TrailFault::Modified { line } | TrailFault::Torn { line } => line,
                    other => panic!("{other}"),
                };
                assert_eq!(named, line, "byte {at}, bits {bits:#x}");
            }
            line += u64::from(whole[at] == b'\n');
        }
        assert_eq!(line, 51);
    }

    #[test]
    fn modified_reordered_missing_and_torn_are_told_apart() {
        let lines = trail(10);
        let mut reordered = lines.clone();
        reordered.swap(3, 6);
        assert_eq!(fault(&reordered), "line 4 was written as line 7");
        let mut twice = lines.clone();
        twice.insert(5, lines[4].clone());
        assert_eq!(fault(&twice), "line 6 was written as line 5");
        let mut missing = lines.clone();
        missing.drain(2..5);
        assert_eq!(fault(&missing), "before line 3, 3 line(s) are missing");
        assert_eq!(fault(&lines[1..]), "before line 1, 1 line(s) are missing");
        let mut replaced = lines.clone();
        replaced[4] = line(5, "\"kind\":\"other\"", &of_nothing()).0;
        assert_eq!(fault(&replaced), "line 5 was modified");
        let mut other = lines.clone();
        let before = Line::read(lines[3].trim_end().as_bytes()).expect("it is whole").hash;
        other[4] = line(5, "\"kind\":\"other\"", &before).0;
        assert_eq!(fault(&other), "line 6 was modified", "the chain names where it no longer fits");
        let mut torn = lines.clone();
        torn[9].truncate(40);
        assert_eq!(fault(&torn), "line 10 is torn; those before it are whole");
        let head = verify(lines[..9].concat().as_bytes()).expect("it is whole").head;
        assert_ne!(
            head,
            verify(lines.concat().as_bytes()).expect("it is whole").head,
            "the head tells of lines taken off"
        );
    }
}
