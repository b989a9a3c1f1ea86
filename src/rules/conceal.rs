//! Secrets that someone wrote into a rules file, and that an error must not show.
//!
//! A rules file needs no secret: token keys come from the environment. But people put them there, and then the
//! file has a mistake, and the error lands in a log. So whatever stands where a secret would stand is not shown:
//!
//! - what follows a name with a word such as `key` or `token` in it, also commented out, in an inline table, without `=`,
//! - everything in `[tokens]` that is no such name,
//! - the lines on which such a value goes on,
//! - long runs of letters and digits, wherever they are: an example may have been copied from a real log.
//!
//! The text may be no valid TOML: that may be the very mistake. When in doubt, a part of a line is hidden without need.

use std::ops::Range;

/// What is shown instead.
pub(super) const PLACEHOLDER: &str = "[hidden]";

/// Words in names of secrets.
const WORDS: [&str; 8] = ["key", "secret", "secrets", "password", "passwd", "passphrase", "token", "tokens"];

/// The parts of that line of `text` that must not be shown: in order, apart from each other, relative to the line.
pub(super) fn secrets(text: &str, line: Range<usize>) -> Vec<Range<usize>> {
    let mut state = State::default();
    for before in text[..line.start].split_terminator('\n') {
        state.read(before);
    }
    let line = &text[line];
    match state.read(line) {
        Some(start) => {
            let mut hidden = long_runs(&line[..start]);
            hidden.push(start..line.len());
            hidden.retain(|secret| !secret.is_empty());
            hidden
        }
        None => long_runs(line),
    }
}

/// What is known after some lines.
#[derive(Default)]
struct State {
    /// In a section of secrets.
    section: bool,
    /// The last name was that of a secret; the lines that follow may go on with it.
    goes_on: bool,
    /// What ends a value of many lines.
    until: Option<&'static str>,
}

impl State {
    /// Where what must be hidden of the line begins.
    fn read(&mut self, line: &str) -> Option<usize> {
        let indent = line.len() - line.trim_start_matches([' ', '\t', '#']).len();
        let content = &line[indent..];

        if let Some(end) = self.until {
            if content.contains(end) {
                self.until = None;
            }
            return Some(indent);
        }
        if content.starts_with('[') && !self.goes_on_in(content) {
            self.section = is_secret_name(content.trim_end().trim_matches(['[', ']']));
            self.goes_on = false;
            return None;
        }

        let pair = first_pair(content);
        let secret = match pair {
            // Not even the name, unless it is one that belongs there: it may be the key.
            Some(_) if self.section && secret_value(content).is_none() => Some(0),
            _ => secret_value(content),
        };
        let start = match secret {
            Some(start) => Some(indent + start),
            None if pair.is_some() || content.is_empty() => None,
            None => (self.section || self.goes_on).then_some(indent),
        };
        if let Some(start) = start {
            self.until = end_of_open_value(&line[start..]);
        }
        if pair.is_some() || secret.is_some() {
            self.goes_on = secret.is_some();
        }
        start
    }

    /// Whether a line that looks like a header is an array inside a value.
    fn goes_on_in(&self, content: &str) -> bool {
        self.goes_on && content.contains(['"', '\'', ','])
    }
}

/// What ends a value that begins in one line and ends in another.
fn end_of_open_value(value: &str) -> Option<&'static str> {
    if value.starts_with('{') && !value.contains('}') {
        return Some("}");
    }
    ["\"\"\"", "'''"].into_iter().find(|quotes| value.matches(quotes).count() % 2 == 1)
}

/// Where the value begins in a line of the form `name = value`.
fn first_pair(content: &str) -> Option<usize> {
    let separator = content.find(['=', ':'])?;
    let name = content[..separator].trim();
    let value = content[separator + 1..].trim_start();
    let is_name = !name.is_empty() && name.len() <= 40 && name.chars().all(is_name_character);
    // The padding of Base64 is no separator.
    let is_value = !value.is_empty() && !value.starts_with(['=', ':']) && !["\"", "'"].contains(&value.trim_end());
    (is_name && is_value).then(|| content.len() - value.len())
}

/// Where the first value begins that stands after the name of a secret.
fn secret_value(content: &str) -> Option<usize> {
    let after_separator = content.match_indices(['=', ':']).find_map(|(separator, _)| {
        let before = content[..separator].trim_end().trim_end_matches(['"', '\'']);
        let name_start = before.trim_end_matches(is_name_character).len();
        is_secret_name(&before[name_start..]).then_some(separator + 1)
    });
    // The separator may be what is missing.
    let first_word_end = content.find(|c| !is_name_character(c)).unwrap_or(content.len());
    let is_item = content[first_word_end..].starts_with([',', ']']);
    let after_first_word = (!is_item && is_secret_name(&content[..first_word_end])).then_some(first_word_end);
    let from = match (after_separator, after_first_word) {
        (Some(separator), Some(word)) if !content[word..separator - 1].trim().is_empty() => Some(word),
        (Some(separator), _) => Some(separator),
        (None, word) => word,
    }?;
    Some(content.len() - content[from..].trim_start().len())
}

