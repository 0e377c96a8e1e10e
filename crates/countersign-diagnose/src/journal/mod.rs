//! A memory of what worked: entries in, counts out.
//!
//! An [`Entry`] says that a repair was made for a [`Fingerprint`] and what came of it. It holds no ARN, account, name or
//! other value: the fingerprint is a hash of the problem's structure, and everything else is one of a few words. Its id
//! is the hash of its contents, so that journals merge without duplicates.
//!
//! What others recorded is [`Origin::Imported`]: counted apart, and never shown but as counts of causes that this version knows.
//! The file and the clock are the caller's.

mod counts;
mod entry;
mod fingerprint;
mod ledger;
mod record;
mod reference;
mod structure;

pub use counts::{CauseCount, History, Tally, histories};
pub use entry::{Confirmed, Entry, EntryError, Label, Origin, Outcome, SCHEMA, Version};
pub use fingerprint::{FINGERPRINT_VERSION, Fingerprint, FingerprintError};
pub use ledger::{
    BUNDLE_SCHEMA, Bundle, Ledger, MOST_ENTRIES, Reading, Refused, read_bundle, read_lines, read_lines_about,
};
pub use record::{outcome, reference};
pub use reference::{Reference, ReferenceError};
