//! The variables that are known at a place, with what is known of them.

use std::collections::HashMap;

use super::expression::Carried;
use super::types::Ty;

/// A variable.
#[derive(Clone, Debug, Default)]
pub(super) struct Local {
    pub(super) ty: Option<Ty>,
    pub(super) origin: Origin,
}

/// What a variable was made of.
#[derive(Clone, Debug, Default)]
pub(super) enum Origin {
    /// Its name is all that is known.
    #[default]
    Unknown,
    /// A sensitive value under another name.
    Carries(Carried),
    /// Something that was made safe: a mask, a hash, a typed value.
    Safe,
}

/// Blocks inside of blocks.
#[derive(Default)]
pub(super) struct Scope {
    blocks: Vec<HashMap<String, Local>>,
}

impl Scope {
    pub(super) fn enter(&mut self) {
        self.blocks.push(HashMap::new());
    }

    pub(super) fn leave(&mut self) {
        self.blocks.pop();
    }

    pub(super) fn set(&mut self, name: String, local: Local) {
        if let Some(block) = self.blocks.last_mut() {
            block.insert(name, local);
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Local> {
        self.blocks.iter().rev().find_map(|block| block.get(name))
    }
}
