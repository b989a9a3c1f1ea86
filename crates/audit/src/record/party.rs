//! Who does something, and from where.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Someone or something that acts: a user, a service, a job.
///
/// The id goes through the policy when it is recorded and when it is searched for. So it should be an internal id; of an
/// e-mail address, only what the policy leaves of it is kept.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Party {
    /// What it is, by a name that the application chooses: `user`, `service`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which one.
    pub id: String,
}

impl Party {
    /// One of that kind and id.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }

    /// A user.
    pub fn user(id: impl Into<String>) -> Self {
        Self::new("user", id)
    }
}

/// Neither kind nor id: whether they may be shown, the policy says.
impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Party(…)")
    }
}

/// Where a request came from. Each value goes through the policy under the key of its name (`client_ip` for the address), so
/// that the rules say whether it is masked, tokenized or kept.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    /// The IP address of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<String>,
    /// Its `User-Agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Source {
    /// Each value with the key under which the policy sees it.
    pub(crate) fn each(&mut self) -> [(&'static str, &mut Option<String>); 4] {
        [
            ("client_ip", &mut self.client_ip),
            ("user_agent", &mut self.user_agent),
            ("session_id", &mut self.session_id),
            ("request_id", &mut self.request_id),
        ]
    }
}

/// Which values are there, and none of them.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut there = self.clone();
        let names = there.each().into_iter().filter(|(_, value)| value.is_some()).map(|(name, _)| name);
        f.debug_set().entries(names).finish()
    }
}
