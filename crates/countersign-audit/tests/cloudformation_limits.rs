//! Templates made to be too much: what is read of them stays bounded, says so, and takes no other role with it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use countersign_audit::input::{Named, Reading, read};

const WHOLE: &str = r#"  Whole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { AWS: "444455556666" }, Action: sts:AssumeRole }
"#;

/// A role whose only principal is this.
fn role(name: &str, principal: &str) -> String {
    WHOLE.replace("Whole", name).replace("\"444455556666\"", principal)
}

fn template(before: &str, resources: &str) -> String {
    format!("{before}Resources:\n{WHOLE}{resources}{}", WHOLE.replace("Whole", "Last"))
}

fn read_template(text: &str) -> Reading {
    let reading = read("template.yaml", text.as_bytes(), Named::InFolder);
    for role in &reading.roles {
        for span in role.trust.statements.iter().map(|statement| statement.span).chain([role.span, role.trust.span]) {
            assert!(span.start <= span.end && span.end as usize <= text.len(), "{}: {span:?}", role.name);
        }
    }
    reading
}

/// The roles around the trouble are read, and the trouble is named.
fn is_told(text: &str, message: &str) {
    let reading = read_template(text);
    let names: Vec<&str> = reading.roles.iter().map(|role| role.name.as_str()).collect();
    assert_eq!((names.first(), names.last()), (Some(&"Whole"), Some(&"Last")), "{message}");
    let told = reading.problems.iter().filter(|problem| problem.message.starts_with(message)).count();
    assert!((1..=2).contains(&told), "{message}: {:?}", reading.problems);
    assert!(reading.problems.len() < 10, "{message}: {} problems", reading.problems.len());
}

#[test]
fn aliases_do_not_multiply() {
    let levels = (1..12).map(|at| format!("  a{at}: &a{at} [{}]\n", vec![format!("*a{}", at - 1); 10].join(",")));
    let bomb = format!("Metadata:\n  a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n{}", levels.collect::<String>());
    is_told(&template(&bomb, ""), "aliases make this file too large");
    is_told(&template("Metadata:\n  a: &a [*a]\n", ""), "an alias inside its own anchor");
}

#[test]
fn nesting_is_bounded_in_every_spelling() {
    let queue = |value: &str| format!("  Deep:\n    Type: AWS::SQS::Queue\n    Properties: {value}\n");
    let lists = "[".repeat(10_000) + &"]".repeat(10_000);
    let maps = "{a: ".repeat(10_000) + "x" + &"}".repeat(10_000);
    let blocks: String = (0..2_000).map(|at| format!("\n{}a:", " ".repeat(6 + at))).collect();
    let tags = "!Not [".repeat(5_000) + &"]".repeat(5_000);
    for value in [lists, maps, blocks, tags] {
        is_told(&template("", &queue(&value)), "nesting deeper than 96 levels");
    }
    let json = format!(
        r#"{{"Resources": {{"Deep": {{"Type": "AWS::SQS::Queue", "Properties": {}}}, "A": {{"Type": "AWS::IAM::Role",
        "Properties": {{"AssumeRolePolicyDocument": {{"Statement": []}}}}}}}}}}"#,
        "[".repeat(10_000) + &"]".repeat(10_000)
    );
    let reading = read_template(&json);
    assert_eq!(reading.roles.len(), 1);
    assert!(reading.problems.iter().any(|problem| problem.message.starts_with("nesting deeper than")));
}

#[test]
fn conditions_and_names_that_refer_to_each_other_end() {
    let chain = (0..10_000).map(|at| format!("  C{at}: !And [!Condition C{0}, !Condition C{0}]\n", at + 1));
    let conditions = format!("Conditions:\n{}  C10000: !Equals [a, b]\n", chain.collect::<String>());
    let chosen = role("Chosen", "!If [C0, \"444455556666\", \"111122223333\"]");
    is_told(&template(&conditions, &chosen), "functions and conditions that refer to each other more than 160 deep");
    // Each name is twice the next one.
    let named = |at: usize, next: usize| {
        let name = format!("    Properties:\n      RoleName: !Sub \"${{R{next}}}${{R{next}}}\"\n");
        role(&format!("R{at}"), "\"444455556666\"").replace("    Properties:\n", &name)
    };
    let doubling: String = (0..40).map(|at| named(at, at + 1)).collect();
    let last =
        role("R40", "!GetAtt R0.Arn").replace("    Properties:\n", "    Properties:\n      RoleName: abcdefgh\n");
    let reading = read_template(&template("", &(doubling + &last)));
    assert_eq!(reading.roles.len(), 43);
    assert!(reading.problems.iter().any(|problem| problem.message == "functions that make too much text"));
    let circle: String = (0..100).map(|at| named(at, (at + 1) % 100)).collect();
    assert_eq!(read_template(&template("", &circle)).roles.len(), 102);
}

#[test]
fn variables_in_variables_do_not_multiply() {
    let principal = (0..40).fold("\"xxxxxxxx\"".to_owned(), |inner, _| {
        format!("{{\"Fn::Sub\": [\"${{a}}${{a}}${{a}}${{a}}\", {{a: {inner}}}]}}")
    });
    is_told(&template("", &role("Sub", &principal)), "nesting deeper than 96 levels");
    let principal = (0..20).fold("\"xxxxxxxx\"".to_owned(), |inner, _| {
        format!("{{\"Fn::Sub\": [\"${{a}}${{a}}${{a}}${{a}}\", {{a: {inner}}}]}}")
    });
    is_told(&template("", &role("Sub", &principal)), "functions that make too much text");
}

#[test]
fn a_line_of_a_megabyte_is_read() {
    let statement = r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::${AWS::AccountId}:root"}, "Action": "sts:AssumeRole"}"#;
    let list = vec![statement; 9_000].join(",");
    let text = format!("'{{\"Version\": \"2012-10-17\", \"Statement\": [{list}]}}'");
    let long = role("Long", "x");
    let (head, _) = long.split_once("AssumeRolePolicyDocument:").unwrap();
    let reading = read_template(&template("", &format!("{head}AssumeRolePolicyDocument: !Sub {text}\n")));
    let long = reading.roles.iter().find(|role| role.name == "Long").unwrap();
    assert_eq!(long.trust.statements.len(), 9_000);
    let last = long.sources.location(long.trust.statements.last().unwrap().span);
    assert_eq!((last.line, last.end_column > 900_000), (12, true));
}

#[test]
fn every_cut_of_a_template_is_read() {
    let text = template("Conditions: { A: !Equals [!Ref X, \"\"] }\n", &role("B", "!If [A, \"*\", !Ref AWS::NoValue]"));
    for cut in 0..text.len() {
        let reading = read_template(&text[..cut]);
        assert!(reading.roles.len() <= 3);
    }
}
