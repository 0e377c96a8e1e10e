//! A document as JSON text.

use super::{
    ConditionEntry, Effect, Polarity, PolicyDocument, PrincipalElement, PrincipalKind, Statement, Text, Version,
};

impl PolicyDocument {
    /// The document as JSON that says the same, however it was written.
    ///
    /// `None` when no text can: a part of it is not in the input or could not be understood, or two conditions stand at
    /// one key.
    #[must_use]
    pub fn to_json(&self) -> Option<String> {
        let version = match self.version {
            Version::Absent => None,
            Version::V2008 => Some(member("Version", &string("2008-10-17"))),
            Version::V2012 => Some(member("Version", &string("2012-10-17"))),
            Version::Invalid => return None,
        };
        let statements: Vec<String> = self.statements.iter().map(Statement::to_json).collect::<Option<_>>()?;
        let statements = member("Statement", &format!("[{}]", statements.join(",")));
        Some(object(version.into_iter().chain([statements])))
    }
}

impl Statement {
    fn to_json(&self) -> Option<String> {
        if self.unreadable.is_some() || !self.undecided.is_empty() || !self.keyless_operators.is_empty() {
            return None;
        }
        let mut members = Vec::new();
        if let Some(sid) = &self.sid {
            members.push(member("Sid", &text(&sid.value)?));
        }
        members.push(match self.effect.as_ref()?.value {
            Effect::Allow => member("Effect", &string("Allow")),
            Effect::Deny => member("Effect", &string("Deny")),
        });
        for element in &self.principals {
            members.push(member(of(element.polarity, "Principal", "NotPrincipal"), &principals(element)?));
        }
        let actions = self.actions.iter().map(|element| ("Action", "NotAction", element));
        let resources = self.resources.iter().map(|element| ("Resource", "NotResource", element));
        for (listed, excepted, element) in actions.chain(resources) {
            let patterns = list(element.patterns.iter().map(|pattern| &pattern.value))?;
            members.push(member(of(element.polarity, listed, excepted), &patterns));
        }
        if !self.conditions.is_empty() {
            members.push(member("Condition", &conditions(&self.conditions)?));
        }
        Some(object(members))
    }
}

fn of(polarity: Polarity, listed: &'static str, excepted: &'static str) -> &'static str {
    match polarity {
        Polarity::Listed => listed,
        Polarity::Excepted => excepted,
    }
}

fn principals(element: &PrincipalElement) -> Option<String> {
    let mut members = Vec::new();
    for (kind, name) in [
        (PrincipalKind::Aws, "AWS"),
        (PrincipalKind::Service, "Service"),
        (PrincipalKind::Federated, "Federated"),
        (PrincipalKind::CanonicalUser, "CanonicalUser"),
    ] {
        let entries: Vec<&Text> =
            element.entries.iter().filter(|entry| entry.kind == kind).map(|entry| &entry.value).collect();
        if !entries.is_empty() {
            members.push(member(name, &list(entries.into_iter())?));
        }
    }
    match element.entries.iter().any(|entry| entry.kind == PrincipalKind::Everyone) {
        false => Some(object(members)),
        true => members.is_empty().then(|| string("*")),
    }
}

fn conditions(entries: &[ConditionEntry]) -> Option<String> {
    let mut operators: Vec<(&str, Vec<&ConditionEntry>)> = Vec::new();
    for entry in entries {
        match operators.iter_mut().find(|(operator, _)| **operator == *entry.operator.value) {
            None => operators.push((&entry.operator.value, vec![entry])),
            Some((_, keys)) if keys.iter().any(|other| other.key.value == entry.key.value) => return None,
            Some((_, keys)) => keys.push(entry),
        }
    }
    let mut members = Vec::new();
    for (operator, keys) in operators {
        let tests = keys.iter().map(|entry| {
            // No key of IAM's holds these characters: the name of a value that is not in the input does.
            let known = !entry.key.value.contains('⟨');
            let values = list(entry.values.iter().map(|value| &value.value))?;
            known.then(|| member(&entry.key.value, &values))
        });
        members.push(member(operator, &object(tests.collect::<Option<Vec<_>>>()?)));
    }
    Some(object(members))
}

fn list<'t>(texts: impl ExactSizeIterator<Item = &'t Text>) -> Option<String> {
    let alone = texts.len() == 1;
    let texts: Vec<String> = texts.map(text).collect::<Option<_>>()?;
    Some(if alone { texts.concat() } else { format!("[{}]", texts.join(",")) })
}

fn text(text: &Text) -> Option<String> {
    text.known().map(string)
}

fn object(members: impl IntoIterator<Item = String>) -> String {
    format!("{{{}}}", members.into_iter().collect::<Vec<_>>().join(","))
}

fn member(key: &str, value: &str) -> String {
    format!("{}:{value}", string(key))
}

/// A text as a JSON string.
pub(crate) fn string(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => written.extend(['\\', character]),
            '\u{0}'..='\u{1f}' => written.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => written.push(character),
        }
    }
    written.push('"');
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_the_same() {
        for text in [
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"a\"\\\u0009é","Effect":"Allow","Principal":{"AWS":["1","2"],"Service":"s"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":["a","b"],"aws:x":"y"},"Bool":{"k":"true"}}}]}"#,
            r#"{"Version":"2008-10-17","Statement":[{"Effect":"Deny","NotPrincipal":"*","NotAction":["a","b"],"NotResource":"*"}]}"#,
            r#"{"Statement":[]}"#,
        ] {
            assert_eq!(PolicyDocument::parse(text).to_json().as_deref(), Some(text));
        }
    }

    #[test]
    fn what_cannot_be_said_is_not_written() {
        for text in [
            r#"{"Version":"x","Statement":[]}"#,
            r#"{"Statement":[{"Effect":"allow","Action":"a"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":1}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"a","Condition":{"StringEquals":{}}}]}"#,
        ] {
            assert_eq!(PolicyDocument::parse(text).to_json(), None, "{text}");
        }
        let text = r#"{"Statement":[{"Effect":"Allow","Action":"a","Condition":{"Bool":{"a":"b"}}}]}"#;
        let mut document = PolicyDocument::parse(text);
        let twice = document.statements[0].conditions[0].clone();
        document.statements[0].conditions.push(twice);
        assert_eq!(document.to_json(), None);
        let mut document = PolicyDocument::parse(text);
        document.statements[0].actions[0].patterns[0].value = Text::default().with_hole("var.a");
        assert_eq!(document.to_json(), None);
    }
}
