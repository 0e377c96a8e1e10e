//! What holds for the tags of entities and of sessions alike.

/// Whether two keys are one: tag keys compare without case, in every script.
pub(crate) fn same_key(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// Whether no tag can have this key or value.
pub(crate) fn is_reserved(text: &str) -> bool {
    text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

/// Why the tags of a call are refused. AWS documents that keys and values must not begin with `aws:`, and not the text.
pub(crate) fn fault(tags: &[(&str, &str)]) -> Option<&'static str> {
    tags.iter().enumerate().find_map(|(at, (key, value))| {
        if is_reserved(key) || is_reserved(value) {
            return Some("Tag keys and values that start with aws: are reserved for internal use.");
        }
        let is_repeated = tags.iter().take(at).any(|(earlier, _)| same_key(earlier, key));
        is_repeated.then_some("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    })
}
