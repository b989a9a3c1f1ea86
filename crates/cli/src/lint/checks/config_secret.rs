//! Secrets in configuration files.

use tracing_privacy::{Category, Finding, Policy};

use super::super::keys::Keys;
use super::super::place::Place;
use super::super::statement::Statement;
use super::{Found, Lint};
use crate::report::Level;

pub(super) const LINT: Lint = Lint {
    name: "config_secret",
    finds: "a secret in a configuration file beside the sources",
    help: "take it from the environment or a secret store, and change it: it may have been read",
    // It is no statement that it is found in.
    check: |_: &Statement, _: &Keys<'_>, _: &mut Vec<Found>| {},
};

/// The secrets of a configuration file; the identity of each is the text that `identity` makes of its line.
pub(in crate::lint) fn secrets(policy: &Policy, text: &str, identity: impl Fn(&str) -> String) -> Vec<Found> {
    if is_rules_file(text) {
        return Vec::new();
    }
    let mut lines = Lines { text, at: 0, line: 1, begins: 0 };
    let mut found = Vec::new();
    for Finding { rule, category, class, range, .. } in policy.findings(text.as_bytes()) {
        let Some(value) = text.get(range.clone()) else { continue };
        if *category != Category::CREDENTIAL || is_no_secret(text, range.start, value) {
            continue;
        }
        let (line, column) = lines.place(range.start);
        let whole = lines.whole_line();
        let first = value.lines().next().unwrap_or_default();
        let place = Place { line, column, end_line: line, end_column: column + first.chars().count() };
        found.push(Found {
            lint: LINT.name,
            level: Level::Error,
            place,
            message: format!(
                "a secret stands in a configuration file, found by the rule `{rule}` ({}, {category})",
                class.as_str()
            ),
            help: LINT.help.to_owned(),
            class: class.as_str().to_owned(),
            category: category.as_str().to_owned(),
            identity: [LINT.name, rule, &identity(whole)].join("\0"),
            statement_line: line,
        });
    }
    found
}

/// A file of this library's own rules has examples of all that it finds.
fn is_rules_file(text: &str) -> bool {
    let has =
        |starts: &[&str]| text.lines().any(|line| starts.iter().any(|start| line.trim_start().starts_with(start)));
    has(&["[[pattern]]", "[[field]]"]) && has(&["version = 1", "regex = ", "detector = ", "keys = "])
}

/// What stands for a secret, and what is none in spite of its key.
fn is_no_secret(text: &str, at: usize, value: &str) -> bool {
    let line = text[text[..at].rfind('\n').map_or(0, |end| end + 1)..].lines().next().unwrap_or_default();
    let value = value.trim().trim_matches(['"', '\'', ',']);
    let lower = value.to_lowercase();
    // The key before the value, as far as letters go.
    let before = text[..at].trim_end_matches(|c: char| !c.is_alphanumeric());
    let key = &before[before.rfind(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').map_or(0, |at| at + 1)..];
    let plain =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    // Defaults that everyone knows are no secrets, nor are the permissions of workflows.
    const WORDS: [&str; 26] = [
        "",
        "true",
        "false",
        "yes",
        "no",
        "null",
        "none",
        "nil",
        "~",
        "changeme",
        "redacted",
        "placeholder",
        "todo",
        "unset",
        "password",
        "passwd",
        "secret",
        "example",
        "test",
        "root",
        "admin",
        "postgres",
        "dummy",
        "inherit",
        "read",
        "write",
    ];
    const BEGINNINGS: [&str; 19] = [
        "$", "{{", "{%", "<", "%", "@", "!", "env:", "env(", "env.", "vault:", "file:", "secret:", "ref+", "/", "./",
        "../", "~/", "your",
    ];
    let is_version = value.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '^' | '=' | '>' | '<' | '*'))
        && value.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '^' | '=' | '>' | '<' | ' ' | ',' | '*'))
        && value.contains('.');
    // A sentence, in a file of texts: without quotes, the value ends at its first blank.
    let sentence = match text[..at].ends_with(['"', '\'']) {
        true => value,
        false => text[at..].lines().next().unwrap_or_default().trim(),
    };
    let is_words = sentence.contains(' ') && sentence.chars().all(|c| c.is_alphabetic() || " .,:!?'’()-".contains(c));
    // A comment where the value should be.
    // What stands deeper below its key, and has keys of its own.
    let first = value.lines().next().unwrap_or_default();
    let is_mapping =
        text[..at].trim_end_matches([' ', '\t']).ends_with('\n') && (first.contains(": ") || first.ends_with(':'));
    // Actions of a workflow are named by a hash.
    let is_action = line.trim_start_matches(['-', ' ', '\t']).starts_with("uses:");
    let is_comment = value.starts_with('#') && text[..at].ends_with(char::is_whitespace);
    is_comment
        || is_action
        || is_mapping
        || WORDS.contains(&lower.as_str())
        || BEGINNINGS.iter().any(|start| lower.starts_with(start))
        || value.contains("${")
        || value.contains("{{")
        || value.starts_with(['{', '['])
        || [".pem", ".key", ".crt"].iter().any(|end| lower.ends_with(end))
        || is_version
        || is_words
        || value.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.' | '-'))
        || plain(value) == plain(key)
}

