//! Where raw values end: wrappers for a whole subscriber and for one layer.
//!
//! Everything inside a boundary sees events, spans and records that were made anew from sanitized values. Two ways in:
//!
//! - [`PrivacySubscriberExt::with_privacy`] around a whole subscriber: the default, and the strongest, because nothing
//!   that comes through `tracing` can pass beside it;
//! - [`PrivacyLayerExt::with_layer_privacy`] around one layer, where audiences may see different amounts.
//!
//! What leaves by another way, through an SDK that code of the application hands values to directly, is sanitized by
//! [`Policy::outgoing`](crate::Policy::outgoing).
//!
//! # What a sanitized event looks like
//!
//! A value that is clean passes with its type. A masked number becomes a text; a dropped field is absent. A value that
//! was recorded by its `Debug` or `Display` stays one, so that text formatters print it without quotes. An error becomes
//! a chain of sanitized errors; it cannot be downcast to the original.
//!
//! # Line breaks and other control characters
//!
//! Text formatters print `Debug` values, errors and the message as they are, so a line break, an escape sequence or a
//! bidirectional mark in one of them could forge lines. Inside a boundary such characters print escaped (`\n`,
//! `\u{1b}`). Text recorded as `&str` under another name keeps them: formatters quote it by themselves. The JSON
//! formatter of this crate escapes by itself as well, and reads the original characters.

mod anew;
mod buffer;
mod downcast;
mod error;
mod escape;
mod handed_on;
mod layer;
mod named;
mod outgoing;
mod plan;
mod private_registry;
mod reentry;
mod source;
mod spans;
mod subscriber;
mod type_name;
mod values;
mod visitor;

pub(crate) use self::escape::reading_unescaped;
pub(crate) use self::handed_on::{SanitizedValue, each_sanitized};
pub use self::layer::{PrivacyLayer, PrivacyLayerExt};
pub use self::outgoing::{Neighbours, Outgoing, Value};
pub(crate) use self::plan::PlanCache;
pub use self::private_registry::{PrivateRegistry, PrivateSpan};
pub(crate) use self::reentry::is_in_layers;
pub use self::subscriber::{PrivacySubscriber, PrivacySubscriberExt};
pub use crate::sanitize::Sanitized;
