//! Writes the fields of events and spans as JSON members.

use std::fmt;

use tracing_core::field::{Field, Visit};

use super::write;

/// Where members go.
pub(super) trait Members {
    /// Begins a member, up to and with the colon; its value is appended to what is returned.
    fn member(&mut self, name: &str) -> &mut String;

    /// Appends bytes. The stock formatter's events and spans show them differently, so here they do as well.
    fn bytes(out: &mut String, bytes: &[u8]);
}

/// Writes each field that it visits as a member.
pub(super) struct MemberVisitor<M>(pub(super) M);

impl<M: Members> Visit for MemberVisitor<M> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        write::float(self.0.member(field.name()), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        write::integer(self.0.member(field.name()), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        write::integer(self.0.member(field.name()), value);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        write::integer_string(self.0.member(field.name()), value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        write::integer_string(self.0.member(field.name()), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        write::boolean(self.0.member(field.name()), value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        write::string(self.0.member(field.name()), value);
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        M::bytes(self.0.member(field.name()), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write::debug(self.0.member(field.name()), value);
    }
}
