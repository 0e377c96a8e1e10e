//! A condition tested with another operator: its key moves to where that one stands.

use super::TextEdit;
use super::form::{Form, json};
use super::layout::{line_break, line_end, line_start, margin};
use crate::document::{ConditionEntry, Span, Statement};

/// Tests a condition with another operator; `value` is an edit of one of its values that is made with it. The other keys of its operator stay with that;
/// `None` where the text gives no hold for the change, or the other operator asks about the key already.
#[must_use]
pub fn change_operator(
    text: &str,
    form: Form,
    statement: &Statement,
    entry: &ConditionEntry,
    operator: &str,
    value: Option<TextEdit>,
) -> Option<Vec<TextEdit>> {
    if &*entry.operator.value == operator {
        return Some(value.into_iter().collect());
    }
    let siblings = statement.conditions.iter().filter(|other| other.operator.span == entry.operator.span).count();
    let is_home = |other: &&ConditionEntry| {
        other.operator.span != entry.operator.span && other.operator.value.eq_ignore_ascii_case(operator)
    };
    let mut homes = statement.conditions.iter().filter(is_home);
    // Two of one key are a duplicate; two blocks are one more value that is accepted.
    if homes.clone().any(|other| other.key.value.eq_ignore_ascii_case(&entry.key.value)) {
        return None;
    }
    let home = homes.next_back();
    if form == Form::HclBlock || siblings == 1 && home.is_none() {
        // A block has its own operator, and so does a condition that is alone in its map.
        let place = if form == Form::HclBlock { own_test(text, entry)? } else { entry.operator.span };
        let written = text.get(place.start as usize..place.end as usize)?;
        let new = if written.starts_with('"') { json(operator) } else { operator.to_owned() };
        return Some(std::iter::once((place, new)).chain(value).collect());
    }
    let member = moved(text, entry, value)?;
    let removal = if siblings == 1 {
        // The operator goes with its last key.
        let end = match form {
            Form::YamlBlock => entry.span.end as usize,
            _ => entry.span.end as usize + text.get(entry.span.end as usize..)?.find('}')? + 1,
        };
        remove(text, form, entry.operator.span.start as usize, end)?
    } else {
        remove(text, form, entry.span.start as usize, entry.span.end as usize)?
    };
    let addition = match home {
        Some(home) => beside(text, form, home, &member),
        None => own_map(text, form, entry, operator, &member),
    };
    Some(vec![removal, addition])
}

/// The operator in the block that asks about the key. Blocks of one operator are one condition in the policy, with the place of
/// the first.
fn own_test(text: &str, entry: &ConditionEntry) -> Option<Span> {
    let key = entry.key.span;
    let start = text.get(..key.start as usize)?.rfind('{')?;
    let end = key.end as usize + text.get(key.end as usize..)?.find('}')?;
    let quoted = json(&entry.operator.value);
    let mut places = text.get(start..end)?.match_indices(&quoted).map(|(at, _)| start + at);
    let place = places.next().filter(|_| places.next().is_none())?;
    Some(Span::new(place, place + quoted.len()))
}

/// The condition's key and values as they stand, with the edit made.
fn moved(text: &str, entry: &ConditionEntry, value: Option<TextEdit>) -> Option<String> {
    let (start, end) = (entry.span.start as usize, entry.span.end as usize);
    let Some((place, new)) = value else { return Some(text.get(start..end)?.to_owned()) };
    Some(format!("{}{new}{}", text.get(start..place.start as usize)?, text.get(place.end as usize..end)?))
}

/// Behind another key of the operator, laid out as that one.
fn beside(text: &str, form: Form, home: &ConditionEntry, member: &str) -> TextEdit {
    let (start, end) = (home.span.start as usize, home.span.end as usize);
    let separator = match margin(text, start) {
        Some(margin) if form.needs_commas() => format!(",{}{margin}", line_break(text)),
        Some(margin) => format!("{}{margin}", line_break(text)),
        None => ", ".to_owned(),
    };
    (Span::new(end, end), separator + member)
}

/// In a map of its own, before the one that the condition stood in.
fn own_map(text: &str, form: Form, entry: &ConditionEntry, operator: &str, member: &str) -> TextEdit {
    let newline = line_break(text);
    let at = entry.operator.span.start as usize;
    let is_quoted = text.get(at..).is_some_and(|rest| rest.starts_with('"'));
    let name = if is_quoted { format!("\"{operator}\"") } else { operator.to_owned() };
    let assign = if form == Form::HclObject { " =" } else { ":" };
    let comma = if form.needs_commas() { "," } else { "" };
    let new = match (margin(text, at), margin(text, entry.span.start as usize)) {
        (Some(line), Some(own)) if form.is_by_margin() => format!("{name}:{newline}{own}{member}{newline}{line}"),
        (Some(line), Some(own)) => {
            format!("{name}{assign} {{{newline}{own}{member}{newline}{line}}}{comma}{newline}{line}")
        }
        (Some(line), None) if form == Form::HclObject => format!("{name} = {{ {member} }}{newline}{line}"),
        (Some(line), None) => format!("{name}{assign} {{{member}}}{comma}{newline}{line}"),
        (None, _) if form == Form::HclObject => format!("{name} = {{ {member} }}, "),
        (None, _) => format!("{name}{assign} {{{member}}}, "),
    };
    (Span::new(at, at), new)
}

