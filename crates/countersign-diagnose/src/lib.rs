//! Why an AssumeRole call was denied, and the smallest change that lets it through.
//!
//! * [`message`] reads error texts.
//! * [`call`] reads the call that failed: a command line, a profile, source code, configuration.
//! * [`evidence`] is everything somebody has in hand.
//! * [`cause`] is the catalogue of causes; [`external_id`] says how two ExternalIds differ, and [`capability`] which tools
//!   can send one.
//! * [`diagnosis`] is the verdict, and [`question`] what to ask when it is not sure.
//! * [`place`] is where failing values stand, [`risk`] what a denial means for the role's security.
//! * [`trail`] reads CloudTrail's files, whatever their size.
//! * [`journal`] remembers what worked.
//! * [`redact`] hides who it is about, so that an answer can be shared.
//! * [`edit`] is a change to a text as spans and what replaces them.
//!
//! The crate does no I/O, starts no thread, and reads no clock and no randomness. Access is decided by
//! `countersign-policy` and nowhere else.

pub mod call;
pub mod capability;
pub mod cause;
pub mod diagnosis;
pub mod edit;
pub mod evidence;
pub mod external_id;
pub mod journal;
pub mod message;
pub mod place;
pub mod question;
mod quoted;
pub mod redact;
mod repair;
pub mod risk;
mod situation;
pub mod trail;
mod verdict;

pub use diagnosis::{Diagnosis, diagnose};
pub use evidence::Evidence;
pub use repair::{FixKind, Part, Patch, Plan};
