//! One program, one rules file, three audiences: who operates it, an archive, and a vendor, each with its own amount.
//!
//! ```text
//! cargo run --example audiences
//! ```

use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::{info, info_span};
use tracing_privacy::LivePolicy;
use tracing_privacy::boundary::PrivacyLayerExt as _;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;

const RULES: &str = r#"
version = 1
include = ["builtin:secrets", "builtin:pii", "builtin:pci"]

[audience.ops]                # our own log file, behind our own doors
mask_from = "confidential"

[audience.archive]            # kept for years

[audience.vendor]             # leaves the house
mask_from = "public"
unlisted = "mask"             # what no rule names is nobody's business there

[[field]]
keys = ["customer_number"]
class = "internal"
category = "person"

[[field]]
keys = ["region"]
class = "public"
category = "place"
"#;

fn main() -> Result<(), Box<dyn Error>> {
    // One policy that can be reloaded; its audiences change with it, all at once.
    let live = LivePolicy::load(|| RULES.parse())?;
    let [ops, archive, vendor] = [(); 3].map(|()| Lines::default());

    // Two stock layers of one type share what they keep of a span, unless each has a boundary.
    let text =
        |lines: &Lines| fmt::layer().without_time().with_target(false).with_ansi(false).with_writer(lines.clone());
    let json = tracing_privacy::format::json_layer().with_writer(archive.clone());
    let subscriber = tracing_subscriber::registry()
        .with(text(&ops).with_layer_privacy(live.audience("ops")?))
        .with(text(&vendor).with_layer_privacy(live.audience("vendor")?))
        .with(json.with_layer_privacy(live.audience("archive")?));
    tracing::subscriber::with_default(subscriber, || {
        let span = info_span!("order", customer_number = 483_920, region = "north", card = tracing::field::Empty);
        span.record("card", "4111 1111 1111 1111");
        span.in_scope(|| info!(password = "hunter2", parcels = 3, "shipped"));
    });

    for (name, lines) in [("ops", ops), ("archive", archive), ("vendor", vendor)] {
        let counts = live.audience(name)?.counts();
        print!("{name} (masked: {}):\n  {}", counts.masked, lines.text());
    }
    Ok(())
}

/// What a layer wrote.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Lines {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}
