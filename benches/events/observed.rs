//! What it costs to watch: the same policy, without an observer, with one that does nothing, and with the decision trail.

use tempfile::TempDir;
use tracing::Dispatch;
use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_privacy::format::json_layer;
use tracing_privacy::observe::trail::Trail;
use tracing_privacy::observe::{Decision, Observer};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use crate::contenders::{Contender, Nowhere};

/// Contenders, and where their trail is.
pub struct Observed {
    /// The first is not observed, the last writes the trail.
    pub contenders: Vec<Contender>,
    _directory: TempDir,
}

/// All of them.
pub fn contenders() -> Observed {
    let directory = tempfile::tempdir().expect("there is room for a trail");
    let trail = Trail::open(directory.path().join("bench.trail")).expect("a new file can be a trail");
    let contenders = vec![
        contender("no observer", Policy::builtin()),
        contender("an observer that does nothing", observed_by(DoNothing)),
        contender("the decision trail", observed_by(trail)),
    ];
    Observed { contenders, _directory: directory }
}

fn observed_by(observer: impl Observer) -> Policy {
    // The packs of the built-in policy.
    let packs = ["secrets", "pii", "pci", "finance", "national_ids", "health", "network"];
    let builder = packs.iter().fold(Policy::builder(), |builder, pack| builder.include(&format!("builtin:{pack}")));
    builder.observer(observer).build().expect("the packs compile")
}

fn contender(name: &'static str, policy: Policy) -> Contender {
    let subscriber = registry().with(json_layer().with_writer(Nowhere::new)).with_privacy(policy);
    Contender { name, dispatch: Dispatch::new(subscriber), masks: true }
}

struct DoNothing;

impl Observer for DoNothing {
    fn decided(&self, _decision: &Decision<'_>) {}
}
