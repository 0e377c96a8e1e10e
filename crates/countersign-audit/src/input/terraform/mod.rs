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
mod stray;
mod template;
mod value;
mod variable;

use super::{Files, Given, Reading};
use crate::fix::Language;
use crate::source::{InputProblem, ProblemSeverity, SourceFile};
use evaluator::Evaluator;
use folder::Folder;
pub(super) use planned_document::{Planned, planned_policy};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Reads the roles of the root module in a folder. With `only`, those that the files of these names or paths define or
/// call; the other files are read for what these refer to.
///
/// Files that define the same things are no module together: each of them is read as one, with the files that agree with
/// all others.
#[must_use]
pub fn read_root(folder: &str, only: Option<&[String]>, files: &dyn Files, given: &Given) -> Reading {
    let folder = folder::resolve(folder, "");
    let (mut reading, root) = read_module(&folder, only, files, given);
    let at_odds: BTreeSet<&str> =
        root.at_odds.iter().filter_map(|at| root.files.get(*at)).map(|path| name_of(path)).collect();
    if at_odds.is_empty() {
        return reading;
    }
    let is_wanted = |name: &str| only.is_none_or(|only| only.iter().any(|path| name_of(path) == name));
    let apart = |name: Option<&str>| {
        let hidden = at_odds.iter().copied().filter(|other| Some(*other) != name).collect();
        let around = Apart { files, folder: &folder, hidden };
        let agreeing = || root.files.iter().map(|path| name_of(path)).filter(|name| !at_odds.contains(name));
        let only: Vec<String> = match name {
            Some(name) => vec![folder::join(&folder, name)],
            None => agreeing().filter(|name| is_wanted(name)).map(|name| folder::join(&folder, name)).collect(),
        };
        let mut part = read_module(&folder, Some(&only), &around, given).0;
        part.callers.retain(|caller| only.iter().any(|path| path == caller.sources.place(caller.span).0.path()));
        part
    };
    let wanted = at_odds.iter().copied().filter(|name| is_wanted(name)).map(Some);
    let folders = std::mem::take(&mut reading.folders);
    reading = Reading { folders, ..Reading::default() };
    for part in std::iter::once(None).chain(wanted).map(apart) {
        reading.roles.extend(part.roles);
        reading.problems.extend(part.problems);
        reading.callers.extend(part.callers);
    }
    if only.is_none() {
        let message = "files of this folder define the same things: each was read for itself";
        let help = "Terraform refuses a module that defines something twice";
        reading.problems.push(InputProblem::of_file(&folder, ProblemSeverity::Note, message, help));
    }
    reading
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The files of a folder without some.
struct Apart<'a> {
    files: &'a dyn Files,
    folder: &'a str,
    hidden: BTreeSet<&'a str>,
}

impl Files for Apart<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, String> {
        self.files.read(path)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let mut names = self.files.list(folder);
        if folder == self.folder {
            names.retain(|name| !self.hidden.contains(name.as_str()));
        }
        names
    }
}

/// Reads a root module; its folder is of use besides.
fn read_module(folder: &str, only: Option<&[String]>, files: &dyn Files, given: &Given) -> (Reading, Arc<Folder>) {
    let mut evaluator = Evaluator::new(folder, files);
    evaluator.installed = variable::installed_modules(folder, files).into_iter().collect();
    evaluator.assign(given);
    let mut roles = Vec::new();
    let root = evaluator.root_instance();
    let root_folder = Arc::clone(&root.folder);
    evaluator.roles(&root, only, &mut roles);
    drop(root);
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
    (Reading { roles, problems, folders, callers }, root_folder)
}
