//! The figures that are kept, and what they depend on.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;

/// What `figures.toml` says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    pub surroundings: Surroundings,
    /// Instructions of one event, by case.
    pub instructions: BTreeMap<String, u64>,
}

/// Where instructions were counted; others may take others.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Surroundings {
    rustc: String,
    libc: String,
    processor: String,
    valgrind: String,
}

impl Figures {
    pub fn read() -> Result<Self, String> {
        let path = path();
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Where they were written to.
    pub fn write(&self) -> Result<String, String> {
        let Surroundings { rustc, libc, processor, valgrind } = &self.surroundings;
        let mut text = format!(
            "# Instructions of one event; `just guard --write` writes this file.\n\n[surroundings]\nrustc = {rustc:?}\n\
             libc = {libc:?}\nprocessor = {processor:?}\nvalgrind = {valgrind:?}\n\n[instructions]\n"
        );
        for (case, count) in &self.instructions {
            let _ = writeln!(text, "{case:?} = {count}");
        }
        let path = path();
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path.display().to_string())
    }
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/guard/figures.toml")
}

impl Surroundings {
    pub fn here() -> Self {
        Self {
            rustc: first_line("rustc", &["--version"]),
            libc: first_line("getconf", &["GNU_LIBC_VERSION"]),
            processor: processor(),
            valgrind: first_line("valgrind", &["--version"]),
        }
    }
}

/// What a program says of itself; libraries choose their instructions by it, so two of one kind take the same.
fn processor() -> String {
    #[cfg(target_arch = "x86_64")]
    return format!("x86_64, AVX2 {}", std::arch::is_x86_feature_detected!("avx2"));
    #[cfg(not(target_arch = "x86_64"))]
    return std::env::consts::ARCH.to_owned();
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").to_owned()
}
