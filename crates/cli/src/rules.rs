//! The rules that a command works by.

use std::path::{Path, PathBuf};

use tracing_privacy::observe::Observer;
use tracing_privacy::{Policy, PolicyBuilder};

/// Which rules are in force; the same for every command.
#[derive(clap::Args)]
pub(crate) struct Rules {
    /// Rules file; without it $TRACING_PRIVACY_RULES, else redaction-rules.toml in the working directory, else built in
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,

    /// By the policy of this audience, `[audience.NAME]` in the rules
    #[arg(long, value_name = "NAME")]
    audience: Option<String>,

    /// Profile of the rules; without it that of $TRACING_PRIVACY_PROFILE, or the one that the rules name
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

/// The rules file that is in force where none is named.
const WORKING_DIRECTORY: &str = "redaction-rules.toml";
const RULES_VARIABLE: &str = "TRACING_PRIVACY_RULES";
const PROFILE_VARIABLE: &str = "TRACING_PRIVACY_PROFILE";

impl Rules {
    /// The policy that the option or the environment asks for.
    pub(crate) fn policy(&self) -> Result<Policy, String> {
        self.refuse_two_profiles()?;
        self.of_audience(self.builder())
    }

    /// The same, with someone who is told of every decision.
    pub(crate) fn observed_policy(&self, observer: impl Observer) -> Result<Policy, String> {
        self.refuse_two_profiles()?;
        self.of_audience(self.builder().observer(observer))
    }

    fn of_audience(&self, builder: PolicyBuilder) -> Result<Policy, String> {
        let policy = builder.build().map_err(|error| error.to_string())?;
        match &self.audience {
            Some(name) => policy.audience(name).map_err(|error| error.to_string()),
            None => Ok(policy),
        }
    }

    /// The policy as it would be without one of its rules; `None` where it cannot be without it.
    pub(crate) fn policy_without(&self, rule: &str) -> Option<Policy> {
        // What an environment brings by itself, it does not bring to a builder that has rules.
        let builder = match (&self.rules, std::env::var_os(RULES_VARIABLE)) {
            (None, None) if Path::new(WORKING_DIRECTORY).exists() => self.builder().rules_file(WORKING_DIRECTORY),
            (None, None) => self.builder().include_all(),
            _ => self.builder(),
        };
        let name = toml_string(rule);
        self.of_audience(builder.rules(&format!("version = 1\n[rules]\n{name} = \"off\"\n"))).ok()
    }

    /// Whether two profiles are asked for; the error says so.
    fn refuse_two_profiles(&self) -> Result<(), String> {
        match (&self.rules, &self.profile, std::env::var(PROFILE_VARIABLE)) {
            (None, Some(asked), Ok(variable)) if *asked != variable => Err(format!(
                "tracing-privacy: --profile asks for another profile than {PROFILE_VARIABLE}, which a policy heeds first; unset the variable, as \
                 in `env -u {PROFILE_VARIABLE} tracing-privacy …`"
            )),
            _ => Ok(()),
        }
    }

    /// What it is built of, to be added to.
    pub(crate) fn builder(&self) -> PolicyBuilder {
        let builder = match &self.rules {
            Some(path) => Policy::builder().rules_file(path),
            None => Policy::builder().environment(),
        };
        match &self.profile {
            Some(profile) => builder.profile(profile),
            None => builder,
        }
    }

    /// Where the policy came from; the order is that of [`Policy::from_environment`].
    pub(crate) fn source(&self) -> String {
        match (&self.rules, std::env::var_os(RULES_VARIABLE)) {
            (Some(path), _) => path.display().to_string(),
            (None, Some(path)) => format!("{} (TRACING_PRIVACY_RULES)", Path::new(&path).display()),
            (None, None) if Path::new(WORKING_DIRECTORY).exists() => WORKING_DIRECTORY.to_owned(),
            (None, None) => "built in".to_owned(),
        }
    }
}

/// A text as TOML writes it.
pub(crate) fn toml_string(text: &str) -> String {
    // JSON escapes what TOML does, but for DEL.
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
