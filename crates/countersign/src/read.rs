//! Files and stdin as text: gzip undone, sizes bounded, and every way it can fail said in words.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use countersign_policy::document::{self, LineIndex, Position};

use crate::diagnostic::{Diagnostic, Place};
use crate::output;

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

/// Reads text that people paste, as [`read`] does: a log may have bytes of another encoding in it, which are marked and told, and
/// help for one that is larger than `limit` is `too_large`.
///
/// # Errors
/// As [`bytes`], and when the file is binary.
pub(crate) fn log(path: &Path, limit: u64, too_large: &'static str) -> Result<Input, Box<Diagnostic>> {
    let name = name(path);
    let bytes = bounded(path, limit, |_| true).map_err(|failure| match failure {
        Failure::TooLarge => {
            let told = Failure::TooLarge.diagnostic(&name, limit);
            Box::new(Diagnostic { help: Some(too_large.to_owned()), ..*told })
        }
        failure => failure.diagnostic(&name, limit),
    })?;
    let bytes = bytes.unwrap_or_default();
    match document::utf8(&bytes) {
        Ok(text) => Ok(Input::new(name, text)),
        Err((problem, valid)) if bytes.contains(&0) => {
            Err(Box::new(Diagnostic::at(&Input::new(name, valid), &problem)))
        }
        Err(_) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let marks = text.matches(char::REPLACEMENT_CHARACTER).count();
            output::talk(&format!(
                "warning: {marks} bytes of `{}` are no UTF-8, and are shown as �\n",
                output::inert(&name)
            ));
            Ok(Input::new(name, text))
        }
    }
}

/// Reads a file's bytes, or stdin's when `path` is `-`, and what to call it. Files that start like gzip are decompressed.
/// UTF-16 with a byte-order mark, as PowerShell writes it, becomes UTF-8, and UTF-8 loses its mark.
///
/// # Errors
/// A [`Diagnostic`] when there is no such file, it is a folder, or it is larger than `limit` bytes (after decompression).
pub(crate) fn bytes(path: &Path, limit: u64) -> Result<(String, Vec<u8>), Box<Diagnostic>> {
    let bytes = bytes_if(path, limit, |_| true)?;
    Ok((name(path), bytes.unwrap_or_default()))
}

/// As [`bytes`], or nothing when the file does not start as `wanted`: then the rest is not read.
///
/// # Errors
/// As [`bytes`].
pub(crate) fn bytes_if(
    path: &Path,
    limit: u64,
    wanted: impl Fn(&[u8]) -> bool,
) -> Result<Option<Vec<u8>>, Box<Diagnostic>> {
    bounded(path, limit, wanted).map_err(|failure| failure.diagnostic(&name(path), limit))
}

/// What messages call the file.
pub(crate) fn name(path: &Path) -> String {
    if path == Path::new("-") { "<stdin>".to_owned() } else { path.display().to_string() }
}

fn bounded(path: &Path, limit: u64, wanted: impl Fn(&[u8]) -> bool) -> Result<Option<Vec<u8>>, Failure> {
    const HEAD: u64 = 4096;
    let mut source = source(path)?;
    let mut bytes = Vec::new();
    source.by_ref().take(2).read_to_end(&mut bytes).map_err(Failure::Other)?;
    let is_packed = bytes == [0x1f, 0x8b];
    if is_packed {
        let packed = BufReader::new(io::Cursor::new(std::mem::take(&mut bytes)).chain(source));
        source = Box::new(flate2::bufread::MultiGzDecoder::new(packed));
    }
    let failure = |error| if is_packed { Failure::Gzip(error) } else { Failure::Other(error) };
    match source.by_ref().take(HEAD).read_to_end(&mut bytes) {
        Ok(_) if !wanted(&bytes) => return Ok(None),
        Ok(_) => {}
        Err(_) if is_packed && !wanted(&bytes) => return Ok(None),
        Err(error) => return Err(failure(error)),
    }
    source.take((limit + 1).saturating_sub(bytes.len() as u64)).read_to_end(&mut bytes).map_err(failure)?;
    if bytes.len() as u64 > limit { Err(Failure::TooLarge) } else { Ok(Some(utf8(bytes))) }
}

/// Reads a file, or stdin when `path` is `-`, in pieces: memory does not grow with it. Gzip is undone, also when there are
/// several streams of it in one file. The pieces are UTF-8 if the file is text.
///
/// When the file cannot be read to its end, `taken` has what stands before, and what is wrong is the answer.
///
/// # Errors
/// A [`Diagnostic`] when there is no such file, or it is a folder.
pub(crate) fn pieces(path: &Path, taken: &mut dyn FnMut(&[u8])) -> Result<Option<Box<Diagnostic>>, Box<Diagnostic>> {
    let told = |failure: Failure| failure.diagnostic(&name(path), UTF16_BYTES);
    let raw = Counted { source: RefCell::new(source(path).map_err(told)?), count: Cell::new(0) };
    Ok(unpacked(&raw, taken).err().map(told))
}

