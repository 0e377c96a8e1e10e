//! The journal's file: where it lies, and lines added to it so that nothing that was written is lost.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use countersign_diagnose::journal::read_lines;

/// The most bytes of a journal: some hundred thousand entries.
pub(super) const MOST_BYTES: u64 = 64 << 20;
/// How the line of an entry starts, of whatever version.
const ENTRY_START: &[u8] = br#"{"schema":"countersign.journal/"#;
/// How long somebody else may hold the lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// A journal's file. It need not exist.
#[derive(Debug, Clone)]
pub(crate) struct JournalFile {
    path: PathBuf,
    /// Nobody named it, so its folder is made when it is needed.
    is_default: bool,
}

impl JournalFile {
    /// The file that was named, or `COUNTERSIGN_JOURNAL`, or the one in the user's folder for state. `None` where there is no
    /// such folder.
    pub(crate) fn find(named: Option<&Path>) -> Option<Self> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let named = named.map(Path::to_path_buf).or_else(|| variable("COUNTERSIGN_JOURNAL").map(PathBuf::from));
        if let Some(path) = named {
            return Some(Self { path, is_default: false });
        }
        let path = state_folder(variable)?.join("countersign").join("journal.jsonl");
        Some(Self { path, is_default: true })
    }

    /// What messages call it.
    pub(crate) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Whether it is a device, as `/dev/null`: who names one wants no journal.
    pub(super) fn is_device(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
    }

    /// What is in it; nothing when there is no such file, or one that holds nothing, as `/dev/null`.
    ///
    /// # Errors
    /// When it cannot be read or is too large.
    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        match std::fs::metadata(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
            Ok(metadata) if metadata.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(_) if self.is_device() => return Ok(Vec::new()),
            Ok(_) => {}
        }
        contents(&File::open(&self.path)?)
    }

    /// Adds lines. They are written at once, at the end, behind a line break where the line before was cut off.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(crate) fn append(&self, lines: &[String]) -> io::Result<()> {
        add(&mut self.open_locked()?, lines)
    }

    /// Adds the lines that are chosen from what is there, while nobody else writes.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub(super) fn extend<T>(&self, choose: impl FnOnce(&[u8]) -> (Vec<String>, T)) -> io::Result<T> {
        let mut file = self.open_locked()?;
        let (lines, answer) = choose(&contents(&file)?);
        add(&mut file, &lines)?;
        Ok(answer)
    }

    /// The file, made for its owner alone, and locked until it is closed.
    fn open_locked(&self) -> io::Result<File> {
        if let (true, Some(folder)) = (self.is_default, self.path.parent()) {
            make_folder(folder)?;
        }
        if self.is_device() {
            return Err(io::Error::other("it is not a file"));
        }
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&self.path)?;
        refuse_others(&file)?;
        let end = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < end => std::thread::sleep(Duration::from_millis(10)),
                Err(TryLockError::WouldBlock) => return Err(io::Error::other("another process keeps it locked")),
                // Some network file systems have no locks. A line that is written at once stays whole without one.
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

/// Where programs of a user keep what they remember: `XDG_STATE_HOME`, or the system's place for it.
fn state_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let of_system = || {
        if cfg!(windows) {
            folder("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            folder("HOME").map(|home| home.join("Library/Application Support"))
        } else {
            folder("HOME").map(|home| home.join(".local/state"))
        }
    };
    folder("XDG_STATE_HOME").or_else(of_system)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Who mistypes a name, or is led by a link, must not have lines added to what is no journal: the first line that holds
/// anything tells.
fn refuse_others(mut file: &File) -> io::Result<()> {
    // An entry is far shorter.
    const MOST_OF_A_LINE: u64 = 64 << 10;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut start = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(MOST_OF_A_LINE).read_to_end(&mut start)?;
    let mut lines = start.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let Some(first) = lines.find(|line| !line.is_empty()) else { return Ok(()) };
    // A line that was cut off, or that a later version wrote, is passed over when it is read; it starts as entries do.
    let is_cut_off = first.len() > ENTRY_START.len() / 2 && ENTRY_START.starts_with(first);
    match first.starts_with(ENTRY_START) || is_cut_off || read_lines(first).refused.is_empty() {
        true => Ok(()),
        false => Err(io::Error::other("what it holds is no journal")),
    }
}

fn contents(mut file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(format!("it is larger than {} MiB", MOST_BYTES >> 20)));
    }
    Ok(bytes)
}

fn add(file: &mut File, lines: &[String]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    let mut text = if last == [b'\n'] { String::new() } else { "\n".to_owned() };
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn the_folder_for_state_is_the_users_wish_or_the_usual_one() {
        let with = |variables: &[(&str, &str)]| {
            let find = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
            state_folder(find).map(|path| path.display().to_string())
        };
        assert_eq!(with(&[("HOME", "/h"), ("XDG_STATE_HOME", "/s")]).as_deref(), Some("/s"));
        assert_eq!(with(&[("HOME", "/h"), ("XDG_STATE_HOME", "relative")]).as_deref(), Some("/h/.local/state"));
        assert_eq!(with(&[("HOME", "/h")]).as_deref(), Some("/h/.local/state"));
        assert_eq!(with(&[]), None);
    }
}
