//! Which files `countersign audit` reads: those that are named, and in folders those that .gitignore and their names do not
//! hide, in a stable order and each once.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use countersign_audit::input::{Named, Reading};
use countersign_audit::source::{InputProblem, ProblemSeverity};

use crate::read;

/// A file to read.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) named: Named,
    /// The folders it was found in, as places in [`Inputs::folders`].
    folders: Vec<usize>,
}

/// Everything to read.
#[derive(Default)]
pub(super) struct Inputs {
    pub(super) files: Vec<File>,
    pub(super) problems: Vec<InputProblem>,
    folders: Vec<Folder>,
    /// Where each file is in `files`, by its real path.
    known: HashMap<PathBuf, usize>,
}

struct Folder {
    path: PathBuf,
    files: usize,
    is_readable: bool,
}

impl Inputs {
    /// The files behind what was typed.
    pub(super) fn collect(paths: &[PathBuf]) -> Self {
        let mut inputs = Self::default();
        for path in paths {
            if path != Path::new("-") && path.is_dir() {
                inputs.walk(path);
            } else {
                inputs.add(path.clone(), Named::ByUser, None);
            }
        }
        inputs
    }

    pub(super) fn has_folders(&self) -> bool {
        !self.folders.is_empty()
    }

    /// A file that is named, or lies in two of the folders, is read once; its being named counts.
    fn add(&mut self, path: PathBuf, named: Named, folder: Option<usize>) {
        let real = path.canonicalize().ok().filter(|_| path != Path::new("-"));
        let known = real.as_ref().and_then(|real| self.known.get(real)).and_then(|at| self.files.get_mut(*at));
        if let Some(file) = known {
            file.folders.extend(folder);
            if named == Named::ByUser {
                file.named = named;
            }
            return;
        }
        self.known.extend(real.map(|real| (real, self.files.len())));
        self.files.push(File { path, named, folders: folder.into_iter().collect() });
    }

    fn walk(&mut self, path: &Path) {
        let mut folder = Folder { path: path.to_owned(), files: 0, is_readable: true };
        let at = self.folders.len();
        // In a git repository what git does, else what the folder itself says. Nothing depends on the user's settings: the
        // same folder has the same files everywhere.
        let real = path.canonicalize().unwrap_or_default();
        let in_git = real.ancestors().any(|folder| folder.join(".git").exists());
        let walk = ignore::WalkBuilder::new(path)
            .sort_by_file_path(Path::cmp)
            .ignore(false)
            .git_global(false)
            .git_exclude(false)
            .require_git(false)
            .parents(in_git)
            .filter_entry(|entry| !is_cdk_asset(entry.path()))
            .build();
        for entry in walk {
            match entry {
                Ok(entry) if is_file(&entry) => {
                    folder.files += 1;
                    // As tools call it that read reports and differences.
                    let path = entry.path().strip_prefix(".").unwrap_or(entry.path()).to_owned();
                    self.add(path, Named::InFolder, Some(at));
                }
                Ok(_) => {}
                Err(error) => {
                    folder.is_readable = false;
                    self.problems.push(unreadable(path, error));
                }
            }
        }
        self.folders.push(folder);
    }

    /// A folder without any role is no clean folder.
    pub(super) fn name_empty_folders(&mut self, readings: &[Option<Reading>]) {
        let holds_roles = |at: usize| {
            let files = self.files.iter().zip(readings).filter(|(file, _)| file.folders.contains(&at));
            let is_error = |problem: &InputProblem| problem.severity == ProblemSeverity::Error;
            let mut files = files.filter_map(|(_, reading)| reading.as_ref());
            files.any(|reading| !reading.roles.is_empty() || reading.problems.iter().any(is_error))
        };
        let mut problems = Vec::new();
        for (at, folder) in self.folders.iter().enumerate() {
            if !folder.is_readable || holds_roles(at) {
                continue;
            }
            let (message, help) = match folder.files {
                0 => {
                    let help = "name a folder with trust policies in it, or a file; hidden files, links to folders and what .gitignore excludes are passed over";
                    ("the folder holds no files".to_owned(), help)
                }
                1 => ("the folder's one file holds no trust policy".to_owned(), HOLDS_NONE),
                files => (format!("none of the folder's {files} files holds a trust policy"), HOLDS_NONE),
            };
            let path = read::name(&folder.path);
            problems.push(InputProblem::of_file(&path, ProblemSeverity::Error, message, help));
        }
        self.problems.extend(problems);
    }
}

const HOLDS_NONE: &str = "name the file that should hold one to see what is wrong with it";

/// What the CDK copies beside its templates: the code of functions, the content of buckets.
fn is_cdk_asset(path: &Path) -> bool {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_asset = name(path).starts_with("asset.") && path.is_dir();
    is_asset && path.ancestors().skip(1).any(|folder| name(folder) == "cdk.out")
}

/// A file, or a link to one. Links to folders may lead in circles and out of the folder.
fn is_file(entry: &ignore::DirEntry) -> bool {
    match entry.file_type() {
        Some(kind) if kind.is_symlink() => match entry.path().metadata() {
            Ok(target) => target.is_file(),
            // Reading it will say so.
            Err(error) => error.kind() == io::ErrorKind::PermissionDenied,
        },
        Some(kind) => kind.is_file(),
        None => false,
    }
}

/// What could not be walked, at its own path.
fn unreadable(root: &Path, mut error: ignore::Error) -> InputProblem {
    let mut path = root.to_owned();
    loop {
        error = match error {
            ignore::Error::WithPath { path: inner, err } => {
                path = inner;
                *err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => *err,
            other => {
                let why = other.io_error().map_or_else(|| other.to_string(), |error| error.kind().to_string());
                let message = format!("cannot read the folder: {why}");
                let help = "check its permissions; what is in it was not audited";
                return InputProblem::of_file(&read::name(&path), ProblemSeverity::Error, message, help);
            }
        };
    }
}
