//! What a sentence says between the name of a password and its value.

use std::ops::Range;

use super::LONGEST;
use super::looks::{is_any_value, like_a_password};
use super::value::{bare, before, opens_quote, quoted};
use super::words::{ARTICLES, ATTRIBUTES, BETWEEN, CHANGES, FILLERS, GOES_ON, KINDS, LABELS, OF, STATES, VERBS};
use crate::detect::around::colour_at;
use crate::mask::own_mark;

/// How many words and signs may stand between a name and its value.
const MOST_STEPS: usize = 12;
/// How many words may stand between whoever the password is of and what says so: `password for joe smith (id 17) is x`.
const MOST_SKIPPED: usize = 4;
/// How many blanks stand between two words.
const MOST_BLANKS: usize = 4;

/// A value that a sentence says.
pub(super) struct Said {
    /// Without its quotes.
    pub(super) value: Range<usize>,
    /// Whether the sentence says that it is the value of the name.
    pub(super) equated: bool,
    pub(super) quoted: bool,
    /// Whether it stands in brackets.
    pub(super) bracketed: bool,
    /// Whether it stands right behind the name.
    pub(super) bare: bool,
}

/// Reads what stands behind a name that goes from `start` to `end`.
pub(super) fn said_after(text: &[u8], start: usize, end: usize) -> Option<Said> {
    let (mut at, mut opened, mut equated, mut changed, mut stated) = (end, false, false, false, false);
    // How many words may still be skipped to find out what is said of a name; none before a name was.
    let mut to_skip = None;
    for step in 0..MOST_STEPS {
        let from = at;
        at = past_blanks(text, at);
        let rest = &text[at..];
        // A name ends with a blank or a sign; what is joined to it belongs to it, or is a pair.
        let is_apart = at > from || step > 0;
        if let Some(arrow) = ARROWS.iter().find(|arrow| rest.starts_with(arrow)) {
            // Of an arrow, a value must look like one.
            (at, to_skip) = (at + arrow.len(), None);
            continue;
        }
        let sign = *rest.first()?;
        if is_whole_mark(rest) {
            return None;
        }
        if matches!(sign, b':' | b'=') && step > 0 {
            (at, equated, to_skip) = (at + 1, !stated, None);
            continue;
        }
        if matches!(sign, b'(' | b'[')
            && let Some(past) = past_index(text, at)
        {
            (at, equated, to_skip) = (past, true, None);
            continue;
        }
        if !is_apart {
            return None;
        }
        let word = word(rest).unwrap_or_default();
        if is_one_of(VERBS, word) {
            (at, equated, to_skip) = (at + word.len(), true, None);
        } else if is_one_of(CHANGES, word) {
            (at, changed, to_skip) = (at + word.len(), true, None);
        } else if word == b"to" {
            // `sending the password to db-main-2`
            if !changed && !is_changed_before(text, start) && !quote_follows(text, at + word.len()) {
                return None;
            }
            (at, equated, to_skip) = (at + word.len(), true, None);
        } else if to_skip.is_some() && sign == b',' {
            at += 1;
        } else if let Some(left) = to_skip {
            // `(id 17)`, `smith`
            let group = matches!(sign, b'(' | b'[').then(|| bracket_end(text, at)).flatten();
            (at, to_skip) = (group.or_else(|| past_name(text, at))?, Some(usize::checked_sub(left, 1)?));
        } else if matches!(sign, b'(' | b'[') && !opened {
            (at, opened) = (at + 1, true);
        } else if opens_quote(text, at) {
            let value = quoted(text, at)?;
            return Some(Said { value, equated, quoted: true, bracketed: opened, bare: step == 0 });
        } else if rest.starts_with(b"Some(") || rest.starts_with(b"Ok(") {
            at += rest.iter().position(|b| *b == b'(')? + 1;
        } else if is_one_of(STATES, word) {
            (at, stated, equated) = (at + word.len(), true, false);
        } else if is_one_of(FILLERS, word) {
            at += word.len();
        } else if word == b"from" && changed {
            // `changed from x to y`; else it is where somebody was.
            at = past_blanks(text, at + word.len());
            let is_quoted = opens_quote(text, at);
            let value = if is_quoted { quoted(text, at)? } else { bare(text, at) };
            let behind = &text[text.len().min(value.end + usize::from(is_quoted))..];
            return behind.starts_with(b" to ").then_some(Said {
                value,
                equated: false,
                quoted: is_quoted,
                bracketed: false,
                bare: false,
            });
        } else if word == b"from" || is_one_of(OF, word) {
            (at, to_skip, equated) = (past_name(text, at + word.len())?, Some(MOST_SKIPPED), false);
        } else if let Some(past) = past_number(text, at) {
            (at, equated) = (past, true);
        } else {
            // `password reset 5f3a…`: of whoever, or when.
            if changed && !equated {
                return None;
            }
            let value = bare(text, at);
            return (!value.is_empty()).then_some(Said {
                value,
                equated,
                quoted: false,
                bracketed: opened,
                bare: step == 0,
            });
        }
    }
    None
}

