//! Questions about *all* requests, answered exactly and without a solver.
//!
//! A trust policy's conditions each speak of one key, so a question comes down to finitely many questions about single
//! keys: sets of strings ([`pattern`]), cut points of numbers and dates, ranges of addresses, presence, and the caller as
//! one value from which its ARN, account, type and organization follow. [`Prover`] searches for a request; what it finds
//! the evaluator has confirmed, and what it cannot decide it calls [unknown](ExternalIdVerdict::Unknown), with the reason.
//!
//! One file per property: [`mod@external_id`], [`mod@who`], [`mod@service_deputy`], [`mod@federated_subject`],
//! [`mod@compare`]; [`mod@exposure`] sums them up.

pub mod class;
pub mod compare;
mod domain;
pub mod exposure;
pub mod external_id;
pub mod federated_subject;
pub mod hole;
pub mod pattern;
mod prover;
mod search;
pub mod service_deputy;
pub mod setting;
mod value;
pub mod who;
mod word;

pub use class::{CallerClass, partition_of};
pub use compare::{Comparison, Difference, compare, gained};
pub use exposure::{Exposed, Exposure, exposure};
pub use external_id::{AcceptedIds, Deputy, ExternalIdVerdict, external_id};
pub use federated_subject::{FederatedVerdict, federated_subject};
pub use hole::{Assignment, deciding};
pub use prover::Prover;
pub use service_deputy::{ServiceVerdict, service_deputy};
pub use setting::{ProofLimits, Setting};
pub use value::UNROUTABLE;
pub use who::{Access, Who, who};
