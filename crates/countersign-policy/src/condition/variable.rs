//! Policy variables: `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}`, `${$}` (rules V1–V9).

/// A reference to a context key inside a condition value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Variable {
    /// The key named, as spelled.
    pub key: Box<str>,
    /// The text to use when the key is absent.
    pub default: Option<Box<str>>,
}

/// Longest `${…}` that is read, in characters. Tag keys and values have at most 128 and 256.
const MAX_LENGTH: usize = 1024;

/// What `${…}` at the start of a text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference<'a> {
    /// `${*}`, `${?}` or `${$}`: the character itself.
    Escape(&'a str),
    /// A context key.
    Variable(Variable),
}

/// Reads the `${…}` that `text` starts with; yields it with the text after it.
///
/// # Errors
/// What is wrong with the reference (rule V5), for validation.
pub fn parse(text: &str) -> Result<(Reference<'_>, &str), &'static str> {
    let inside = text.strip_prefix("${").ok_or("not a policy variable")?;
    // Keys and defaults are short; a bounded look keeps a text full of `${` linear.
    let window = text.char_indices().nth(MAX_LENGTH).map_or(text.len(), |(end, _)| end);
    if !text.get(..window).unwrap_or_default().contains('}') {
        return Err("a policy variable is missing its closing brace");
    }
    let (inside, rest) = inside.split_once('}').ok_or("a policy variable is missing its closing brace")?;
    if matches!(inside, "*" | "?" | "$") {
        return Ok((Reference::Escape(inside), rest));
    }
    // The default may hold a brace: `${key, 'a}b'}`.
    let (key, default, rest) = match inside.split_once(',') {
        None => (inside, None, rest),
        Some((key, _)) => {
            let after = text.get(2 + key.len() + 1..).unwrap_or_default();
            let quoted = after
                .trim_start_matches(' ')
                .strip_prefix('\'')
                .ok_or("a default value is written in single quotes")?;
            let (default, after) = quoted.split_once('\'').ok_or("a default value is missing its closing quote")?;
            let rest = after
                .trim_start_matches(' ')
                .strip_prefix('}')
                .ok_or("a policy variable is missing its closing brace")?;
            (key, Some(default.into()), rest)
        }
    };
    if key.is_empty() {
        return Err("a policy variable is empty");
    }
    if key.contains([' ', '\t', '\n', '\'', '$', '{']) {
        return Err("a policy variable's name holds a space or a stray character");
    }
    Ok((Reference::Variable(Variable { key: key.into(), default }), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_defaults_are_read() {
        let variable = |key: &str, default: Option<&str>| {
            Reference::Variable(Variable { key: key.into(), default: default.map(Into::into) })
        };
        assert_eq!(parse("${aws:username}-x"), Ok((variable("aws:username", None), "-x")));
        assert_eq!(parse("${aws:PrincipalTag/a, 'b}c'}d"), Ok((variable("aws:PrincipalTag/a", Some("b}c")), "d")));
        assert_eq!(parse("${aws:PrincipalTag/a, ''}"), Ok((variable("aws:PrincipalTag/a", Some("")), "")));
        assert_eq!(parse("${*}b"), Ok((Reference::Escape("*"), "b")));
    }

    #[test]
    fn malformed_variables_are_told() {
        for text in ["${", "${aws:username", "${}", "${ aws:username }", "${aws:username, b}", "${a,'b"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
