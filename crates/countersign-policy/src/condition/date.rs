//! Date operators: W3C / ISO 8601 profile dates, or epoch seconds.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, tz::Offset};

/// A point in time: seconds since the epoch, and nanoseconds. Epoch seconds reach further than calendar dates do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    seconds: i64,
    nanoseconds: i32,
}

impl Moment {
    /// Before every date.
    pub const MIN: Self = Self { seconds: i64::MIN, nanoseconds: 0 };

    /// So many seconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        Self { seconds, nanoseconds: 0 }
    }

    /// The whole seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// The moment so many seconds later.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self { seconds: self.seconds.saturating_add(seconds), ..self }
    }

    /// A nanosecond later.
    #[must_use]
    pub fn after(self) -> Self {
        if self.nanoseconds == 999_999_999 {
            return Self { nanoseconds: 0, ..self.plus_seconds(1) };
        }
        Self { nanoseconds: self.nanoseconds + 1, ..self }
    }

    /// A nanosecond earlier.
    #[must_use]
    pub fn before(self) -> Self {
        if self.nanoseconds == 0 {
            return Self { nanoseconds: 999_999_999, ..self.plus_seconds(-1) };
        }
        Self { nanoseconds: self.nanoseconds - 1, ..self }
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        let nanoseconds = timestamp.as_nanosecond();
        let second = nanoseconds.div_euclid(1_000_000_000);
        let rest = nanoseconds.rem_euclid(1_000_000_000);
        Self { seconds: i64::try_from(second).unwrap_or(i64::MAX), nanoseconds: i32::try_from(rest).unwrap_or(0) }
    }
}

impl fmt::Display for Moment {
    /// A calendar date in UTC, or epoch seconds where the calendar ends.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::new(self.seconds, self.nanoseconds) {
            Ok(timestamp) => write!(f, "{timestamp}"),
            Err(_) => write!(f, "{}", self.seconds),
        }
    }
}

/// Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `YYYY-MM-DDThh:mm[:ss[.f]][TZD]`, or epoch seconds (any digits but four: those
/// are a year). A missing zone is UTC (a named assumption).
#[must_use]
pub fn parse(text: &str) -> Option<Moment> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        if digits.len() == 4 && digits.len() == text.len() {
            return midnight(Date::new(text.parse().ok()?, 1, 1).ok()?);
        }
        let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
        return whole.parse().ok().map(Moment::from_seconds);
    }
    // jiff reads more than the profile (spaces, week dates): let only the profile's characters through.
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b'+' | b'T' | b'Z')) {
        return None;
    }
    match text.len() {
        7 => {
            let (year, month) = text.split_once('-')?;
            midnight(Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?)
        }
        10 => midnight(text.parse().ok()?),
        _ if text.contains('T') => match text.parse::<Timestamp>() {
            Ok(timestamp) => Some(timestamp.into()),
            Err(_) => utc(text.parse().ok()?),
        },
        _ => None,
    }
}

fn midnight(date: Date) -> Option<Moment> {
    utc(date.to_datetime(Time::midnight()))
}

fn utc(date: DateTime) -> Option<Moment> {
    Offset::UTC.to_timestamp(date).ok().map(Moment::from)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_profile_is_read() {
        let second = |text: &str| parse(text).unwrap_or_else(|| panic!("{text}")).seconds();
        assert_eq!(second("2026-01-01T00:00:00Z"), 1_767_225_600);
        for same in [
            "1767225600",
            "2026",
            "2026-01",
            "2026-01-01",
            "2026-01-01T00:00Z",
            "2026-01-01T01:00:00+01:00",
            "2026-01-01T00:00:00.000Z",
            "2026-01-01T00:00:00",
        ] {
            assert_eq!(second(same), 1_767_225_600, "{same}");
        }
    }

    #[test]
    fn other_texts_are_not_dates() {
        for text in ["", "soon", "2026-13-01", "2026-1-1", "01/02/2026", "2026-01-01 00:00", "2026-W01-1", "--"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
