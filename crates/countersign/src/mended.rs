//! A file with its fixes made: as a patch, the patch that undoes it, and on disk.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign_diagnose::edit::difference;

use crate::read;

/// The mark that reading takes off.
const MARK: &str = "\u{feff}";

/// A file before and after.
#[derive(Debug)]
pub(crate) struct Mended {
    path: String,
    /// What the file starts with, and its text does not.
    mark: &'static str,
    /// What it holds; a file that is not there yet holds nothing.
    before: Option<Arc<str>>,
    pub(crate) after: Arc<str>,
}

impl Mended {
    /// A file whose text was read as `before`.
    ///
    /// # Errors
    /// Why it cannot be written, or a patch would not fit it: the text is not what stands in the file.
    pub(crate) fn of_file(path: &str, before: &str, after: String) -> Result<Self, &'static str> {
        // Reading anything else again may wait for ever.
        if !fs::metadata(path).is_ok_and(|there| there.is_file()) {
            return Err("it is no file that can be read again");
        }
        let there = fs::read(path).map_err(|_| "it is no file that can be read again")?;
        let mark = match there.as_slice() {
            bytes if bytes == before.as_bytes() => "",
            bytes if bytes.strip_prefix(MARK.as_bytes()) == Some(before.as_bytes()) => MARK,
            [0x1f, 0x8b, ..] => return Err("it is compressed"),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err("it is UTF-16; fixes are for UTF-8"),
            _ => return Err("it has changed since it was read"),
        };
        Ok(Self { mark, ..Self::of_stdin(path, before, after) })
    }

    /// What came from stdin, of which there is nothing to write.
    pub(crate) fn of_stdin(path: &str, before: &str, after: String) -> Self {
        Self { path: path.to_owned(), mark: "", before: Some(before.into()), after: after.into() }
    }

    /// A file that is not there yet.
    ///
    /// # Errors
    /// Why it cannot be made.
    pub(crate) fn new_file(path: &str, after: String) -> Result<Self, &'static str> {
        if fs::symlink_metadata(path).is_ok() {
            return Err("it is there already");
        }
        Ok(Self { path: path.to_owned(), mark: "", before: None, after: after.into() })
    }

    /// What reports call it.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Whether it is not there yet.
    pub(crate) fn is_new(&self) -> bool {
        self.before.is_none()
    }

    /// The difference, as `git apply` and `patch -p1` take it.
    pub(crate) fn patch(&self) -> String {
        self.patch_as(&self.path)
    }

    /// The same about the file that `name` names.
    pub(crate) fn patch_as(&self, name: &str) -> String {
        let (before, after) = (self.before.as_deref().map(|text| self.whole(text)), self.whole(&self.after));
        difference(name, before.as_deref(), Some(&after))
    }

    /// The difference that undoes the first, about the file that `name` names.
    pub(crate) fn reverse(&self, name: &str) -> String {
        let (before, after) = (self.before.as_deref().map(|text| self.whole(text)), self.whole(&self.after));
        difference(name, Some(&after), before.as_deref())
    }

    /// A text with what the file starts with.
    fn whole(&self, text: &str) -> String {
        format!("{}{text}", self.mark)
    }

    /// The file itself, where a name leads to it over links.
    pub(crate) fn target(&self) -> PathBuf {
        let path = Path::new(&self.path);
        let new = || {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            folder.canonicalize().ok().and_then(|folder| Some(folder.join(path.file_name()?)))
        };
        path.canonicalize().ok().or_else(new).unwrap_or_else(|| path.to_owned())
    }

    /// Writes a file beside the old one and puts it in its place, so that nobody sees half of it.
    ///
    /// # Errors
    /// Why it could not be written.
    pub(crate) fn write(&self) -> Result<(), String> {
        write_all(&[self]).map_err(|(_, why)| why)
    }

    /// Puts back what was there.
    ///
    /// # Errors
    /// Why that is not there again.
    pub(crate) fn undo(&self) -> Result<(), String> {
        let target = self.target();
        if fs::read(&target).ok().as_deref() != Some(self.whole(&self.after).as_bytes()) {
            return Err("it has changed since it was written".to_owned());
        }
        let undone = match &self.before {
            Some(before) => {
                let beside = beside(&target);
                stage(&beside, &target, &self.whole(before)).and_then(|()| fs::rename(&beside, &target))
            }
            None => fs::remove_file(&target),
        };
        undone.map_err(|error| error.kind().to_string())
    }

    /// The new text beside the old one.
    fn stage(&self) -> Result<Staged<'_>, String> {
        let target = self.target();
        let is_read_only = fs::metadata(&target).is_ok_and(|there| there.permissions().readonly());
        let may_write = || fs::OpenOptions::new().write(true).open(&target);
        if self.before.is_some() && (is_read_only || may_write().is_err()) {
            return Err("it is read-only".to_owned());
        }
        if self.before.is_some() && has_other_names(&target) {
            return Err("it has several names (hard links), which would not stay one file".to_owned());
        }
        let beside = beside(&target);
        stage(&beside, &target, &self.whole(&self.after)).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => {
                "its folder is read-only, or its owner or group cannot be kept".to_owned()
            }
            kind => kind.to_string(),
        })?;
        Ok(Staged { file: self, beside, target })
    }
}

