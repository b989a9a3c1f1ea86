//! How much was masked, by rule.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use tracing_privacy::Category;
use tracing_privacy::observe::{Decision, Observer};

/// Counts decisions; clones share the counts.
#[derive(Clone, Default)]
pub(super) struct Stats {
    /// By rule and category.
    counts: Arc<Mutex<BTreeMap<(String, String), u64>>>,
}

impl Observer for Stats {
    fn decided(&self, decision: &Decision<'_>) {
        self.add(decision.rule, decision.category);
    }
}

impl Stats {
    /// Counts one more.
    pub(super) fn add(&self, rule: &str, category: &Category) {
        let key = (rule.to_owned(), category.as_str().to_owned());
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
    }

    /// A table of them, most first.
    pub(super) fn table(&self) -> String {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows: Vec<_> = counts.iter().collect();
        rows.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let mut table = String::new();
        for ((rule, category), count) in rows {
            let _ = writeln!(table, "{count:>12}  {rule} ({category})"); // Writing to memory does not fail.
        }
        table
    }
}
