//! The JSON formatter.
