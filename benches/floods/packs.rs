//! The packs of the library, and floods of what their rules find.

use std::path::Path;

use serde::Deserialize;

use crate::{Flood, cut};

/// A pack's file, as far as it is of interest here.
#[derive(Deserialize)]
pub struct Pack {
    #[serde(skip)]
    name: String,
    #[serde(default)]
    field: Vec<Field>,
    #[serde(default)]
    pattern: Vec<Pattern>,
}

#[derive(Deserialize)]
struct Field {
    keys: Vec<String>,
}

#[derive(Deserialize)]
struct Pattern {
    name: String,
    #[serde(default)]
    context: Vec<String>,
    #[serde(default)]
    examples: Vec<String>,
    #[serde(default)]
    counterexamples: Vec<String>,
}

impl Pack {
    /// Floods of all its rules.
    pub fn floods(&self) -> Vec<Flood> {
        let keys = || self.field.iter().flat_map(|field| field.keys.iter().map(|key| key.replace('*', "x")));
        let all = |texts: fn(&Pattern) -> Vec<String>| self.pattern.iter().flat_map(texts).collect::<Vec<_>>();
        let floods = [
            ("keys", keys().map(|key| format!("{key}=")).collect()),
            ("keys and values", keys().map(|key| format!("{key}: \"x\",")).collect()),
            ("examples", all(|pattern| pattern.examples.clone())),
            ("counterexamples", all(|pattern| pattern.counterexamples.clone())),
            ("context words", all(|pattern| pattern.context.clone())),
            ("halves", all(|pattern| pattern.examples.iter().map(|example| half(example).to_owned()).collect())),
        ];
        let joined =
            |(what, texts): (&str, Vec<String>)| Flood::of(format!("{}: {what}", self.name), texts.join(" ") + " ");
        let mut floods: Vec<Flood> = floods.into_iter().filter_map(joined).collect();
        let glued = all(|pattern| pattern.examples.clone()).concat();
        floods.extend(Flood::of(format!("{}: examples without blanks", self.name), glued));
        floods
    }

    /// Floods of each rule by itself.
    pub fn rule_floods(&self) -> Vec<Flood> {
        let mut floods = Vec::new();
        for pattern in &self.pattern {
            let context = pattern.context.join(" ");
            for text in pattern.examples.iter().chain(&pattern.counterexamples) {
                let units = [
                    ("with blanks", format!("{text} ")),
                    ("without blanks", text.clone()),
                    ("half", half(text).to_owned()),
                    ("half, with context", format!("{context} {} ", half(text))),
                    ("last character again", text.chars().last().map(String::from).unwrap_or_default()),
                ];
                for (what, unit) in units {
                    let head = if what == "last character again" { text.clone() } else { String::new() };
                    let name = format!("{}: {}, {what}", self.name, pattern.name);
                    floods.extend(Flood::of(name, unit).map(|flood| Flood { head, ..flood }));
                }
            }
        }
        floods
    }
}

fn half(text: &str) -> &str {
    cut(text, text.len() / 2)
}

/// The packs of the library, one for each file.
pub fn packs() -> Vec<Pack> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules/packs");
    let mut files = Vec::new();
    for folder in [folder.clone(), folder.join("secrets")] {
        let entries = std::fs::read_dir(folder).expect("the packs are there");
        files.extend(entries.map(|entry| entry.expect("the packs can be listed").path()));
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let read = |file: &std::path::PathBuf| {
        let text = std::fs::read_to_string(file).expect("a pack can be read");
        let mut pack: Pack = toml::from_str(&text).expect("a pack is TOML");
        let name = file.strip_prefix(&folder).expect("it stands in that folder").with_extension("");
        pack.name = format!("pack {}", name.display());
        pack
    };
    files.iter().map(read).collect()
}
