//! Every case of `corpus/validation` through the library.

mod corpus;

use countersign_policy::document::{Limits, PolicyDocument, Problem, Severity, validate};

fn fits(expected: &str, problems: &[Problem]) -> bool {
    let refused = problems.iter().any(|problem| problem.severity == Severity::Error);
    match expected {
        "Reject" => refused,
        "Accept" => !refused,
        "AcceptWithWarning" | "Contested" => !refused && !problems.is_empty(),
        _ => false,
    }
}

#[test]
fn every_case_is_judged_as_expected() {
    let (mut wrong, mut run) = (Vec::new(), 0);
    for (file, case) in corpus::cases("validation") {
        run += 1;
        let text = |field: &str| case[field].as_str().unwrap_or_else(|| panic!("{file}: {field} of {case}")).to_owned();
        let (policy, expected) = (text("policy_text"), text("expected"));
        let problems = validate(&PolicyDocument::parse(&policy), &policy, Limits::default());
        if !fits(&expected, &problems) {
            let said: Vec<_> =
                problems.iter().map(|problem| format!("    {:?}: {}", problem.severity, problem.message)).collect();
            wrong.push(format!(
                "{file} {}: expected {expected} ({})\n{}",
                text("id"),
                text("message"),
                said.join("\n")
            ));
        }
    }
    assert!(run >= 150, "only {run} cases found");
    assert!(wrong.is_empty(), "{} of {run} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
