//! When access keys were last used. It is no part of the world: a use changes nothing, and none is journalled.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use countersign_policy::condition::date::Moment;

/// The last use of every key that has an entry in the world.
#[derive(Debug, Default)]
pub(crate) struct KeyUses(Mutex<HashMap<String, KeyUse>>);

/// A use of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyUse {
    pub(crate) at: Moment,
    /// The API: `sts` or `iam`.
    pub(crate) service: &'static str,
    pub(crate) region: String,
}

impl KeyUses {
    /// The key of that id was used. Ids come from the world, so that there are no more entries than keys.
    pub(crate) fn note(&self, id: &str, at: Moment, service: &'static str, region: &str) {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match uses.get_mut(id) {
            Some(known) if known.region == region => {
                known.at = at;
                known.service = service;
            }
            Some(_) | None => {
                uses.insert(id.to_owned(), KeyUse { at, service, region: region.to_owned() });
            }
        }
    }

    /// The last use of a key.
    pub(crate) fn last(&self, id: &str) -> Option<KeyUse> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }
    /// No key was used.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
