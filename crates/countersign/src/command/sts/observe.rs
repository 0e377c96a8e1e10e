//! What is told of calls while the server runs.
//!
//! The log is written before the client gets its answer, so that whoever has the answer finds the reason in the log. The
//! trail has a thread of its own, since a slow disk should make no client wait.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use countersign_sts::Record;
use countersign_sts::server::Observer;

use super::log;
use super::trail::Trail;
use crate::output;

/// How much may wait to be written. What comes beyond is counted and not written.
const MOST_CALLS: usize = 65_536;
const MOST_BYTES: usize = 64 << 20;
/// How long the end waits for what was not written yet.
const FAREWELL: Duration = Duration::from_secs(5);

/// What to tell, and where.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What happens")]
pub(super) struct ObserveArgs {
    /// Say on stderr what was refused, and why: the client sees only AWS's text.
    #[arg(long)]
    log: bool,

    /// How to log; implies --log.
    #[arg(long, value_name = "FORMAT", value_enum)]
    log_format: Option<LogFormat>,

    /// Write CloudTrail's log files under this folder, as they would be in a bucket.
    #[arg(long, value_name = "DIR")]
    trail: Option<PathBuf>,

    /// How long events of the trail may wait for others to share a file with. AWS takes about five minutes.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, requires = "trail")]
    trail_every: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum LogFormat {
    /// What was refused, with the trace of every policy that was asked.
    Text,
    /// Every call as a line of JSON.
    Json,
}

/// The thread that writes the trail.
pub(super) struct Scribe {
    ended: Option<Receiver<()>>,
}

/// What is on its way to the thread.
#[derive(Default)]
struct Waiting {
    bytes: AtomicUsize,
    lost: AtomicU64,
}

struct Desk {
    calls: Receiver<Arc<Record>>,
    waiting: Arc<Waiting>,
    trail: Trail,
}

impl ObserveArgs {
    /// What hears of every call, and who writes of it. [`Scribe::finish`] is due once the server is gone.
    ///
    /// # Errors
    /// When the trail cannot be written to, or there is no thread to be had.
    pub(super) fn start(&self) -> anyhow::Result<(Observer, Scribe)> {
        let format = self.log_format.or(self.log.then_some(LogFormat::Text));
        let Some(folder) = &self.trail else {
            return Ok((Box::new(move |record| log(format, record)), Scribe { ended: None }));
        };
        let waiting = Arc::new(Waiting::default());
        let (sender, calls) = sync_channel(MOST_CALLS);
        let (end, ended) = sync_channel(1);
        let patience = Duration::from_secs(self.trail_every.into());
        let desk = Desk { calls, waiting: Arc::clone(&waiting), trail: Trail::open(folder.clone(), patience)? };
        let work = move || {
            desk.work();
            let _ = end.send(());
        };
        thread::Builder::new().name("scribe".to_owned()).spawn(work).context("cannot start a thread")?;
        let observer = move |record: &Arc<Record>| {
            log(format, record);
            waiting.send(&sender, record);
        };
        Ok((Box::new(observer), Scribe { ended: Some(ended) }))
    }
}

fn log(format: Option<LogFormat>, record: &Record) {
    match format {
        // There is nobody to tell when that fails.
        Some(LogFormat::Json) => {
            let _ = std::io::stderr().lock().write_all(log::json(record).as_bytes());
        }
        Some(LogFormat::Text) if record.error_code().is_some() => output::talk(&log::text(record)),
        Some(LogFormat::Text) | None => {}
    }
}

impl Waiting {
    fn send(&self, sender: &SyncSender<Arc<Record>>, record: &Arc<Record>) {
        let weight = record.weight();
        let fits = self.bytes.fetch_add(weight, Ordering::Relaxed) + weight <= MOST_BYTES;
        if !fits || sender.try_send(Arc::clone(record)).is_err() {
            self.bytes.fetch_sub(weight, Ordering::Relaxed);
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Scribe {
    /// Waits until all is written.
    pub(super) fn finish(self) {
        let written = self.ended.is_none_or(|ended| ended.recv_timeout(FAREWELL).is_ok());
        if !written {
            output::talk("warning: the last calls are not in the trail: it takes too long to write\n");
        }
    }
}

impl Desk {
    /// Writes until nobody is left who could call.
    fn work(mut self) {
        loop {
            let wait =
                self.trail.due().map_or(Duration::from_secs(3600), |due| due.saturating_duration_since(Instant::now()));
            match self.calls.recv_timeout(wait) {
                Ok(record) => {
                    self.waiting.bytes.fetch_sub(record.weight(), Ordering::Relaxed);
                    self.trail.add(&record);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.trail.is_due(Instant::now()) {
                self.trail.flush();
                self.own_up();
            }
        }
        self.trail.flush();
        self.own_up();
    }

    /// Says how many calls nobody will hear of.
    fn own_up(&self) {
        let lost = self.waiting.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let s = if lost == 1 { "" } else { "s" };
            output::talk(&format!(
                "warning: {lost} call{s} came faster than could be written, and are not in the trail\n"
            ));
        }
    }
}
