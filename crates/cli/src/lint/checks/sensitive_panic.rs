//! A sensitive value in what a program says when it ends.

use super::super::keys::Keys;
use super::super::statement::{Kind, Statement};
use super::sensitive_output::past_the_boundary;
use super::{Found, Lint};

pub(super) const LINT: Lint = Lint {
    name: "sensitive_panic",
    finds: "a sensitive value in the message of `panic!`, `assert!`, `expect` …",
    help: "leave the value out; `install_panic_hook()` masks what patterns find in such messages, and no more",
    check,
};

fn check(statement: &Statement, _: &Keys<'_>, found: &mut Vec<Found>) {
    if statement.kind == Kind::Panic {
        past_the_boundary(statement, &LINT, "is told", found);
    }
}
