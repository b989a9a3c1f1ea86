//! JSON text, read in place.
//!
//! The reader tells a visitor where keys and values stand and changes nothing, so what nobody touches stays byte for
//! byte: numbers, blanks, escapes, duplicate keys. It keeps a stack of its own, so nesting costs no call stack. It is
//! forgiving: a text that is cut off ends there, and where text stops being JSON it says so.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

mod array;
mod escape;

pub(crate) use self::array::{elements, end_of_arguments, key_in_array, value_in_array};
pub(crate) use self::escape::{any_to_escape, escape, to_escape};
use super::encoding::{Encoding, Piece};
use crate::lanes::{LANE, bits, is, sixteen_from};
use crate::sanitize::Action;

/// Where something stands in JSON text.
pub(crate) trait Visitor {
    /// A member's key (its characters, without quotes). Answers what is to be done with its value.
    fn key(&mut self, key: Range<usize>, escaped: bool) -> Action;
    /// A string that is to be looked into (without quotes).
    fn string(&mut self, content: Range<usize>, escaped: bool);
    /// A number, `true`, `false`; to be looked into.
    fn scalar(&mut self, scalar: Range<usize>);
    /// The value of a member that is to be masked as a whole.
    fn masked(&mut self, value: Value, rule: u32);
    /// A member that is to go by a rule, with the comma that is left over.
    fn dropped(&mut self, member: Range<usize>, rule: u32);
    /// An array begins at `start` that is to be looked into. Answers where it ends, if it was read as a whole; else its elements follow.
    fn array(&mut self, start: usize) -> Option<usize>;
    /// A container begins; members and elements follow.
    fn open(&mut self);
    /// The innermost container ends.
    fn close(&mut self);
}

/// A value that is masked as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A string's characters, without quotes.
    String { content: Range<usize>, escaped: bool },
    /// A number, `true` or `false`.
    Scalar(Range<usize>),
    /// An object or array, brackets included.
    Container(Range<usize>),
}

/// How a document ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With its last bracket, or with the text; what follows begins here.
    Read(usize),
    /// Here the text is no longer JSON. What the visitor was told may be wrong: a bracket or quote that was no JSON at all
    /// leads astray.
    Broken(usize),
}

/// Reads the document that begins at `start`.
pub(crate) fn read(text: &[u8], start: usize, visitor: &mut impl Visitor) -> End {
    // Taken out while in use: a document inside this one finds none.
    let stack = STACK.try_with(Cell::take).unwrap_or_default();
    let mut reader = Reader { text, at: start, stack };
    let end = reader.run(visitor);
    if reader.stack.capacity() <= DEEPEST_KEPT {
        reader.stack.clear();
        let _ = STACK.try_with(|kept| kept.set(reader.stack));
    }
    end
}

thread_local! {
    /// Room for the open brackets of the next document.
    static STACK: Cell<Vec<Frame>> = const { Cell::new(Vec::new()) };
}

/// Room for more brackets than these is not kept.
const DEEPEST_KEPT: usize = 256;

/// Whether the bracket at the start of `text` looks like the beginning of a document.
pub(crate) fn may_begin(text: &[u8]) -> bool {
    const MOST_BLANKS: usize = 64;
    let blanks = text[1..].iter().take(MOST_BLANKS).take_while(|b| b.is_ascii_whitespace()).count();
    matches!((text[0], text.get(1 + blanks)), (b'{', Some(b'"')) | (b'[', Some(b'"' | b'{' | b'[')))
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    stack: Vec<Frame>,
}

struct Frame {
    is_object: bool,
    /// What is to be done with the scalars of an array, inherited from its member.
    elements: Action,
    /// The comma after the last member that stays.
    kept_comma: Option<usize>,
    /// Whether the member before the next comma goes.
    last_dropped: bool,
}

/// The text is no longer JSON, or is over.
struct Stop;

