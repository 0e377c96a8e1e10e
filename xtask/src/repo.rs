//! The repository as a list of files.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The working tree: what git tracks and what it would track, without what it ignores.
pub(crate) struct Repo {
    pub(crate) root: PathBuf,
    /// Paths from the root, with `/`, sorted.
    pub(crate) files: Vec<String>,
}

impl Repo {
    pub(crate) fn open() -> Result<Repo> {
        let root = root()?;
        let listing = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&root)
            .output();
        let mut files = match listing {
            Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout)
                .split('\0')
                .filter(|file| root.join(file).is_file())
                .map(str::to_owned)
                .collect(),
            // A source archive has no git; what lies there is then the repository.
            _ => {
                let mut files = Vec::new();
                walk(&root, "", &mut files)?;
                files
            }
        };
        files.sort();
        files.dedup();
        Ok(Repo { root, files })
    }

    pub(crate) fn has(&self, file: &str) -> bool {
        self.files.iter().any(|known| known == file)
    }

    /// The file's text, or `None` where it is not text.
    pub(crate) fn text(&self, file: &str) -> Result<Option<String>> {
        let bytes = fs::read(self.root.join(file)).with_context(|| format!("read `{file}`"))?;
        Ok(String::from_utf8(bytes).ok())
    }

    pub(crate) fn files_under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.files.iter().map(String::as_str).filter(move |file| file.starts_with(folder))
    }
}

/// The `cargo` that runs this program.
pub(crate) fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Where the workspace begins: the folder above this crate.
pub(crate) fn root() -> Result<PathBuf> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .context("start this with `cargo xtask`, which says where the workspace is")?;
    let root = Path::new(&manifest).parent();
    Ok(root.context("xtask has no folder above it")?.to_owned())
}

fn walk(root: &Path, folder: &str, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let kind = entry.file_type()?;
        if kind.is_file() {
            files.push(path);
        } else if kind.is_dir() && name != "target" && name != ".git" {
            walk(root, &path, files)?;
        }
    }
    Ok(())
}
