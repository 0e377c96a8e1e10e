//! The parts of a long text that may hold calls.
//!
//! A parser of code may need time with the square of a text that was made to vex it, so that no text is parsed beyond a
//! size; of longer ones the surroundings of the words that calls are made of are.

use std::ops::Range;

/// The longest text that is parsed as one.
const LONGEST: usize = 32 << 10;
/// How much stands before a word that calls are made of, at most.
const BEFORE: usize = LONGEST / 4;
/// How many parts of a text are read.
const PARTS: usize = 4;

/// Words that stand in every text that makes a call, in lower case and without `_` and `-`.
const WORDS: [&str; 7] = ["assumerole", "rolearn", "roletoassume", "stscreds", "awsprofile", "profile", "iamrole"];

/// The parts of a text that are worth reading, in order; none overlaps another.
pub(super) fn parts(text: &str) -> Vec<Range<usize>> {
    let places = places(text);
    if places.is_empty() {
        // A role may have a key of its own: `role:` under `aws:`.
        let names_role = text.len() <= LONGEST && text.contains("role");
        return std::iter::once(0..text.len()).filter(|_| names_role).collect();
    }
    if text.len() <= LONGEST {
        return std::iter::once(0..text.len()).collect();
    }
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut endless = 0;
    for place in places {
        if place < endless || parts.last().is_some_and(|last| place < last.end) {
            continue;
        }
        if parts.len() == PARTS {
            break;
        }
        let floor = parts.last().map_or(0, |last| last.end);
        let start = line_start(text, place.saturating_sub(BEFORE).max(floor)).max(floor);
        let end = if text.len() - start <= LONGEST { text.len() } else { line_start(text, start + LONGEST) };
        if end > place {
            parts.push(start..end);
            continue;
        }
        // A line that is longer than all is nothing a person wrote, and is looked at once.
        let behind = text.get(place..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| place + length);
        if behind - line_start(text, place) > LONGEST {
            endless = behind;
        }
    }
    parts
}

/// Where words of calls start, roughly: skipped characters are not counted back.
fn places(text: &str) -> Vec<usize> {
    let longest = WORDS.iter().map(|word| word.len()).max().unwrap_or(0);
    let mut recent = String::new();
    let mut places = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '_' | '-' => continue,
            c if c.is_ascii_alphanumeric() => recent.push(c.to_ascii_lowercase()),
            _ => recent.clear(),
        }
        if recent.len() > longest {
            recent.remove(0);
        }
        if WORDS.iter().any(|word| recent.ends_with(word)) {
            places.push(at.saturating_sub(longest));
        }
    }
    places
}

/// The start of the line that a byte is on.
fn line_start(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes().get(..at).unwrap_or_default();
    bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_read_whole_and_those_without_calls_not_at_all() {
        assert_eq!(parts("sts.assume_role(RoleArn=x)").first().map(|part| (part.start, part.end)), Some((0, 26)));
        assert!(parts("print('hello')").is_empty());
        assert!(parts("").is_empty());
    }

    #[test]
    fn of_long_texts_the_surroundings_of_calls_are_read() {
        let filler = "x = 1\n".repeat(20_000);
        let text = format!("{filler}sts.assume_role(RoleArn=x)\n{filler}AssumeRole\n");
        let parts = parts(&text);
        assert_eq!(parts.len(), 2);
        for (part, word) in parts.iter().zip(["assume_role(RoleArn=x)\n", "AssumeRole\n"]) {
            let part = text.get(part.clone()).unwrap();
            assert!(part.contains(word) && part.len() <= LONGEST && part.starts_with("x = 1\n"));
        }
    }

    #[test]
    fn one_endless_line_is_not_read() {
        let text = format!("{}assume_role{}", "(".repeat(100_000), "(".repeat(100_000));
        assert!(parts(&text).is_empty());
    }
}