/// Between the name of a value and it.
const ARROWS: [&[u8]; 7] = [b"->", b"=>", "→".as_bytes(), b"===", b"==", b"!=", "≠".as_bytes()];

/// Reads the arguments of a function that is named as passwords are, and whose bracket opens at `open`: the strings that look like one.
pub(super) fn said_in_call(text: &[u8], open: usize) -> Option<Range<usize>> {
    const MOST_ARGUMENTS: usize = 4;
    let (mut at, mut found) = (open + 1, None::<Range<usize>>);
    for _ in 0..MOST_ARGUMENTS {
        at = past_blanks(text, at);
        // `user, `, `new=`, `Some(`
        let of_name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'&' | b'=' | b'(' | b':');
        let name = text[at..].iter().take(LONGEST).take_while(of_name).count();
        let wrapped = usize::from(name > 0 && text[at + name - 1] == b'(');
        at += name;
        if opens_quote(text, at) {
            let Some(argument) = quoted(text, at) else { break };
            if like_a_password(&text[argument.clone()], false) {
                found = Some(found.map_or(argument.start, |found| found.start)..argument.end);
            }
            let is_quote = |b: &&u8| matches!(b, b'\\' | b'"' | b'\'' | b'`');
            at = argument.end + wrapped + text[argument.end..].iter().take(MOST_BLANKS).take_while(is_quote).count();
        }
        if text.get(at) != Some(&b',') {
            break;
        }
        at += 1;
    }
    found
}

/// The word or quoted text before a name that goes from `start` to `end`, if it is said to be such a value: `x as password`, `x is not a
/// valid password`.
pub(super) fn said_before(text: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let (mut at, mut described) = (start, false);
    for _ in 0..MOST_SKIPPED {
        let blank = text[..at].strip_suffix(b" ")?;
        let len = blank.iter().rev().take(LONGEST).take_while(|b| b.is_ascii_alphabetic()).count();
        let said = &blank[blank.len() - len..];
        at = blank.len() - len;
        if is_one_of(ARTICLES, said) || is_one_of(KINDS, said) {
            described = true;
            continue;
        }
        // `node17 is password protected`, `t1.pw2 as password, …`
        let follows = &text[end..];
        let goes_on =
            follows.first() == Some(&b' ') && word(&follows[1..]).is_some_and(|word| is_one_of(GOES_ON, word));
        let sentence_ends = !matches!(follows, [b' ', ..] | [b',', ..]) || goes_on;
        if !(said == b"as" || said == b"is" && described) || !sentence_ends {
            return None;
        }
        return before(text, text[..at].strip_suffix(b" ")?.len());
    }
    None
}

/// Extends a value by others that the sentence sets beside it: `hunter1, got hunter2`.
pub(super) fn extended(text: &[u8], mut value: Range<usize>) -> Range<usize> {
    const MOST_VALUES: usize = 4;
    for _ in 0..MOST_VALUES {
        match next_value(text, value.end) {
            Some(next) => value.end = next.end,
            None => break,
        }
    }
    value
}

fn next_value(text: &[u8], end: usize) -> Option<Range<usize>> {
    let mut at =
        end + text[end..].iter().take(4).take_while(|b| matches!(b, b'\\' | b'"' | b'\'' | b'`' | b')' | b']')).count();
    at += usize::from(matches!(text.get(at), Some(b',' | b';' | b'.')));
    let mut joined = false;
    for _ in 0..MOST_STEPS {
        at = past_blanks(text, at);
        let rest = &text[at..];
        let len = match word(rest) {
            Some(word) if is_one_of(BETWEEN, word) => word.len() + usize::from(rest.get(word.len()) == Some(&b'.')),
            _ if joined && matches!(rest.first(), Some(b':' | b'=')) => 1,
            _ => ARROWS.iter().find(|arrow| rest.starts_with(arrow)).map_or(0, |arrow| arrow.len()),
        };
        if len == 0 {
            break;
        }
        (at, joined) = (at + len, true);
    }
    if !joined || is_whole_mark(&text[at..]) {
        return None;
    }
    let is_quoted = opens_quote(text, at);
    let next = if is_quoted { quoted(text, at)? } else { bare(text, at) };
    let found = &text[next.clone()];
    (like_a_password(found, false) || is_quoted && is_any_value(found)).then_some(next)
}

