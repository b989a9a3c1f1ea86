//! A target that has a schema.

use tracing::{info, info_span, instrument};

const AUDIT: &str = "audit";

pub fn paid(order_id: u64, amount: u64) {
    info!(order_id, "paid");
    info!(order_id, amount, "paid"); //~ schema 21
    info!(target: "audit", amount, "paid"); //~ schema 28
    info!(target: AUDIT, { order_id, "the amount" = amount }); //~ schema 38
    info!(target: "elsewhere", amount);
    let _span = info_span!("paid", amount = 1); //~ schema 36
}

#[instrument]
pub fn refund(order_id: u64, amount: u64) {} //~ schema 30

pub mod inner {
    pub fn other_target(amount: u64) {
        tracing::info!(amount);
    }
}
