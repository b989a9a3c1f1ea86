//! Literals of SQL beside the name of their column, where no `=` stands between them:
//! `INSERT INTO users (id, password) VALUES (1, 'x')`, `SET (id, password) = (1, 'x')`, `token IN ('x', 'y')`, `IDENTIFIED BY 'x'`.
//!
//! Source: ISO/IEC 9075-2 (`<insert statement>`, `<in predicate>`, `<like predicate>`), and what PostgreSQL, MySQL and SQL Server add.

use std::ops::Range;

use super::{Keys, Pair, Reading, backslashes_before, before_space, key_before, past_space};

/// The longest list of columns, in bytes.
const LONGEST_LIST: usize = 4096;
/// The most bytes that an operator and what stands between it and its literal take.
const LONGEST_OPERATOR: usize = 32;

/// Reads the rows of `VALUES (`, or the one of `= (`, whose bracket ends at `at`: each literal in the place of a known column goes to `found`. Answers
/// how far it read.
pub(crate) fn at_values(text: &[u8], at: usize, keys: &Keys<'_>, found: &mut dyn FnMut(Pair)) -> usize {
    let end = before_space(text, at - 1);
    let word = text[..end].iter().rev().take("values".len()).take_while(|b| b.is_ascii_alphabetic()).count();
    let equals = usize::from(text[..end].last() == Some(&b'='));
    let columns = columns_before(text, end - word - equals, keys);
    let Some(first) = columns.first() else { return at };
    let mut row = at;
    loop {
        let (mut item, mut place) = (row, 0);
        loop {
            item = past_space(text, item);
            let end = item_end(text, item);
            let known = columns.iter().find(|column| column.place == place);
            // What is cut off, or in other quotes than ours, hides where the next literal begins.
            let column = known.or((end.is_none()).then_some(first));
            let range = item..end.unwrap_or(text.len());
            if let Some(Column { rule, key, .. }) = column
                && let Some((value, quoted)) = literal(text, range)
            {
                found(Pair { rule: rule.0, key: key.clone(), value, quoted, named: false });
            }
            let Some(end) = end else { return text.len() };
            item = end + 1;
            place += 1;
            if text[end] == b')' {
                break;
            }
        }
        let comma = past_space(text, item);
        let next = past_space(text, comma + 1);
        if text.get(comma) != Some(&b',') || text.get(next) != Some(&b'(') {
            return item;
        }
        row = next + 1;
    }
}

/// Reads the literals after an operator (`LIKE '`, `IN ('`, `<> '`, `BETWEEN '`, `IDENTIFIED BY '`), the first of which opens right
/// before `at`. Answers how far it read.
pub(crate) fn at_literal(text: &[u8], at: usize, keys: &Keys<'_>, found: &mut dyn FnMut(Pair)) -> usize {
    let Some((end, in_brackets)) = operator_end(text, at - 1) else { return at };
    let Some(((rule, _), key)) = key_of(text, end, in_brackets, keys) else { return at };
    let mut start = at - 1;
    loop {
        let quote = text[start];
        let Some(end) = string_end(text, start) else {
            push(text, rule, &key, start + 1..text.len(), found);
            return text.len();
        };
        push(text, rule, &key, start + 1..end - 1, found);
        let after = past_space(text, end);
        let more = match text.get(after) {
            Some(b',') if in_brackets => after + 1,
            Some(b'a' | b'A') if text[after..].get(..3).is_some_and(|and| and.eq_ignore_ascii_case(b"and")) => {
                after + 3
            }
            _ => return end,
        };
        start = past_space(text, more);
        if text.get(start) != Some(&quote) {
            return end;
        }
    }
}

fn push(text: &[u8], rule: u32, key: &Range<usize>, value: Range<usize>, found: &mut dyn FnMut(Pair)) {
    if !text[value.clone()].trim_ascii().is_empty() {
        found(Pair { rule, key: key.clone(), value, quoted: true, named: false });
    }
}

/// A column that the inventory knows, and its place in the list.
struct Column {
    place: usize,
    rule: (u32, Reading),
    key: Range<usize>,
}

/// The known ones in the list of columns that ends before `end`.
fn columns_before(text: &[u8], end: usize, keys: &Keys<'_>) -> Vec<Column> {
    let close = before_space(text, end);
    if text[..close].last() != Some(&b')') {
        return Vec::new();
    }
    let from = (close - 1).saturating_sub(LONGEST_LIST);
    let list = &text[from..close - 1];
    let Some(open) = list.iter().rposition(|b| matches!(b, b'(' | b')')).filter(|open| list[*open] == b'(') else {
        return Vec::new();
    };
    let mut columns = Vec::new();
    let mut start = from + open + 1;
    for (place, name) in list[open + 1..].split(|&b| b == b',').enumerate() {
        let key = name_in(text, start..start + name.len());
        if let Some(rule) = keys.rule(&text[key.clone()]) {
            columns.push(Column { place, rule, key });
        }
        start += name.len() + 1;
    }
    columns
}

