//! SARIF 2.1.0 (OASIS), the form that code scanning reads.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Form, Item};

#[derive(Default)]
pub(super) struct Sarif {
    results: u64,
}

impl Form for Sarif {
    fn begin(&mut self, to: &mut dyn Write) -> io::Result<()> {
        let driver = json!({
            "name": "tracing-privacy",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": "https://docs.rs/tracing-privacy",
        });
        write!(
            to,
            "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[\
             {{\"tool\":{{\"driver\":{driver}}},\"columnKind\":\"unicodeCodePoints\",\"results\":["
        )
    }

    fn add(&mut self, item: &Item<'_>, to: &mut dyn Write) -> io::Result<()> {
        let mut region = json!({ "startLine": item.line, "startColumn": item.column });
        if let Some(end) = item.end_column {
            region["endColumn"] = end.into();
        }
        let mut result = json!({
            "ruleId": item.rule,
            "level": item.level.as_str(),
            "message": { "text": item.message },
            "locations": [{
                "physicalLocation": { "artifactLocation": { "uri": uri(item.file) }, "region": region },
            }],
        });
        if let Some(fingerprint) = item.fingerprint {
            result["partialFingerprints"] = json!({ "tracingPrivacy/v1": fingerprint });
        }
        if !item.facts.is_empty() {
            let facts: Map<String, Value> =
                item.facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
            result["properties"] = facts.into();
        }
        write!(to, "{}{result}", if self.results == 0 { "\n" } else { ",\n" })?;
        self.results += 1;
        Ok(())
    }

    fn end(&mut self, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "\n]}}]}}")
    }
}

/// A path as a relative or absolute reference (RFC 3986, §2.3 and §3.3).
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
