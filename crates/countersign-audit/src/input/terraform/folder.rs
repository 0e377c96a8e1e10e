//! The files of one module, read: what they define, overrides merged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use countersign_policy::document::{MAX_NESTING, Span, parse_json};

use super::block::{Attribute, Block, hcl_attributes, json_attributes, json_blocks};
use super::parse::{parse_blocks, parse_body};
use crate::input::Files;
use crate::input::salvage::shift;
use crate::source::{InputProblem, ProblemSeverity, SourceFile, SourceMapBuilder};

/// Largest file that is read.
const MAX_BYTES: usize = 4 << 20;
/// Levels of JSON in a `.tf.json` file.
const JSON_LEVELS: usize = MAX_NESTING + 32;

/// The files a run has read, and what could not be used of them.
#[derive(Debug, Default)]
pub(super) struct Library {
    map: SourceMapBuilder,
    /// Every file with where it starts.
    placed: Vec<(u32, SourceFile)>,
    pub(super) problems: Vec<InputProblem>,
}

impl Library {
    /// Adds a file to the run; what its spans are moved by.
    pub(super) fn add(&mut self, path: &str, text: &str) -> Option<(SourceFile, u32)> {
        let file = SourceFile::new(path, text.to_owned());
        let base = self.map.add(file.clone())?;
        self.placed.push((base, file.clone()));
        Some((file, base))
    }

    /// The file that a span of the run's lies in, and where it starts.
    pub(super) fn file_at(&self, at: u32) -> Option<(u32, &SourceFile)> {
        let after = self.placed.partition_point(|(base, _)| *base <= at);
        let (base, file) = self.placed.get(after.checked_sub(1)?)?;
        Some((*base, file))
    }

    /// The text that a span of the run's covers.
    pub(super) fn text_at(&self, span: Span) -> &str {
        let text = self.file_at(span.start).and_then(|(base, file)| {
            file.text().get(span.start.saturating_sub(base) as usize..span.end.saturating_sub(base) as usize)
        });
        text.unwrap_or_default()
    }

    /// Names a problem at a place in the run's files.
    pub(super) fn problem(&mut self, span: Span, severity: ProblemSeverity, message: impl Into<String>, help: &str) {
        let Some((base, file)) = self.file_at(span.start) else { return };
        let local = Span { start: span.start.saturating_sub(base), end: span.end.saturating_sub(base) };
        let problem = InputProblem::at(file, local, severity, message, Some(help.to_owned()));
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// The files, laid end to end.
    pub(super) fn finish(self) -> (crate::source::SourceMap, Vec<InputProblem>) {
        (self.map.finish(), self.problems)
    }
}

/// What a module's files define.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) path: String,
    /// The paths of its files.
    pub(super) files: Vec<String>,
    pub(super) variables: BTreeMap<Box<str>, Block>,
    pub(super) locals: BTreeMap<Box<str>, Attribute>,
    /// By type and name.
    pub(super) resources: BTreeMap<(Box<str>, Box<str>), Block>,
    pub(super) data: BTreeMap<(Box<str>, Box<str>), Block>,
    pub(super) modules: BTreeMap<Box<str>, Block>,
    pub(super) outputs: BTreeMap<Box<str>, Block>,
    /// `provider` and `terraform` blocks.
    pub(super) settings: Vec<Block>,
    /// Of the files, those that define what another one defines too.
    pub(super) at_odds: BTreeSet<usize>,
}

/// A folder's path and a file's name.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() || folder == "." { name.to_owned() } else { format!("{folder}/{name}") }
}

