//! What is measured: one event each, within spans.

use std::error::Error;

use tracing::span::EnteredSpan;
use tracing::{debug, info, info_span};

use crate::requests::Request;

/// One kind of event.
pub struct Scenario {
    pub name: &'static str,
    /// Logs one event.
    pub log: fn(&Request),
    /// How many spans are open while it is logged.
    pub spans: usize,
    /// What must not come out of a boundary, of such an event.
    pub secrets: fn(&Request) -> Vec<&str>,
}

const fn clean(name: &'static str, log: fn(&Request)) -> Scenario {
    Scenario { name, log, spans: 1, secrets: |_| Vec::new() }
}

pub const CLEAN: Scenario = clean("clean", log_clean);
/// In `CLEAN` most texts are as others before, but for their digits. Here each is new.
pub const NEW_TEXTS: Scenario = clean("clean, each text new", log_new_texts);
pub const TWO_SPOTS: Scenario = Scenario {
    secrets: |request| vec![&request.user, &request.password],
    ..clean("two sensitive spots", log_two_spots)
};
pub const TEN_SPOTS: Scenario = Scenario { secrets: ten_secrets, ..clean("ten sensitive spots", log_ten_spots) };
pub const BODY: Scenario = clean("1 KB JSON body, clean", log_body);
pub const SENSITIVE_BODY: Scenario = Scenario {
    secrets: |request| vec![&request.user, &request.password],
    ..clean("1 KB JSON body, two spots", log_sensitive_body)
};
pub const ERROR: Scenario = clean("error with two causes", log_error);
pub const EIGHT_SPANS: Scenario = Scenario { spans: 8, ..clean("clean, in 8 spans", log_clean) };
pub const NEW_SPAN: Scenario = Scenario { spans: 0, ..clean("new span and clean event", log_in_new_span) };
/// Below the level of the subscriber, so that the callsite is switched off.
pub const DISABLED: Scenario = clean("disabled by its level", log_debug);
/// A filter is asked each time whether it is enabled, and says no.
pub const REFUSED: Scenario = clean("disabled by a filter that is asked", log_debug);

/// Those that are enabled.
pub const ENABLED: &[Scenario] =
    &[CLEAN, NEW_TEXTS, TWO_SPOTS, TEN_SPOTS, BODY, SENSITIVE_BODY, ERROR, EIGHT_SPANS, NEW_SPAN];

impl Scenario {
    /// Enters the spans; they are left from the end.
    pub fn enter(&self, request: &Request) -> Vec<EnteredSpan> {
        // Of one callsite, as where a function calls itself; spans of others cost the same.
        (0..self.spans).map(|_| span(request).entered()).collect()
    }
}

fn span(request: &Request) -> tracing::Span {
    info_span!("request", id = request.id, method = request.method, path = %request.path)
}

fn log_clean(request: &Request) {
    info!(
        status = request.status,
        bytes = request.bytes,
        seconds = request.seconds,
        cached = request.cached,
        region = "eu-central-1",
        queue = ?request.queue,
        "finished {} in {} steps",
        request.path,
        request.steps,
    );
}

fn log_new_texts(request: &Request) {
    info!(
        status = request.status,
        bytes = request.bytes,
        seconds = request.seconds,
        cached = request.cached,
        region = "eu-central-1",
        worker = ?request.worker,
        "finished {} in {} steps by {}",
        request.path,
        request.steps,
        request.worker,
    );
}

fn log_two_spots(request: &Request) {
    info!(
        status = request.status,
        bytes = request.bytes,
        seconds = request.seconds,
        cached = request.cached,
        contact = request.user.as_str(),
        password = request.password.as_str(),
        "finished {} in {} steps",
        request.path,
        request.steps,
    );
}

fn log_ten_spots(request: &Request) {
    info!(
        contact = request.user.as_str(),
        password = request.password.as_str(),
        call_back = request.phone.as_str(),
        refund_to = request.iban,
        paid_with = request.card,
        build = request.token,
        "{} verified by ssn {} from {}, receipt for {} goes to {}",
        request.path,
        request.ssn,
        request.address,
        request.other_card,
        request.other_user,
    );
}

fn ten_secrets(request: &Request) -> Vec<&str> {
    let Request { user, password, phone, iban, card, token, ssn, address, other_card, other_user, .. } = request;
    vec![user, password, phone, iban, card, token, ssn, address, other_card, other_user]
}

fn log_body(request: &Request) {
    info!(
        status = request.status,
        bytes = request.bytes,
        seconds = request.seconds,
        cached = request.cached,
        region = "eu-central-1",
        body = request.body.as_str(),
        "finished {} in {} steps",
        request.path,
        request.steps,
    );
}

fn log_sensitive_body(request: &Request) {
    info!(
        status = request.status,
        bytes = request.bytes,
        seconds = request.seconds,
        cached = request.cached,
        region = "eu-central-1",
        body = request.sensitive_body.as_str(),
        "finished {} in {} steps",
        request.path,
        request.steps,
    );
}

fn log_error(request: &Request) {
    info!(
        status = request.status,
        bytes = request.bytes,
        seconds = request.seconds,
        cached = request.cached,
        region = "eu-central-1",
        error = &request.error as &(dyn Error + 'static),
        "failed {} after {} steps",
        request.path,
        request.steps,
    );
}

fn log_in_new_span(request: &Request) {
    span(request).in_scope(|| log_clean(request));
}

fn log_debug(request: &Request) {
    debug!(
        status = request.status,
        bytes = request.bytes,
        seconds = request.seconds,
        cached = request.cached,
        region = "eu-central-1",
        queue = ?request.queue,
        "finished {} in {} steps",
        request.path,
        request.steps,
    );
}
