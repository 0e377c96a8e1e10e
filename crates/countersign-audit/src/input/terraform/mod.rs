//! Terraform: what its expressions yield.

mod conversion;
mod functions;
#[cfg(test)]
mod notation;
mod policy_document;
mod value;
