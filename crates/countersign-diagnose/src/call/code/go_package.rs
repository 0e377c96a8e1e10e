//! The packages that what is written to a Go file needs: a file that does not import them does not compile.

use super::layout::{indent, newline};
use super::program::Program;
use super::tree::Id;
use crate::call::Slot;
use crate::edit::Edit;

/// The two versions of the SDK.
const V2: &str = "github.com/aws/aws-sdk-go-v2/";
const V1: &str = "github.com/aws/aws-sdk-go/";

/// An import of the file.
struct Import<'t> {
    at: Id,
    /// The name that it is given, if it is given one.
    name: Option<&'t str>,
    path: &'t str,
}

/// The slot with the package under the name that the file knows it by, imported where it is not. `None` where that cannot be
/// written; a text without imports is a piece of a file.
pub(super) fn complete(program: &Program<'_>, mut slot: Slot) -> Option<Slot> {
    let imports = imports(program);
    if imports.is_empty() {
        return Some(slot);
    }
    if slot.behind.contains("time.")
        && slot.before.contains("Duration")
        && !imports.iter().any(|import| import.path == "time")
    {
        return None;
    }
    if !slot.before.contains("aws.") {
        return Some(slot);
    }
    let first = |root: &str| imports.iter().find(|import| import.path.starts_with(root));
    let (root, beside) = first(V2).map(|import| (V2, import)).or_else(|| Some((V1, first(V1)?)))?;
    if root == V1 {
        slot.before = slot.before.replace("aws.Int32(", "aws.Int64(");
    }
    let package = format!("{root}aws");
    match imports.iter().find(|import| import.path == package) {
        Some(Import { name: Some("." | "_"), .. }) => None,
        Some(Import { name: Some(name), .. }) => {
            slot.before = slot.before.replace("aws.", &format!("{name}."));
            Some(slot)
        }
        Some(Import { name: None, .. }) => Some(slot),
        None => {
            slot.also.push(import(program, beside, &package));
            Some(slot)
        }
    }
}

fn imports<'t>(program: &Program<'t>) -> Vec<Import<'t>> {
    let tree = program.tree;
    let specs = tree.all().filter(|id| tree.kind(*id) == "import_spec");
    let read = |at: Id| {
        let name = tree.field(at, "name").map(|name| tree.text(name));
        Some(Import { at, name, path: tree.text(tree.field(at, "path")?).trim_matches(['"', '`']) })
    };
    specs.filter_map(read).collect()
}

/// The import of a package before another of the same module, where its path sorts.
fn import(program: &Program<'_>, beside: &Import<'_>, package: &str) -> Edit {
    let tree = program.tree;
    let is_listed = tree.parent(beside.at).is_some_and(|parent| tree.kind(parent) == "import_spec_list");
    if is_listed {
        let start = tree.span(beside.at).start;
        let margin = indent(tree.source(), start);
        return Edit::insert(start as usize, format!("\"{package}\"{}{margin}", newline(tree.source())));
    }
    let start = tree.parent(beside.at).map_or(0, |declaration| tree.span(declaration).start);
    Edit::insert(start as usize, format!("import \"{package}\"{}", newline(tree.source())))
}
