//! Terraform: what its expressions yield.

mod conversion;
mod functions;
#[cfg(test)]
mod notation;
mod planned_document;
mod policy_document;
mod value;

pub(super) use planned_document::{Planned, planned_policy};
