//! An exact model of what an AWS IAM role trust policy allows.
//!
//! * [`document`] reads policies, with the place of every element, and says what IAM would refuse.
//! * [`evaluate`] answers "is this call allowed, and why": one policy, or the whole AssumeRole decision.
//! * [`prove`] answers questions about *all* calls: which ExternalIds are accepted, who gets in, what changed.
//! * [`rewrite`] writes changes of a policy into the text it stands in.
//! * [`severity`] has the words for how bad something is.
//! * [`assumptions`] lists what AWS leaves undocumented, with the reading used.
//!
//! The crate does no I/O, starts no thread, and reads no clock and no randomness.

pub mod account;
pub mod arn;
pub mod assumptions;
pub mod condition;
pub mod document;
pub mod evaluate;
pub mod prove;
pub mod request;
pub mod rewrite;
pub mod severity;
pub mod similar;
