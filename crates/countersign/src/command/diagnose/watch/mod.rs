//! `--watch`: denials in a log that grows, each diagnosed once, as they come.

mod follow;
mod stream;

use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant, SystemTime};

use countersign_audit::report::json_line;
use countersign_diagnose::Evidence;

use self::follow::Follower;
use self::stream::{News, Stream};
use super::args::{AnswerFormat, Args, Given};
use super::{Answer, exit_of, gather, interrupt, report, share};
use crate::command::Exit;
use crate::command::journal::Memory;
use crate::command::redact::key_file::KeyFile;
use crate::output::{self, NOTE, inert};
use crate::read;

/// How often a file is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// For how long nothing may come before what has come is taken for whole.
const QUIET: Duration = Duration::from_millis(500);
/// The longest that a denial waits in a stream that is never quiet.
const PATIENCE: Duration = Duration::from_secs(2);

/// What happens.
enum Event {
    Bytes(Vec<u8>),
    /// The stream has ended, or Ctrl-C was pressed.
    End,
}

/// Where text comes from.
enum Source {
    File(Follower),
    Stdin,
}

/// Follows `path`, or stdin when it is `-`, until Ctrl-C or the end of stdin. The exit is that of the last answer.
///
/// # Errors
/// When the rest of the evidence cannot be read at the start, or the answer cannot be written.
pub(super) fn run(args: &Args, path: &Path) -> anyhow::Result<Exit> {
    let mut rest = Rest::read(&args.given)?;
    // What nobody has taken yet waits in the pipe, not in memory.
    let (sender, events) = sync_channel(2);
    let end = sender.clone();
    // When it cannot be sent, the answer is being printed already.
    interrupt::listen(move || drop(end.send(Event::End)))?;
    let name = read::name(path);
    let mut source = if path == Path::new("-") {
        read_stdin(sender);
        Source::Stdin
    } else {
        Source::File(Follower::new(path))
    };
    let waits = matches!(&source, Source::File(follower) if !follower.is_there());
    let state = if waits { "waiting for" } else { "watching" };
    output::talk(&format!("{NOTE}{state}{NOTE:#} {}; Ctrl-C ends\n", inert(&name)));
    let key = args.sharing.key(args.format)?;
    let mut watch = Watch { args, name, stream: Stream::default(), key, exit: Exit::Clean };
    let (mut arrived, mut oldest) = (Instant::now(), None::<Instant>);
    loop {
        let (bytes, ended) = next(&mut source, &events, &watch.name);
        let mut is_full = false;
        if !bytes.is_empty() {
            arrived = Instant::now();
            oldest.get_or_insert(arrived);
            is_full = watch.stream.push(&bytes);
        }
        let is_due = oldest.is_some_and(|oldest| arrived.elapsed() >= QUIET || oldest.elapsed() >= PATIENCE);
        if is_full || is_due || ended {
            oldest = None;
            if rest.is_stale() {
                rest.read_again(&args.given);
                watch.stream.forget_told();
            }
            if watch.tell(&rest.evidence)?.is_break() {
                return Ok(watch.exit);
            }
            // A wrapper's words were held back for what follows them: nothing does.
            if ended && watch.tell(&rest.evidence)?.is_break() {
                return Ok(watch.exit);
            }
        }
        if ended {
            watch.tell_counts();
            return Ok(watch.exit);
        }
    }
}

/// What came within a look, and whether that was all.
fn next(source: &mut Source, events: &Receiver<Event>, name: &str) -> (Vec<u8>, bool) {
    let read = match source {
        Source::File(follower) => follower.read().unwrap_or_else(|error| {
            output::talk(&format!("warning: cannot read {}: {error}\n", inert(name)));
            Vec::new()
        }),
        Source::Stdin => Vec::new(),
    };
    // While a file has more, it is read on.
    let wait = if read.is_empty() { LOOK } else { Duration::ZERO };
    match events.recv_timeout(wait) {
        Ok(Event::Bytes(bytes)) => (bytes, false),
        Ok(Event::End) => (read, true),
        Err(RecvTimeoutError::Timeout) => (read, false),
        Err(RecvTimeoutError::Disconnected) => (read, true),
    }
}

