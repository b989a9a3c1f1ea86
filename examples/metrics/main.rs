//! Serves what was masked to Prometheus.
//!
//! ```text
//! cargo run --example metrics                    # one scrape, shown
//! cargo run --example metrics -- 127.0.0.1:9898  # until it is stopped
//! ```
//!
//! Then `scrape_configs: [{job_name: shop, static_configs: [{targets: ["127.0.0.1:9898"]}]}]` in `prometheus.yml`, and
//! `docs/grafana-dashboard.json` in Grafana.

use std::error::Error;
use std::net::TcpListener;
use std::time::Duration;

mod service;

fn main() -> Result<(), Box<dyn Error>> {
    let service = service::Service::new()?;
    let address = std::env::args().nth(1);
    let served = service.serve(TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:0"))?)?;
    if address.is_some() {
        println!("http://{served}/metrics");
        for round in 0.. {
            service.work(round);
            if round % 100 == 99 {
                service.reload(round % 300 != 299);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    (0..10).for_each(|round| service.work(round));
    service.reload(true);
    service.reload(false);
    println!("# {} values were masked; as Prometheus is told:", service.live().counts().masked);
    print!("{}", ureq::get(format!("http://{served}/metrics")).call()?.body_mut().read_to_string()?);
    Ok(())
}
