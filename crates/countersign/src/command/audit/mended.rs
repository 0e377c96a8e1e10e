//! A file with its fixes made: as a patch, and on disk.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use similar::TextDiff;

use crate::read;

/// The mark that reading takes off.
const MARK: &str = "\u{feff}";

/// A file before and after.
#[derive(Debug)]
pub(super) struct Mended {
    path: String,
    /// What the file starts with, and its text does not.
    mark: &'static str,
    before: Arc<str>,
    pub(super) after: Arc<str>,
}

impl Mended {
    /// A file whose text was read as `before`.
    ///
    /// # Errors
    /// Why it cannot be written, or a patch would not fit it: the text is not what stands in the file.
    pub(super) fn of_file(path: &str, before: &str, after: String) -> Result<Self, &'static str> {
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
    pub(super) fn of_stdin(path: &str, before: &str, after: String) -> Self {
        Self { path: path.to_owned(), mark: "", before: before.into(), after: after.into() }
    }

    /// The difference, as `git apply` and `patch -p1` take it.
    pub(super) fn patch(&self) -> String {
        let (before, after) = (format!("{}{}", self.mark, self.before), format!("{}{}", self.mark, self.after));
        let diff = TextDiff::from_lines(&before, &after);
        let (old, new) = (header("a/", &self.path), header("b/", &self.path));
        diff.unified_diff().context_radius(3).header(&old, &new).to_string()
    }

    /// Writes a file beside the old one and puts it in its place, so that nobody sees half of it.
    ///
    /// # Errors
    /// Why it could not be written.
    pub(super) fn write(&self) -> Result<(), String> {
        let path = Path::new(&self.path);
        let there = fs::read(path).unwrap_or_default();
        if there.strip_prefix(self.mark.as_bytes()) != Some(self.before.as_bytes()) {
            return Err("it has changed since it was read".to_owned());
        }
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let beside = target.with_extension(format!("countersign-{}", std::process::id()));
        let written = self.write_to(&beside, &target);
        written.map_err(|error| {
            let _ = fs::remove_file(&beside);
            error.kind().to_string()
        })
    }

    fn write_to(&self, beside: &Path, target: &Path) -> io::Result<()> {
        let mut file = fs::File::create(beside)?;
        file.write_all(self.mark.as_bytes())?;
        file.write_all(self.after.as_bytes())?;
        fs::set_permissions(beside, fs::metadata(target)?.permissions())?;
        fs::rename(beside, target)
    }
}

/// A path as git writes it into a patch: in quotes where it holds what would end the line or the name. A tab ends a name
/// with blanks in it.
fn header(side: &str, path: &str) -> String {
    let is_odd = |c: char| c.is_ascii_control() || matches!(c, '"' | '\\');
    if path.contains(is_odd) {
        let escaped = |c: char| match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_ascii_control() => format!("\\{:03o}", u32::from(c)),
            c => c.to_string(),
        };
        return format!("\"{side}{}\"", path.chars().map(escaped).collect::<String>());
    }
    let end = if path.contains(' ') { "\t" } else { "" };
    format!("{side}{path}{end}")
}

/// Whether a report's path is stdin's.
pub(super) fn is_stdin(path: &str) -> bool {
    path == read::name(Path::new("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_names_files_as_git_does() {
        assert_eq!(header("a/", "é/main.tf"), "a/é/main.tf");
        assert_eq!(header("a/", "my role.tf"), "a/my role.tf\t");
        assert_eq!(header("b/", "a\n\"b\"\\.tf"), r#""b/a\012\"b\"\\.tf""#);
    }
}