/// A name without blanks and quotes around it.
fn name_in(text: &[u8], mut name: Range<usize>) -> Range<usize> {
    name.start = past_space(text, name.start).min(name.end);
    name.end = before_space(text, name.end).max(name.start);
    let is_quote = |b: u8| matches!(b, b'"' | b'\'' | b'`' | b'[' | b']' | b'\\');
    while !name.is_empty() && is_quote(text[name.start]) {
        name.start += 1;
    }
    while !name.is_empty() && is_quote(text[name.end - 1]) {
        name.end -= 1;
    }
    name
}

/// Where the operator ends behind which a literal opens at `at`, and whether a bracket opens between them.
fn operator_end(text: &[u8], at: usize) -> Option<(usize, bool)> {
    let mut end =
        at - usize::from(matches!(text[..at].last(), Some(b'N' | b'n' | b'E' | b'e')) && is_after_gap(text, at - 1));
    end = before_space(text, end);
    let in_brackets = text[..end].last() == Some(&b'(');
    if in_brackets {
        end = before_space(text, end - 1);
    }
    (at - end <= LONGEST_OPERATOR && end > 0).then_some((end, in_brackets))
}

/// Whether a blank, bracket or sign of an operator stands before `at`, and no letter of a word.
fn is_after_gap(text: &[u8], at: usize) -> bool {
    text[..at].last().is_some_and(|b| !b.is_ascii_alphanumeric() && *b != b'_')
}

/// The key that the operator which ends at `end` compares, and its rule.
fn key_of(text: &[u8], end: usize, in_brackets: bool, keys: &Keys<'_>) -> Option<((u32, Reading), Range<usize>)> {
    let word = end - text[..end].iter().rev().take(LONGEST_OPERATOR).take_while(|b| b.is_ascii_alphabetic()).count();
    if word == end {
        let signs = text[..end].iter().rev().take(4).take_while(|b| b"<>!=~*".contains(b)).count();
        let signs = &text[end - signs..end];
        return SIGNS.contains(&signs).then(|| key_before(text, end - signs.len(), keys)).flatten();
    }
    if !is_after_gap(text, word) && word > 0 {
        return None;
    }
    let is = |words: &[&str]| words.iter().any(|w| text[word..end].eq_ignore_ascii_case(w.as_bytes()));
    let before = before_space(text, word);
    let whole_word = |word: &str| {
        let start = before.checked_sub(word.len()).filter(|&start| start == 0 || is_after_gap(text, start))?;
        text[start..before].eq_ignore_ascii_case(word.as_bytes()).then_some(start)
    };
    if is(&["password"]) {
        return Some((keys.rule(&text[word..end])?, word..end));
    }
    if is(&["by"]) {
        return Some((keys.rule(b"password")?, whole_word("identified")?..before));
    }
    if is(&["like", "ilike", "rlike", "regexp", "between"]) || in_brackets && is(&["in"]) {
        return key_before(text, whole_word("not").unwrap_or(word), keys);
    }
    None
}

/// Comparisons but for `=`, which every pair may have.
const SIGNS: [&[u8]; 9] = [b"<>", b"!=", b"<", b">", b"<=", b">=", b"~", b"!~", b"~*"];

