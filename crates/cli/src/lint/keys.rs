//! What the policy says of names.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use tracing_privacy::{DataClass, Policy, Treatment};

/// A policy that is asked about the same names again and again.
pub(super) struct Keys<'p> {
    policy: &'p Policy,
    known: RefCell<HashMap<String, Option<Rc<Sensitive>>>>,
}

/// What a rule says of a name that it holds for sensitive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sensitive {
    pub(super) rule: String,
    pub(super) class: DataClass,
    pub(super) category: String,
    /// Whether a value under this name is masked, or goes away.
    pub(super) is_kept_back: bool,
}

impl<'p> Keys<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        Self { policy, known: RefCell::default() }
    }

    pub(super) fn policy(&self) -> &'p Policy {
        self.policy
    }

    /// What is said of a name: `email`, `user.email`. None, where no rule names it, or one that makes it public.
    pub(super) fn sensitive(&self, name: &str) -> Option<Rc<Sensitive>> {
        if let Some(known) = self.known.borrow().get(name) {
            return known.clone();
        }
        let explanation = self.policy.explain_key(name);
        let sensitive = explanation.rules.first().filter(|rule| rule.class > DataClass::Public).map(|rule| {
            Rc::new(Sensitive {
                rule: rule.rule.to_owned(),
                class: rule.class,
                category: rule.category.as_str().to_owned(),
                is_kept_back: is_kept_back(explanation.treatment),
            })
        });
        self.known.borrow_mut().insert(name.to_owned(), sensitive.clone());
        sensitive
    }

    /// What becomes of a field of a target; of one whose target is not known, what its name alone tells.
    pub(super) fn treatment(&self, target: Option<&str>, field: &str) -> Treatment {
        let by_schema = target.and_then(|target| self.policy.explain_schema(target, field));
        by_schema.unwrap_or_else(|| self.policy.explain_key(field).treatment)
    }

    /// Whether a value in the middle of a text is masked for what stands around it: `password={}`.
    pub(super) fn masks_between(&self, before: &str, after: &str) -> bool {
        const CANARY: &[u8] = b"wxqzcanary";
        let text = [before.as_bytes(), CANARY, after.as_bytes()].concat();
        let range = before.len()..before.len() + CANARY.len();
        // Not what the policy makes of the text: in the mode `observe`, that is nothing.
        self.policy
            .findings(&text)
            .iter()
            .any(|finding| finding.range.start <= range.start && range.end <= finding.range.end)
    }
}

/// Whether nothing of a value gets through.
pub(super) fn is_kept_back(treatment: Treatment) -> bool {
    matches!(treatment, Treatment::Masked | Treatment::Dropped | Treatment::Rejected)
}
