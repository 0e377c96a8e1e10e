//! Who may be connected: as many as there are places, and nobody for good. When all are taken, whoever has been quiet for
//! longest makes room, so that idle and slow clients lock nobody out.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

const MOST_CONNECTIONS: usize = 4096;
/// Who was heard of within this time keeps the place.
const BUSY: Duration = Duration::from_secs(1);
/// Headers, bodies and keep-alive have shorter limits: whoever is quiet for so long does not read an answer.
const LONGEST_QUIET: Duration = Duration::from_secs(60);
/// How long a newcomer waits before it is looked again for a place.
const PAUSE: Duration = Duration::from_millis(20);

/// The places.
pub(super) struct Places {
    most: usize,
    began: Instant,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    next: u64,
    lines: BTreeMap<u64, Arc<Line>>,
}

/// What the server knows of a connection.
struct Line {
    /// When it was last heard of, in milliseconds.
    heard: AtomicU64,
    leave: Notify,
}

/// A place that is taken, until this is dropped.
pub(super) struct Place {
    number: u64,
    line: Arc<Line>,
    places: Arc<Places>,
}

impl Places {
    pub(super) fn new() -> Arc<Self> {
        Self::of(MOST_CONNECTIONS)
    }

    fn of(most: usize) -> Arc<Self> {
        Arc::new(Self { most, began: Instant::now(), taken: Mutex::default() })
    }

    /// The next connection, once there is a place for it. Others wait in the socket's queue.
    pub(super) async fn accept(self: &Arc<Self>, listener: &TcpListener) -> (TcpStream, SocketAddr, Place) {
        let (stream, peer) = loop {
            match listener.accept().await {
                Ok(accepted) => break accepted,
                // Out of file handles, most likely.
                Err(_) => self.wait_for_room().await,
            }
        };
        loop {
            match self.take() {
                Some(place) => return (stream, peer, place),
                None => self.wait_for_room().await,
            }
        }
    }

    /// Closes what nobody reads any more, for as long as it runs.
    pub(super) async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LONGEST_QUIET / 12).await;
            let taken = self.taken();
            let stuck = taken.lines.values().filter(|line| self.is_quiet(line, LONGEST_QUIET));
            stuck.for_each(|line| line.leave.notify_one());
        }
    }

    fn take(self: &Arc<Self>) -> Option<Place> {
        let mut taken = self.taken();
        if taken.lines.len() >= self.most {
            return None;
        }
        let number = taken.next;
        taken.next += 1;
        let line = Arc::new(Line { heard: AtomicU64::new(self.now()), leave: Notify::new() });
        taken.lines.insert(number, Arc::clone(&line));
        Some(Place { number, line, places: Arc::clone(self) })
    }

    async fn wait_for_room(&self) {
        self.make_room();
        tokio::time::sleep(PAUSE).await;
    }

    /// Tells those to leave who have been quiet for longest, as many at once as make it worth the search.
    fn make_room(&self) {
        let taken = self.taken();
        let mut quiet: Vec<&Arc<Line>> = taken.lines.values().filter(|line| self.is_quiet(line, BUSY)).collect();
        quiet.sort_by_key(|line| line.heard());
        quiet.iter().take((self.most / 16).max(1)).for_each(|line| line.leave.notify_one());
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn is_quiet(&self, line: &Line, long: Duration) -> bool {
        u128::from(self.now().saturating_sub(line.heard())) >= long.as_millis()
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn heard(&self) -> u64 {
        self.heard.load(Ordering::Relaxed)
    }
}

impl Place {
    /// What marks this place as heard of.
    pub(super) fn bell(&self) -> Bell {
        Bell { line: Arc::clone(&self.line), places: Arc::clone(&self.places) }
    }

    /// Resolves when the place is wanted by others.
    pub(super) async fn wanted(&self) {
        self.line.leave.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken().lines.remove(&self.number);
    }
}

/// Marks a place as heard of.
#[derive(Clone)]
pub(super) struct Bell {
    line: Arc<Line>,
    places: Arc<Places>,
}

impl Bell {
    pub(super) fn ring(&self) {
        self.line.heard.store(self.places.now(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places that began some seconds ago.
    fn places(most: usize) -> Arc<Places> {
        let began = Instant::now().checked_sub(Duration::from_secs(100)).unwrap();
        Arc::new(Places { most, began, taken: Mutex::default() })
    }

    fn is_told_to_leave(place: &Place) -> bool {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        std::pin::pin!(place.wanted()).as_mut().poll(&mut context).is_ready()
    }

    use std::future::Future as _;

    #[test]
    fn the_one_quiet_for_longest_makes_room() {
        let places = places(3);
        let taken: Vec<Place> = (0..3).map(|_| places.take().unwrap()).collect();
        assert!(places.take().is_none());
        for (place, seconds) in taken.iter().zip([50, 20, 99_999]) {
            place.line.heard.store(seconds * 1000, Ordering::Relaxed);
        }
        places.make_room();
        assert_eq!(taken.iter().map(is_told_to_leave).collect::<Vec<_>>(), [false, true, false]);
        drop(taken);
        assert!(places.take().is_some());
    }

    #[test]
    fn whoever_was_just_heard_of_stays() {
        let places = places(1);
        let place = places.take().unwrap();
        places.make_room();
        assert!(!is_told_to_leave(&place));
        place.line.heard.store(0, Ordering::Relaxed);
        place.bell().ring();
        places.make_room();
        assert!(!is_told_to_leave(&place));
    }
}
