//! Terraform and OpenTofu: roles of a root module and of those it calls, as far as the files decide them.
//!
//! A folder's files are read (`folder`, `block`), and what a role's trust policy says is worked out from there by partial
//! evaluation (`evaluator`, `expression`): whatever is not in the files is an unknown with a name, everything else is
//! exact. Whatever hangs on a variable that nobody sets is worked out both ways (`decisions`).

mod assembly;
mod block;
mod caller;
mod conversion;
mod document;
mod evaluator;
mod expansion;
mod expression;
mod folder;
mod function;
mod functions;
mod module;
#[cfg(test)]
mod notation;
mod operation;
mod parse;
mod permission;
mod planned_document;
mod policy_document;
mod provider;
mod reference;
mod resource;
mod role;
mod template;
mod value;
mod variable;

use super::{Files, Given, Reading};
use crate::fix::Language;
use crate::source::SourceFile;
use evaluator::Evaluator;
pub(super) use planned_document::{Planned, planned_policy};

/// Reads the roles of the root module in a folder. With `only`, those that the files of these names or paths define or
/// call; the other files are read for what these refer to.
#[must_use]
pub fn read_root(folder: &str, only: Option<&[String]>, files: &dyn Files, given: &Given) -> Reading {
    let folder = folder::resolve(folder, "");
    let mut evaluator = Evaluator::new(&folder, files);
    evaluator.installed = variable::installed_modules(&folder, files).into_iter().collect();
    evaluator.assign(given);
    let mut roles = Vec::new();
    let root = evaluator.root_instance();
    evaluator.roles(&root, only, &mut roles);
    evaluator.attached.take().give(&mut roles);
    let callers = evaluator.callers.take();
    let (sources, problems) = evaluator.library.into_inner().finish();
    for role in &mut roles {
        role.sources = sources.clone();
        let (file, _) = role.sources.place(role.span);
        if !file.path().ends_with(".json") {
            role.language = Language::Hcl;
        }
    }
    let is_module = |path: &str| [".tf", ".tofu", ".json"].iter().any(|ending| path.ends_with(ending));
    let modules = sources.files().map(SourceFile::path).filter(|path| is_module(path));
    let folders = modules.map(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()).collect();
    let callers = callers.into_iter().map(|caller| caller.placed(&sources)).collect();
    Reading { roles, problems, folders, callers }
}