/// The most bytes of a UTF-16 text, which is not read in pieces.
const UTF16_BYTES: u64 = 256 << 20;
/// How many times its size a file may unpack to, once there is much of it. Trails unpack to ten to forty times theirs.
const MOST_UNPACKED: u64 = 300;
const MUCH: u64 = 64 << 20;

fn unpacked(raw: &Counted, taken: &mut dyn FnMut(&[u8])) -> Result<(), Failure> {
    let mut reader: Box<dyn Read + '_> = Box::new(raw);
    let mut head = start(&mut reader, 2).map_err(Failure::Other)?;
    let is_packed = head == [0x1f, 0x8b];
    let failure = |error| if is_packed { Failure::Gzip(error) } else { Failure::Other(error) };
    if is_packed {
        let packed = BufReader::with_capacity(PIECE, io::Cursor::new(std::mem::take(&mut head)).chain(reader));
        reader = Box::new(flate2::bufread::MultiGzDecoder::new(packed));
    }
    head.extend(start(&mut reader, 3 - head.len() as u64).map_err(failure)?);
    match head.as_slice() {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            reader.take(UTF16_BYTES).read_to_end(&mut head).map_err(failure)?;
            let is_whole = (head.len() as u64) < UTF16_BYTES;
            taken(&utf8(head));
            return if is_whole { Ok(()) } else { Err(Failure::TooLarge) };
        }
        [0xef, 0xbb, 0xbf] => {}
        text => taken(text),
    }
    let mut piece = vec![0; PIECE];
    let mut size = 0_u64;
    loop {
        let read = match reader.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failure(error)),
        };
        taken(piece.get(..read).unwrap_or_default());
        size += read as u64;
        if is_packed && size > MUCH && size / MOST_UNPACKED > raw.count.get() {
            return Err(Failure::Bomb);
        }
    }
}

/// As many bytes as are read at a time.
const PIECE: usize = 256 << 10;

/// The first bytes, fewer when there are no more.
fn start(reader: &mut dyn Read, count: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Bytes with their number.
struct Counted {
    source: RefCell<Box<dyn Read>>,
    count: Cell<u64>,
}

impl Read for &Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.borrow_mut().read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// UTF-16 with a byte-order mark as UTF-8, and UTF-8 without the mark. Other bytes stay as they are.
fn utf8(mut bytes: Vec<u8>) -> Vec<u8> {
    let units = |decode: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let text = String::from_utf16(&pairs.iter().skip(1).map(|pair| decode(*pair)).collect::<Vec<u16>>());
        text.ok().filter(|_| rest.is_empty())
    };
    let text = match bytes.as_slice() {
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, ..] => {
            bytes.drain(..3);
            None
        }
        _ => None,
    };
    text.map_or(bytes, String::into_bytes)
}

/// Why bytes could not be had.
enum Failure {
    Missing,
    Folder,
    TooLarge,
    Bomb,
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
            Self::Bomb => {
                let message = format!("`{name}` unpacks to more than {MOST_UNPACKED} times its size");
                (message, "what stands before counts; unpack it by hand if it is what it should be")
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

fn source(path: &Path) -> Result<Box<dyn Read>, Failure> {
    Ok(if path == Path::new("-") { Box::new(stdin()?) } else { Box::new(BufReader::new(open(path)?)) })
}

fn stdin() -> Result<io::StdinLock<'static>, Failure> {
    static READ: AtomicBool = AtomicBool::new(false);
    if READ.swap(true, Ordering::Relaxed) { Err(Failure::StdinTwice) } else { Ok(io::stdin().lock()) }
}

fn open(path: &Path) -> Result<File, Failure> {
    if path.is_dir() {
        return Err(Failure::Folder);
    }
    File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::Missing,
        _ => Failure::Other(error),
    })
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
    fn what_powershell_writes_is_text() {
        let utf16 =
            |encode: fn(u16) -> [u8; 2]| "\u{feff}{\"é\": 1}".encode_utf16().flat_map(encode).collect::<Vec<u8>>();
        assert_eq!(message("le.json", &utf16(u16::to_le_bytes), 100), "{\"é\": 1}");
        assert_eq!(message("be.json", &gzip(&utf16(u16::to_be_bytes)), 100), "{\"é\": 1}");
        assert_eq!(message("bom.json", b"\xef\xbb\xbf{}", 100), "{}");
        assert_eq!(message("odd.json", b"\xff\xfe{", 100), "not UTF-8 text");
    }

    #[test]
    fn only_the_start_of_an_unwanted_file_is_read() {
        let path = file("log", &[b'x'; 8192]);
        let read = bytes_if(&path, 4096, |head| head.starts_with(b"{"));
        std::fs::remove_file(&path).unwrap();
        assert!(read.unwrap().is_none());
    }

    #[test]
    fn truncated_gzip_is_an_error() {
        let mut packed = gzip(b"{\"a\": 1}");
        packed.truncate(packed.len() - 6);
        assert!(message("cut.gz", &packed, 100).contains("starts like gzip, but: "));
    }
}