fn is_name_character(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'')
}

/// Whether a name has a word such as `key` in it: `key`, `TOKEN_KEY`, `tokens.key`, `signingKey`.
fn is_secret_name(name: &str) -> bool {
    let mut word = String::new();
    let mut after_lowercase = false;
    for c in name.chars().chain(['.']) {
        let new_word = !c.is_alphanumeric() || (after_lowercase && c.is_uppercase());
        if new_word && WORDS.contains(&word.as_str()) {
            return true;
        }
        if new_word {
            word.clear();
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        after_lowercase = c.is_lowercase();
    }
    false
}

/// Runs of at least 32 characters as keys are made of: a key has 32 bytes, which take 43 characters of Base64.
pub(super) fn long_runs(line: &str) -> Vec<Range<usize>> {
    const SHORTEST: usize = 32;
    let mut runs = Vec::new();
    let mut start = 0;
    for (at, c) in line.char_indices().chain([(line.len(), ' ')]) {
        if c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '_' | '-' | '=') {
            continue;
        }
        let run = &line[start..at];
        let mixed = run.contains(|c: char| c.is_ascii_digit()) && run.contains(|c: char| c.is_ascii_alphabetic());
        if run.len() >= SHORTEST && mixed {
            runs.push(start..at);
        }
        start = at + c.len_utf8();
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = "canary";

    /// All lines as errors would show them.
    fn shown(text: &str) -> String {
        let mut shown = String::new();
        let mut start = 0;
        for line in text.split('\n') {
            let mut copied = 0;
            for secret in secrets(text, start..start + line.len()) {
                shown.push_str(&line[copied..secret.start]);
                shown.push_str(PLACEHOLDER);
                copied = secret.end;
            }
            shown.push_str(&line[copied..]);
            shown.push('\n');
            start += line.len() + 1;
        }
        shown
    }

    #[test]
    fn hides_every_way_to_write_a_key() {
        for text in [
            "[tokens]\nkey = \"canary\"",
            "[tokens]\nkey = \"canary",
            "[tokens]\nkey = canary",
            "[tokens]\nkey canary",
            "[tokens]\nkey: canary",
            "[tokens]\nky = \"canary\"",
            "[tokens]\ncanary",
            "[tokens]\ncanary = 1",
            "[tokens]\n\"canary\"\n",
            "[tokens\nkey = 'canary'",
            "[tokens]\r\nkey = 'canary'\r\n",
            "[ tokens ]\n  # key = 'canary'",
            "tokens = { key = \"canary\" }",
            "tokens = {\n  ky = \"canary\"\n}",
            "tokens.key = 'canary'",
            "tokens.\"key\" = 'canary'",
            "x = { \"key\" = 'canary' }",
            "key = \"\"\"\ncanary\nx = canary\n\n[canary]\n\"\"\"",
            "key = '''\ncanary'''",
            "key = \"abc\ncanary=\"",
            "key =\n  canary",
            "key = [\n \"canary\",\n [\"canary\"],\n]",
            "TRACING_PRIVACY_KEY = 'canary'",
            "signingKey = 'canary'",
            "# old key: canary",
            "KEY='canary'",
            "key 'x = canary'",
        ] {
            let shown = shown(text);
            assert!(!shown.contains(CANARY), "{text}\n---\n{shown}");
        }
    }

    #[test]
    fn shows_what_is_no_secret() {
        let text = "version = 1\n\n[defaults]\nmask_from = \"internal\"\n[[field]]\nkeys = [\n  \"api_key\",\n  \"email\",\n]\n\
                    class = \"internal\"\n# a comment\n[[pattern]]\nname = \"api_key\"\nregex = '[a-z]{3}'\n";
        assert_eq!(shown(text), format!("{text}\n"));
    }

    #[test]
    fn ends_hiding_where_the_next_name_begins() {
        assert_eq!(
            shown("[tokens]\nkey = 'canary'\n\n[[field]]\nclass = 3\n"),
            "[tokens]\nkey = [hidden]\n\n[[field]]\nclass = 3\n\n"
        );
    }

    #[test]
    fn hides_long_runs_anywhere() {
        let run = "0123456789abcdef".repeat(2);
        assert_eq!(
            shown(&format!("examples = [\"x {run}\", \"{run}\"]")),
            "examples = [\"x [hidden]\", \"[hidden]\"]\n"
        );
        assert_eq!(shown(&format!("name = \"{}\"", "a".repeat(64))), format!("name = \"{}\"\n", "a".repeat(64)));
    }
}
