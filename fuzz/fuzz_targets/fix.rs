//! A fixed text is read as before, what was found there is gone, and a safe fix lets in nobody new.
#![no_main]

use countersign_audit::examine::{Examined, Options};
use countersign_audit::finding::{Confidence, Finding};
use countersign_audit::fix::{Edit, Safety, apply};
use countersign_audit::input::Reading;
use countersign_audit::source::ProblemSeverity;
use countersign_fuzz::mendable::Mendable;
use countersign_fuzz::{Choices, roles};
use countersign_policy::condition::date::Moment;
use countersign_policy::document::Span;
use countersign_policy::prove::{Difference, Setting, compare};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut choices = Choices::new(input);
    let mut options = roles::options();
    options.external_id = choices.once_in(2).then(|| "0b9d7c52-3e14-4f86-b5a1-7c2e90d4f318".to_owned());
    let file = Mendable::chosen(&mut choices);
    let before = Audited::of(&file, &options);
    for finding in &before.findings {
        let Some(fix) = &finding.fix else { continue };
        let edits: Vec<Edit> = fix.edits.iter().map(|one| one.edit.clone()).collect();
        let Some(text) = apply(&file.text, &edits) else { panic!("edits overlap: {edits:?}\n{}", file.text) };
        let fixed = file.with_text(text);
        let after = Audited::of(&fixed, &options);
        let story = || format!("{}: {}\n{}\n{}", finding.id, fix.title, file.text, fixed.text);
        assert!(after.errors <= before.errors, "it cannot be read any more: {}", story());
        assert_eq!(after.roles.len(), before.roles.len(), "{}", story());
        let place = before.place(finding);
        let same =
            |other: &&Finding| (other.id, &other.message, after.place(other)) == (finding.id, &finding.message, place);
        // What hangs on a contested reading may hang on another one afterwards.
        let is_gone = finding.confidence != Confidence::High || !after.findings.iter().any(|other| same(&other));
        assert!(is_gone, "still found: {}", story());
        if fix.safety == Safety::Safe {
            for (before, after) in before.roles.iter().zip(&after.roles) {
                never_wider(before, after, &story);
            }
        }
    }
});

struct Audited {
    roles: Vec<Examined>,
    findings: Vec<Finding>,
    errors: usize,
}

impl Audited {
    fn of(file: &Mendable, options: &Options) -> Self {
        let reading: Reading = file.read();
        let errors = reading.problems.iter().filter(|problem| problem.severity == ProblemSeverity::Error).count();
        let (roles, findings) = roles::audit(reading, options);
        Self { roles, findings, errors }
    }

    /// The role and the statement it is about.
    fn place(&self, finding: &Finding) -> Option<(usize, usize)> {
        let at = finding.role_index?;
        let mut statements = self.roles.get(at)?.role.trust.statements.iter();
        let is_inside = |span: Span| span.start <= finding.policy_span.start && finding.policy_span.end <= span.end;
        Some((at, statements.position(|statement| is_inside(statement.span))?))
    }
}

fn never_wider(before: &Examined, after: &Examined, story: &impl Fn() -> String) {
    let arn = format!("arn:aws:iam::{}:role/r", roles::OWN_ACCOUNT);
    let setting = Setting::for_role(&arn, Moment::from_seconds(roles::NOW));
    let gained = compare(&before.role.trust, &after.role.trust, &setting).gained;
    assert!(!matches!(gained, Difference::Request(_)), "{gained:#?}\n{}", story());
    // What was not open does not become so by a variable of the fix's own.
    assert!(after.exposed.exposure >= before.exposed.exposure, "more open: {}", story());
}
