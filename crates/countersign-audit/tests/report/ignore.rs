use countersign_audit::report::Standing;

use super::{report, role};

/// A file with a slot for a comment in every place that matters, and the slots that are filled.
fn file(comments: &[(usize, &str)]) -> String {
    let slot = |at| comments.iter().find(|(slot, _)| *slot == at).map_or("", |(_, comment)| *comment);
    format!(
        "# the file\n{}\nresource \"aws_iam_role\" \"vendor\" {{ {}\n{}\n  description = \"x\" {}\n  policy = <<POLICY\n\
         {{\"Statement\": [\n  {{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\",\n   \"Principal\": {{\"AWS\": \"999988887777\"}}}}\n]}}\n\
         POLICY\n}} {}\n",
        slot(0),
        slot(1),
        slot(2),
        slot(3),
        slot(4)
    )
}

/// Why the one finding does not count, and what is wrong with the comments.
fn judged(comments: &[(usize, &str)]) -> (Standing, Vec<String>) {
    let report = report(vec![role("main.tf", "vendor", &file(comments))]);
    let found: Vec<_> = report.findings.iter().filter(|judged| judged.finding.id == "missing-external-id").collect();
    let [found] = found.as_slice() else { panic!("{:?}", report.findings) };
    let problems = report.problems.iter().map(|problem| {
        format!("{}:{}: {}; {}", problem.line, problem.column, problem.message, problem.help.as_deref().unwrap_or(""))
    });
    (found.standing.clone(), problems.collect())
}

const ACCEPT: &str = "# countersign: ignore[missing-external-id] a partner";

fn ignored() -> (Standing, Vec<String>) {
    (Standing::Ignored { reason: Some("a partner".to_owned()) }, Vec::new())
}

#[test]
fn a_comment_on_or_right_above_the_roles_first_line_accepts_for_the_role() {
    assert_eq!(judged(&[(0, ACCEPT)]), ignored());
    assert_eq!(judged(&[(1, ACCEPT)]), ignored());
}

#[test]
fn a_comment_elsewhere_in_the_role_accepts_nothing_and_is_unused() {
    for slot in [2, 3, 4] {
        let (standing, problems) = judged(&[(slot, ACCEPT)]);
        assert_eq!(standing, Standing::Live, "{slot}");
        assert!(problems[0].contains("nothing to ignore here: `missing-external-id` finds nothing"), "{problems:?}");
    }
}

#[test]
fn comments_stack_above_a_place() {
    let (standing, problems) = judged(&[(
        0,
        "# countersign: ignore[weak-external-id]\n# why\n# countersign: ignore[missing-external-id] a partner",
    )]);
    assert_eq!(standing, ignored().0);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("2:3: ") && problems[0].contains("`weak-external-id`"), "{problems:?}");
}

#[test]
fn an_unknown_audit_gets_a_suggestion() {
    let (standing, problems) =
        judged(&[(1, "// countersign: ignore[missing-externalid, missing-external-id] a partner")]);
    assert_eq!(standing, ignored().0);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].starts_with("3:39: there is no audit `missing-externalid`; did you mean `missing-external-id`?"),
        "{problems:?}"
    );
}

#[test]
fn an_ignore_of_everything_is_refused() {
    let (standing, problems) = judged(&[(1, "# countersign: ignore all of it")]);
    assert_eq!(standing, Standing::Live);
    assert!(problems[0].contains("names no audit"), "{problems:?}");
}

#[test]
fn other_text_is_no_comment() {
    let (standing, problems) = judged(&[(3, "\n name = \"# countersign: ignore[missing-external-id]\"")]);
    assert_eq!((standing, problems), (Standing::Live, Vec::new()));
}