/// A new text beside the file that it is for; it goes away unless it is put in its place.
struct Staged<'m> {
    file: &'m Mended,
    beside: PathBuf,
    target: PathBuf,
}

impl Staged<'_> {
    fn put(&self) -> Result<(), String> {
        let failed = |error: io::Error| error.kind().to_string();
        match &self.file.before {
            Some(before) => {
                let there = fs::read(&self.target).unwrap_or_default();
                if there != self.file.whole(before).as_bytes() {
                    return Err("it has changed since it was read".to_owned());
                }
                fs::rename(&self.beside, &self.target).map_err(failed)
            }
            // A link takes no other file's place.
            None => fs::hard_link(&self.beside, &self.target).map_err(failed),
        }
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.beside);
    }
}

/// Writes all files or none.
///
/// # Errors
/// The file that could not be written, and why.
pub(crate) fn write_all(files: &[&Mended]) -> Result<(), (String, String)> {
    let named = |file: &Mended, why| (file.path.clone(), why);
    let mut staged = Vec::new();
    for file in files {
        staged.push(file.stage().map_err(|why| named(file, why))?);
    }
    for (at, one) in staged.iter().enumerate() {
        if let Err(why) = one.put() {
            let left = files.iter().take(at).filter_map(|file| Some(named(file, file.undo().err()?)));
            let left: Vec<String> = left.map(|(path, why)| format!("; `{path}` stays changed: {why}")).collect();
            return Err(named(one.file, why + &left.concat()));
        }
    }
    Ok(())
}

/// Where a new text waits.
fn beside(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".countersign-{}", std::process::id()));
    target.with_file_name(name)
}

fn stage(beside: &Path, target: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(beside)?;
    let written =
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| match fs::metadata(target) {
            // A change of owner takes bits from the mode, so that the mode comes last.
            Ok(there) => keep_owner(&file, &there).and_then(|()| file.set_permissions(there.permissions())),
            Err(_) => Ok(()),
        });
    if written.is_err() {
        let _ = fs::remove_file(beside);
    }
    written
}

/// Gives a new file the owner and group of the old one.
#[cfg(unix)]
fn keep_owner(file: &fs::File, old: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;

    let new = file.metadata()?;
    let changed = |old: u32, new: u32| (old != new).then_some(old);
    match (changed(old.uid(), new.uid()), changed(old.gid(), new.gid())) {
        (None, None) => Ok(()),
        (owner, group) => std::os::unix::fs::fchown(file, owner, group),
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &fs::File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// Whether a file has more than one name: a new file takes the place of one of them alone.
fn has_other_names(target: &Path) -> bool {
    #[cfg(unix)]
    return fs::metadata(target).is_ok_and(|there| std::os::unix::fs::MetadataExt::nlink(&there) > 1);
    #[cfg(not(unix))]
    return {
        let _ = target;
        false
    };
}

/// Whether a report's path is stdin's.
pub(crate) fn is_stdin(path: &str) -> bool {
    path == read::name(Path::new("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_are_written_or_none() {
        let folder = std::env::temp_dir().join(format!("countersign-mended-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = |name: &str| folder.join(name).display().to_string();
        fs::write(path("a"), "1").unwrap();
        fs::write(path("b"), "1").unwrap();
        let files = ["a", "b"].map(|name| Mended::of_file(&path(name), "1", "2".to_owned()).unwrap());
        let new = Mended::new_file(&path("c"), "new".to_owned()).unwrap();
        fs::write(path("b"), "changed meanwhile").unwrap();
        let written = write_all(&[&files[0], &new, &files[1]]);
        let left: Vec<String> =
            fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        let first = fs::read_to_string(path("a")).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(written, Err((path("b"), "it has changed since it was read".to_owned())));
        assert_eq!((first.as_str(), left.len()), ("1", 2), "{left:?}");
    }
}
