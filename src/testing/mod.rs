//! Canaries and leak assertions, for the tests of an application that uses the boundary (feature `testing`).
//!
//! Three lines in a test: name the secrets that it uses, run the code, assert that no output holds one.
//!
//! ```
//! use tracing_privacy::testing::{Canaries, capture};
//! use tracing_privacy::Policy;
//!
//! fn sign_in(user: &str, _password: &str) {
//!     tracing::info!(user, "signed in");
//! }
//!
//! let canaries = Canaries::new(["hunter2-canary-9f3a"]);
//! let capture = capture(&Policy::builtin(), || sign_in("jane", "hunter2-canary-9f3a"));
//! capture.assert_clean(&canaries);
//! ```
//!
//! - [`capture`] runs a closure and keeps what every usual output would have shown: see [`Output`].
//!   [`Capture::install`] does the same for code that is not one closure: an `async` test, a whole program.
//! - [`Capture::assert_clean`] searches those outputs for the canaries in every [`Encoding`]. Its message names the
//!   callsite, the field, the output and the encoding, and never shows a value.
//! - [`assert_no_canary`] searches any other bytes: a log file, a response body, an exported span.
//! - [`capture_without_boundary`] shows what would come out unmasked: a leak test starts by showing that there is
//!   something to leak.

mod canary;
mod capture;
mod encoding;
mod leak;
mod output;
mod recorder;

pub use self::canary::{Canaries, Canary, Sighting, assert_no_canary};
pub use self::capture::{Capture, CaptureGuard, capture, capture_without_boundary};
pub use self::encoding::Encoding;
pub use self::leak::{Callsite, CallsiteKind, Leak};
pub use self::output::Output;

/// Asserts that no callsite that was met so far has a field which a schema of the policy does not allow.
///
/// # Panics
///
/// If one does. The message names file, line, target and field of each.
#[track_caller]
pub fn assert_schemas(policy: &crate::Policy) {
    let violations = policy.violations();
    let lines: Vec<String> = violations.iter().map(|violation| format!("\n  {violation}")).collect();
    assert!(lines.is_empty(), "{} field(s) that a schema does not allow:{}", lines.len(), lines.concat());
}
