//! Date operators: W3C / ISO 8601 profile dates, or epoch seconds.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::Offset};

/// Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `YYYY-MM-DDThh:mm[:ss[.f]][TZD]`, or epoch seconds (five digits and more, or
/// signed). A missing zone is UTC (a named assumption).
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        if digits.len() == 4 && digits.len() == text.len() {
            return utc(Date::new(text.parse().ok()?, 1, 1).ok()?.to_datetime(jiff::civil::Time::midnight()));
        }
        let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
        return Timestamp::from_second(whole.parse().ok()?).ok();
    }
    // jiff reads more than the profile (spaces, week dates): let only the profile's characters through.
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b'+' | b'T' | b'Z')) {
        return None;
    }
    match text.len() {
        7 => utc(format!("{text}-01").parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight())),
        10 => utc(text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight())),
        _ if text.contains('T') => match text.parse::<Timestamp>() {
            Ok(timestamp) => Some(timestamp),
            Err(_) => utc(text.parse::<DateTime>().ok()?),
        },
        _ => None,
    }
}

fn utc(date: DateTime) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(date).ok()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_profile_is_read() {
        let second = |text: &str| parse(text).unwrap_or_else(|| panic!("{text}")).as_second();
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
