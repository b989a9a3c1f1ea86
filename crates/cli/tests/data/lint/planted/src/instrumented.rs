//! What `#[instrument]` records.

use axum::extract::Query;
use tracing::instrument;

use crate::model::{NotSent, SignInError, User};

#[derive(Debug)]
pub struct Search {
    pub email: String,
}

#[derive(Debug)]
pub struct Client {
    api_key: String,
}

impl Client {
    #[instrument]
    pub fn send(&self, id: u64) {} //~ instrumented_argument 18

    #[tracing::instrument(skip(self), ret)] //~ instrumented_argument 39
    pub async fn load(&self, id: u64) -> Option<User> {
        let _ = &self.api_key;
        User::load(id)
    }
}

#[instrument(level = "debug")]
pub fn sign_in(email: &str, password: String, id: u64) {}
//~^ instrumented_argument 16
//~^^ instrumented_argument 29

#[instrument(skip(password))]
pub fn by_customer(customer_number: u64, password: &str) {} //~ instrumented_argument 20

#[instrument(skip_all, fields(id = user.id, to = %user.email))] //~ renamed_field 51
pub fn with_fields(user: &User) {}

#[instrument(err)] //~ instrumented_argument 14
pub fn fails(id: u64) -> Result<(), SignInError> {
    Ok(())
}

#[cfg_attr(feature = "tracing", tracing::instrument(skip(id), err(level = "warn", Debug)))] //~ instrumented_argument 63
pub fn fails_in_debug(id: u64) -> Result<(), NotSent> {
    Ok(())
}

#[instrument]
pub async fn search(Query(search): Query<Search>) {} //~ instrumented_argument 27

#[instrument(ret(Display), skip_all)] //~ instrumented_argument 14
pub fn access_token() -> String {
    String::new()
}
