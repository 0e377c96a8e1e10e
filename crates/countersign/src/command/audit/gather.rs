//! From what was typed to examined roles: files are read each for itself, Terraform's by the module they make up.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign_audit::caller::{self, ExaminedCaller};
use countersign_audit::examine::{Examined, Options, examine};
use countersign_audit::input::{self, Format, Given, InMemory, Named, Reading, terraform};
use countersign_audit::role::Role;
use countersign_audit::source::{InputProblem, ProblemSeverity};
use rayon::prelude::*;

use super::disk::Disk;
use super::files::{File, Inputs};
use super::progress::Progress;
use crate::diagnostic::Diagnostic;
use crate::read;

/// Largest file that is read, before and after decompression.
pub(super) const MAX_BYTES: u64 = 256 << 20;

/// The roles of some files and folders, examined.
pub(crate) struct Gathered {
    pub(crate) roles: Vec<Examined>,
    pub(crate) problems: Vec<InputProblem>,
    /// What providers and backends assume.
    pub(super) callers: Vec<ExaminedCaller>,
    /// How many files held no policy, where there were folders.
    pub(super) passed_over: Option<usize>,
}

/// What to read, and how.
pub(crate) struct Wanted<'a> {
    pub(crate) paths: &'a [PathBuf],
    pub(crate) input: InputFormat,
    pub(crate) given: &'a Given,
    pub(crate) options: &'a Options,
}

/// What the files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum InputFormat {
    /// What their content says; Terraform by its file names.
    #[default]
    Auto,
    /// Policies, what the aws CLI prints, plans: no templates.
    Policy,
    /// CloudFormation templates.
    Cloudformation,
    /// Terraform modules of one file each, whatever their names.
    Terraform,
}

/// Terraform files of one folder.
struct Module<'f> {
    folder: PathBuf,
    /// Where its files are in [`Inputs::files`].
    files: Vec<usize>,
    /// The files that are named, when the folder is not.
    only: Option<Vec<String>>,
    named: &'f [File],
}

impl<'f> Module<'f> {
    fn here(&self) -> impl Iterator<Item = &'f File> {
        self.files.iter().filter_map(|at| self.named.get(*at))
    }
}

/// Reads and examines. `overlay` says what files would be after an edit.
pub(crate) fn gather(wanted: &Wanted<'_>, overlay: &BTreeMap<String, Arc<str>>) -> Gathered {
    let mut inputs = Inputs::collect(wanted.paths);
    let reading = Progress::start("reading", inputs.files.len(), "files");
    let mut readings: Vec<Option<Reading>> = inputs
        .files
        .par_iter()
        .map(|file| match wanted.input {
            InputFormat::Auto if is_terraform(&file.path) => None,
            _ => reading.step(|| read_file(file, wanted, overlay)),
        })
        .collect();
    if wanted.input == InputFormat::Auto {
        read_modules(&inputs.files, &mut readings, wanted.given, overlay);
    }
    drop(reading);
    let passed_over = readings.iter().filter(|reading| reading.is_none()).count();
    inputs.name_empty_folders(&readings);
    let (mut roles, mut problems, mut callers) = (Vec::new(), std::mem::take(&mut inputs.problems), Vec::new());
    for reading in readings.into_iter().flatten() {
        roles.extend(reading.roles);
        problems.extend(reading.problems);
        callers.extend(reading.callers.into_iter().map(|caller| caller::examine(caller, wanted.options)));
    }
    let examining = Progress::start("examining", roles.len(), "roles");
    let examined: Vec<Result<Examined, Box<InputProblem>>> =
        roles.into_par_iter().map(|role| examining.step(|| examine_or_tell(role, wanted.options))).collect();
    drop(examining);
    let mut roles = Vec::with_capacity(examined.len());
    for examined in examined {
        match examined {
            Ok(examined) => roles.push(examined),
            Err(problem) => problems.push(*problem),
        }
    }
    Gathered { roles, problems, callers, passed_over: inputs.has_folders().then_some(passed_over) }
}

