//! Edit distance, for "did you mean".

/// The Levenshtein distance between two short names (capped at 64 characters each).
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    up_to(usize::MAX, a, b)
}

/// The distance, or `far` where it is not less.
fn up_to(far: usize, a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    // How names begin is often the same, and costs nothing.
    let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    if a.len().abs_diff(b.len()) >= far {
        return far;
    }
    let mut row: Vec<usize> = (0..=a.len()).collect();
    for (i, cb) in b.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut least = left;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (ca, above) in a.iter().zip(row.iter_mut().skip(1)) {
            let here = (diagonal + usize::from(ca != cb)).min(left + 1).min(*above + 1);
            diagonal = std::mem::replace(above, here);
            left = here;
            least = least.min(here);
        }
        // No later row has a smaller number.
        if least >= far {
            return far;
        }
    }
    row.last().copied().unwrap_or(0).min(far)
}

/// The distance from which on two names have nothing to do with each other.
pub const FAR: usize = 5;

/// How near two names are: their distance, or [`FAR`]. Of names that are far apart none is nearer than another, so that an
/// answer about them does not hang on letters they share by chance.
#[must_use]
pub fn nearness(a: &str, b: &str) -> usize {
    up_to(FAR, a, b)
}

#[cfg(test)]
mod tests {
    use super::{FAR, distance, nearness};

    #[test]
    fn names_that_are_far_apart_are_equally_far() {
        assert_eq!(nearness("kitten", "sitting"), 3);
        assert_eq!(nearness("collector", "reader"), FAR);
        assert_eq!(nearness("collector", "auditor"), FAR);
        for (a, b) in
            [("", ""), ("abc", ""), ("abcdef", "a"), ("arn:a", "arn:xyz"), ("flaw", "lawn"), ("abcdefg", "bcdefgh")]
        {
            assert_eq!(nearness(a, b), distance(a, b).min(FAR), "{a} {b}");
            assert_eq!(nearness(b, a), nearness(a, b), "{a} {b}");
        }
    }

    #[test]
    fn distances_count_edits() {
        assert_eq!(distance("externalid", "externalid"), 0);
        assert_eq!(distance("externald", "externalid"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("flaw", "lawn"), 2);
        assert_eq!(distance("arn:aws:iam", "arn:aws:sts"), 3);
    }
}
