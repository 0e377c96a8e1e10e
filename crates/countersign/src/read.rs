//! Files and stdin as text: gzip undone, sizes bounded, and every way it can fail said in words.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use countersign_policy::document::{self, LineIndex, Position};

use crate::diagnostic::{Diagnostic, Place};

/// The most bytes a file with one policy may have: room for a policy of the largest size inside other JSON.
pub(crate) const POLICY_FILE_BYTES: u64 = 16 << 20;

/// A text that was read, and what to call it.
#[derive(Debug)]
pub(crate) struct Input {
    /// The path as given, or `<stdin>`.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
    lines: OnceLock<LineIndex>,
}

impl Input {
    /// A text under a name.
    pub(crate) fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), lines: OnceLock::new() }
    }

    /// The line and column of byte `offset`.
    pub(crate) fn position(&self, offset: u32) -> Position {
        self.index().position(&self.text, offset)
    }

    fn index(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }
}

/// Reads a file as text, or stdin when `path` is `-`. Files that start like gzip are decompressed.
///
/// # Errors
/// As [`bytes`], and when the file is not UTF-8.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Input, Box<Diagnostic>> {
    let (name, bytes) = bytes(path, limit)?;
    match document::utf8(&bytes) {
        Ok(text) => Ok(Input::new(name, text)),
        Err((problem, valid)) => Err(Box::new(Diagnostic::at(&Input::new(name, valid), &problem))),
    }
}

/// Reads a file's bytes, or stdin's when `path` is `-`, and what to call it. Files that start like gzip are decompressed.
///
/// # Errors
/// A [`Diagnostic`] when there is no such file, it is a folder, or it is larger than `limit` bytes (before or after
/// decompression).
pub(crate) fn bytes(path: &Path, limit: u64) -> Result<(String, Vec<u8>), Box<Diagnostic>> {
    let stdin = path == Path::new("-");
    let name = if stdin { "<stdin>".to_owned() } else { path.display().to_string() };
    let bytes = if stdin { from_stdin(limit) } else { from_file(path, &name, limit) };
    let bytes = bytes.map_err(|failure| failure.diagnostic(&name, limit))?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok((name, bytes));
    }
    let mut unpacked = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes.as_slice())
        .take(limit + 1)
        .read_to_end(&mut unpacked)
        .map_err(|error| Failure::Gzip(error).diagnostic(&name, limit))?;
    if unpacked.len() as u64 > limit {
        return Err(Failure::TooLarge.diagnostic(&name, limit));
    }
    Ok((name, unpacked))
}

/// Why bytes could not be had.
enum Failure {
    Missing,
    Folder,
    TooLarge,
    Gzip(io::Error),
    StdinTwice,
    Other(io::Error),
}

impl Failure {
    fn diagnostic(self, name: &str, limit: u64) -> Box<Diagnostic> {
        let (message, help) = match self {
            Self::Missing => (format!("`{name}` does not exist"), "check the path; it is relative to where you are"),
            Self::Folder => (format!("`{name}` is a folder"), "name the files in it"),
            Self::TooLarge => {
                let size =
                    if limit >= 1 << 30 { format!("{} GiB", limit >> 30) } else { format!("{} MiB", limit >> 20) };
                (format!("`{name}` is larger than {size}"), "check that this is the file you meant")
            }
            Self::Gzip(error) => (format!("`{name}` starts like gzip, but: {error}"), "the file may be truncated"),
            Self::StdinTwice => {
                ("stdin can be read only once".to_owned(), "`-` was given twice; put one of the texts in a file")
            }
            Self::Other(error) => (format!("cannot read `{name}`: {error}"), ""),
        };
        let help = Some(help).filter(|help| !help.is_empty()).map(str::to_owned);
        Box::new(Diagnostic { place: Some(Place::file(name)), ..Diagnostic::error(message, help) })
    }
}

fn from_stdin(limit: u64) -> Result<Vec<u8>, Failure> {
    static READ: AtomicBool = AtomicBool::new(false);
    if READ.swap(true, Ordering::Relaxed) {
        return Err(Failure::StdinTwice);
    }
    bounded(io::stdin().lock(), limit)
}

fn from_file(path: &Path, name: &str, limit: u64) -> Result<Vec<u8>, Failure> {
    if path.is_dir() {
        return Err(Failure::Folder);
    }
    if name.is_empty() {
        return Err(Failure::Missing);
    }
    match File::open(path) {
        Ok(file) => bounded(file, limit),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Failure::Missing),
        Err(error) => Err(Failure::Other(error)),
    }
}

fn bounded(source: impl Read, limit: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes).map_err(Failure::Other)?;
    if bytes.len() as u64 > limit { Err(Failure::TooLarge) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn file(name: &str, bytes: &[u8]) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("countersign-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn message(name: &str, bytes: &[u8], limit: u64) -> String {
        let path = file(name, bytes);
        let result = read(&path, limit);
        std::fs::remove_file(&path).unwrap();
        result.map_or_else(|error| error.message.clone(), |input| input.text)
    }

    #[test]
    fn gzip_is_undone_whatever_the_file_is_called() {
        assert_eq!(message("a.json", &gzip(b"{}"), 100), "{}");
    }

    #[test]
    fn a_gzip_bomb_stops_at_the_limit() {
        assert!(message("bomb", &gzip(&vec![b' '; 8 << 20]), 1 << 20).ends_with("is larger than 1 MiB"));
    }

    #[test]
    fn truncated_gzip_is_an_error() {
        let mut packed = gzip(b"{\"a\": 1}");
        packed.truncate(packed.len() - 6);
        assert!(message("cut.gz", &packed, 100).contains("starts like gzip, but: "));
    }
}
