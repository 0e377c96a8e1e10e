//! Where the changes of a world are kept.

use crate::world::Change;

/// Keeps the changes of a world.
pub trait Journal: Send + Sync {
    /// Keeps `changes`, all or none: they are made, and the client is told, when this returns.
    ///
    /// # Errors
    /// When they are not kept. Then they are not made either, and the client hears of a failure.
    fn keep(&self, changes: &[Change]) -> Result<(), JournalError>;
}

/// Changes could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("the change cannot be kept")]
pub struct JournalError(#[source] pub Box<dyn core::error::Error + Send + Sync>);
