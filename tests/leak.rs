//! Secrets × paths × outputs: everything leaks without the boundary, nothing with it.
//!
//! The rows are in `leak/secrets.rs`, `leak/paths.rs` and `leak/documents.rs`, the columns in `leak/outputs.rs`. A cell whose raw output does
//! not hold the secret fails as well: it would prove nothing.

#[path = "leak/documents.rs"]
mod documents;
#[path = "leak/outputs.rs"]
mod outputs;
#[path = "leak/paths.rs"]
mod paths;
#[path = "leak/secrets.rs"]
mod secrets;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use tracing::info;
use tracing_privacy::Policy;
use tracing_privacy::testing::Canaries;

use self::documents::DOCUMENTS;
use self::outputs::outputs;
use self::paths::{not_applicable, not_shown, paths};
use self::secrets::{SECRETS, Secret};

/// What is wrong with a cell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// The secret stands in the output in spite of the boundary.
    Leaks,
    /// The output does not hold the secret even without the boundary.
    ProvesNothing,
    /// With the boundary, the output is empty.
    Lost,
}

struct Cell {
    secret: &'static str,
    path: &'static str,
    output: &'static str,
    fault: Option<Fault>,
}

#[test]
fn nothing_leaks_through_the_boundary() {
    let policy = Policy::builtin();
    let mut table = Vec::new();
    for secret in SECRETS {
        for path in paths(secret.key).iter().filter(|path| not_applicable(secret, path).is_none()) {
            table.extend(cells(&policy, secret, path.name, || (path.run)(secret.value)));
        }
    }
    assert_good(&table, 6_000);
}

#[test]
fn nothing_leaks_from_documents() {
    let policy = Policy::builtin();
    let mut table = Vec::new();
    for secret in SECRETS {
        for document in DOCUMENTS {
            let text = (document.write)(secret.key.name(), secret.value);
            table.extend(cells(&policy, secret, document.name, || info!(body = text, printed = ?text, "got {text}")));
        }
    }
    assert_good(&table, 9_000);
}

#[track_caller]
fn assert_good(cells: &[Cell], fewest: usize) {
    let bad: Vec<&Cell> = cells.iter().filter(|cell| cell.fault.is_some()).collect();
    assert!(bad.is_empty(), "{} of {} cells are bad\n{}", bad.len(), cells.len(), table(&bad));
    assert!(cells.len() > fewest, "the table has lost rows or columns: {} cells", cells.len());
}

/// The cells of one secret on one path, one for each output.
fn cells(policy: &Policy, secret: &Secret, path: &'static str, log: impl Fn()) -> Vec<Cell> {
    let canaries = Canaries::new(secret.canaries.iter().copied());
    let raw = outputs(None, &log);
    let masked = outputs(Some(policy), &log);
    raw.into_iter()
        .zip(masked)
        .map(|((output, raw), (_, masked))| {
            let shown = canaries.find(raw.as_bytes()).len() == secret.canaries.len();
            let fault = if !shown && not_shown(path, output).is_none() {
                Some(Fault::ProvesNothing)
            } else if !canaries.find(masked.as_bytes()).is_empty() {
                Some(Fault::Leaks)
            } else if masked.trim().is_empty() {
                Some(Fault::Lost)
            } else {
                None
            };
            Cell { secret: secret.name, path, output, fault }
        })
        .collect()
}

/// One line for each secret and path with a bad cell, one column for each output with one.
fn table(bad: &[&Cell]) -> String {
    let outputs: BTreeSet<&str> = bad.iter().map(|cell| cell.output).collect();
    let rows: BTreeSet<(&str, &str)> = bad.iter().map(|cell| (cell.secret, cell.path)).collect();
    let mut table = String::from("L = leaks, ? = not in the raw output either, - = nothing was logged\n\n");
    let mut line = |secret: &str, path: &str, cells: &mut dyn Iterator<Item = (usize, &str)>| {
        let _ = write!(table, "{secret:<26}  {path:<30}");
        for (width, cell) in cells {
            let _ = write!(table, "  {cell:<width$}");
        }
        table.push('\n');
    };
    line("secret", "path", &mut outputs.iter().map(|output| (output.len(), *output)));
    for (secret, path) in rows {
        let cell = |output: &&str| {
            let here = bad.iter().find(|cell| (cell.secret, cell.path, cell.output) == (secret, path, *output));
            match here.and_then(|cell| cell.fault) {
                Some(Fault::Leaks) => "L",
                Some(Fault::ProvesNothing) => "?",
                Some(Fault::Lost) => "-",
                None => ".",
            }
        };
        line(secret, path, &mut outputs.iter().map(|output| (output.len(), cell(output))));
    }
    table
}
