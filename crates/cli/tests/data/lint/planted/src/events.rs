//! Fields that are not masked.

use http::HeaderMap;
use secrecy::{ExposeSecret as _, SecretString};
use tracing::{Level, debug, event, info, info_span, span, warn};

use crate::model::{Order, User};

const CONTACT: &str = "contact";

pub fn fields(user: &User, email: &str, customer_number: u64, token: SecretString, headers: &HeaderMap) {
    info!(customer_number, "signed in"); //~ unmasked_field 11
    info!(shop.customerNumber = customer_number); //~ unmasked_field 11
    info!(contact = %user.email, "signed in"); //~ renamed_field 22
    info!(contact = email.to_owned().as_str()); //~ renamed_field 21
    info!("mail to" = ?Some(&user.email)); //~ renamed_field 30
    info!({ contact = %email, id = 7 }, "both {}", 1); //~ renamed_field 24
    info!(target: "shop::mail", parent: None, contact = tracing::field::display(email)); //~ renamed_field 81
    event!(Level::WARN, contact = user.email(), "by its getter"); //~ renamed_field 35
    event!(name: "mail", Level::INFO, id = user.id, who = %user.full_name); //~ renamed_field 60
    debug!(auth = ?headers.get("authorization")); //~ renamed_field 20
    debug!(auth = ?headers[http::header::AUTHORIZATION]); //~ renamed_field 20
    warn!(raw = token.expose_secret()); //~ renamed_field 17
    warn!(text = format!("to {email}"), "made of it"); //~ renamed_field 31
    warn!({ CONTACT } = email, "by a constant"); //~ renamed_field 25
    info!(
        id = user.id,
        to = %user
            .email
            .trim(), // more of it
        "on several lines",
    );
    //~^5 renamed_field 15
    tracing::info!(ü = "ö", to = %email); //~ renamed_field 35
}

pub fn under_other_names(user: User, order: &Order) {
    let to = user.email.clone();
    info!(to, "sent"); //~ renamed_field 11
    let User { email: recipient, .. } = user;
    info!(%recipient); //~ renamed_field 12
    for buyer in order.buyers.iter().flatten() {
        if let Some(found) = Some(buyer.email.as_str()) {
            info!(found); //~ renamed_field 19
        }
    }
    let send = |password: String| info!(hint = password); //~ renamed_field 48
    send(String::new());
}

pub fn spans(user: &User) {
    let span = info_span!("mail", to = %user.email, id = user.id); //~ renamed_field 41
    let other = span!(Level::DEBUG, "mail", to = tracing::field::Empty, customer_number = 7);
    other.record("to", user.email.as_str()); //~ renamed_field 24
    other.record("customer_number", user.id); //~ unmasked_field 18
    span.in_scope(|| async move { tracing::trace!(to = user.email) }); //~ renamed_field 56
}

pub fn records_of_log(email: &str) {
    log::info!(to = email; "sent"); //~ renamed_field 21
    log::warn!(target: "mail", to:? = email, id = 7; "sent"); //~ renamed_field 39
    log::log!(log::Level::Info, "sent to {}", email); //~ sensitive_message 47
}

pub async fn inside_of_other_macros(email: &str) {
    tokio::select! {
        () = std::future::ready(()) => { info!(to = email) } //~ renamed_field 53
        else => {}
    }
    let _ = vec![{
        info!(to = email); //~ renamed_field 20
        1
    }];
}

macro_rules! tell {
    ($what:expr, $email:ident) => {
        info!(what = $what, to = user.email) //~ renamed_field 34
    };
}
pub(crate) use tell;
