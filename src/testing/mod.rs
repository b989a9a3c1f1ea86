//! Canaries and leak assertions for tests.
