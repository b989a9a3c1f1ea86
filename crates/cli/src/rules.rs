//! The rules that a command works by.

use std::path::{Path, PathBuf};

use tracing_privacy::observe::Observer;
use tracing_privacy::{Error, Policy, PolicyBuilder};

/// Which rules are in force; the same for every command.
#[derive(clap::Args)]
pub(crate) struct Rules {
    /// Rules file; without it $TRACING_PRIVACY_RULES, else redaction-rules.toml in the working directory, else built in
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,

    /// By the policy of this audience, `[audience.NAME]` in the rules
    #[arg(long, value_name = "NAME")]
    audience: Option<String>,
}

impl Rules {
    /// The policy that the option or the environment asks for.
    pub(crate) fn policy(&self) -> Result<Policy, Error> {
        self.of_audience(self.builder().build()?)
    }

    /// The same, with someone who is told of every decision.
    pub(crate) fn observed_policy(&self, observer: impl Observer) -> Result<Policy, Error> {
        self.of_audience(self.builder().observer(observer).build()?)
    }

    fn of_audience(&self, policy: Policy) -> Result<Policy, Error> {
        self.audience.as_ref().map_or(Ok(policy.clone()), |name| policy.audience(name))
    }

    fn builder(&self) -> PolicyBuilder {
        match &self.rules {
            Some(path) => Policy::builder().rules_file(path),
            None => Policy::builder().environment(),
        }
    }

    /// Where the policy came from; the order is that of [`Policy::from_environment`].
    pub(crate) fn source(&self) -> String {
        const WORKING_DIRECTORY: &str = "redaction-rules.toml";
        match (&self.rules, std::env::var_os("TRACING_PRIVACY_RULES")) {
            (Some(path), _) => path.display().to_string(),
            (None, Some(path)) => format!("{} (TRACING_PRIVACY_RULES)", Path::new(&path).display()),
            (None, None) if Path::new(WORKING_DIRECTORY).exists() => WORKING_DIRECTORY.to_owned(),
            (None, None) => "built in".to_owned(),
        }
    }
}
