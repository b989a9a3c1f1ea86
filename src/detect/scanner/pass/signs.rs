//! What bytes mean that mean something by themselves: before keys and values, in SQL, documents and disguises.

use super::{Pass, Sink};
use crate::detect::anchor::Shape;
use crate::document::encoding::DISGUISED;
use crate::document::json;
use crate::mask::own_mark;

impl<S: Sink> Pass<'_, S> {
    /// Asks about literals of SQL behind operators that end before `limit`.
    #[inline]
    pub(super) fn operators_before(&mut self, limit: usize) {
        if !self.operators.is_empty() {
            self.some_operators_before(limit);
        }
    }

    fn some_operators_before(&mut self, limit: usize) {
        while let Some(at) = self.operators.first().copied().filter(|end| *end < limit) {
            self.operators.remove(0);
            if at >= self.resume.floor {
                self.literal_after(at, 3);
            }
        }
    }

    /// Asks about a byte that means something by itself. Answers where a document ends, if one was read.
    pub(super) fn special(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        match rest[0] {
            b'=' => {
                self.sink.separator(at);
                if self.text[..at].ends_with(b">") || self.text[..at].ends_with(b"<") || self.text[..at].ends_with(b"!")
                {
                    self.literal_after(at + 1, 1);
                }
            }
            b':' => self.colon(at),
            b'@' => self.shape(Shape::At, at + 1),
            b'+' => self.plus_digit(at + 1),
            b'%' => {
                if let [_, b'2', b'B' | b'b', ..] = rest {
                    self.plus_digit(at + 3);
                }
                self.disguise(at);
            }
            b'\\' | b'&' | 0x80.. => self.disguise(at),
            b'~' => {
                if let [.., b'0'..=b'9', b'Q'] = self.text[..at] {
                    self.shape(Shape::AzureTilde, at + 1);
                }
                self.literal_after(at + 1 + usize::from(rest.get(1) == Some(&b'*')), 1);
            }
            b'<' if rest.get(1).is_some_and(u8::is_ascii_alphabetic) => self.sink.element(at + 1),
            b'<' if is_lifetime(&self.text[..at], &rest[1..]) => {}
            b'>' if ends_placeholder(&self.text[..at], &rest[1..]) => {}
            // Of `<>` and `->` the second sign speaks.
            b'<' | b'>' => self.literal_after(at + 1, 1),
            b'(' => {
                if let Some(len) = string_after(&rest[1..]) {
                    self.sink.bracketed(at + 1 + len);
                }
                let before = &self.text[..at];
                if begins_rows(before) {
                    self.sink.sql_values(at + 1);
                } else if last_word_is(before, b"in") {
                    self.literal_after(at + 1, 1);
                }
            }
            b'[' | b'{' => {
                if let Some(len) = own_mark(rest) {
                    self.sink.own_mark(at..at + len);
                } else if json::may_begin(rest) {
                    // After the document, whatever there is of it.
                    let end = Some(self.sink.document(at)).filter(|end| *end > at);
                    if end.is_none() && rest[0] == b'[' {
                        self.array_of_two(at);
                    }
                    return end;
                } else if rest[0] == b'[' {
                    self.array_of_two(at);
                    self.sink.byte_list(at);
                } else if let [.., name, b' '] = self.text[..at]
                    && name.is_ascii_alphanumeric()
                {
                    self.sink.braced(at + 1);
                }
            }
            _ => {}
        }
        None
    }

    /// Asks about a pair in an array that opens at `at`, as in JSON that is escaped or broken: `[["password","x"]]`.
    fn array_of_two(&mut self, at: usize) {
        if let Some(len) = string_after(&self.text[at + 1..])
            && matches!(self.text[..at].trim_ascii_end(), [.., b'[' | b','])
        {
            self.sink.bracketed(at + 1 + len);
        }
    }

    /// Asks about a literal of SQL that opens near `at`, behind an operator.
    fn literal_after(&mut self, at: usize, most_blanks: usize) {
        if let Some(quote) = quote_of_literal(self.text.get(at..).unwrap_or_default(), most_blanks) {
            self.sink.sql_literal(at + quote + 1);
        }
    }

    fn colon(&mut self, at: usize) {
        let (before, after) = self.text.split_at(at);
        if separates(before, after) {
            self.sink.separator(at);
        }
        if after.starts_with(b"://") {
            self.shape(Shape::SchemeEnd, at + "://".len());
        }
        if before.last_chunk::<3>().is_some_and(|tel| tel.eq_ignore_ascii_case(b"tel"))
            && let Some(first) = digit_after(&after[1..], b'0')
        {
            self.shape(Shape::TelDigit, at + 1 + first + 1);
        }
    }

    fn plus_digit(&mut self, at: usize) {
        if let Some(first) = digit_after(&self.text[at..], b'1') {
            self.shape(Shape::PlusDigit, at + first + 1);
        }
    }

    fn disguise(&mut self, at: usize) {
        if !self.disguised && DISGUISED.begins(&self.text[at..]) {
            self.disguised = true;
            self.sink.disguise();
        }
    }
}

