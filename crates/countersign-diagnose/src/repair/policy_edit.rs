//! Edits of a policy in JSON that keep its layout.

use countersign_policy::document::{ConditionEntry, Polarity, PolicyDocument, PrincipalKind, Span, Statement};

use crate::edit::Edit;
use crate::situation::Situation;

/// A text as a JSON string.
pub(crate) fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Puts a string in the place of a value.
pub(crate) fn replace_string(span: Span, text: &str) -> Edit {
    Edit::replace(span, json_string(text))
}

/// Adds a string to the values at `spans`: into their list, or by making one of the single value.
pub(crate) fn add_to_list(source: &str, spans: &[Span], text: &str) -> Option<Edit> {
    let (first, last) = (spans.first()?, spans.last()?);
    let new = json_string(text);
    let before = source.get(..first.start as usize)?;
    if !before.trim_end().ends_with('[') {
        let value = source.get(first.start as usize..first.end as usize)?;
        return Some(Edit::replace(*first, format!("[{value}, {new}]")));
    }
    let line = source.get(..last.start as usize)?.rsplit('\n').next()?;
    let alone = line.trim().is_empty() && last.start as usize > line.len();
    let separator = if alone { format!(",\n{line}") } else { ", ".to_owned() };
    Some(Edit::insert(last.end as usize, format!("{separator}{new}")))
}

/// Tests a condition with another operator.
pub(crate) fn change_operator(
    source: &str,
    statement: &Statement,
    entry: &ConditionEntry,
    operator: &str,
    value: Option<(Span, &str)>,
) -> Option<Vec<Edit>> {
    let siblings: Vec<&ConditionEntry> =
        statement.conditions.iter().filter(|other| other.operator.span == entry.operator.span).collect();
    let home = statement.conditions.iter().rfind(|other| &*other.operator.value == operator);
    if siblings.len() == 1 && home.is_none() {
        let value = value.map(|(span, text)| replace_string(span, text));
        return Some(std::iter::once(replace_string(entry.operator.span, operator)).chain(value).collect());
    }
    let member = member_with(source, entry, value)?;
    let member = member.as_str();
    let removal = if siblings.len() == 1 {
        // The operator goes with its last key.
        let brace = entry.span.end as usize + source.get(entry.span.end as usize..)?.find('}')? + 1;
        remove_member(source, entry.operator.span.start as usize, brace)?
    } else {
        remove_member(source, entry.span.start as usize, entry.span.end as usize)?
    };
    let addition = match home {
        Some(home) => Edit::insert(home.span.end as usize, separated(source, home.span.start as usize, member)?),
        None => before_operator(source, entry, operator, member)?,
    };
    Some(vec![removal, addition])
}

/// The condition's key and values as they stand, with one value replaced.
fn member_with(source: &str, entry: &ConditionEntry, value: Option<(Span, &str)>) -> Option<String> {
    let (start, end) = (entry.span.start as usize, entry.span.end as usize);
    let Some((span, text)) = value else { return Some(source.get(start..end)?.to_owned()) };
    let (before, after) = (source.get(start..span.start as usize)?, source.get(span.end as usize..end)?);
    Some(format!("{before}{}{after}", json_string(text)))
}

/// `, member`, laid out as the member that starts at `beside`.
fn separated(source: &str, beside: usize, member: &str) -> Option<String> {
    let line = source.get(..beside)?.rsplit('\n').next()?;
    Some(if line.trim().is_empty() && beside > line.len() {
        format!(",\n{line}{member}")
    } else {
        format!(", {member}")
    })
}

/// A block of its own for an operator, before the one that the condition stood in.
fn before_operator(source: &str, entry: &ConditionEntry, operator: &str, member: &str) -> Option<Edit> {
    let at = entry.operator.span.start as usize;
    let line = source.get(..at)?.rsplit('\n').next()?;
    let name = json_string(operator);
    let over_lines = line.trim().is_empty() && at > line.len();
    let own_line = source.get(..entry.span.start as usize)?.rsplit('\n').next()?;
    let text = if over_lines && own_line.trim().is_empty() {
        format!("{name}: {{\n{own_line}{member}\n{line}}},\n{line}")
    } else if over_lines {
        format!("{name}: {{{member}}},\n{line}")
    } else {
        format!("{name}: {{{member}}}, ")
    };
    Some(Edit::insert(at, text))
}

/// Takes a member out of an object, with the comma that it needs no more.
fn remove_member(source: &str, start: usize, end: usize) -> Option<Edit> {
    let after = source.get(end..)?;
    let blanks = after.len() - after.trim_start().len();
    if after.trim_start().starts_with(',') {
        let rest = after.get(blanks + 1..)?;
        let until = end + blanks + 1 + (rest.len() - rest.trim_start().len());
        return Some(Edit::replace(Span::new(start, until), ""));
    }
    let before = source.get(..start)?.trim_end();
    match before.strip_suffix(',') {
        Some(kept) => Some(Edit::replace(Span::new(kept.len(), end), "")),
        None => Some(Edit::replace(Span::new(start, end), "")),
    }
}

/// A policy that allows one action on one role.
pub(crate) fn new_policy(action: &str, role: &str) -> String {
    let (action, role) = (json_string(action), json_string(role));
    format!(
        "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {{\n      \"Effect\": \"Allow\",\n      \"Action\": {action},\n      \
         \"Resource\": {role}\n    }}\n  ]\n}}\n"
    )
}

