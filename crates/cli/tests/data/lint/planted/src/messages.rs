//! Sensitive values in the text of messages.

use tracing::{error, info, warn};

use crate::model::User;

pub fn messages(user: &User, email: &str, password: &str) {
    info!("signed in: {email}"); //~ sensitive_message 24
    info!("signed in: {}", user.email); //~ sensitive_message 28
    info!("{:>10} is {who:?}", user.id, who = email); //~ sensitive_message 47
    info!(id = user.id, "both {} and {}", user.full_name, user.email);
    //~^ sensitive_message 43
    //~^^ sensitive_message 59
    warn!("login with password={password}"); //~ sensitive_message 33
    error!("\u{1f4a9} \"ü\" {email:>5$}", 1, 2, 3, 4, 5, 6); //~ sensitive_message 30
    error!(message = format_args!("to {}", email)); //~ sensitive_message 44
    info!(
        "first line
           second {email} line"
    );
    //~^^ sensitive_message 20
    log::info!("to {0}, {0}", email); //~ sensitive_message 31
    let to = email.to_lowercase();
    info!(r#"sent to "{to}""#); //~ sensitive_message 24
}