/// The roles of one file, not examined; Terraform's with what the files beside it say. `overlay` is as in [`gather`].
pub(crate) fn roles(path: &Path, overlay: &BTreeMap<String, Arc<str>>) -> Reading {
    let inputs = Inputs::collect(&[path.to_owned()]);
    let given = Given::default();
    if let Some(module) = modules(&inputs.files).first() {
        return read_module(module, &given, overlay).0;
    }
    let name = read::name(path);
    let bytes = match overlay.get(&name) {
        Some(text) => Ok(text.as_bytes().to_vec()),
        None => read::bytes(path, MAX_BYTES).map(|(_, bytes)| bytes),
    };
    match bytes {
        Ok(bytes) => guarded(|| input::read(&name, &bytes, Named::ByUser)).unwrap_or_default(),
        Err(diagnostic) => Reading { problems: vec![unread(&name, &diagnostic)], ..Reading::default() },
    }
}

fn is_terraform(path: &Path) -> bool {
    let name = path.to_str().unwrap_or_default();
    [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().any(|ending| name.ends_with(ending))
}

/// The roles of a file, or nothing when it is of those that a folder may hold besides.
fn read_file(file: &File, wanted: &Wanted<'_>, overlay: &BTreeMap<String, Arc<str>>) -> Option<Reading> {
    let may_hold_roles = |head: &[u8]| file.named == Named::ByUser || input::may_hold_roles(head);
    let name = read::name(&file.path);
    let bytes = match overlay.get(&name) {
        Some(text) => Ok(Some(text.as_bytes().to_vec())),
        None => read::bytes_if(&file.path, MAX_BYTES, may_hold_roles),
    };
    let reading = match bytes {
        Ok(bytes) => {
            let bytes = bytes?;
            let read = || match wanted.input {
                InputFormat::Auto => input::read_with(&name, &bytes, file.named, wanted.given),
                InputFormat::Policy => input::read_as(Format::Policy, &name, &bytes, file.named, wanted.given),
                InputFormat::Cloudformation => {
                    input::read_as(Format::CloudFormation, &name, &bytes, file.named, wanted.given)
                }
                InputFormat::Terraform => read_as_terraform(&name, &bytes, wanted.given),
            };
            guarded(read).ok_or_else(|| {
                InputProblem::of_file(&name, ProblemSeverity::Error, "countersign failed to read this file", BUG)
            })
        }
        Err(diagnostic) => Err(unread(&name, &diagnostic)),
    };
    let reading = reading.unwrap_or_else(|problem| Reading { problems: vec![problem], ..Reading::default() });
    let holds_something = !reading.roles.is_empty() || !reading.problems.is_empty();
    (holds_something || file.named == Named::ByUser).then_some(reading)
}

fn unread(name: &str, diagnostic: &Diagnostic) -> InputProblem {
    let help = diagnostic.help.as_deref().unwrap_or("check its permissions; it was not audited");
    InputProblem::of_file(name, ProblemSeverity::Error, &diagnostic.message, help)
}

/// Why a file that is named cannot be read. What a module reads, its folder lists, and there a file may be missing.
fn unreadable(path: &Path) -> Option<InputProblem> {
    let diagnostic = read::bytes_if(path, MAX_BYTES, |_| false).err()?;
    Some(unread(&read::name(path), &diagnostic))
}

/// Reads a text as a module of one file. Modules are made of files with certain names, and so it gets one.
fn read_as_terraform(name: &str, bytes: &[u8], given: &Given) -> Reading {
    let name = if is_terraform(Path::new(name)) { name.to_owned() } else { format!("{name}.tf") };
    let text = String::from_utf8_lossy(bytes);
    let folder = name.rsplit_once('/').map_or(".", |(folder, _)| folder);
    terraform::read_root(folder, None, &InMemory([(name.clone(), text.into())].into()), given)
}

/// Reads the folders with Terraform files. A module that another one calls is read where it is called: the verdict there
/// is the one that counts.
fn read_modules(files: &[File], readings: &mut [Option<Reading>], given: &Given, overlay: &BTreeMap<String, Arc<str>>) {
    let modules = modules(files);
    let (read, asked_for): (Vec<Reading>, Vec<BTreeSet<PathBuf>>) =
        modules.par_iter().map(|module| read_module(module, given, overlay)).unzip();
    pass_over(files, readings, &asked_for);
    let entered: Vec<BTreeSet<PathBuf>> = read
        .iter()
        .map(|reading| reading.folders.iter().filter_map(|folder| real(Path::new(folder))).collect())
        .collect();
    let own: Vec<Option<PathBuf>> = modules.iter().map(|module| real(&module.folder)).collect();
    let mut callers_of: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
    for (caller, folders) in entered.iter().enumerate() {
        folders.iter().for_each(|folder| callers_of.entry(folder).or_default().push(caller));
    }
    let is_called = |at: usize| {
        let Some(folder) = own.get(at).and_then(Option::as_deref) else { return false };
        let mut callers = callers_of.get(folder).into_iter().flatten().copied().filter(|caller| *caller != at);
        // Of modules that call each other the first is read for itself.
        let calls = |caller: usize| {
            let there = own.get(caller).and_then(Option::as_ref);
            there.is_some_and(|there| entered.get(at).is_some_and(|folders| folders.contains(there)))
        };
        callers.any(|caller| !calls(caller) || caller < at)
    };
    for (at, (module, reading)) in modules.iter().zip(read).enumerate() {
        let holds_something = !reading.roles.is_empty() || !reading.problems.is_empty();
        let (Some(first), true) = (module.files.first(), module.only.is_some() || !is_called(at)) else { continue };
        if let Some(slot) = readings.get_mut(*first).filter(|_| holds_something || module.only.is_some()) {
            *slot = Some(reading);
        }
    }
}

/// What a module reads counts where the module uses it: on its own it may be a template, and no policy yet.
fn pass_over(files: &[File], readings: &mut [Option<Reading>], asked_for: &[BTreeSet<PathBuf>]) {
    let found = files.iter().zip(readings).filter(|(file, reading)| file.named == Named::InFolder && reading.is_some());
    for (file, reading) in found {
        let path = file.path.canonicalize().ok();
        if path.is_some_and(|path| asked_for.iter().any(|paths| paths.contains(&path))) {
            *reading = None;
        }
    }
}

fn real(folder: &Path) -> Option<PathBuf> {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }.canonicalize().ok()
}

