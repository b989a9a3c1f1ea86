//! What the shop knows of people.

use std::collections::HashMap;
use std::fmt;

use secrecy::SecretString;
use tracing_privacy::typed::Sensitive;

#[derive(Clone, Debug)]
pub struct User {
    pub id: u64,
    pub email: String,
    pub full_name: String,
}

impl User {
    pub fn load(id: u64) -> Option<Self> {
        Some(Self { id, email: String::new(), full_name: String::new() })
    }

    pub fn email(&self) -> &str {
        &self.email
    }
}

#[derive(Debug)]
pub struct Order {
    pub order_id: u64,
    pub buyers: Vec<Option<User>>,
    pub by_card: HashMap<String, Card>,
}

#[derive(Debug)]
pub struct Card {
    pub card_number: String,
}

/// The name of the type is all that tells of it.
#[derive(Debug)]
pub struct Password(pub String);

pub struct ByHand {
    pub id: u64,
    pub email: String,
}

impl fmt::Debug for ByHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByHand").field("id", &self.id).field("email", &self.email).finish()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    #[error("no user {email}")]
    Unknown { email: String },
    #[error("not now")]
    Closed,
}

#[derive(Debug)]
pub struct NotSent {
    pub recipient: User,
    pub email: String,
}

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing went to {}", self.email)
    }
}

impl std::error::Error for NotSent {}

pub type Buyers = Vec<User>;

// ---- What may be printed ----

#[derive(Debug)]
pub struct Guarded {
    pub id: u64,
    pub password: SecretString,
    pub email: Sensitive<String>,
}

pub struct Careful {
    pub id: u64,
    pub email: String,
}

impl fmt::Debug for Careful {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Careful").field("id", &self.id).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Token {
    Word,
    Number(u64),
}

/// No text, and nothing that a rule names.
#[derive(Clone, Copy, Debug)]
pub struct Pin(pub usize);