/// Where the item of a row ends that begins at `start`: at its comma or at the row's bracket; `None` where the text ends first.
fn item_end(text: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = start;
    loop {
        match text.get(at)? {
            b'\'' | b'"' | b'`' if backslashes_before(&text[start..at], at - start) == 0 => {
                at = string_end(text, at)?;
                continue;
            }
            b'$' if at == start => {
                at = dollar_end(text, at)?;
                continue;
            }
            b'(' => depth += 1,
            b')' if depth > 0 => depth -= 1,
            b')' => return Some(at),
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

/// Where the string ends that opens at `open`, behind its closing quote. A quote inside is doubled, or stands behind a
/// backslash (MySQL). Where a backslash may as well be the last character of the string, what follows decides.
fn string_end(text: &[u8], open: usize) -> Option<usize> {
    let quote = text[open];
    let mut at = open + 1;
    loop {
        let end = at + memchr::memchr(quote, &text[at..])?;
        let escaped = end > open + 1 && text[end - 1] == b'\\';
        if escaped && !matches!(text.get(past_space(text, end + 1)), None | Some(b',' | b')' | b';')) {
            at = end + 1;
        } else if text.get(end + 1) == Some(&quote) {
            at = end + 2;
        } else {
            return Some(end + 1);
        }
    }
}

/// Where `$tag$ … $tag$` ends (PostgreSQL, section 4.1.2.4) that opens at `open`; for `$1`, behind its `$`.
fn dollar_end(text: &[u8], open: usize) -> Option<usize> {
    const LONGEST_TAG: usize = 64;
    let is_tag = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
    let tag = text[open + 1..].iter().take(LONGEST_TAG).take_while(is_tag).count();
    if text.get(open + 1 + tag) != Some(&b'$') {
        return Some(open + 1);
    }
    let from = open + tag + 2;
    Some(from + memchr::memmem::find(&text[from..], &text[open..from])? + tag + 2)
}

/// The value of an item, and whether it stands in quotes; `None` where there is none, or only a parameter's name.
fn literal(text: &[u8], item: Range<usize>) -> Option<(Range<usize>, bool)> {
    let item = item.start..before_space(text, item.end).max(item.start);
    let prefix = text[item.clone()].iter().take(1).take_while(|b| matches!(b, b'N' | b'n' | b'E' | b'e')).count();
    let open = item.start + prefix;
    if matches!(text.get(open), Some(b'\'' | b'"')) && open < item.end {
        match string_end(text, open) {
            Some(end) if end == item.end => {
                let value = open + 1..end - 1;
                return (!value.is_empty()).then_some((value, true));
            }
            None => return (open + 1 < item.end).then_some((open + 1..item.end, true)),
            _ => {}
        }
    }
    let value = &text[item.clone()];
    let is_word = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()));
    let parameter = match value {
        [] | [b'?'] => true,
        [b'$' | b'?' | b':' | b'@' | b'%', name @ ..] => {
            name.len() <= 32 && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        }
        _ => false,
    };
    let nothing = parameter || is_word(&["null", "default", "true", "false"]);
    (!nothing).then_some((item, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Inventory, KeyPattern, Rank};
    use crate::rules::Extent;

    type Read = fn(&[u8], usize, &Keys<'_>, &mut dyn FnMut(Pair)) -> usize;

    /// What `read` finds behind the first `opening`.
    fn values<'t>(text: &'t str, opening: &str, read: Read) -> Vec<&'t str> {
        let rank = Rank { segments: 0, plain: false, masks: true, own: false, strictness: 0 };
        let keys = ["password", "token"].iter().zip(0..);
        let keys = keys.map(|(key, rule)| KeyPattern::parse(key, rule, rank).expect("a good key"));
        let inventory = Inventory::new(keys.collect());
        let reading = |_| Some(Reading { extent: Extent::Value, phrase: false });
        let keys = Keys { inventory: &inventory, field: "", reading: &reading };
        let at = text.find(opening).expect("it stands there") + opening.len();
        let mut values = Vec::new();
        let end = read(text.as_bytes(), at, &keys, &mut |pair| values.push(&text[pair.value]));
        assert!((at..=text.len()).contains(&end), "{end} in {text}");
        values
    }

    #[test]
    fn values_stand_in_the_place_of_their_column() {
        for (text, expected) in [
            ("(id, password) VALUES (1, 'x')", &["x"][..]),
            ("(`password`,id)values('x',1),('y',2)", &["x", "y"]),
            ("(id, \"password\")\nVALUES (\n1,\n N'x'\n)", &["x"]),
            (r"(id, password)\nVALUES (1, 'x')", &["x"]),
            ("(password, n) VALUES ('it''s, (x', 1)", &["it''s, (x"]),
            (r"(n, password) VALUES ('it\'s, ok', 'x'), ('C:\', 'y')", &["x", "y"]),
            ("(n, password) VALUES ($a$it's, ($a$, $$x$$)", &["$$x$$"]),
            ("(n, password) VALUES (f(1, 'a'), crypt('x', 'y'))", &["crypt('x', 'y')"]),
            ("(n, password) VALUES (1, ?), (2, $1), (3, NULL), (4, :password), (5, '')", &[]),
            ("(n, password) VALUES (1, 'x", &["x"]),
            // An open string may hide where the value begins.
            ("(n, password) VALUES ('a", &["a"]),
            ("(id, name) VALUES (1, 'x')", &[]),
            ("of VALUES ('x')", &[]),
            ("f(password) VALUES (", &[]),
        ] {
            let opening = if text.contains("values(") { "values(" } else { "VALUES (" };
            assert_eq!(values(text, opening, at_values), expected, "{text}");
        }
        assert_eq!(values("SET (id, password) = (1, 'x')", "= (", at_values), ["x"]);
    }

    #[test]
    fn literals_follow_operators() {
        for (text, expected) in [
            ("password LIKE 'x%'", &["x%"][..]),
            ("u.password not like N'x'", &["x"]),
            ("password IN ('x', 'y')", &["x", "y"]),
            ("token NOT IN ( 'x' )", &["x"]),
            ("password <> 'x' AND n = 'y'", &["x"]),
            ("token BETWEEN 'x' AND 'y'", &["x", "y"]),
            ("IDENTIFIED BY 'x'", &["x"]),
            ("WITH PASSWORD 'x'", &["x"]),
            ("password LIKE 'x", &["x"]),
            ("name LIKE 'x'", &[]),
            ("signed by 'x'", &[]),
            ("the token in 'x'", &[]),
            ("password -> 'x'", &[]),
            ("a password alike 'x'", &[]),
            ("password LIKE ''", &[]),
        ] {
            assert_eq!(values(text, "'", at_literal), expected, "{text}");
        }
    }
}
