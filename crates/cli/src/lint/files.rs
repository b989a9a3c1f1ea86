//! The files that are looked at: Rust sources, and configuration beside them.

use std::path::{Path, PathBuf};

use crate::input::{Input, files_where};

/// A file to look at.
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Rust,
    Configuration,
}

/// Folders of what others wrote, or what is made.
const NOT_OURS: [&str; 3] = ["node_modules", "vendor", ".git"];
/// Folders in which everything is a test.
const TESTS: [&str; 2] = ["tests", "benches"];
const CONFIGURATION: [&str; 7] = ["toml", "yaml", "yml", "json", "env", "properties", "ini"];
/// Files that tools write, full of hashes.
const WRITTEN_BY_TOOLS: [&str; 4] = ["package-lock.json", "pnpm-lock.yaml", "composer.lock", "npm-shrinkwrap.json"];

/// All files of the paths, none twice, and what cannot be looked into, with the reason.
pub(super) fn sources(paths: &[PathBuf], tests: bool) -> (Vec<Source>, Vec<(PathBuf, String)>) {
    let (mut sources, mut closed, mut seen) = (Vec::new(), Vec::new(), std::collections::HashSet::new());
    for path in paths {
        if !path.is_dir() {
            // What was named is looked at, whatever it is called.
            if seen.insert(path.clone()) {
                sources.push(Source { kind: kind(path).unwrap_or(Kind::Rust), path: path.clone() });
            }
            continue;
        }
        let leave_out = move |folder: &Path| {
            let name = folder.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let is_target = name == "target" && folder.with_file_name("Cargo.toml").is_file();
            is_target
                || NOT_OURS.contains(&&*name)
                || folder.join("CACHEDIR.TAG").is_file()
                || !tests && TESTS.contains(&&*name)
        };
        for input in files_where(path, true, move |folder| !leave_out(folder)) {
            match input {
                Input::File(path) => {
                    if let Some(kind) = kind(&path)
                        && seen.insert(path.clone())
                    {
                        sources.push(Source { path, kind });
                    }
                }
                Input::Closed(path, reason) => closed.push((path, reason)),
                Input::Stdin => {}
            }
        }
    }
    (sources, closed)
}

/// What a file is, by its name.
fn kind(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_string_lossy();
    let extension = path.extension().map(|extension| extension.to_string_lossy()).unwrap_or_default();
    if extension == "rs" {
        return Some(Kind::Rust);
    }
    let is_env = name == ".env" || name.starts_with(".env.");
    let is_tool = WRITTEN_BY_TOOLS.contains(&&*name) || name.ends_with(".schema.json");
    ((is_env || CONFIGURATION.contains(&&*extension)) && !is_tool).then_some(Kind::Configuration)
}
