//! A real Prometheus scrapes the example, accepts every query of the dashboard, and answers it.
//!
//! It is Debian's package `prometheus`. Where there is none this test says so and does nothing, unless `REQUIRE_PROMETHEUS=1`.

#![cfg(feature = "metrics")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

#[path = "../examples/metrics/service.rs"]
mod service;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

const DASHBOARD: &str = include_str!("../docs/grafana-dashboard.json");
const ALERTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/prometheus-alerts.yml");

/// A Prometheus that ends with this.
struct Prometheus {
    process: Child,
    url: String,
    _directory: TempDir,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Prometheus {
    /// Starts one that scrapes that address each second.
    fn start(target: SocketAddr) -> Self {
        // The port may be taken between the look and the start.
        (0..5).find_map(|_| Self::try_start(target)).expect("Prometheus does not start")
    }

    fn try_start(target: SocketAddr) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let config = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\n\
             rule_files: [{ALERTS:?}]\n\
             scrape_configs: [{{job_name: shop, static_configs: [{{targets: ['{target}']}}]}}]\n"
        );
        let path = directory.path().join("prometheus.yml");
        fs::write(&path, config).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = fs::File::create(directory.path().join("log")).unwrap();
        let process = Command::new("prometheus")
            .arg(format!("--config.file={}", path.display()))
            .arg(format!("--storage.tsdb.path={}", directory.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut prometheus = Self { process, url: format!("http://127.0.0.1:{port}"), _directory: directory };
        for _ in 0..300 {
            if ureq::get(format!("{}/-/ready", prometheus.url)).call().is_ok() {
                return Some(prometheus);
            }
            if prometheus.process.try_wait().unwrap().is_some() {
                let log = fs::read_to_string(prometheus._directory.path().join("log")).unwrap_or_default();
                eprintln!("Prometheus ended:\n{log}");
                return None;
            }
            thread::sleep(Duration::from_millis(100));
        }
        None
    }

    /// Its answer to a question of its HTTP API, or the error that it tells.
    fn ask(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Value, String> {
        let url = format!("{}/api/v1/{path}", self.url);
        let request = ureq::get(url).query_pairs(parameters.iter().copied());
        let mut response = request.config().http_status_as_error(false).build().call().map_err(|e| e.to_string())?;
        let text = response.body_mut().read_to_string().map_err(|e| e.to_string())?;
        let mut answer: Value = serde_json::from_str(&text).map_err(|_| text)?;
        match answer["status"].as_str() {
            Some("success") => Ok(answer["data"].take()),
            _ => Err(answer["error"].to_string()),
        }
    }

    /// The series that a query answers with, each with its labels and value.
    fn query(&self, query: &str) -> Result<Vec<(Value, f64)>, String> {
        let mut data = self.ask("query", &[("query", query)])?;
        let series = data["result"].as_array_mut().ok_or("no result")?;
        let value = |series: &Value| series["value"][1].as_str().and_then(|value| value.parse().ok());
        Ok(series.iter().map(|series| (series["metric"].clone(), value(series).unwrap_or(f64::NAN))).collect())
    }

    /// The sum of what a query answers with.
    fn number(&self, query: &str) -> f64 {
        self.query(query).unwrap().iter().map(|(_, value)| value).sum()
    }

    #[track_caller]
    fn wait_until(&self, what: &str, met: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !met(self) {
            assert!(start.elapsed() < Duration::from_secs(60), "not within a minute: {what}");
            thread::sleep(Duration::from_millis(200));
        }
    }
}

/// Whether there is a Prometheus to start.
fn is_there() -> bool {
    let version = Command::new("prometheus").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if version.is_ok_and(|status| status.success()) {
        return true;
    }
    let asked_for = std::env::var_os("REQUIRE_PROMETHEUS").is_some_and(|value| value == "1");
    assert!(!asked_for, "REQUIRE_PROMETHEUS=1, and there is no `prometheus` to start");
    // Past the capture of the test's output, for nobody looks at that of a test that passed.
    let _ = writeln!(
        std::io::stderr(),
        "\n*** NOT TESTED: whether Prometheus takes the metrics and the dashboard's queries, since there is no \
         `prometheus` to start.\n*** Install it (Debian: apt-get install prometheus) and run this again.\n"
    );
    false
}

/// All values under that key, anywhere.
fn under<'v>(value: &'v Value, key: &str, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str() {
                    Some(text) if name == key => found.push(text),
                    _ => under(value, key, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| under(item, key, found)),
        _ => {}
    }
}

/// A query as Grafana sends it.
fn filled_in(expr: &str) -> String {
    let filled = expr.replace("$__rate_interval", "1m").replace("$__range", "5m").replace("$job", ".*");
    assert!(!filled.contains('$'), "this test does not know what stands for a variable in {expr}");
    filled
}

#[test]
fn a_real_prometheus_answers_every_query_of_the_dashboard() {
    if !is_there() {
        return;
    }
    let service = service::Service::new().unwrap();
    let address = service.serve(TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
    let prometheus = Prometheus::start(address);

    // Traffic, on several threads, for as long as it takes until rates can be told.
    service.work(0);
    prometheus.wait_until("it was scraped", |p| p.number("count_over_time(tracing_privacy_events_total[1m])") >= 1.0);
    for round in 0..40 {
        thread::scope(|scope| (0..3).for_each(|_| drop(scope.spawn(|| service.work(round)))));
        if round % 10 == 5 {
            service.reload(round != 5);
        }
        thread::sleep(Duration::from_millis(100));
    }
    let scraped = |p: &Prometheus| p.number("sum(count_over_time(tracing_privacy_reloads_total{result='done'}[5m]))");
    let before = scraped(&prometheus);
    prometheus.wait_until("it was scraped again", |p| scraped(p) >= before + 3.0);

    what_it_stored_is_what_was_counted(&prometheus, &service);

    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let mut queries = Vec::new();
    under(&dashboard, "expr", &mut queries);
    assert!(queries.len() > 25, "{} queries", queries.len());
    let mut wrong = Vec::new();
    for query in &queries {
        match prometheus.query(&filled_in(query)) {
            Err(error) => wrong.push(format!("{query}\n  refused: {error}")),
            Ok(series) if series.iter().all(|(_, value)| value.is_nan()) => {
                wrong.push(format!("{query}\n  answered without data: {series:?}"));
            }
            Ok(_) => {}
        }
    }
    assert!(wrong.is_empty(), "of {} queries:\n{}", queries.len(), wrong.join("\n"));

    every_metric_is_shown(&prometheus, &queries);
    the_variable_has_values(&prometheus, &dashboard);
    alerts_are_in_order(&prometheus);
    eprintln!("Prometheus answered {} queries of the dashboard", queries.len());
}

/// What came out of threads, policies and audiences is in the database, each unit of it.
fn what_it_stored_is_what_was_counted(prometheus: &Prometheus, service: &service::Service) {
    let live = service.live();
    let (counts, masked) = (live.counts(), live.masked());
    let sum = |metric: &str, labels: &str| prometheus.number(&format!("sum(tracing_privacy_{metric}{{{labels}}})"));
    for (metric, count) in [
        ("events_total", counts.events),
        ("spans_total", counts.spans),
        ("records_total", counts.records),
        ("exported_total", counts.exported),
        ("values_total", counts.values),
        ("bytes_total", counts.bytes),
        ("masked_total", counts.masked),
        ("masked_by_place_total", counts.masked),
        ("failures_total", counts.failures),
        ("dropped_total", counts.dropped),
        ("exempted_total", counts.exempted),
        ("schema_violations_total", counts.violations),
        ("rejected_total", counts.rejected),
        ("reloads_total", live.reloads().done + live.reloads().failed),
    ] {
        assert!(count > 0, "the example shows no {metric}");
        assert_eq!(sum(metric, "audience=\"\""), count as f64, "{metric}");
    }
    // 1 + 40 × 3 rounds.
    assert_eq!((counts.spans, counts.failures, counts.exempted), (121, 121, 121));
    for (category, count) in masked.by_category() {
        let labels = format!("audience=\"\",category=\"{category}\"");
        assert_eq!(sum("masked_total", &labels), count as f64, "{category}");
    }
    let vendor = live.audience("vendor").unwrap().counts().masked;
    assert!(vendor > 0, "what an exemption lets pass, the vendor does not see");
    assert_eq!(sum("masked_total", "audience=\"vendor\""), vendor as f64);
}

/// The dashboard leaves nothing out.
fn every_metric_is_shown(prometheus: &Prometheus, queries: &[&str]) {
    let names = prometheus.ask("label/__name__/values", &[]).unwrap();
    let names: BTreeSet<_> = names.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let ours: Vec<_> = names.into_iter().filter(|name| name.starts_with("tracing_privacy_")).collect();
    assert_eq!(ours.len(), 17, "{ours:?}");
    for name in ours {
        assert!(queries.iter().any(|query| query.contains(&format!("{name}{{"))), "no panel shows {name}");
    }
}

/// `label_values(METRIC, LABEL)`, as Grafana asks for it.
fn the_variable_has_values(prometheus: &Prometheus, dashboard: &Value) {
    let mut variables = Vec::new();
    under(&dashboard["templating"], "query", &mut variables);
    let call = variables.iter().find_map(|query| query.strip_prefix("label_values(")?.strip_suffix(')')).unwrap();
    let (metric, label) = call.split_once(", ").unwrap();
    let jobs = prometheus.ask(&format!("label/{label}/values"), &[("match[]", metric)]).unwrap();
    assert_eq!(jobs, serde_json::json!(["shop"]));
}

fn alerts_are_in_order(prometheus: &Prometheus) {
    let healthy = |p: &Prometheus| {
        let rules = p.ask("rules", &[]).unwrap();
        let rules = rules["groups"][0]["rules"].as_array().unwrap().clone();
        assert_eq!(rules.len(), 5);
        rules.iter().all(|rule| rule["health"] == "ok")
    };
    prometheus.wait_until("all alerts were evaluated", healthy);
    let firing = prometheus.query("ALERTS{alertname='PrivacyReloadFailed'}").unwrap();
    assert_eq!(firing.len(), 1, "one reload failed");
    assert_eq!(prometheus.query("ALERTS{alertname='PrivacyNotEnforced'}").unwrap().len(), 0);
}
