//! A shop that logs all day, and serves what its privacy boundary counted at `/metrics`.

use std::error::Error;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusBuilder;
use tracing::{Dispatch, dispatcher, info, info_span, warn};
use tracing_privacy::boundary::{PrivacyLayerExt as _, PrivacySubscriberExt as _};
use tracing_privacy::observe::metrics;
use tracing_privacy::{Exemption, ExemptionGuard, LivePolicy, Policy};
use tracing_subscriber::layer::SubscriberExt as _;

const RULES: &str = r#"
version = 1
include = ["builtin:secrets", "builtin:pii", "builtin:pci"]

[defaults]
profile = "production"

[profile.production]

[audience.vendor]
mask_from = "public"

[[field]]
keys = ["customer_number"]
class = "internal"
category = "person"
mask = { keep_last = 2 }

[[field]]
keys = ["born"]
category = "person"
mask = "year"

[[field]]
keys = ["trace_context"]
mask = "drop"

[[schema]]
target = "shop::billing"
allow = ["order", "cents"]

[[schema]]
target = "shop::legacy"
allow = ["order"]
unlisted = "reject"
"#;

/// The shop, and what stands around its logs.
pub struct Service {
    live: LivePolicy,
    logs: Dispatch,
    /// The next reload finds wrong rules.
    broken: Arc<AtomicBool>,
    _exemption: ExemptionGuard,
}

impl Service {
    pub fn new() -> Result<Self, Box<dyn Error>> {
        let broken = Arc::new(AtomicBool::new(false));
        let live = LivePolicy::load({
            let broken = Arc::clone(&broken);
            move || match broken.swap(false, Ordering::Relaxed) {
                true => "version = 1\n[default]\n".parse::<Policy>(),
                false => RULES.parse(),
            }
        })?;
        // For the lines of a vendor there is one more boundary, since it gets less than we keep.
        let vendor = tracing_privacy::format::json_layer().with_writer(io::sink);
        let subscriber = tracing_subscriber::registry()
            .with(tracing_privacy::format::json_layer().with_writer(io::sink))
            .with(vendor.with_layer_privacy(live.audience("vendor")?))
            .with_privacy(&live);
        let exemption = Exemption::field("email").target("shop::support").reason("INC-4711");
        let _exemption = live.exempt(exemption.lasts(Duration::from_secs(3600)))?;
        Ok(Self { live, logs: Dispatch::new(subscriber), broken, _exemption })
    }

    /// What the policy counted.
    pub fn live(&self) -> &LivePolicy {
        &self.live
    }

    /// A round of a shop's day. None of it takes any care.
    pub fn work(&self, round: u32) {
        dispatcher::with_default(&self.logs, || {
            let span = info_span!("order", customer_number = 483_920, card = tracing::field::Empty);
            span.record("card", "4111 1111 1111 1111");
            span.in_scope(|| info!(target: "shop::orders", round, email = "jane.doe@example.com", "shipped"));
            info!(target: "shop::accounts", password = "hunter2", born = "1984-05-06", "signed in");
            info!(target: "shop::accounts", born = "when the leaves fell", trace_context = 7, "imported"); // no date
            warn!(target: "shop::api", "retrying https://api.example.com/v1?token=s3cr3t-t0ken for +1 202 555 0143");
            info!(target: "shop::billing", order = 7, cents = 1200, note = "not in the schema", "paid");
            info!(target: "shop::legacy", order = 7, note = "not in the schema", "paid");
            info!(target: "shop::support", email = "jane.doe@example.com", "asked for help");
            // What some SDK sends past `tracing`.
            let _ = self.live.current().outgoing().text("mailed jane.doe@example.com");
        });
    }

    /// Reloads the rules, or tries to.
    pub fn reload(&self, well: bool) {
        self.broken.store(!well, Ordering::Relaxed);
        // What was wrong is logged and counted.
        let _ = self.live.reload();
    }

    /// Serves the counts, as of the moment of each scrape, for as long as this thread lives.
    pub fn serve(&self, listener: TcpListener) -> Result<SocketAddr, Box<dyn Error>> {
        let address = listener.local_addr()?;
        let prometheus = PrometheusBuilder::new().install_recorder()?;
        let live = self.live.clone();
        let scrape = move || {
            metrics::publish(&live);
            std::future::ready(prometheus.render())
        };
        let router = Router::new().route("/metrics", get(scrape));
        listener.set_nonblocking(true)?;
        std::thread::spawn(move || -> io::Result<()> {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_io().build()?;
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                axum::serve(listener, router).await
            })
        });
        Ok(address)
    }
}