/// Whether a text begins with a mark of ours that is all of a word.
fn is_whole_mark(text: &[u8]) -> bool {
    own_mark(text).is_some_and(|len| !text.get(len).is_some_and(u8::is_ascii_alphanumeric))
}

/// Past blanks and the colours of a terminal.
fn past_blanks(text: &[u8], mut at: usize) -> usize {
    for _ in 0..MOST_BLANKS {
        at += match text.get(at) {
            Some(b' ' | b'\t') => 1,
            Some(b'\x1b' | b'\\') => colour_at(&text[at..]),
            _ => 0,
        }
    }
    at
}

/// The word of letters that a text begins with.
fn word(text: &[u8]) -> Option<&[u8]> {
    let len = text.iter().take(LONGEST).take_while(|b| b.is_ascii_alphabetic()).count();
    let ends = !matches!(text.get(len), Some(b'0'..=b'9' | b'_' | b'-' | b'@' | b'!' | b'$' | b'#' | 0x80..));
    (len > 0 && ends).then_some(&text[..len])
}

fn is_one_of(words: &[&str], word: &[u8]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// Whether it is no name but a verb: `password for account is x`.
fn is_verb(word: &[u8]) -> bool {
    word == b"to" || is_one_of(VERBS, word) || is_one_of(CHANGES, word)
}

/// Whether one of the three words before a name says that the password changes.
fn is_changed_before(text: &[u8], start: usize) -> bool {
    let near = &text[start.saturating_sub(LONGEST)..start];
    near.split(|b| !b.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .rev()
        .take(3)
        .any(|word| is_one_of(CHANGES, word))
}

/// Past what tells one of several passwords from the others, in brackets, and the sign behind it: `(joe): `, `[0]=`.
fn past_index(text: &[u8], at: usize) -> Option<usize> {
    let end = bracket_end(text, at)?;
    matches!(text.get(end), Some(b':' | b'=')).then_some(end + 1)
}

/// `#1: `, `2: `
fn past_number(text: &[u8], at: usize) -> Option<usize> {
    let len = text[at..].iter().take(4).take_while(|b| b.is_ascii_digit() || **b == b'#').count();
    (len > 0 && text.get(at + len) == Some(&b':')).then_some(at + len + 1)
}

/// Where the bracket ends that opens at `at`.
fn bracket_end(text: &[u8], at: usize) -> Option<usize> {
    const LONGEST_INDEX: usize = 64;
    let near = &text[at..text.len().min(at + LONGEST_INDEX)];
    near.iter().position(|b| matches!(b, b')' | b']')).map(|closing| at + closing + 1)
}

/// Where the name ends that stands at `at`, with what says of whom it is. A sign that ends it is not part of it.
fn past_name(text: &[u8], mut at: usize) -> Option<usize> {
    for _ in 0..MOST_SKIPPED {
        at = past_blanks(text, at);
        let len = text[at..].iter().take(LONGEST).take_while(|b| b.is_ascii_alphabetic() || **b == b'_').count();
        let said = &text[at..at + len];
        let is_label = is_one_of(LABELS, said) || said.ends_with(b"_id");
        let sign = usize::from(is_label && matches!(text.get(at + len), Some(b':' | b'=')));
        let after = past_blanks(text, at + len + sign);
        let is_name = after == at + len || word(&text[after..]).is_some_and(is_verb);
        if is_name || !is_label && !is_one_of(ATTRIBUTES, said) {
            break;
        }
        at = after;
    }
    if opens_quote(text, at) {
        if let Some(name) = quoted(text, at) {
            let is_quote = |b: &&u8| matches!(b, b'\\' | b'"' | b'\'' | b'`');
            return Some(name.end + text[name.end..].iter().take(MOST_BLANKS).take_while(is_quote).count());
        }
        at += 1;
    }
    let near = &text[at..text.len().min(at + LONGEST)];
    let mut len =
        near.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`')).unwrap_or(near.len());
    // `joe=x`, but not `id=17` or `root@db:5432`.
    if let Some(sign) = near[..len].iter().position(|b| matches!(b, b':' | b'='))
        && like_a_password(&near[sign + 1..len], false)
        && !is_one_of(LABELS, &near[..sign])
    {
        len = sign;
    }
    len -= near[..len].iter().rev().take_while(|b| matches!(b, b':' | b'=' | b',' | b';')).count();
    (len > 0 && len < LONGEST).then_some(at + len)
}

/// Whether a quote opens behind blanks and a colon.
fn quote_follows(text: &[u8], at: usize) -> bool {
    opens_quote(text, past_blanks(text, at + usize::from(text.get(at) == Some(&b':'))))
}