fn modules(files: &[File]) -> Vec<Module<'_>> {
    let mut folders: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate().filter(|(_, file)| is_terraform(&file.path)) {
        folders.entry(file.path.parent().unwrap_or(Path::new(""))).or_default().push(at);
    }
    let module = |(folder, of_folder): (&Path, Vec<usize>)| {
        let here = || of_folder.iter().filter_map(|at| files.get(*at));
        let by_name = here().all(|file| file.named == Named::ByUser);
        let only = by_name.then(|| here().map(|file| read::name(&file.path)).collect());
        Module { folder: folder.to_owned(), only, named: files, files: of_folder }
    };
    folders.into_iter().map(module).collect()
}

/// A module's roles, and the files that were read for them.
fn read_module(
    module: &Module<'_>,
    given: &Given,
    overlay: &BTreeMap<String, Arc<str>>,
) -> (Reading, BTreeSet<PathBuf>) {
    let name = module.folder.display().to_string();
    let disk = Disk::around(&module.folder, overlay);
    let mut reading =
        guarded(|| terraform::read_root(&name, module.only.as_deref(), &disk, given)).unwrap_or_else(|| {
            let problem =
                InputProblem::of_file(&name, ProblemSeverity::Error, "countersign failed to read this module", BUG);
            Reading { problems: vec![problem], ..Reading::default() }
        });
    if module.only.is_some() {
        let is_told = |path: &str| reading.problems.iter().any(|problem| problem.path == path);
        let missing: Vec<InputProblem> = module.here().filter_map(|file| unreadable(&file.path)).collect();
        let missing = missing.into_iter().filter(|problem| !is_told(&problem.path)).collect::<Vec<_>>();
        reading.problems.extend(missing);
    }
    if module.only.is_some() && reading.roles.is_empty() && reading.problems.is_empty() {
        let path = module.here().next().map_or(name, |file| read::name(&file.path));
        let help = "countersign looks for `aws_iam_role` and for modules that have some";
        reading.problems.push(InputProblem::of_file(&path, ProblemSeverity::Error, "no role in this file", help));
    }
    (reading, disk.into_read())
}

fn examine_or_tell(role: Role, options: &Options) -> Result<Examined, Box<InputProblem>> {
    let (sources, span, name) = (role.sources.clone(), role.span, role.name.clone());
    guarded(|| examine(role, options)).ok_or_else(|| {
        let message = format!("countersign failed to examine `{name}`");
        let (file, span) = sources.place(span);
        Box::new(InputProblem::at(file, span, ProblemSeverity::Error, message, Some(BUG.to_owned())))
    })
}

const BUG: &str = "this is a bug: please report it with the input; everything else was audited";

/// Keeps a mistake of ours about one input from ending the run over the others.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok()
}
