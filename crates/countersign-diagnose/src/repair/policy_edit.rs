//! Changes that causes propose: to the trust policy in its words, to identity policies as edits that keep their layout.

use countersign_policy::document::{Amendment, PolicyDocument, PrincipalKind, Span};
use countersign_policy::rewrite::{self, Form};

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
pub(crate) fn add_to_list(source: &str, spans: &[Span], text: &str) -> Option<Vec<Edit>> {
    let edits = rewrite::add_to_list(source, Form::Json, spans, &[text.to_owned()])?;
    Some(edits.into_iter().map(|(span, text)| Edit { span, text }).collect())
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
pub(crate) fn name_in_trust(situation: &Situation<'_>, arn: &str) -> Option<Vec<Amendment>> {
    name_in_trust_as(situation, PrincipalKind::Aws, arn)
}

/// Lets the statement that comes nearest name a principal of a kind.
pub(crate) fn name_in_trust_as(situation: &Situation<'_>, kind: PrincipalKind, name: &str) -> Option<Vec<Amendment>> {
    let trust = situation.evidence.trust.as_ref()?;
    let statement = situation.nearest()?.index;
    let amendments = vec![Amendment::AddPrincipal { statement, kind, name: name.to_owned() }];
    trust.document.amended(&amendments).is_some().then_some(amendments)
}