/// Whether [`Pass::special`] has nothing to say about the sign at `at`, whatever the digits of the text. `may_be_key` tells of a text
/// whether a key may stand at its end, whatever its digits.
pub(in crate::detect::scanner) fn is_quiet_sign(text: &[u8], at: usize, may_be_key: &dyn Fn(&[u8]) -> bool) -> bool {
    let (before, rest) = text.split_at(at);
    let next = |is: fn(&u8) -> bool| rest.get(1).is_some_and(is);
    match rest[0] {
        b'=' => !matches!(before, [.., b'<' | b'>' | b'!']) && !may_be_key(before),
        b':' => {
            let is_tel = before.last_chunk::<3>().is_some_and(|tel| tel.eq_ignore_ascii_case(b"tel"));
            !(is_tel || rest.starts_with(b"://") || separates(before, rest) && may_be_key(before))
        }
        b'+' => !next(|b| b.is_ascii_digit() || *b == b'('),
        b'%' => !next(u8::is_ascii_alphanumeric),
        b'\\' => {
            let slashes = rest.iter().take_while(|b| **b == b'\\').count();
            !matches!(rest.get(slashes), Some(b'x' | b'u'))
        }
        b'&' => !rest.contains(&b';'),
        0x80.. => !DISGUISED.begins(rest),
        b'<' => !next(u8::is_ascii_alphabetic) && quote_of_literal(&rest[1..], 1).is_none(),
        b'>' => quote_of_literal(&rest[1..], 1).is_none(),
        b'(' => string_after(&rest[1..]).is_none() && !begins_rows(before) && !last_word_is(before, b"in"),
        b'{' => {
            // `ApiKey { key: "x" }`, `Authorization(Basic { …`
            let of_type = before.strip_suffix(b" ").filter(|name| name.last().is_some_and(u8::is_ascii_alphanumeric));
            !json::may_begin(rest) && !of_type.is_some_and(|name| name.contains(&b'(') || may_be_key(name))
        }
        b'[' => {
            // A list of bytes has several numbers, with blanks or commas between.
            let word = rest[1..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            let is_list = rest.get(1 + word).is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'\\' | b','));
            own_mark(rest).is_none() && !json::may_begin(rest) && !is_list && string_after(&rest[1..]).is_none()
        }
        b';' | b'$' => true,
        _ => false,
    }
}

/// The longest name of a lifetime, in bytes.
const LONGEST_LIFETIME: usize = 32;

/// Whether what stands behind a type is a lifetime of Rust, as in `Token<'a>` and `Token<'_, T>`, and not a literal.
fn is_lifetime(before: &[u8], text: &[u8]) -> bool {
    let Some(name) = text.strip_prefix(b"'") else { return false };
    let of_type = before.iter().rev().take(LONGEST_LIFETIME).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_');
    if !of_type.last().is_some_and(u8::is_ascii_uppercase) {
        return false;
    }
    let len = name.iter().take(LONGEST_LIFETIME).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    len > 0 && matches!(name.get(len), Some(b'>' | b','))
}

