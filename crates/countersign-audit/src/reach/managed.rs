//! AWS's managed policies, as far as they decide a level. `managed.txt` has them, and says how to read it. A policy that is
//! not in it is unknown.

use std::sync::LazyLock;

const TABLE: &str = include_str!("managed.txt");

/// The rows, sorted by name.
static ROWS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| rows().collect());

/// What a policy allows, by its path and name.
pub(super) fn row(name: &str) -> Option<&'static str> {
    let at = ROWS.binary_search_by_key(&name, |(row, _)| row).ok()?;
    ROWS.get(at).map(|(_, actions)| *actions)
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_found_by_their_names() {
        assert!(rows().is_sorted_by(|(one, _), (other, _)| one < other));
        assert_eq!(rows().count(), TABLE.lines().filter(|line| !line.starts_with('#')).count());
        assert_eq!(row("AdministratorAccess"), Some("*"));
        assert_eq!(row("AWSLambdaBasicExecutionRole"), None, "it has a path");
    }

    #[test]
    fn every_word_is_an_action() {
        for (name, actions) in rows() {
            for word in actions.split(' ') {
                let action = word.trim_start_matches(['-', '~', '!']);
                let is_action = action == "*"
                    || action.split_once(':').is_some_and(|(service, verb)| {
                        let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                        service.chars().all(lower) && !verb.is_empty() && !verb.contains(':')
                    });
                assert!(is_action, "{name}: `{word}`");
            }
        }
    }
}
