//! Why an AssumeRole call was denied, and the smallest change that lets it through.
//!
//! ```
//! use countersign_diagnose::diagnosis::Verdict;
//! use countersign_diagnose::evidence::{PolicyText, RequestText};
//! use countersign_diagnose::{Evidence, diagnose};
//!
//! let error = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: \
//!     arn:aws:iam::111122223333:user/collector is not authorized to perform: sts:AssumeRole on resource: \
//!     arn:aws:iam::444455556666:role/VendorAccess";
//! let trust = r#"{ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
//!     "Principal": { "AWS": "arn:aws:iam::111122223333:user/collector" },
//!     "Condition": { "StringEquals": { "sts:ExternalId": "tenant-7f2" } } }] }"#;
//! let call = "aws sts assume-role --role-arn arn:aws:iam::444455556666:role/VendorAccess --role-session-name s\n";
//!
//! let evidence = Evidence {
//!     error_text: Some(error.to_owned()),
//!     trust: Some(PolicyText::new("role.json", trust)),
//!     request: Some(RequestText::new("call.sh", Some("cli"), call)),
//!     ..Evidence::default()
//! };
//! let diagnosis = diagnose(&evidence);
//! let first = diagnosis.causes.first().ok_or("no cause")?;
//!
//! assert_eq!(diagnosis.status, Verdict::Proved);
//! assert_eq!(first.id, "external-id-missing");
//! assert!(first.fix.diff.as_deref().is_some_and(|diff| diff.contains("--external-id tenant-7f2")));
//! # Ok::<(), &str>(())
//! ```
//!
//! Texts go in as they are, and any part may be missing; [`Evidence::from_case`] reads all of it from one JSON object.
//! [`diagnose`] never fails: what could not be read or is not known makes the answer less sure, and stands in
//! [`Diagnosis::notes`] and [`Diagnosis::not_given`]. What can fail is reading a form of ours, with an error of its own:
//! [`evidence::CaseError`], [`redact::KeyError`]. The shape of the JSON is [`diagnosis::PAGE`]. Spans are in bytes, durations
//! in seconds, and statements count from 0 in types and JSON and from 1 in messages.
//!
//! # Modules
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