/// `folder/path`, without the `.` and `..` that can be done without.
pub(super) fn resolve(folder: &str, path: &str) -> String {
    let (absolute, folder) = if path.starts_with('/') { (true, "") } else { (folder.starts_with('/'), folder) };
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (absolute, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// Reads the module in a folder.
pub(super) fn read_folder(path: &str, files: &dyn Files, library: &mut Library) -> Folder {
    let names = files.list(path);
    let is_override = |name: &str| {
        let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
        stem == "override" || stem.ends_with("_override")
    };
    let (over, own): (Vec<&String>, Vec<&String>) =
        names.iter().filter(|name| is_configuration(name, &names)).partition(|name| is_override(name));
    let mut folder = Folder { path: path.to_owned(), ..Folder::default() };
    for name in own {
        for block in read_blocks(&mut folder, name, files, library) {
            folder.define(block, library);
        }
    }
    for name in over {
        for block in read_blocks(&mut folder, name, files, library) {
            folder.override_with(block, library);
        }
    }
    folder
}

/// Whether Terraform or OpenTofu reads the file. A `.tofu` file stands for the `.tf` file of the same stem.
fn is_configuration(name: &str, names: &[String]) -> bool {
    let shadowed = |stem: &str, ending: &str| names.iter().any(|other| *other == format!("{stem}{ending}"));
    if name.starts_with('.') || name.starts_with('#') || name.ends_with('~') {
        return false;
    }
    match name {
        _ if name.ends_with(".tofu") || name.ends_with(".tofu.json") => true,
        _ if name.ends_with(".tf") => !shadowed(name.trim_end_matches(".tf"), ".tofu"),
        _ if name.ends_with(".tf.json") => !shadowed(name.trim_end_matches(".tf.json"), ".tofu.json"),
        _ => false,
    }
}

fn read_blocks(folder: &mut Folder, name: &str, files: &dyn Files, library: &mut Library) -> Vec<Block> {
    let path = join(&folder.path, name);
    let Some((file, base)) = open(&path, files, library) else { return Vec::new() };
    let nth = folder.files.len();
    folder.files.push(path);
    match name.ends_with(".json") {
        true => parse_as_json(&file, library).map(|root| json_blocks(root, base, nth)).unwrap_or_default(),
        false => parse_blocks(&file, base, nth, &mut library.problems),
    }
}

/// The assignments of a variable file.
pub(super) fn read_assignments(path: &str, files: &dyn Files, library: &mut Library) -> Vec<Attribute> {
    let Some((file, base)) = open(path, files, library) else { return Vec::new() };
    if path.ends_with(".json") {
        let root = parse_as_json(&file, library).map(|mut root| {
            shift(&mut root, base);
            root
        });
        return root.as_ref().map(json_attributes).unwrap_or_default();
    }
    match parse_body(file.text()) {
        Ok(body) => hcl_attributes(body, base),
        Err(refusal) => {
            library.problems.push(refusal.in_file(&file, 0, "no variable of this file is set"));
            Vec::new()
        }
    }
}

fn open(path: &str, files: &dyn Files, library: &mut Library) -> Option<(SourceFile, u32)> {
    let why = match files.read(path) {
        Ok(text) if text.len() <= MAX_BYTES => return library.add(path, text.trim_start_matches('\u{feff}')),
        Ok(text) => format!("the file has {} bytes; at most {MAX_BYTES} are read", text.len()),
        Err(why) => why,
    };
    let problem = InputProblem::of_file(path, ProblemSeverity::Error, why, "roles of this file are not audited");
    library.problems.push(problem);
    None
}

fn parse_as_json(file: &SourceFile, library: &mut Library) -> Option<countersign_policy::document::Node> {
    match parse_json(file.text(), JSON_LEVELS) {
        Ok(root) => Some(root),
        Err(problem) => {
            library.problems.push(InputProblem::in_file(file, &problem, ProblemSeverity::Error));
            None
        }
    }
}

impl Folder {
    /// Whether the block stands in one of the files that are wanted, by name or path; in any, without such a list.
    pub(super) fn is_wanted(&self, block: &Block, only: Option<&[String]>) -> bool {
        only.is_none_or(|only| {
            let path = self.files.get(block.file).map_or("", String::as_str);
            let is_named = |wanted: &String| {
                wanted == path || path.strip_suffix(wanted.as_str()).is_some_and(|rest| rest.ends_with('/'))
            };
            only.iter().any(is_named)
        })
    }

    fn define(&mut self, block: Block, library: &mut Library) {
        let label = |nth: usize| -> Box<str> { block.label(nth).into() };
        let span = block.span;
        let first = label(0);
        let file = block.file;
        let before = match &*block.kind {
            "resource" => self.resources.insert((first, label(1)), block),
            "data" => self.data.insert((first, label(1)), block),
            "variable" => self.variables.insert(first, block),
            "module" => self.modules.insert(first, block),
            "output" => self.outputs.insert(first, block),
            "locals" => {
                self.locals.extend(block.attributes.into_iter().map(|local| (local.name.clone(), local)));
                None
            }
            "provider" | "terraform" => {
                self.settings.push(block);
                None
            }
            _ => None,
        };
        match before {
            Some(before) if before.file == file => {
                let help = "Terraform refuses a module that defines something twice; this one counts here";
                library.problem(span, ProblemSeverity::Warning, "defined twice in this module", help);
            }
            Some(before) => self.at_odds.extend([before.file, file]),
            None => {}
        }
    }

    fn override_with(&mut self, block: Block, library: &mut Library) {
        let first: Box<str> = block.label(0).into();
        let key = (first.clone(), Box::<str>::from(block.label(1)));
        let place = match &*block.kind {
            "resource" => self.resources.get_mut(&key),
            "data" => self.data.get_mut(&key),
            "variable" => self.variables.get_mut(&first),
            "module" => self.modules.get_mut(&first),
            "output" => self.outputs.get_mut(&first),
            _ => None,
        };
        match place {
            Some(old) => old.merge(block),
            None => self.define(block, library),
        }
    }
}

/// The module of every folder that was asked for, read once.
pub(super) type Folders = BTreeMap<String, Arc<Folder>>;
