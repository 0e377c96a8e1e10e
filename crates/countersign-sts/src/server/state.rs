//! A world in a file: every change is on the disk before the client hears of it, whenever the process ends.
//!
//! The file is lines of JSON: first what it is, the key that secrets and session tokens are made with and the number of
//! the run, then one list of changes for each write. A last line without its line feed was never acknowledged and is
//! left out. Opening a file writes it anew, in place of the old one by renaming, with a line for each thing there is.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use crate::{Change, Endpoint, Journal, JournalError, Strictness, World};

const SCHEMA: &str = "countersign.state/1";

/// Why a state cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The file cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Another process has it.
    #[error("another process keeps its world in this file")]
    Busy,
    /// It holds something else.
    #[error("this is no state of a world")]
    Foreign,
    /// A line of it cannot be read.
    #[error("the change cannot be read: {source}")]
    Line {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        source: serde_json::Error,
    },
}

/// Where the state came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The file was not there, or empty: it begins with the world that was given.
    New,
    /// The file had a world.
    Kept,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    schema: String,
    /// In hexadecimal.
    key: String,
    run: u64,
}

/// The file, open for the next change.
struct StateFile(Mutex<Open>);

struct Open {
    file: File,
    /// How long the file is, in whole lines.
    length: u64,
}

/// Makes an endpoint whose world is kept in the file at `path`. `first` and `key` count when the file is new.
///
/// # Errors
/// [`StateError`] when the file cannot be read or written, is in use, or holds something else. It is left as it is then.
pub fn keep(
    path: &Path,
    first: World,
    key: [u8; 32],
    strictness: Strictness,
) -> Result<(Endpoint, Origin), StateError> {
    let old = match OpenOptions::new().read(true).open(path) {
        Ok(file) => Some(locked(file)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let mut text = Vec::new();
    if let Some(mut old) = old.as_ref() {
        old.read_to_end(&mut text)?;
    }
    let (world, key, run, origin) = match read(&text, World::new(strictness))? {
        Some((world, key, run)) => (world, key, run.wrapping_add(1), Origin::Kept),
        None => (first, key, 0, Origin::New),
    };
    let file = write_anew(path, &world, key, run)?;
    let endpoint = Endpoint::new(world, key).of_run(run).with_journal(Box::new(file));
    Ok((endpoint, origin))
}

fn locked(file: File) -> Result<File, StateError> {
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StateError::Busy),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// The world in a text; `None` when the text is empty.
fn read(text: &[u8], mut world: World) -> Result<Option<(World, [u8; 32], u64)>, StateError> {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    let Some(first) = lines.next() else { return Ok(None) };
    let header: Header = serde_json::from_slice(first).map_err(|_| StateError::Foreign)?;
    let key = HEXLOWER.decode(header.key.as_bytes()).ok().and_then(|key| key.try_into().ok());
    let key = key.filter(|_| header.schema == SCHEMA).ok_or(StateError::Foreign)?;
    for (at, line) in lines.enumerate().filter(|(_, line)| line.ends_with(b"\n")) {
        let changes: Vec<Change> =
            serde_json::from_slice(line).map_err(|source| StateError::Line { line: at + 2, source })?;
        changes.into_iter().for_each(|change| world.apply(change));
    }
    Ok(Some((world, key, header.run)))
}

/// Writes a file of what there is, and puts it in place of the old one.
fn write_anew(path: &Path, world: &World, key: [u8; 32], run: u64) -> Result<StateFile, StateError> {
    let beside = beside(path);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // It holds secret keys, even if they are good for nothing but this endpoint.
        options.mode(0o600);
    }
    let mut file = locked(options.open(&beside)?)?;
    let header = Header { schema: SCHEMA.to_owned(), key: HEXLOWER.encode(&key), run };
    let mut text = line(&header)?;
    for change in world.changes() {
        text.extend(line(&[change])?);
    }
    file.write_all(&text)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    // The new name is on the disk once the folder is.
    #[cfg(unix)]
    File::open(path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))?.sync_all()?;
    let length = file.stream_position()?;
    Ok(StateFile(Mutex::new(Open { file, length })))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

fn line(value: &(impl Serialize + ?Sized)) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(value)?;
    text.push(b'\n');
    Ok(text)
}

impl Journal for StateFile {
    fn keep(&self, changes: &[Change]) -> Result<(), JournalError> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.append(changes).map_err(|error| JournalError(error.into()))
    }
}

impl Open {
    fn append(&mut self, changes: &[Change]) -> io::Result<()> {
        let text = line(changes)?;
        // What a write that failed has left behind goes first: half a line must not be followed by a whole one.
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.write_all(&text)?;
        self.file.sync_data()?;
        self.length += text.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Edit, Entity, User};

    fn user(name: &str) -> Change {
        let entity = Entity { name: name.into(), path: "/".into(), ..Entity::default() };
        Change::User("111122223333".parse().unwrap(), Edit::put(User { entity, ..User::default() }))
    }

    fn names(world: &World) -> Vec<String> {
        let account = world.account("111122223333".parse().unwrap()).unwrap();
        account.users.iter().map(|user| user.entity.name.clone()).collect()
    }

    #[test]
    fn a_file_cut_at_any_byte_has_every_whole_line() {
        let header = Header { schema: SCHEMA.into(), key: HEXLOWER.encode(&[5; 32]), run: 3 };
        let mut text = line(&header).unwrap();
        let mut ends = vec![text.len()];
        for name in ["a", "b", "c"] {
            text.extend(line(&[user(name)]).unwrap());
            ends.push(text.len());
        }
        for cut in ends[0]..=text.len() {
            let (world, key, run) = read(&text[..cut], World::default()).unwrap().unwrap();
            let whole = ends.iter().filter(|end| **end <= cut).count() - 1;
            let expected = ["a", "b", "c"].get(..whole).unwrap();
            assert_eq!((key, run), ([5; 32], 3));
            assert!(whole == 0 || names(&world) == expected, "{cut}");
        }
        assert!(read(b"", World::default()).unwrap().is_none());
        for foreign in ["{}\n", "{\"accounts\":{}}", "x", "\n"] {
            assert!(matches!(read(foreign.as_bytes(), World::default()), Err(StateError::Foreign)), "{foreign}");
        }
        text.splice(ends[0]..ends[0], *b"[1]\n");
        assert!(matches!(read(&text, World::default()), Err(StateError::Line { line: 2, .. })));
    }

    #[test]
    fn a_write_that_failed_leaves_nothing_behind() {
        let path = std::env::temp_dir().join(format!("countersign-state-{}", std::process::id()));
        let file = write_anew(&path, &World::default(), [5; 32], 0).unwrap();
        file.keep(&[user("a")]).unwrap();
        file.0.lock().unwrap().file.write_all(b"[{\"us").unwrap();
        file.keep(&[user("b")]).unwrap();
        let (world, ..) = read(&std::fs::read(&path).unwrap(), World::default()).unwrap().unwrap();
        assert_eq!(names(&world), ["a", "b"]);
        let again = keep(&path, World::default(), [0; 32], Strictness::Strict);
        assert!(matches!(again, Err(StateError::Busy)));
        drop(file);
        let (endpoint, origin) = keep(&path, World::default(), [0; 32], Strictness::Strict).unwrap();
        assert_eq!((origin, names(&endpoint.world()).len()), (Origin::Kept, 2));
        std::fs::remove_file(path).unwrap();
    }
}
