//! Counters in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::Record;

/// The upper bounds of the histogram's buckets, with their labels in seconds.
const BUCKETS: [(Duration, &str); 9] = [
    (Duration::from_micros(50), "0.00005"),
    (Duration::from_micros(100), "0.0001"),
    (Duration::from_micros(250), "0.00025"),
    (Duration::from_micros(500), "0.0005"),
    (Duration::from_millis(1), "0.001"),
    (Duration::from_millis(5), "0.005"),
    (Duration::from_millis(25), "0.025"),
    (Duration::from_millis(100), "0.1"),
    (Duration::from_secs(1), "1"),
];

/// What is counted of a server.
#[derive(Debug)]
pub(super) struct Metrics {
    started: Instant,
    started_at: Duration,
    calls: RwLock<BTreeMap<Labels, AtomicU64>>,
    /// Calls that took no longer than the bucket and longer than the one before; the last is for those above all.
    durations: [AtomicU64; BUCKETS.len() + 1],
    nanoseconds: AtomicU64,
    connections: AtomicU64,
    connections_ended: AtomicU64,
}

/// Names of operations and codes that exist, so that nobody can make labels without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Labels {
    service: &'static str,
    operation: &'static str,
    code: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            started_at: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            calls: RwLock::default(),
            durations: Default::default(),
            nanoseconds: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            connections_ended: AtomicU64::new(0),
        }
    }
}

impl Metrics {
    /// Counts a call that took so long to answer.
    pub(super) fn count(&self, record: &Record, took: Duration) {
        let labels = Labels {
            service: record.service,
            operation: record.operation.unwrap_or("unknown"),
            code: record.error_code().unwrap_or("OK"),
        };
        let known = self.calls.read().unwrap_or_else(PoisonError::into_inner);
        match known.get(&labels) {
            Some(count) => {
                count.fetch_add(1, Ordering::Relaxed);
            }
            None => {
                drop(known);
                let mut calls = self.calls.write().unwrap_or_else(PoisonError::into_inner);
                calls.entry(labels).or_default().fetch_add(1, Ordering::Relaxed);
            }
        }
        let bucket = BUCKETS.iter().position(|(bound, _)| took <= *bound).unwrap_or(BUCKETS.len());
        if let Some(count) = self.durations.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.nanoseconds.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn disconnected(&self) {
        self.connections_ended.fetch_add(1, Ordering::Relaxed);
    }

    /// Everything that was counted.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut family = |name: &str, kind: &str, help: &str, samples: &[(String, String)]| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (labels, value) in samples {
                let _ = writeln!(text, "{name}{labels} {value}");
            }
        };
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let one = |value: String| vec![(String::new(), value)];

        let calls = self.calls.read().unwrap_or_else(PoisonError::into_inner);
        let samples = calls.iter().map(|(labels, count)| {
            let Labels { service, operation, code } = labels;
            (format!("{{service=\"{service}\",operation=\"{operation}\",code=\"{code}\"}}"), get(count).to_string())
        });
        let help = "Calls to the API by operation and error code, OK where there is none.";
        family("countersign_calls_total", "counter", help, &samples.collect::<Vec<_>>());
        drop(calls);

        let mut below = 0;
        let bounds = BUCKETS.iter().map(|(_, label)| *label).chain(["+Inf"]);
        let mut samples = Vec::new();
        for (count, bound) in self.durations.iter().zip(bounds) {
            below += get(count);
            samples.push((format!("_bucket{{le=\"{bound}\"}}"), below.to_string()));
        }
        samples.push(("_sum".to_owned(), format!("{:?}", Duration::from_nanos(get(&self.nanoseconds)).as_secs_f64())));
        samples.push(("_count".to_owned(), below.to_string()));
        let help = "Time from a whole request to its answer.";
        family("countersign_call_duration_seconds", "histogram", help, &samples);

        let (began, ended) = (get(&self.connections), get(&self.connections_ended));
        let help = "Connections that clients opened.";
        family("countersign_connections_total", "counter", help, &one(began.to_string()));
        let help = "Connections that are open.";
        family("countersign_connections", "gauge", help, &one(began.saturating_sub(ended).to_string()));
        let help = "Time since the start.";
        family(
            "countersign_uptime_seconds",
            "gauge",
            help,
            &one(format!("{:?}", self.started.elapsed().as_secs_f64())),
        );
        let help = "When the process started, in seconds since the epoch.";
        family("process_start_time_seconds", "gauge", help, &one(format!("{:?}", self.started_at.as_secs_f64())));
        let build = vec![(format!("{{version=\"{}\"}}", env!("CARGO_PKG_VERSION")), "1".to_owned())];
        family("countersign_build_info", "gauge", "The version of countersign.", &build);
        text
    }
}