/// Whether a `>` ends what an usage has in place of a value, at the end of a string: `'--token <TOKEN>' is required`.
fn ends_placeholder(before: &[u8], text: &[u8]) -> bool {
    let len = before.iter().rev().take(LONGEST_LIFETIME).take_while(|b| is_of_placeholder(**b)).count();
    let behind =
        matches!(text, [b'\'' | b'"' | b'`', rest @ ..] if rest.first().is_none_or(|b| !b.is_ascii_alphanumeric()));
    len > 0 && behind && before[..before.len() - len].ends_with(b"<")
}

fn is_of_placeholder(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')
}

/// Where the quote stands of a literal of SQL that a text begins with, behind so many blanks and brackets at most.
fn quote_of_literal(text: &[u8], most_blanks: usize) -> Option<usize> {
    let blanks = text.iter().take(most_blanks).take_while(|b| matches!(b, b' ' | b'(')).count();
    let kind = usize::from(matches!(text.get(blanks), Some(b'N' | b'n' | b'E' | b'e')));
    matches!(text.get(blanks + kind), Some(b'\'' | b'"')).then_some(blanks + kind)
}

/// Whether the colon between two texts may separate a key and a value: not that of a time of day (`2026-11-22T12:30`), but that of
/// `cvv2:123`.
fn separates(before: &[u8], after: &[u8]) -> bool {
    match before {
        [.., b'0'..=b'9'] if matches!(after.get(1), Some(b' ' | b'\t' | b'"' | b'\'')) => true,
        [.., a, b, b'0'..=b'9'] if is_name(*a, *b) => true,
        [.., a, b, b'0'..=b'9', b'0'..=b'9'] => is_name(*a, *b),
        [.., b'0'..=b'9'] | [] => false,
        _ => true,
    }
}

/// Whether two characters before digits make them the end of a name.
fn is_name(a: u8, b: u8) -> bool {
    a.is_ascii_alphabetic() && (b.is_ascii_alphabetic() || b == b'_')
}

/// Whether a list of columns ends, or `VALUES`, and the bracket behind opens the first row.
fn begins_rows(before: &[u8]) -> bool {
    /// Line breaks are also written as `\n`, with any number of backslashes.
    const MOST_BLANKS: usize = 64;
    let mut end = before.len();
    let floor = end.saturating_sub(MOST_BLANKS);
    while end > floor {
        match before[..end] {
            [.., b' ' | b'\t' | b'\r' | b'\n' | b'\\'] => end -= 1,
            [.., b'\\', b'n' | b'r' | b't'] => end -= 2,
            _ => break,
        }
    }
    let before = &before[..end];
    if let [columns @ .., b'='] = before {
        return columns.trim_ascii_end().ends_with(b")");
    }
    last_word_is(before, b"values") || last_word_is(before, b"value")
}

/// Whether that word, in any case, stands at the end, but for a blank.
fn last_word_is(text: &[u8], word: &[u8]) -> bool {
    let text = text.strip_suffix(b" ").unwrap_or(text);
    text.len().checked_sub(word.len()).is_some_and(|at| text[at..].eq_ignore_ascii_case(word))
}

/// Where the first digit stands, if it is `least` or more and nothing but a bracket stands before it.
fn digit_after(text: &[u8], least: u8) -> Option<usize> {
    let first = usize::from(text.first() == Some(&b'('));
    text.get(first).is_some_and(|digit| (least..=b'9').contains(digit)).then_some(first)
}

/// Where the string begins, behind its quote, that stands behind a bracket: blanks and line breaks may be between, the latter
/// also as `\n`, and the quote may be escaped.
fn string_after(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match text.get(at..)? {
            [b' ' | b'\n', ..] => at += 1,
            [b'"' | b'\'', ..] => return Some(at + 1),
            // Of Python.
            [b'b' | b'u', b'"' | b'\'', ..] => return Some(at + 2),
            [b'\\', rest @ ..] => {
                let slashes = rest.iter().take_while(|&&b| b == b'\\').count();
                at += 1 + slashes + 1;
                match rest.get(slashes)? {
                    b'n' => {}
                    b'"' => return Some(at),
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
}
