//! What readers of templates look at besides the file they are given: the other files of a module, `file()`, variable files.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The files around an input. This crate opens none itself.
///
/// Paths are as reports name them, with `/` between folders and without `.` and `..` parts where that can be helped.
pub trait Files: Sync {
    /// The text of a file.
    ///
    /// # Errors
    /// Why it cannot be read, in words: there is none, it is too large, not text, or outside of what may be read.
    fn read(&self, path: &str) -> Result<Arc<str>, String>;

    /// The names of the files in a folder, sorted; none when there is no such folder.
    fn list(&self, folder: &str) -> Vec<String>;
}

/// Values the user gives for a template's variables and parameters.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// `-var name=value`, and variables of the configuration: as typed.
    pub variables: BTreeMap<String, String>,
    /// Paths of variable files, in order; later ones win.
    pub variable_files: Vec<String>,
    /// `CloudFormation` parameters.
    pub parameters: BTreeMap<String, String>,
}

/// Files held in memory.
#[derive(Debug, Clone, Default)]
pub struct InMemory(pub BTreeMap<String, Arc<str>>);

impl Files for InMemory {
    fn read(&self, path: &str) -> Result<Arc<str>, String> {
        self.0.get(path).cloned().ok_or_else(|| "there is no such file".to_owned())
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let prefix = if folder.is_empty() || folder == "." { String::new() } else { format!("{folder}/") };
        let names = self.0.keys().filter_map(|path| path.strip_prefix(&prefix)).filter(|name| !name.contains('/'));
        names.map(str::to_owned).collect()
    }
}
