//! CloudTrail's files on disk. A file is there as a whole or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use countersign_sts::Record;
use countersign_sts::trail::{self, Event, LogFile};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::output::{self, inert};

/// How many events wait.
const MOST_EVENTS: usize = 5_000;

/// A folder that events go to.
pub(super) struct Trail {
    folder: PathBuf,
    /// How long events wait.
    patience: Duration,
    events: Vec<Event>,
    /// When the events have to be written.
    due: Option<Instant>,
}

impl Trail {
    /// A trail in a folder, which is made when it is not there.
    pub(super) fn open(folder: PathBuf, patience: Duration) -> anyhow::Result<Self> {
        let shown = || inert(&folder.display().to_string()).into_owned();
        fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder `{}`", shown()))?;
        let probe = folder.join(".writable");
        let written = fs::write(&probe, "").and_then(|()| fs::remove_file(&probe));
        written.with_context(|| format!("cannot write to the folder `{}`", shown()))?;
        Ok(Self { folder, patience, events: Vec::new(), due: None })
    }

    /// When the events have to be written; `None` while there are none.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    pub(super) fn add(&mut self, record: &Record) {
        self.events.extend(trail::events(record));
        if !self.events.is_empty() && self.due.is_none() {
            self.due = Instant::now().checked_add(self.patience);
        }
    }

    /// Whether the events are old or many enough to be written.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.events.len() >= MOST_EVENTS || self.due.is_some_and(|due| due <= now)
    }

    /// Writes the events.
    pub(super) fn flush(&mut self) {
        self.due = None;
        for file in LogFile::of(std::mem::take(&mut self.events)) {
            if let Err(error) = write(&self.folder, &file) {
                let count = file.records.len();
                let told = format!("cannot write `{}`, {count} events are lost: {error}", file.key);
                output::talk(&format!("error: {}\n", inert(&told)));
            }
        }
    }
}

fn write(folder: &Path, file: &LogFile) -> io::Result<()> {
    let path = folder.join(&file.key);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = path.with_file_name(format!(".{name}.part"));
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(file.text().as_bytes())?;
    fs::write(&part, gzip.finish()?)?;
    fs::rename(part, path)
}
