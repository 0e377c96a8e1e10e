//! Changes of a policy in whichever language it stands: edits lie in the text and do not meet, and JSON says afterwards what the
//! amended policy does.

#![no_main]

use countersign_diagnose::edit::{Edit, apply};
use countersign_fuzz::Choices;
use countersign_fuzz::mendable::Mendable;
use countersign_policy::document::{Amendment, PolicyDocument, PrincipalKind, Rewording};
use countersign_policy::rewrite::rewrite;
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 6] = [
    "arn:aws:iam::111122223333:role/New",
    "ec2.amazonaws.com",
    "a \"quoted\" one",
    "${aws:PrincipalTag/x}",
    "é\u{202e}\n",
    "",
];

fuzz_target!(|input: &[u8]| {
    let mut choices = Choices::new(input);
    let file = Mendable::chosen(&mut choices);
    for role in &file.read().roles {
        let Some(amendments) = amendments(&role.trust, &mut choices) else { continue };
        let Some(amended) = role.trust.amended(&amendments) else { continue };
        // Where the policy is a string in the file, its places are of what is in the string.
        let text = role.decoded.as_deref().unwrap_or(&file.text);
        let Some(edits) = rewrite(text, &role.trust, &amendments) else { continue };
        let edits: Vec<Edit> = edits.into_iter().map(|(span, text)| Edit { span, text }).collect();
        let Some(changed) = apply(text, &edits) else { panic!("edits meet or lie outside: {edits:?}\n{text}") };
        let is_json = PolicyDocument::parse(text);
        if is_json.problems.is_empty() && is_json.says_as(&role.trust) {
            let now = PolicyDocument::parse(&changed);
            assert!(now.says_as(&amended), "{amendments:?}\n{text}\n{changed}");
        }
    }
});

/// One change, or two of a statement.
fn amendments(trust: &PolicyDocument, choices: &mut Choices<'_>) -> Option<Vec<Amendment>> {
    let at = choices.below(trust.statements.len().max(1));
    let statement = trust.statements.get(at)?;
    let name = NAMES[choices.below(NAMES.len())].to_owned();
    let add = |kind| Amendment::AddPrincipal { statement: at, kind, name: name.clone() };
    Some(match choices.below(6) {
        0 => vec![add(PrincipalKind::Aws)],
        1 => vec![add(PrincipalKind::Service), add(PrincipalKind::Aws)],
        2 => vec![Amendment::AddAction { statement: at, action: "sts:TagSession".to_owned() }],
        3 => {
            let condition = choices.below(statement.conditions.len().max(1));
            let value = statement.conditions.get(condition)?.values.first()?;
            let value = Rewording { place: value.span, was: value.value.known()?.to_owned(), text: name };
            let value = choices.once_in(2).then_some(value);
            vec![Amendment::UseOperator { statement: at, condition, operator: "StringLike".to_owned(), value }]
        }
        4 => {
            let entry = statement.principals.first()?.entries.first()?;
            vec![Amendment::write(entry.span, entry.value.known()?, name)]
        }
        _ => {
            let value = statement.conditions.first()?.values.last()?;
            vec![Amendment::write(value.span, value.value.known()?, name)]
        }
    })
}
