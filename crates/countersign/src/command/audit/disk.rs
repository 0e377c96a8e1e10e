//! The files around a template, as its reader asks for them: those of the tree it stands in, and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use countersign_audit::input::Files;

use crate::read;

/// Largest file that is read for another one.
const MAX_BYTES: u64 = 8 << 20;

/// The files of a tree, some of them with another text.
pub(super) struct Disk<'o> {
    /// Nothing outside of it is read.
    root: PathBuf,
    /// What files would be after an edit, by the names that reports call them.
    overlay: &'o BTreeMap<String, Arc<str>>,
    /// The real paths of what was asked for.
    read: Mutex<BTreeSet<PathBuf>>,
}

impl<'o> Disk<'o> {
    /// The files around a folder: those of its git repository, or else of the current folder, or of the folder itself.
    pub(super) fn around(folder: &Path, overlay: &'o BTreeMap<String, Arc<str>>) -> Self {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let repository = real.ancestors().find(|above| above.join(".git").exists()).map(Path::to_owned);
        let here = std::env::current_dir().ok().and_then(|here| here.canonicalize().ok());
        let root = repository.or(here.filter(|here| real.starts_with(here))).unwrap_or(real);
        Self { root, overlay, read: Mutex::default() }
    }

    /// The real paths of the files that were read.
    pub(super) fn into_read(self) -> BTreeSet<PathBuf> {
        self.read.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for Disk<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, String> {
        if let Some(text) = self.overlay.get(path) {
            return Ok(Arc::clone(text));
        }
        let real = Path::new(path).canonicalize().map_err(|error| error.kind().to_string())?;
        if !real.starts_with(&self.root) {
            return Err("it lies outside of the repository, or of the folder that is audited".to_owned());
        }
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(real);
        let input = read::read(Path::new(path), MAX_BYTES).map_err(|diagnostic| diagnostic.message.clone())?;
        Ok(input.text.into())
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let folder = Path::new(if folder.is_empty() { "." } else { folder });
        let inside = folder.canonicalize().is_ok_and(|real| real.starts_with(&self.root));
        let entries = inside.then(|| std::fs::read_dir(folder).ok()).flatten();
        let files = entries.into_iter().flatten().flatten().filter(|entry| entry.path().is_file());
        let mut names: Vec<String> = files.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_unstable();
        names
    }
}
