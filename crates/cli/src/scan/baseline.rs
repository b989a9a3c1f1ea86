//! Findings that are known: written once, and left out from then on.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::Path;

use super::fingerprint::Fingerprint;
use crate::atomic::Unfinished;
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

/// How often each finding is known. A finding more is a new one.
#[derive(Default)]
pub(crate) struct Baseline {
    /// The key that fingerprints were made with.
    pub(crate) key: Option<String>,
    findings: Known,
}

/// Findings, and how often each is known. Large ones are read entry by entry.
#[derive(Default)]
struct Known {
    counts: HashMap<Fingerprint, (u32, u32)>,
    /// The names of rules, which `counts` has the index of.
    rules: Vec<String>,
}

/// The form of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    key: Option<String>,
    findings: Known,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    fingerprint: Fingerprint,
    rule: String,
    count: u32,
}

impl Baseline {
    /// One that knows nothing yet, for fingerprints by that key.
    pub(crate) fn by_key(key: Option<String>) -> Self {
        Self { key, ..Self::default() }
    }

    /// Reads a file. The error says what is wrong with it.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let name = path.display();
        let file = File::open(path).map_err(|error| format!("{name}: {error}"))?;
        let written: Written = serde_json::from_reader(BufReader::new(file))
            .map_err(|error| format!("{name} is no baseline: {error}; write one with --write-baseline"))?;
        if written.version != 1 {
            return Err(format!(
                "{name} is a baseline of version {}, of which this program knows nothing",
                written.version
            ));
        }
        Ok(Self { key: written.key, findings: written.findings })
    }

    /// Counts a finding as known.
    pub(crate) fn add(&mut self, fingerprint: Fingerprint, rule: &str, count: u32) {
        self.findings.add(fingerprint, rule, count);
    }

    /// Whether a finding is known; each time it is met counts.
    pub(crate) fn takes(&mut self, fingerprint: Fingerprint) -> bool {
        match self.findings.counts.get_mut(&fingerprint) {
            Some((_, left)) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    /// Writes a file, in one step.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = BufWriter::new(Unfinished::new(path)?);
        let mut sorted: Vec<_> = self.findings.counts.iter().collect();
        sorted.sort();
        let key = serde_json::to_string(&self.key)?;
        write!(file, "{{\n  \"version\": 1,\n  \"key\": {key},\n  \"findings\": [")?;
        for (index, (fingerprint, (rule, count))) in sorted.into_iter().enumerate() {
            let rule = serde_json::to_string(self.findings.rules.get(*rule as usize).map_or("", String::as_str))?;
            let comma = if index == 0 { "" } else { "," };
            write!(file, "{comma}\n    {{\"fingerprint\": \"{fingerprint}\", \"rule\": {rule}, \"count\": {count}}}")?;
        }
        write!(file, "\n  ]\n}}\n")?;
        // It is to be committed and read by others.
        file.into_inner().map_err(io::IntoInnerError::into_error)?.put(path)
    }
}

impl Known {
    fn add(&mut self, fingerprint: Fingerprint, rule: &str, count: u32) {
        let rule = self.rules.iter().position(|known| known == rule).unwrap_or_else(|| {
            self.rules.push(rule.to_owned());
            self.rules.len() - 1
        });
        let entry = self.counts.entry(fingerprint).or_insert((u32::try_from(rule).unwrap_or(u32::MAX), 0));
        entry.1 = entry.1.saturating_add(count);
    }
}

impl<'de> Deserialize<'de> for Known {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Known;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of findings")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Known, A::Error> {
                let mut known = Known::default();
                while let Some(Entry { fingerprint, rule, count }) = entries.next_element()? {
                    known.add(fingerprint, &rule, count);
                }
                Ok(known)
            }
        }

        deserializer.deserialize_seq(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_known_as_often_as_it_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known.json");
        let (one, other) = (Fingerprint([0xa5; 16]), Fingerprint([1; 16]));
        let mut baseline = Baseline::by_key(Some("k1".to_owned()));
        baseline.add(one, "email", 1);
        baseline.add(one, "email", 1);
        baseline.write(&path).unwrap();

        let mut read = Baseline::read(&path).unwrap();
        assert_eq!(read.key.as_deref(), Some("k1"));
        assert_eq!([read.takes(one), read.takes(one), read.takes(one)], [true, true, false]);
        assert!(!read.takes(other));
    }

    #[test]
    fn what_is_no_baseline_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known.json");
        for (text, told) in [
            ("", "is no baseline"),
            ("{\"version\":2,\"key\":null,\"findings\":[]}", "version 2"),
            (
                "{\"version\":1,\"key\":null,\"findings\":[{\"fingerprint\":\"ab\",\"rule\":\"x\",\"count\":1}]}",
                "32 hex",
            ),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = Baseline::read(&path).err().unwrap();
            assert!(error.contains(told) && error.contains("known.json"), "{error}");
        }
        assert!(Baseline::read(&folder.path().join("missing.json")).is_err());
    }
}
