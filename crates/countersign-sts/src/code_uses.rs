//! Which codes of MFA devices were shown: AWS takes each once. It is no part of the world, and a restart forgets it.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::world::ShownCode;

/// The codes that were shown and would still be good. It is as large as there are devices in use, at most three times.
#[derive(Default)]
pub(crate) struct CodeUses(Mutex<HashSet<ShownCode>>);

impl CodeUses {
    /// Whether a code that its device shows is shown for the first time. From now on it was.
    pub(crate) fn is_first(&self, code: ShownCode) -> bool {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.retain(|earlier| earlier.could_be_shown_with(&code));
        shown.insert(code)
    }

    /// No code was shown.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