impl Reader<'_> {
    fn run(&mut self, visitor: &mut impl Visitor) -> End {
        while self.step(visitor).is_ok() {
            if self.stack.is_empty() {
                return End::Read(self.at);
            }
        }
        for _ in &self.stack {
            visitor.close();
        }
        if self.at == self.text.len() { End::Read(self.at) } else { End::Broken(self.at) }
    }

    /// Reads a member or an element, up to what a container holds, or the end of a container.
    fn step(&mut self, visitor: &mut impl Visitor) -> Result<(), Stop> {
        self.blanks();
        let start = self.at;
        let action = match self.stack.last() {
            None => Action::Scan,
            Some(_) if matches!(self.peek(), Some(b'}' | b']')) => {
                self.close(visitor)?;
                return self.after_value();
            }
            Some(frame) if frame.is_object => self.key(visitor)?,
            Some(frame) => frame.elements,
        };
        match action {
            Action::Drop(rule) => self.dropped(start, rule, visitor)?,
            Action::Mask(rule) | Action::Erase(rule) => {
                let value = self.whole_value()?;
                if !self.is_nothing(&value) {
                    visitor.masked(value, rule);
                }
            }
            Action::Scan | Action::ScanHinted { .. } | Action::Unlisted(_) => match self.peek().ok_or(Stop)? {
                open @ (b'{' | b'[') => {
                    if open == b'['
                        && let Some(end) = visitor.array(self.at)
                    {
                        self.at = end;
                        return self.after_value();
                    }
                    self.at += 1;
                    self.stack.push(Frame {
                        is_object: open == b'{',
                        elements: if open == b'[' { action } else { Action::Scan },
                        kept_comma: None,
                        last_dropped: false,
                    });
                    visitor.open();
                    return Ok(());
                }
                _ => self.scalar(action, visitor)?,
            },
        }
        self.after_value()
    }

    /// Reads a key up to its value. Answers what is to be done with that.
    fn key(&mut self, visitor: &mut impl Visitor) -> Result<Action, Stop> {
        if self.peek() != Some(b'"') {
            return Err(Stop);
        }
        let (key, escaped, closed) = self.string();
        let action = visitor.key(key, escaped);
        if !closed {
            return Err(Stop);
        }
        self.blanks();
        if self.peek() != Some(b':') {
            return Err(Stop);
        }
        self.at += 1;
        self.blanks();
        Ok(action)
    }

    /// Where a value without quotes ends that begins here, if it is one that JSON allows. Maps print as JSON does but for their values
    /// (`{"a": Some("b")}`, `{'a': b'c'}`): where such a value ends, only the reading of pairs knows.
    fn bare_end(&self) -> Option<usize> {
        let rest = &self.text[self.at..];
        let bare = rest.iter().position(|b| !is_bare(*b)).unwrap_or(rest.len());
        let mut after = rest[bare..].iter().skip_while(|b| b.is_ascii_whitespace());
        (bare > 0 && matches!(after.next(), None | Some(b',' | b'}' | b']'))).then_some(self.at + bare)
    }

    fn scalar(&mut self, action: Action, visitor: &mut impl Visitor) -> Result<(), Stop> {
        let value = self.whole_value()?;
        match (action, value) {
            (Action::Unlisted(rule), value) if !self.is_nothing(&value) => visitor.masked(value, rule),
            (_, Value::String { content, escaped }) => visitor.string(content, escaped),
            (_, Value::Scalar(scalar)) => visitor.scalar(scalar),
            (_, Value::Container(_)) => {}
        }
        Ok(())
    }

    /// `null` and the empty string hide nothing.
    fn is_nothing(&self, value: &Value) -> bool {
        match value {
            Value::String { content, .. } => content.is_empty(),
            Value::Scalar(range) => &self.text[range.clone()] == b"null",
            Value::Container(range) => range.len() == 2,
        }
    }

    fn dropped(&mut self, start: usize, rule: u32, visitor: &mut impl Visitor) -> Result<(), Stop> {
        self.whole_value()?;
        let end = self.at;
        let comma = Some(past_blanks(self.text, end)).filter(|at| self.text.get(*at) == Some(&b','));
        let frame = self.stack.last_mut().ok_or(Stop)?;
        frame.last_dropped = true;
        match (comma, frame.kept_comma) {
            (Some(comma), _) => visitor.dropped(start..past_blanks(self.text, comma + 1), rule),
            (None, Some(kept)) => visitor.dropped(kept..end, rule),
            (None, None) => visitor.dropped(start..end, rule),
        }
        Ok(())
    }

    fn after_value(&mut self) -> Result<(), Stop> {
        let Some(frame) = self.stack.last_mut() else { return Ok(()) };
        let at = past_blanks(self.text, self.at);
        match self.text.get(at) {
            Some(b',') => {
                if !std::mem::take(&mut frame.last_dropped) {
                    frame.kept_comma = Some(at);
                }
                self.at = at + 1;
                Ok(())
            }
            Some(b'}' | b']') => {
                self.at = at;
                Ok(())
            }
            _ => Err(Stop),
        }
    }

    fn close(&mut self, visitor: &mut impl Visitor) -> Result<(), Stop> {
        let close = if self.stack.last().ok_or(Stop)?.is_object { b'}' } else { b']' };
        if self.peek() != Some(close) {
            return Err(Stop);
        }
        self.at += 1;
        self.stack.pop();
        visitor.close();
        Ok(())
    }

    /// Reads a value without looking into it.
    fn whole_value(&mut self) -> Result<Value, Stop> {
        match self.peek().ok_or(Stop)? {
            b'"' => {
                let (content, escaped, _) = self.string();
                Ok(Value::String { content, escaped })
            }
            b'{' | b'[' => Ok(Value::Container(self.container())),
            _ => {
                let start = self.at;
                self.at = self.bare_end().ok_or(Stop)?;
                Ok(Value::Scalar(start..self.at))
            }
        }
    }

    /// Skips an object or array; one that is cut off ends with the text.
    fn container(&mut self) -> Range<usize> {
        let start = self.at;
        let mut depth = 0usize;
        while let Some(b) = self.peek() {
            match b {
                b'"' => {
                    self.string();
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
        start..self.at
    }

    /// Reads a string from its opening quote: its characters, whether it has escapes, whether it was closed.
    fn string(&mut self) -> (Range<usize>, bool, bool) {
        let start = self.at + 1;
        let mut escaped = false;
        let mut at = start;
        while let Some(found) = quote_or_backslash(&self.text[at.min(self.text.len())..]) {
            at += found;
            if self.text[at] == b'"' {
                self.at = at + 1;
                return (start..at, escaped, true);
            }
            escaped = true;
            at += 2;
        }
        self.at = self.text.len();
        (start..self.at, escaped, false)
    }

    #[inline(always)]
    fn blanks(&mut self) {
        self.at = past_blanks(self.text, self.at);
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
}

/// Where the first quote or backslash stands. Most strings are short: a first look is at sixteen bytes.
#[inline]
fn quote_or_backslash(text: &[u8]) -> Option<usize> {
    let lane = sixteen_from(text, 0);
    let found = bits(is(b'"')(lane) | is(b'\\')(lane));
    if found != 0 {
        return Some(found.trailing_zeros() as usize);
    }
    let rest = text.get(LANE..)?;
    memchr::memchr2(b'"', b'\\', rest).map(|at| LANE + at)
}

/// Where the blanks end that begin at `at`. Most documents that are logged have none.
#[inline(always)]
pub(crate) fn past_blanks(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// Whether a byte is one of what JSON writes without quotes: numbers, `true`, `null`.
#[inline]
fn is_bare(b: u8) -> bool {
    static BARE: [bool; 256] = {
        let mut bare = [false; 256];
        let mut b = 0;
        while b < bare.len() {
            bare[b] = (b as u8).is_ascii_alphanumeric() || matches!(b as u8, b'+' | b'-' | b'.');
            b += 1;
        }
        bare
    };
    BARE[usize::from(b)]
}

/// The inside of a JSON string (RFC 8259, section 7). Escapes that mean nothing stay as they are; a lone surrogate becomes
/// U+FFFD.
pub(crate) static STRING: Encoding = Encoding::new(read_string);

/// The characters of a string that may have escapes.
pub(crate) fn unescaped(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.contains(&b'\\') {
        return Cow::Borrowed(raw);
    }
    let mut text = Vec::with_capacity(raw.len());
    STRING.decode(raw, &mut text);
    Cow::Owned(text)
}

fn read_string(text: &[u8]) -> Piece {
    let simple = |c| Piece::character(2, c);
    if text[0] != b'\\' {
        return Piece::plain(text[0]);
    }
    match text.get(1) {
        Some(b'"') => simple('"'),
        Some(b'\\') => simple('\\'),
        Some(b'/') => simple('/'),
        Some(b'b') => simple('\u{8}'),
        Some(b'f') => simple('\u{c}'),
        Some(b'n') => simple('\n'),
        Some(b'r') => simple('\r'),
        Some(b't') => simple('\t'),
        Some(b'u') => match hex4(text, 2) {
            Some(high @ 0xd800..=0xdbff) => match (text.get(6), text.get(7), hex4(text, 8)) {
                (Some(b'\\'), Some(b'u'), Some(low @ 0xdc00..=0xdfff)) => {
                    let c = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    Piece::character(12, char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER))
                }
                _ => Piece::character(6, char::REPLACEMENT_CHARACTER),
            },
            Some(c) => Piece::character(6, char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER)),
            None => Piece::plain(b'\\'),
        },
        _ => Piece::plain(b'\\'),
    }
}

fn hex4(text: &[u8], at: usize) -> Option<u32> {
    let digits = text.get(at..at + 4)?;
    digits.iter().try_fold(0, |n, &b| Some(n << 4 | char::from(b).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_and_offsets_lead_back() {
        let raw = br#"a\u0040\ud83d\ude00\n\x\ud800z"#;
        let mut text = Vec::new();
        STRING.decode(raw, &mut text);
        assert_eq!(String::from_utf8_lossy(&text), "a@\u{1f600}\n\\x\u{fffd}z");
        let mut offsets = STRING.offsets(raw);
        assert_eq!(offsets.raw(1), 1);
        assert_eq!(offsets.raw(2), 7);
        assert_eq!(offsets.raw(6), 19);
        assert_eq!(offsets.raw(text.len()), raw.len());
    }

    #[test]
    fn what_is_written_is_read_back() {
        let all: Vec<u8> = (0..=127).collect();
        let (mut escaped, mut back) = (Vec::new(), Vec::new());
        escape(&all, &mut escaped);
        STRING.decode(&escaped, &mut back);
        assert_eq!(back, all);
        assert!(escaped.iter().all(|b| *b >= 0x20));
    }
}
