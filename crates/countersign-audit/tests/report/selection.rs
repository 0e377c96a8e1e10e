use countersign_audit::examine::{Options, examine};
use countersign_audit::finding::{Confidence, Persona, Severity};
use countersign_audit::input::{Named, read};
use countersign_audit::report::{Report, Selection, Standing, summary};
use countersign_policy::condition::date::Moment;

use super::role;

fn standings(selection: &Selection) -> Vec<(&'static str, Standing)> {
    // Public, and with a statement that matches nobody.
    let policy = r#"{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"AWS": "AROA3XFRBF535EXAMPLE1"}, "Action": "sts:AssumeRole"}]}"#;
    let roles = vec![role("a.tf", "vendor", &format!("resource\n<<POLICY\n{policy}\nPOLICY\n"))];
    let report = Report::new(roles, Vec::new(), selection);
    report.findings.into_iter().map(|judged| (judged.finding.id, judged.standing)).collect()
}

#[test]
fn what_is_less_severe_than_asked_for_does_not_count() {
    let of = |min_severity| standings(&Selection { min_severity, ..Selection::default() });
    let live = |id| (id, Standing::Live);
    assert_eq!(of(Severity::Low), [live("public-trust"), live("orphaned-principal")]);
    assert_eq!(of(Severity::Medium), [live("public-trust"), ("orphaned-principal", Standing::BelowSeverity)]);
    assert_eq!(of(Severity::Critical)[0], live("public-trust"), "what is as severe as asked for counts");
}

#[test]
fn what_is_less_sure_than_asked_for_does_not_count() {
    let report = |min_confidence| {
        let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#;
        let roles = vec![role("a.tf", "service", &format!("resource\n<<POLICY\n{policy}\nPOLICY\n"))];
        Report::new(roles, Vec::new(), &Selection { min_confidence, ..Selection::default() })
    };
    let standing = |report: Report| report.findings[0].standing.clone();
    assert_eq!(standing(report(Confidence::Medium)), Standing::Live);
    assert_eq!(standing(report(Confidence::High)), Standing::BelowConfidence);
    assert!(summary(&report(Confidence::High)).ends_with("0 findings, 1 suppressed (1 below --min-confidence)\n"));
}

#[test]
fn personas_hear_what_is_theirs_and_what_is_for_those_before() {
    let template = |policy: &str| {
        format!(
            "Resources:\n  A:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {policy}\n"
        )
    };
    let standing = |policy: &str, persona| {
        let options = Options::at(Moment::from_seconds(1_790_000_000));
        let roles = read("a.yaml", template(policy).as_bytes(), Named::ByUser).roles;
        let roles = roles.into_iter().map(|role| examine(role, &options)).collect();
        let report = Report::new(roles, Vec::new(), &Selection { persona, ..Selection::default() });
        report.findings[0].standing.clone()
    };
    let elsewhere = "!ImportValue trust-policy";
    let held_back = Standing::ForPersona(Persona::Auditor);
    assert_eq!(standing(elsewhere, Persona::Regular), held_back);
    assert_eq!(standing(elsewhere, Persona::Pedantic), held_back);
    assert_eq!(standing(elsewhere, Persona::Auditor), Standing::Live);
    let undecided = "{Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: 'sts:AssumeRole'}, !ImportValue more]}";
    assert_eq!(standing(undecided, Persona::Regular), Standing::ForPersona(Persona::Pedantic));
    assert_eq!(standing(undecided, Persona::Pedantic), Standing::Live);
    for persona in [Persona::Regular, Persona::Pedantic, Persona::Auditor] {
        let selection = Selection { persona, ..Selection::default() };
        assert_eq!(standings(&selection)[0], ("public-trust", Standing::Live), "{persona:?}");
    }
}
