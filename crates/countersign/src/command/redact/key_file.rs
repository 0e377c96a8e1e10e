//! The file of a redaction key: made with a random seed, for its owner alone, and never left half written.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use countersign_audit::vendor::Vendors;
use countersign_diagnose::redact::Key;

use crate::diagnostic::Diagnostic;
use crate::output::{self, inert};
use crate::read;

/// The most bytes of a key.
const KEY_BYTES: u64 = 256 << 20;

/// A key, and the file it is kept in.
pub(crate) struct KeyFile {
    pub(crate) key: Key,
    kept_in: Option<Kept>,
}

struct Kept {
    path: PathBuf,
    /// What it held when it was read; nothing when it was not there.
    text: Option<String>,
}

impl KeyFile {
    /// The key in a file, a new one when there is no such file, or one that nobody keeps.
    ///
    /// # Errors
    /// When the file cannot be read or holds no key.
    pub(crate) fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self { key: new_key()?, kept_in: None }) };
        match path.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Ok(Self { key: new_key()?, kept_in: Some(Kept { path: path.to_owned(), text: None }) })
            }
            _ => {
                let (key, text) = existing(path)?;
                warn_of_readers(path);
                let mut opened = Self { key, kept_in: None };
                keep_vendors(&mut opened.key);
                // A link stays one: what it leads to is written.
                let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
                opened.kept_in = Some(Kept { path, text: Some(text) });
                Ok(opened)
            }
        }
    }

    /// Writes the key to its file, if it has one and has grown. Until that is done, nothing made with it may be shown: there
    /// would be no way back.
    ///
    /// # Errors
    /// When the file cannot be written, or somebody else has changed it meanwhile.
    pub(crate) fn save(&self) -> anyhow::Result<()> {
        let Some(kept) = &self.kept_in else { return Ok(()) };
        let text = self.key.to_json();
        if kept.text.as_deref() == Some(text.as_str()) {
            return Ok(());
        }
        let name = kept.path.display().to_string();
        let failed = |error: std::io::Error| -> anyhow::Error {
            let help = Some("check the permissions of its folder; nothing was printed".to_owned());
            Box::new(Diagnostic::error(format!("cannot write `{name}`: {}", error.kind()), help)).into()
        };
        let now = match std::fs::read_to_string(&kept.path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        if now != kept.text {
            let help = "another run wrote it; run this one again, and it takes over what was added";
            let message = format!("`{name}` has changed since it was read");
            return Err(Box::new(Diagnostic::error(message, Some(help.to_owned()))).into());
        }
        let beside = kept.path.with_file_name(format!(".{}.{}", file_name(&kept.path), std::process::id()));
        let written = private(&beside).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        match written.and_then(|()| std::fs::rename(&beside, &kept.path)) {
            Ok(()) => Ok(()),
            Err(error) => {
                // What is left beside it is of no use to anybody.
                let _ = std::fs::remove_file(&beside);
                Err(failed(error))
            }
        }
    }
}

/// The key in a file that has to be there.
///
/// # Errors
/// When the file cannot be read or holds no key.
pub(crate) fn existing(path: &Path) -> anyhow::Result<(Key, String)> {
    let input = read::read(path, KEY_BYTES)?;
    match Key::from_json(&input.text) {
        Ok(key) => Ok((key, input.text)),
        Err(error) => {
            let help = "a key is a file that `countersign redact --key FILE` wrote".to_owned();
            Err(Box::new(Diagnostic::error(format!("{}: {error}", input.name), Some(help))).into())
        }
    }
}

fn new_key() -> anyhow::Result<Key> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    let mut key = Key::new(seed);
    keep_vendors(&mut key);
    Ok(key)
}

/// Whose accounts everybody knows, everybody may read.
fn keep_vendors(key: &mut Key) {
    let vendors = Vendors::built_in();
    let accounts: Vec<String> =
        vendors.names().flat_map(|name| vendors.named(name)).map(|account| account.to_string()).collect();
    key.keep(accounts);
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A new file that only its owner may read.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Says so when others can read a key.
fn warn_of_readers(path: &Path) {
    #[cfg(unix)]
    if let Ok(metadata) = path.metadata()
        && std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
    {
        let name = path.display().to_string();
        output::talk(&format!("warning: others can read `{}`, and undo what it hides: chmod 600\n", inert(&name)));
    }
    #[cfg(not(unix))]
    let _ = path;
}
