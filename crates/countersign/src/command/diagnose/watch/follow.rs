//! A file as it grows, as `tail -F` follows it.
//!
//! It is looked at four times a second. Notifications of the system would need a crate for each system, and are silent on
//! network mounts and in some containers; a look costs one call, and nobody waits for a quarter of a second.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// The most bytes that one look takes in.
const CHUNK: u64 = 256 << 10;

/// A file that is followed by its name: when another takes its place, that one is read from its beginning.
pub(super) struct Follower {
    path: PathBuf,
    open: Option<(File, Identity)>,
    position: u64,
}

impl Follower {
    /// Starts behind what the file holds already; a file that is not there yet is read from its beginning.
    pub(super) fn new(path: &Path) -> Self {
        let mut follower = Self { path: path.to_owned(), open: None, position: 0 };
        if follower.open_by_name().is_some() {
            follower.position = follower.length().unwrap_or_default();
        }
        follower
    }

    /// Whether there is a file.
    pub(super) fn is_there(&self) -> bool {
        self.open.is_some()
    }

    /// What was appended since; empty when nothing was.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub(super) fn read(&mut self) -> io::Result<Vec<u8>> {
        if self.open.is_none() {
            self.open_by_name();
        }
        let bytes = self.appended()?;
        if !bytes.is_empty() || !self.was_replaced() {
            return Ok(bytes);
        }
        // What was written to the old one until it was put away has been read.
        self.open = None;
        self.open_by_name();
        self.appended()
    }

    fn appended(&mut self) -> io::Result<Vec<u8>> {
        if self.length().is_some_and(|length| length < self.position) {
            self.position = 0;
        }
        let Some((file, _)) = &mut self.open else { return Ok(Vec::new()) };
        file.seek(SeekFrom::Start(self.position))?;
        let mut bytes = Vec::new();
        file.take(CHUNK).read_to_end(&mut bytes)?;
        self.position += bytes.len() as u64;
        Ok(bytes)
    }

    fn length(&self) -> Option<u64> {
        let (file, _) = self.open.as_ref()?;
        Some(file.metadata().ok()?.len())
    }

    /// Whether the name stands for another file now. One that is gone is kept until another comes.
    fn was_replaced(&self) -> bool {
        let Some((_, identity)) = &self.open else { return false };
        std::fs::metadata(&self.path).is_ok_and(|named| Identity::of(&named) != *identity)
    }

    fn open_by_name(&mut self) -> Option<()> {
        let file = File::open(&self.path).ok()?;
        let identity = Identity::of(&file.metadata().ok()?);
        self.open = Some((file, identity));
        self.position = 0;
        Some(())
    }
}

/// What tells a file from another of the same name.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    #[cfg(unix)]
    inode: (u64, u64),
    #[cfg(not(unix))]
    created: Option<std::time::SystemTime>,
}

impl Identity {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self { inode: (metadata.dev(), metadata.ino()) }
    }

    #[cfg(not(unix))]
    fn of(metadata: &Metadata) -> Self {
        Self { created: metadata.created().ok() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn scratch(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("countersign-follow-{}-{name}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    fn append(path: &Path, text: &str) {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn read(follower: &mut Follower) -> String {
        String::from_utf8(follower.read().unwrap()).unwrap()
    }

    #[test]
    fn only_what_is_appended_is_news() {
        let path = scratch("append");
        append(&path, "old\n");
        let mut follower = Follower::new(&path);
        assert_eq!(read(&mut follower), "");
        append(&path, "ne");
        append(&path, "w\n");
        assert_eq!(read(&mut follower), "new\n");
        assert_eq!(read(&mut follower), "");
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_file_that_comes_later_is_read_from_its_beginning() {
        let path = scratch("late");
        let mut follower = Follower::new(&path);
        assert!(!follower.is_there());
        assert_eq!(read(&mut follower), "");
        append(&path, "first\n");
        assert_eq!(read(&mut follower), "first\n");
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn rotation_loses_neither_the_end_of_the_old_nor_the_start_of_the_new() {
        let (path, old) = (scratch("rotate"), scratch("rotate.1"));
        append(&path, "");
        let mut follower = Follower::new(&path);
        append(&path, "a\n");
        std::fs::rename(&path, &old).unwrap();
        append(&old, "b\n");
        append(&path, "c\n");
        assert_eq!(read(&mut follower), "a\nb\n");
        assert_eq!(read(&mut follower), "c\n");
        std::fs::remove_file(&path).unwrap();
        std::fs::remove_file(&old).unwrap();
    }

    #[test]
    fn a_file_cut_to_nothing_is_read_from_its_beginning() {
        let path = scratch("cut");
        append(&path, "old old old\n");
        let mut follower = Follower::new(&path);
        std::fs::write(&path, "new\n").unwrap();
        assert_eq!(read(&mut follower), "new\n");
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_large_file_is_taken_in_parts() {
        let path = scratch("large");
        let mut follower = Follower::new(&path);
        append(&path, &"x".repeat(CHUNK as usize + 10));
        assert_eq!(follower.read().unwrap().len() as u64, CHUNK);
        assert_eq!(follower.read().unwrap().len(), 10);
        std::fs::remove_file(&path).unwrap();
    }
}
