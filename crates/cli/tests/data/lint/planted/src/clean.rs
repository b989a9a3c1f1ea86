//! Nothing is to be found here.

use secrecy::SecretString;
use tracing::{debug, info, info_span, instrument, warn};
use tracing_privacy::typed::{Sensitive, confidential};

use crate::model::{Careful, Guarded, Pin, Token, User};

fn mask(text: &str) -> String {
    format!("{}…", &text[..1])
}

pub fn masked_by_key(user: &User, email: &str, password: Option<String>, password2: String) {
    info!(email, user.email = %user.email, ?password, password2, "signed in");
    info!(work_email = email, "X-Api-Key" = email, credentials = ?user);
    info_span!("user", email = %user.email, authorization = tracing::field::Empty);
    log::info!(email = email; "signed in");
    warn!(target: "shop", { email, password = ?password }, "signed in");
}

pub fn not_sensitive(user: &User, token: Token, shop_name: &str, password: &str, pin: bool) {
    info!(id = user.id, shop_name, len = password.len(), is = password.is_empty(), "{} {pin}", user.email.len());
    info!(parsed = ?token, "{token:?} of {shop_name}");
    println!("{} has {} characters, {:?}", user.id, password.len(), token);
    let pin = Pin(1);
    println!("{pin:?}");
    dbg!(password.is_empty(), user.id);
    assert!(!password.is_empty(), "it is empty");
    panic!("no {{password}} for {}", user.id);
}

pub fn made_safe(email: &str, name: &str, secret: SecretString, guarded: &Guarded, careful: &Careful) {
    info!(contact = %confidential(&email), "to {}", confidential(&email));
    info!(contact = mask(email), hash = hash_of(email), "{}", mask(email));
    let to = mask(email);
    info!(to, "sent to {to}");
    let password = Sensitive::new(name);
    println!("{secret:?} {password:?} {guarded:?} {careful:?}");
    info!(?guarded, ?careful, key = ?secret, "{guarded:?}");
    let email = mask(email);
    println!("{email}");
}

fn hash_of(_: &str) -> u64 {
    7
}

#[instrument(skip(self, password), err)]
fn skipped(self_: &Careful, password: &str, id: u64) -> Result<(), std::io::Error> {
    Ok(())
}

#[instrument(skip_all, fields(id, email = %user.email))]
fn only_fields(user: &User) {
    debug!("INSERT INTO users (password) VALUES ($1)");
}

pub fn allowed(user: &User, email: &str) {
    info!(contact = email); // privacy:allow renamed_field support asked for it, for a week
    // privacy:allow renamed_field a person reads this
    // before it is sent
    info!(
        id = user.id,
        contact = email,
    );
    println!("{email}"); // privacy:allow sensitive_output the user asked for it
}

pub fn other_macros(email: &str) {
    slog::info!(LOG, "mail"; "to" => email);
    ui::error!("{}", email);
    let _ = format!("{email}");
    let _ = matches!(email, "info!(to = email)");
}

#[cfg(test)]
mod tests {
    #[test]
    fn tests_may_print(email: &str) {
        println!("{email}");
        tracing::info!(contact = email);
    }
}

#[tokio::test]
async fn nor_this_one(email: &str) {
    assert_eq!(email, "x");
}
