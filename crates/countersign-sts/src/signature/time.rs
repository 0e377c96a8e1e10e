//! The compact times of signatures, `20150830T123600Z`.

use countersign_policy::condition::date::{self, Moment};

/// Reads a compact time.
pub(super) fn parse(stamp: &str) -> Option<Moment> {
    let bytes = stamp.as_bytes();
    let shaped = bytes.len() == 16
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 => *byte == b'T',
            15 => *byte == b'Z',
            _ => byte.is_ascii_digit(),
        });
    let part = |from, to| stamp.get(from..to).unwrap_or_default();
    let time = || {
        let (year, month, day) = (part(0, 4), part(4, 6), part(6, 8));
        format!("{year}-{month}-{day}T{}:{}:{}Z", part(9, 11), part(11, 13), part(13, 15))
    };
    if shaped { date::parse(&time()) } else { None }
}

/// Writes a compact time, to the second.
pub(super) fn stamp(moment: Moment) -> String {
    Moment::from_seconds(moment.seconds()).to_string().replace(['-', ':'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_read_and_written() {
        let moment = parse("20150830T123600Z").unwrap();
        assert_eq!(moment.seconds(), 1_440_938_160);
        assert_eq!(stamp(moment), "20150830T123600Z");
        for bad in
            ["", "20150830T123600", "20150830 123600Z", "20151330T123600Z", "2015083AT123600Z", "2015-08-30T12:36:00Z"]
        {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }
}