/// Adds a statement to a policy that allows one action on one role.
pub(crate) fn allow_in(source: &str, action: &str, role: &str) -> Option<Vec<Edit>> {
    let document = PolicyDocument::parse(source);
    let last = document.statements.last()?;
    let (start, end) = (last.span.start as usize, last.span.end as usize);
    let written = source.get(start..end)?;
    let line = source.get(..start)?.rsplit('\n').next()?;
    let margin: String = line.chars().take_while(|c| c.is_whitespace()).collect();
    let (action, role) = (json_string(action), json_string(role));
    let statement = if written.contains('\n') {
        let step = member_indent(written).map_or_else(|| format!("{margin}  "), str::to_owned);
        format!("{{\n{step}\"Effect\": \"Allow\",\n{step}\"Action\": {action},\n{step}\"Resource\": {role}\n{margin}}}")
    } else {
        format!("{{\"Effect\": \"Allow\", \"Action\": {action}, \"Resource\": {role}}}")
    };
    if source.get(..start)?.trim_end().ends_with(['[', ',']) {
        let separator =
            if line.trim().is_empty() && start > line.len() { format!(",\n{margin}") } else { ", ".to_owned() };
        return Some(vec![Edit::insert(end, format!("{separator}{statement}"))]);
    }
    Some(vec![Edit::insert(start, "["), Edit::insert(end, format!(", {statement}]"))])
}

/// The margin of the first member of an object over several lines.
fn member_indent(object: &str) -> Option<&str> {
    let line = object.lines().nth(1)?;
    line.get(..line.len() - line.trim_start().len())
}

/// Lets the statement that comes nearest name a user or role.
pub(crate) fn name_in_trust(situation: &Situation<'_>, arn: &str) -> Option<Vec<Edit>> {
    name_in_trust_as(situation, "AWS", arn)
}

/// Lets the statement that comes nearest name a principal of a kind.
pub(crate) fn name_in_trust_as(situation: &Situation<'_>, kind: &str, name: &str) -> Option<Vec<Edit>> {
    let trust = situation.evidence.trust.as_ref()?;
    let statement = trust.document.statements.get(situation.nearest()?.index)?;
    let element = statement.principals.iter().find(|element| element.polarity == Polarity::Listed)?;
    let same = match kind {
        "Service" => PrincipalKind::Service,
        _ => PrincipalKind::Aws,
    };
    let spans: Vec<Span> = element.entries.iter().filter(|entry| entry.kind == same).map(|entry| entry.span).collect();
    if !spans.is_empty() {
        return Some(vec![add_to_list(&trust.text, &spans, name)?]);
    }
    // A map that names other kinds only.
    let first = element.entries.first()?.span.start as usize;
    let after_key = element.key_span.end as usize;
    let brace = after_key + trust.text.get(after_key..first)?.find('{')? + 1;
    let rest = trust.text.get(brace..)?;
    let blanks = rest.get(..rest.len() - rest.trim_start().len())?;
    Some(vec![Edit::insert(brace, format!("{blanks}{}: {},", json_string(kind), json_string(name)))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::apply;

    fn policy(condition: &str) -> String {
        format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{condition}}}}}"#
        )
    }

    fn moved(condition: &str, key: usize, operator: &str) -> String {
        let source = policy(condition);
        let document = PolicyDocument::parse(&source);
        let statement = &document.statements[0];
        let edits = change_operator(&source, statement, &statement.conditions[key], operator, None).unwrap();
        let changed = apply(&source, &edits).unwrap();
        assert!(PolicyDocument::parse(&changed).problems.is_empty(), "{changed}");
        changed.split_once("\"Condition\":").unwrap().1.strip_suffix("}}").unwrap().to_owned()
    }

    #[test]
    fn a_key_moves_to_the_operator_it_needs() {
        assert_eq!(moved(r#"{"StringEquals":{"a:b":"x"}}"#, 0, "StringLike"), r#"{"StringLike":{"a:b":"x"}}"#);
        assert_eq!(
            moved(r#"{"StringEquals":{"a:b":"x","a:c":"y"}}"#, 0, "StringLike"),
            r#"{"StringLike": {"a:b":"x"}, "StringEquals":{"a:c":"y"}}"#
        );
        assert_eq!(
            moved(r#"{"StringEquals":{"a:b":"x","a:c":"y"},"StringLike":{"a:d":"z"}}"#, 1, "StringLike"),
            r#"{"StringEquals":{"a:b":"x"},"StringLike":{"a:d":"z", "a:c":"y"}}"#
        );
        assert_eq!(
            moved(r#"{"StringEquals":{"a:b":"x"},"StringLike":{"a:d":"z"}}"#, 0, "StringLike"),
            r#"{"StringLike":{"a:d":"z", "a:b":"x"}}"#
        );
        assert_eq!(
            moved("{\n  \"StringEquals\": {\n    \"a:b\": \"x\",\n    \"a:c\": \"y\"\n  }\n}", 1, "StringLike"),
            "{\n  \"StringLike\": {\n    \"a:c\": \"y\"\n  },\n  \"StringEquals\": {\n    \"a:b\": \"x\"\n  }\n}"
        );
    }

    #[test]
    fn lists_grow_as_they_are_laid_out() {
        for (source, after) in [
            (r#"{"A":"x"}"#, r#"{"A":["x", "y"]}"#),
            (r#"{"A":["x"]}"#, r#"{"A":["x", "y"]}"#),
            ("{\"A\":[\n    \"x\"\n  ]}", "{\"A\":[\n    \"x\",\n    \"y\"\n  ]}"),
        ] {
            let start = source.find("\"x\"").unwrap();
            let edit = add_to_list(source, &[Span::new(start, start + 3)], "y").unwrap();
            assert_eq!(apply(source, &[edit]).as_deref(), Some(after));
        }
    }
}
