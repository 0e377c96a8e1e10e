//! Terraform: what its expressions yield.

mod conversion;
mod functions;
mod value;
