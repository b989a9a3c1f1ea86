//! What becomes of one file.

use std::collections::HashMap;
use std::path::PathBuf;

use tracing_privacy::Policy;

use super::allow::is_allowed;
use super::checks::{self, Found};
use super::excerpt::excerpts;
use super::files::{Kind, Source};
use super::index::Index;
use super::keys::Keys;
use super::map::{Entry, entries};
use super::package::Packages;
use super::parse::{forget_spans, parse, read, tokens};
use super::statement::Statement;
use super::walk::statements;

/// A file, and the path of its module.
pub(super) struct Assigned {
    pub(super) source: Source,
    pub(super) module: Option<String>,
}

impl Assigned {
    /// Files by the package that they belong to, the first package first; those without one are together.
    pub(super) fn by_package(sources: Vec<Source>) -> Vec<Vec<Self>> {
        let mut packages = Packages::default();
        let (mut groups, mut places) = (Vec::<Vec<Self>>::new(), HashMap::new());
        for source in sources {
            let package = packages.of(&source.path);
            let stem = |path: &PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().replace('-', "_"));
            let module = match package {
                Some(package) => packages.all[package].module(&source.path),
                None => stem(&source.path),
            };
            let at = *places.entry(package).or_insert(groups.len());
            if at == groups.len() {
                groups.push(Vec::new());
            }
            groups[at].push(Self { source, module });
        }
        groups
    }
}

/// What a file defines. What cannot be read is told when it is looked at.
pub(super) fn defined(file: &Assigned) -> Index {
    if file.source.kind != Kind::Rust {
        return Index::default();
    }
    let index =
        read(&file.source.path).and_then(|text| parse(&text)).map(|parsed| Index::of(&parsed, file.module.as_deref()));
    forget_spans();
    index.unwrap_or_default()
}

/// A finding, and how it is shown.
pub(super) struct Shown {
    pub(super) found: Found,
    pub(super) is_allowed: bool,
    /// Its line, as far as that may be shown.
    pub(super) line: String,
}

/// How files are looked at.
pub(super) struct Options {
    pub(super) tests: bool,
    /// Whether the data map is asked for, not findings.
    pub(super) map: bool,
}

/// What was seen in a file.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) findings: Vec<Shown>,
    pub(super) entries: Vec<Entry>,
}

/// Looks at a file. The error says why it cannot be.
pub(super) fn look(file: &Assigned, index: &Index, keys: &Keys<'_>, options: &Options) -> Result<Seen, String> {
    let text = read(&file.source.path)?;
    let seen = match file.source.kind {
        Kind::Rust => rust(&text, file, index, keys, options),
        Kind::Configuration if options.map => Ok(Seen::default()),
        Kind::Configuration => Ok(configuration(&text, keys.policy())),
    };
    forget_spans();
    seen
}

fn rust(text: &str, file: &Assigned, index: &Index, keys: &Keys<'_>, options: &Options) -> Result<Seen, String> {
    let parsed = parse(text)?;
    let statements: Vec<Statement> = statements(&parsed, file.module.clone(), index, keys, options.tests);
    if options.map {
        let entries = statements.iter().flat_map(|statement| entries(statement, keys)).collect();
        return Ok(Seen { entries, ..Seen::default() });
    }
    let mut found: Vec<Found> = statements.iter().flat_map(|statement| checks::found(statement, keys)).collect();
    // What stands in several macros at once is told once.
    found.sort_by(|a, b| (a.place, a.lint).cmp(&(b.place, b.lint)));
    found.dedup_by(|a, b| (a.place, a.lint) == (b.place, b.lint));
    let places: Vec<_> = found.iter().map(|found| found.place).collect();
    // Few files have findings, so that most are cut into tokens once.
    let excerpts = if found.is_empty() { Default::default() } else { excerpts(text, tokens(text)?, &places) };
    let line = |found: &Found| excerpts.get(&found.place.line).cloned().unwrap_or_default();
    Ok(Seen { findings: shown(text, found, line), ..Seen::default() })
}

fn configuration(text: &str, policy: &Policy) -> Seen {
    let masked = |line: &str| {
        let mut masked = Vec::new();
        policy.findings_and_mask(line.as_bytes(), &mut masked);
        String::from_utf8_lossy(&masked).into_owned()
    };
    let found = checks::secrets(policy, text, masked);
    let lines: Vec<&str> = text.lines().collect();
    // The word before the secret, and nothing else of the line.
    let line = |found: &Found| {
        let whole: Vec<char> = lines.get(found.place.line - 1).map_or_else(Vec::new, |line| line.chars().collect());
        let before = &whole[..(found.place.column - 1).min(whole.len())];
        let is_word = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let end = before.iter().rposition(is_word).map_or(0, |last| last + 1);
        let start = before[..end].iter().rposition(|c| !is_word(c)).map_or(0, |last| last + 1);
        let shown = before.iter().enumerate().map(|(at, c)| if at < start { ' ' } else { *c });
        shown.chain("********".chars()).collect()
    };
    let mut findings = shown(text, found, line);
    for finding in &mut findings {
        finding.found.place.end_column = finding.found.place.column + 8;
    }
    Seen { findings, ..Seen::default() }
}

fn shown(text: &str, found: Vec<Found>, line: impl Fn(&Found) -> String) -> Vec<Shown> {
    if found.is_empty() {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    let one = |found: Found| {
        let is_allowed = is_allowed(&lines, found.lint, found.place.line, found.statement_line);
        Shown { line: line(&found), is_allowed, found }
    };
    found.into_iter().map(one).collect()
}