/// Takes a member out of its map, with the comma or the line that it needs no more.
fn remove(text: &str, form: Form, start: usize, end: usize) -> Option<TextEdit> {
    let after = text.get(end..)?;
    let blanks = after.len() - after.trim_start().len();
    if let Some(rest) = after.trim_start().strip_prefix(',') {
        let until = end + blanks + 1 + (rest.len() - rest.trim_start().len());
        return Some((Span::new(start, until), String::new()));
    }
    if !form.needs_commas() && margin(text, start).is_some() {
        // The lines it stands on, and nothing else on them.
        let until = line_end(text, end);
        text.get(end..until)?.trim().is_empty().then_some(())?;
        let next = text.get(until..)?.find('\n').map_or(text.len(), |newline| until + newline + 1);
        return Some((Span::new(line_start(text, start), next), String::new()));
    }
    let before = text.get(..start)?.trim_end();
    match before.strip_suffix(',') {
        Some(kept) => Some((Span::new(kept.len(), end), String::new())),
        None => Some((Span::new(start, end), String::new())),
    }
}

#[cfg(test)]
mod tests {
    use crate::document::{Amendment, PolicyDocument};
    use crate::rewrite::rewrite;

    fn policy(condition: &str) -> String {
        format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{condition}}}}}"#
        )
    }

    fn to_string_like(condition: usize) -> Amendment {
        Amendment::UseOperator { statement: 0, condition, operator: "StringLike".to_owned(), value: None }
    }

    fn moved(condition: &str, key: usize) -> String {
        let source = policy(condition);
        let document = PolicyDocument::parse(&source);
        let amendment = to_string_like(key);
        let mut changed = source.clone();
        let edits = rewrite(&source, &document, std::slice::from_ref(&amendment)).unwrap();
        for (span, new) in edits.iter().rev() {
            changed.replace_range(span.start as usize..span.end as usize, new);
        }
        let read = PolicyDocument::parse(&changed);
        assert!(read.problems.is_empty(), "{changed}");
        assert!(read.says_as(&document.amended(&[amendment]).unwrap()), "{changed}");
        changed.split_once("\"Condition\":").unwrap().1.strip_suffix("}}").unwrap().to_owned()
    }

    /// Found by fuzzing: it was taken out, and put back behind where it had stood.
    #[test]
    fn the_operator_that_is_there_is_no_change() {
        for condition in [r#"{"StringLike":{"a:b":"x"}}"#, r#"{"StringLike":{"a:b":"x","a:c":"y"}}"#] {
            assert_eq!(moved(condition, 0), condition);
        }
    }

    #[test]
    fn an_operator_has_a_key_once() {
        let source = policy(r#"{"StringEquals":{"a:b":"x"},"StringLike":{"A:b":"y"}}"#);
        assert_eq!(rewrite(&source, &PolicyDocument::parse(&source), &[to_string_like(0)]), None);
    }

    #[test]
    fn a_key_moves_to_the_operator_it_needs() {
        assert_eq!(moved(r#"{"StringEquals":{"a:b":"x"}}"#, 0), r#"{"StringLike":{"a:b":"x"}}"#);
        assert_eq!(
            moved(r#"{"StringEquals":{"a:b":"x","a:c":"y"}}"#, 0),
            r#"{"StringLike": {"a:b":"x"}, "StringEquals":{"a:c":"y"}}"#
        );
        assert_eq!(
            moved(r#"{"StringEquals":{"a:b":"x","a:c":"y"},"StringLike":{"a:d":"z"}}"#, 1),
            r#"{"StringEquals":{"a:b":"x"},"StringLike":{"a:d":"z", "a:c":"y"}}"#
        );
        assert_eq!(
            moved(r#"{"StringEquals":{"a:b":"x"},"StringLike":{"a:d":"z"}}"#, 0),
            r#"{"StringLike":{"a:d":"z", "a:b":"x"}}"#
        );
        assert_eq!(
            moved("{\n  \"StringEquals\": {\n    \"a:b\": \"x\",\n    \"a:c\": \"y\"\n  }\n}", 1),
            "{\n  \"StringLike\": {\n    \"a:c\": \"y\"\n  },\n  \"StringEquals\": {\n    \"a:b\": \"x\"\n  }\n}"
        );
    }
}
