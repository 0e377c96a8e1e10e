//! Audits of AWS IAM roles: documents in, proved findings out.
//!
//! [`input`] turns bytes into [`role::Role`]s, [`examine`](examine::examine) proves what each role's trust policy lets
//! happen, [`audit`] says what is wrong and where, and [`report`] prints it. The crate does no I/O and starts no thread:
//! whoever calls it reads the files and may examine roles in parallel.

pub mod audit;
pub mod baseline;
pub mod caller;
pub mod comment;
pub mod config;
pub mod examine;
pub mod finding;
pub mod fingerprint;
pub mod fix;
pub mod input;
pub mod node_reader;
pub mod permissions;
pub mod reach;
pub mod report;
pub mod role;
pub mod severity;
pub mod source;
pub mod source_root;
pub mod suppress;
pub mod symbol;
pub mod third_party;
pub mod vendor;
