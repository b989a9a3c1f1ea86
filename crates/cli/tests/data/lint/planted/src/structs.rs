//! Structs that are logged whole.

use tracing::{error, info, info_span};

use crate::model::{ByHand, Buyers, Card, NotSent, Order, Password, SignInError, User};

pub struct Service {
    current: User,
}

impl Service {
    pub fn of_self(&self) {
        info!(current = ?self.current); //~ sensitive_struct 26
    }
}

fn find() -> Result<User, SignInError> {
    Ok(User { id: 1, email: String::new(), full_name: String::new() })
}

pub fn by_parameter(user: &User, order: Option<&Order>, by_hand: ByHand) {
    info!(?user, "signed in"); //~ sensitive_struct 12
    info!(order = ?order); //~ sensitive_struct 20
    info!("found {:?}", user); //~ sensitive_struct 25
    info!("found {user:#?}"); //~ sensitive_struct 19
    info!("{0:?} and {who:?}", 1, who = user); //~ sensitive_struct 41
    info!(made = ?by_hand); //~ sensitive_struct 19
    let _span = info_span!("user", ?user); //~ sensitive_struct 37
}

pub fn by_what_made_it() {
    let loaded = User::load(7);
    info!(?loaded); //~ sensitive_struct 12
    let literal = Card { card_number: "4111111111111111".to_owned() };
    info!(card = ?literal); //~ sensitive_struct 19
    let annotated: Buyers = Vec::new();
    info!(all = ?annotated); //~ sensitive_struct 18
    if let Ok(found) = find() {
        info!(?found); //~ sensitive_struct 16
    }
    for each in &annotated {
        info!(?each); //~ sensitive_struct 16
    }
    let first = &annotated[0];
    info!(?first); //~ sensitive_struct 12
    let wrapped = Password(String::new());
    info!(?wrapped); //~ sensitive_struct 12
    let pair = (1, loaded.clone());
    info!(?pair); //~ sensitive_struct 12
}

pub fn by_their_display(error: SignInError, other: &NotSent) {
    error!(%error, "not signed in"); //~ sensitive_struct 13
    error!("not sent: {other}"); //~ sensitive_struct 24
}