/// Finds lines and columns of places that come in order.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    /// Where the line begins.
    begins: usize,
}

impl<'t> Lines<'t> {
    fn place(&mut self, at: usize) -> (usize, usize) {
        let passed = &self.text[self.at..at.max(self.at)];
        self.line += passed.matches('\n').count();
        if let Some(last) = passed.rfind('\n') {
            self.begins = self.at + last + 1;
        }
        self.at = at.max(self.at);
        (self.line, self.text[self.begins..self.at].chars().count() + 1)
    }

    fn whole_line(&self) -> &'t str {
        self.text[self.begins..].lines().next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(usize, usize)> {
        let found = secrets(&Policy::builtin(), text, str::to_owned);
        found.iter().map(|found| (found.place.line, found.place.column)).collect()
    }

    #[test]
    fn secrets_are_found_where_they_stand() {
        assert_eq!(lines("[db]\nuser = \"shop\"\npassword = \"hunter2-x9\"\n"), [(3, 13)]);
        assert_eq!(lines("db:\n  password: hunter2-x9\n"), [(2, 13)]);
        assert_eq!(lines("{\n  \"ü\": 1, \"api_key\": \"k-77f1c0\"\n}\n"), [(2, 23)]);
        assert_eq!(lines("DATABASE_URL=postgres://shop:hunter2@db.example.com/shop\n").len(), 1);
        assert_eq!(lines("aws.id=AKIAIOSFODNN7EXAMPLE\n").len(), 1);
    }

    #[test]
    fn what_stands_for_secrets_is_none() {
        for text in [
            "password = \"${DB_PASSWORD}\"",
            "password: {{ .Values.password }}",
            "password: <your password>",
            "password = \"\"",
            "password = \"changeme\"",
            "cookie = \"0.18.1\"",
            "cookie = { version = \"0.18\", features = [\"secure\"] }",
            "private_key = \"/etc/ssl/shop.pem\"",
            "password: Password",
            "password: Enter your password",
            "password = true",
            "POSTGRES_PASSWORD: postgres",
            "DATABASE_URL=postgres://postgres:password@localhost:5432/shop",
            "  id-token: write",
            "secrets:\n  CARGO_REGISTRY_TOKEN:\n    required: true\n",
            "secrets:\n  name: shop\n  mode: 0400\n",
            "      uses: codecov/codecov-action@5a1091511ad55cbe89839c7260b706298ca349f7 # tag=v5.5.1",
            "password: # to be set\n",
            "authors = [\"Jane Doe <jane.doe@example.com>\"]",
            "version = 1\n[[field]]\nkeys = [\"x\"]\nexamples = [\"AKIAIOSFODNN7EXAMPLE\"]",
        ] {
            assert_eq!(lines(text), [], "{text}");
        }
    }
}
