//! Which question is asked, and what its answers make of the causes: `tests/questions.json` is the table.

#![allow(clippy::unwrap_used, reason = "helpers outside of #[test] functions are test code all the same")]

use countersign_diagnose::evidence::PolicyText;
use countersign_diagnose::question::{Answer, NoAnswer, Topic, next};
use countersign_diagnose::{Evidence, diagnose};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    evidence: Value,
    /// What is asked about; null when nothing is.
    asks: Value,
    #[serde(default)]
    answers: Vec<Said>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    /// A text, a policy, or null for none.
    say: Value,
    /// The first cause then.
    then: String,
    status: String,
    /// What is asked next; null when nothing is.
    next: Value,
}

fn word(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn answer(say: &Value) -> Answer {
    match say {
        Value::Null => Answer::Nothing,
        Value::String(text) => Answer::Text(text.clone()),
        policy => Answer::Policy(PolicyText::new("answer.json", policy.to_string())),
    }
}

fn wrong(case: &Case) -> Vec<String> {
    let evidence = Evidence::from_case(&case.evidence.to_string()).unwrap();
    let diagnosis = diagnose(&evidence);
    let asked = word(&diagnosis.question.as_ref().map(|question| &question.topic));
    let mut wrong = Vec::new();
    if asked != case.asks {
        println!("{:?}", diagnosis.causes.iter().map(|c| c.id).collect::<Vec<_>>());
        wrong.push(format!("{}: asks {asked}, not {}", case.name, case.asks));
    }
    let Some(question) = diagnosis.question else { return wrong };
    for said in &case.answers {
        let mut evidence = evidence.clone();
        if let Err(error) = question.topic.put(&mut evidence, answer(&said.say)) {
            wrong.push(format!("{}: {}: {error}", case.name, said.say));
            continue;
        }
        let again = diagnose(&evidence);
        let found = (
            again.causes.first().map_or("nothing", |cause| cause.id).to_owned(),
            word(&again.status),
            word(&again.question.as_ref().map(|question| &question.topic)),
        );
        if found != (said.then.clone(), Value::from(said.status.as_str()), said.next.clone()) {
            wrong.push(format!("{}: {} gives {found:?}, not {said:?}", case.name, said.say));
        }
    }
    wrong
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("questions.json")).unwrap()
}

#[test]
fn the_question_is_the_one_that_separates() {
    let wrong: Vec<String> = cases().iter().flat_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_separates_the_first_cause_is_what_is_asked() {
    for case in cases() {
        let diagnosis = diagnose(&Evidence::from_case(&case.evidence.to_string()).unwrap());
        let Some(question) = diagnosis.question else { continue };
        let separates = diagnosis.causes.first().and_then(|cause| cause.separate_by.clone());
        assert_eq!(separates.as_ref(), Some(question.command.as_ref().unwrap_or(&question.text)), "{}", case.name);
    }
}

#[test]
fn no_question_is_asked_twice_and_asking_ends() {
    for case in cases() {
        let mut evidence = Evidence::from_case(&case.evidence.to_string()).unwrap();
        let mut asked: Vec<Topic> = Vec::new();
        while let Some(question) = next(&evidence, &asked) {
            assert!(!asked.contains(&question.topic), "{}: {:?} again", case.name, question.topic);
            assert!(asked.len() < 20, "{}: no end: {asked:?}", case.name);
            // Every other question is answered, the rest are not known.
            if asked.len().is_multiple_of(2) {
                let _ = question.topic.put(&mut evidence, Answer::Nothing);
            }
            asked.push(question.topic);
        }
    }
}

#[test]
fn what_is_no_answer_changes_nothing() {
    let mut evidence = Evidence::default();
    let nobody = Topic::Caller.put(&mut evidence, Answer::Text("me".to_owned()));
    assert_eq!(nobody, Err(NoAnswer::Caller("me".to_owned())));
    assert_eq!(evidence.caller, None);
    let no_policy = Answer::Policy(PolicyText::new("a.json", "{}"));
    assert_eq!(Topic::TrustPolicy.put(&mut evidence, no_policy), Err(NoAnswer::Policy));
    assert!(evidence.trust.is_none());
    assert_eq!(Topic::RoleAge.put(&mut evidence, Answer::Text("perhaps".to_owned())), Err(NoAnswer::YesNo));
    let printed =
        r#"{"UserId":"AROAEXAMPLE:s","Account":"111122223333","Arn":"arn:aws:sts::111122223333:assumed-role/app/s"}"#;
    Topic::Caller.put(&mut evidence, Answer::Text(printed.to_owned())).unwrap();
    assert_eq!(evidence.caller.as_deref(), Some("arn:aws:sts::111122223333:assumed-role/app/s"));
}

/// A denial, under a policy that somebody has put blanks behind.
fn under(blanks: usize) -> Evidence {
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
        "Principal":{"AWS":"arn:aws:iam::111122223333:role/app"},"Condition":{"StringEquals":{"aws:PrincipalTag/team":"v"}}}]}"#;
    Evidence {
        error_text: Some(
            "An error occurred (AccessDenied) when calling the AssumeRole operation: User: \
            arn:aws:sts::111122223333:assumed-role/app/s1 is not authorized to perform: sts:AssumeRole on resource: \
            arn:aws:iam::444455556666:role/VendorAccess"
                .to_owned(),
        ),
        trust: Some(PolicyText::new("trust.json", format!("{policy}{}", " ".repeat(blanks)))),
        ..Evidence::default()
    }
}

#[test]
fn policies_of_megabytes_are_not_diagnosed_again_for_each_answer() {
    assert!(next(&under(0), &[]).is_some());
    assert_eq!(next(&under(2 << 20), &[]).map(|question| question.topic), None);
}
