//! How far a long run has come, on stderr and only where somebody watches.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Short runs stay silent.
const PATIENCE: Duration = Duration::from_secs(1);
const EVERY: Duration = Duration::from_millis(200);

/// Counts steps; erases what it showed when it is dropped.
pub(super) struct Progress {
    done: Arc<AtomicUsize>,
    watcher: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts counting to `all`.
    pub(super) fn start(doing: &'static str, all: usize, things: &'static str) -> Self {
        let done = Arc::new(AtomicUsize::new(0));
        let watcher = io::stderr().is_terminal().then(|| {
            let (stop, stopped) = mpsc::channel::<()>();
            let done = Arc::clone(&done);
            let watch = thread::spawn(move || {
                let mut wait = PATIENCE;
                while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                    let _ = write!(io::stderr(), "\r{}", line(doing, done.load(Ordering::Relaxed), all, things));
                    wait = EVERY;
                }
                if wait == EVERY {
                    let blank = " ".repeat(line(doing, all, all, things).len());
                    let _ = write!(io::stderr(), "\r{blank}\r");
                }
            });
            (stop, watch)
        });
        Self { done, watcher }
    }

    /// Does one step.
    pub(super) fn step<T>(&self, work: impl FnOnce() -> T) -> T {
        let result = work();
        self.done.fetch_add(1, Ordering::Relaxed);
        result
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, watch)) = self.watcher.take() {
            drop(stop);
            let _ = watch.join();
        }
    }
}

fn line(doing: &str, done: usize, all: usize, things: &str) -> String {
    let width = all.to_string().len();
    format!("{doing} {done:>width$} of {all} {things}")
}