/// Sends what comes in on stdin, piece by piece.
fn read_stdin(sender: SyncSender<Event>) {
    std::thread::spawn(move || {
        let mut stdin = std::io::stdin().lock();
        let mut piece = vec![0; 64 << 10];
        loop {
            let event = match stdin.read(&mut piece) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Ok(0) | Err(_) => Event::End,
                Ok(length) => Event::Bytes(piece.get(..length).unwrap_or_default().to_vec()),
            };
            let is_end = matches!(event, Event::End);
            if sender.send(event).is_err() || is_end {
                return;
            }
        }
    });
}

/// The watch as it stands.
struct Watch<'a> {
    args: &'a Args,
    name: String,
    stream: Stream,
    /// One for all answers: who comes twice has one pseudonym.
    key: Option<KeyFile>,
    exit: Exit,
}

impl Watch<'_> {
    /// Tells what is new; a break when nobody reads any more.
    fn tell(&mut self, rest: &Evidence) -> anyhow::Result<ControlFlow<()>> {
        for news in self.stream.news() {
            let text = match news {
                News::Denial(text) => self.answer(rest, text)?,
                // A loop of retries is told as often as it doubles.
                News::Again { says, times } if times.is_power_of_two() && self.args.format == AnswerFormat::Text => {
                    self.again(&says, times)
                }
                News::Again { .. } => continue,
            };
            if output::answer_while_read(&text)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn answer(&mut self, rest: &Evidence, text: String) -> anyhow::Result<String> {
        let mut evidence = rest.clone();
        evidence.external_id_to_send = self.args.making.set_external_id.clone();
        evidence.now = Some(crate::command::audit::now(None));
        gather::add_error(&mut evidence, &self.args.given, text);
        self.args.sharing.read_again(&mut self.key)?;
        let share::Answer { evidence, diagnosis, error_name } =
            share::answer(self.args, evidence, self.name.clone(), self.key.as_mut())?;
        self.exit = exit_of(&diagnosis);
        let memory = Memory::of(&diagnosis, self.args.remember.place.file().as_ref());
        Ok(match self.args.format {
            AnswerFormat::Text => report::text(&evidence, &diagnosis, &error_name) + &memory.text() + "\n",
            AnswerFormat::Json => json_line(&Answer { diagnosis: &diagnosis, journal: &memory, change: None })?,
            AnswerFormat::Markdown => report::markdown(&diagnosis) + &memory.markdown() + "\n",
        })
    }

    /// That a denial came again.
    fn again(&self, says: &str, times: u64) -> String {
        let hides = self.args.sharing.hides(self.args.format);
        let says = if hides { "what was answered before".into() } else { inert(says) };
        format!("{NOTE}×{times}{NOTE:#} {says}\n")
    }

    /// How often what was told came, where that was not just said.
    fn tell_counts(&self) {
        let repeated: Vec<String> = self
            .stream
            .told()
            .filter(|(_, times)| !times.is_power_of_two())
            .map(|(says, times)| self.again(says, times))
            .collect();
        output::talk(&repeated.concat());
    }
}

/// The rest of the evidence, which is read again when one of its files changes.
struct Rest {
    evidence: Evidence,
    files: Vec<PathBuf>,
    seen: Vec<Option<(SystemTime, u64)>>,
}

impl Rest {
    fn read(given: &Given) -> anyhow::Result<Self> {
        let files = gather::files(given);
        let seen = stamps(&files);
        Ok(Self { evidence: gather::besides_error(given)?, files, seen })
    }

    fn is_stale(&self) -> bool {
        stamps(&self.files) != self.seen
    }

    fn read_again(&mut self, given: &Given) {
        self.seen = stamps(&self.files);
        match gather::besides_error(given) {
            Ok(evidence) => {
                self.evidence = evidence;
                output::talk("the evidence has changed and was read again\n");
            }
            Err(error) => {
                output::talk(
                    "warning: the evidence has changed and cannot be read; what was read before still counts\n",
                );
                crate::diagnostic::report(&error);
            }
        }
    }
}

/// When files were written, and how long they are.
fn stamps(files: &[PathBuf]) -> Vec<Option<(SystemTime, u64)>> {
    let stamp = |path: &PathBuf| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.iter().map(stamp).collect()
}
