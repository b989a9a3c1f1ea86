//! What was done, and what became of it.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What was done. An application adds its own with [`Action::new`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Action(Cow<'static, str>);

impl Action {
    /// An entity was made.
    pub const CREATE: Self = Self::new("create");
    /// An entity was changed.
    pub const UPDATE: Self = Self::new("update");
    /// An entity was deleted.
    pub const DELETE: Self = Self::new("delete");
    /// Someone signed in.
    pub const LOGIN: Self = Self::new("login");
    /// Someone failed to sign in.
    pub const LOGIN_FAILURE: Self = Self::new("login_failure");
    /// Someone signed out.
    pub const LOGOUT: Self = Self::new("logout");
    /// Someone looked at an entity.
    pub const READ: Self = Self::new("read");
    /// Someone took data out.
    pub const EXPORT: Self = Self::new("export");
    /// A right or role was given.
    pub const GRANT: Self = Self::new("grant");
    /// A right or role was taken away.
    pub const REVOKE: Self = Self::new("revoke");
    /// Records were archived and deleted after their time.
    pub const PURGE: Self = Self::new("purge");
    /// The key of a person was destroyed.
    pub const ERASE: Self = Self::new("erase");
    /// Records were put under legal hold.
    pub const HOLD: Self = Self::new("hold");
    /// A legal hold was lifted.
    pub const RELEASE: Self = Self::new("release");

    /// A row of a [watched](crate::EntityType::watch) table was made, and nobody recorded it.
    pub const RAW_CREATE: Self = Self::new("raw_create");
    /// A row of a watched table was changed, and nobody recorded it.
    pub const RAW_UPDATE: Self = Self::new("raw_update");
    /// A row of a watched table was deleted, and nobody recorded it. With the id `*`: all rows.
    pub const RAW_DELETE: Self = Self::new("raw_delete");

    /// An action of the application's own. The name is a constant of the program, for it is recorded as it is.
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The action of that name, to search for.
    pub fn named(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a record of it tells of a change.
    pub(crate) fn changes(&self) -> bool {
        ![Self::LOGIN, Self::LOGIN_FAILURE, Self::LOGOUT, Self::READ, Self::EXPORT].contains(self)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What became of what was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It was done.
    #[default]
    Success,
    /// It was tried and failed.
    Failure,
    /// It was refused.
    Denied,
}

impl Outcome {
    /// Its name: `success`, `failure` or `denied`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Denied => "denied",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Success, Self::Failure, Self::Denied].into_iter().find(|outcome| outcome.as_str() == name)
    }
}
