//! A shop that logs what it must not.

pub mod clean;
pub mod events;
pub mod instrumented;
pub mod messages;
pub mod model;
pub mod orders;
pub mod output;
pub mod structs;

#[cfg(test)]
mod only_in_tests;
