//! One line to start: policy, filter, output and boundary, installed.

use std::error::Error as StdError;
use std::fmt;
use std::io::{self, Stdout};

use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt;

use crate::boundary::PrivacySubscriberExt;
use crate::policy::{Policy, PolicySource};
use crate::rules::Error;

/// Installs a global subscriber that writes JSON lines to standard output, behind a privacy boundary.
///
/// The policy comes from the environment ([`Policy::from_environment`]), the filter from `RUST_LOG` (`info` where it is
/// not set). Records of the `log` crate come through it, too. To choose any of these yourself, use [`setup`].
///
/// # Errors
///
/// The rules, the environment or `RUST_LOG` are wrong, or a global subscriber is already set.
///
/// ```no_run
/// tracing_privacy::init()?;
/// tracing::info!(password = "hunter2", "logged in"); // {"…","fields":{"message":"logged in","password":"[redacted:credential]"},…}
/// # Ok::<(), tracing_privacy::InitError>(())
/// ```
pub fn init() -> Result<(), InitError> {
    setup().try_init()
}

/// Starts a set-up with more say than [`init`].
///
/// ```no_run
/// use tracing_privacy::Policy;
/// tracing_privacy::setup().text().policy(Policy::builtin()).writer(std::io::stderr).try_init()?;
/// # Ok::<(), tracing_privacy::InitError>(())
/// ```
pub fn setup() -> Setup {
    Setup { policy: None, filter: None, text: false, writer: io::stdout }
}

/// What [`setup`] gathers.
#[must_use = "nothing is installed before `try_init`"]
pub struct Setup<W = fn() -> Stdout> {
    policy: Option<PolicySource>,
    filter: Option<EnvFilter>,
    text: bool,
    writer: W,
}

impl<W> Setup<W> {
    /// Sets the policy, or a [`LivePolicy`](crate::LivePolicy) that can be reloaded, instead of that of the environment.
    pub fn policy(mut self, policy: impl Into<PolicySource>) -> Self {
        self.policy = Some(policy.into());
        self
    }

    /// Sets the filter, instead of that of `RUST_LOG`.
    pub fn filter(mut self, filter: EnvFilter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Writes JSON lines. This is the default.
    pub fn json(mut self) -> Self {
        self.text = false;
        self
    }

    /// Writes the stock text format.
    pub fn text(mut self) -> Self {
        self.text = true;
        self
    }

    /// Sets where lines go, instead of standard output.
    pub fn writer<N>(self, writer: N) -> Setup<N>
    where
        N: for<'w> MakeWriter<'w> + Send + Sync + 'static,
    {
        Setup { policy: self.policy, filter: self.filter, text: self.text, writer }
    }

    /// Installs it as the global subscriber, and says which policy is in force.
    ///
    /// # Errors
    ///
    /// As [`init`].
    pub fn try_init(self) -> Result<(), InitError>
    where
        W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
    {
        let from_environment = || Policy::from_environment().map(PolicySource::from);
        let policy = self.policy.map_or_else(from_environment, Ok).map_err(Kind::Policy)?;
        let filter = self.filter.map_or_else(filter_from_environment, Ok)?;
        let in_force = policy.clone();
        let subscriber = registry().with(filter);
        let installed = if self.text {
            let text = tracing_subscriber::fmt::layer().with_writer(self.writer);
            subscriber.with(text).with_privacy(policy).try_init()
        } else {
            let json = crate::format::json_layer().with_writer(self.writer);
            subscriber.with(json).with_privacy(policy).try_init()
        };
        installed.map_err(|e| Kind::Install(e.into()))?;
        in_force.current().log_in_force();
        Ok(())
    }
}

impl<W> fmt::Debug for Setup<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("policy", &self.policy).field("text", &self.text).finish_non_exhaustive()
    }
}

/// Why nothing was installed. Its `Display` says what is wrong and how to mend it.
pub struct InitError(Kind);

enum Kind {
    Policy(Error),
    Filter(tracing_subscriber::filter::FromEnvError),
    Install(Box<dyn StdError + Send + Sync>),
}

impl From<Kind> for InitError {
    fn from(kind: Kind) -> Self {
        Self(kind)
    }
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Policy(error) => error.fmt(f),
            Kind::Filter(error) => {
                write!(f, "RUST_LOG cannot be read: {error}\nhelp: write it like info,my_crate=debug")
            }
            Kind::Install(error) => write!(f, "the subscriber cannot be installed: {error}"),
        }
    }
}

/// The same text as `Display`, for `main` prints errors by `Debug`.
impl fmt::Debug for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for InitError {}

fn filter_from_environment() -> Result<EnvFilter, Kind> {
    let builder = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
    match std::env::var_os(EnvFilter::DEFAULT_ENV) {
        None => Ok(builder.parse_lossy("")),
        Some(_) => builder.try_from_env().map_err(Kind::Filter),
    }
}
