//! Why an AssumeRole call was denied, and the smallest change that lets it through.
//!
//! * [`call`] reads the call that failed: a command line, a profile, source code, configuration.
//! * [`edit`] is a change to a text as spans and what replaces them.
//! * [`message`] reads error texts.
//!
//! The crate does no I/O, starts no thread, and reads no clock and no randomness. Access is decided by
//! `countersign-policy` and nowhere else.

pub mod call;
pub mod edit;
pub mod message;
