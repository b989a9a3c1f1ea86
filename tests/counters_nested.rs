//! Counts of events that are logged while the values of another one are looked at: by a global subscriber, for a scoped one does not hear
//! of them.

use std::{fmt, io};

use tracing_privacy::Policy;
use tracing_privacy::boundary::PrivacySubscriberExt as _;
use tracing_privacy::format::json_layer;
use tracing_subscriber::prelude::*;

/// Logs when it is printed, and masks by a policy that is not the boundary's. What it logs has more to mask than is counted together.
struct Logs<'p>(&'p Policy);

impl fmt::Display for Logs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let many = "password=hunter2zq ".repeat(20);
        tracing::info!(target: "inner", password = "hunter2zq", "{many}");
        f.write_str(&self.0.sanitize_text("password=hunter2zq"))
    }
}

#[test]
fn events_inside_of_events_are_counted_each_at_its_place() {
    let policies = [Policy::builtin(), Policy::builder().build().expect("the packs are good")];
    tracing_subscriber::registry()
        .with(json_layer().with_writer(io::sink))
        .with_privacy(&policies[0])
        .try_init()
        .expect("nobody else is there");
    for _ in 0..3 {
        let logs = Logs(&policies[1]);
        tracing::info!(target: "outer", password = "hunter2zq", inner = %logs, contact = "jo@example.com", token = "hunter2zq");
    }
    let at = |policy: &Policy| {
        let places = policy.masked().by_place();
        places.into_iter().map(|(place, count)| (place.map(|place| place.target), count)).collect::<Vec<_>>()
    };
    assert_eq!(at(&policies[0]), [(Some("inner"), 63), (Some("outer"), 9)]);
    assert_eq!(policies[0].masked().by_rule(), [("email", 3), ("password", 66), ("token", 3)].into());
    assert_eq!(policies[0].counts().masked, 72);
    assert_eq!((at(&policies[1]), policies[1].counts().masked), (vec![(Some("outer"), 3)], 3));
}
