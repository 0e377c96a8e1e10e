//! The files of a trail: their names, and what is in them before gzip.

use serde::Serialize;

use super::Event;

/// Events of one account, region and day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogFile {
    /// Where it is in the bucket: `AWSLogs/<account>/CloudTrail/<region>/<yyyy>/<mm>/<dd>/<name>.json.gz`.
    #[serde(skip)]
    pub key: String,
    /// The events, oldest first.
    #[serde(rename = "Records")]
    pub records: Vec<Event>,
}

impl LogFile {
    /// Sorts events, in the order they come, into files.
    #[must_use]
    pub fn of(events: Vec<Event>) -> Vec<Self> {
        let mut files: Vec<(String, Self)> = Vec::new();
        for event in events {
            let place = place(&event);
            match files.iter_mut().find(|(known, _)| *known == place) {
                Some((_, file)) => file.records.push(event),
                None => {
                    let key = format!("{place}/{}", name(&event));
                    files.push((place, Self { key, records: vec![event] }));
                }
            }
        }
        files.into_iter().map(|(_, file)| file).collect()
    }

    /// The file's text: one document, `{"Records":[…]}`.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The folder of an event. What a client says is its region may be no good as a name.
fn place(event: &Event) -> String {
    let time = event.event_time.get(..10).unwrap_or_default().replace('-', "/");
    format!("AWSLogs/{}/CloudTrail/{}/{time}", event.recipient(), region(event))
}

/// The name of the file that starts with this event: its account, region and minute, and 16 characters of its id.
fn name(event: &Event) -> String {
    let minute: String = event.event_time.chars().take(16).filter(|letter| !"-:".contains(*letter)).collect();
    let unique: String = event.id().chars().filter(|letter| *letter != '-').take(16).collect();
    format!("{}_CloudTrail_{}_{minute}Z_{unique}.json.gz", event.recipient(), region(event))
}

fn region(event: &Event) -> String {
    let named = event.region().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' });
    named.take(32).collect()
}
