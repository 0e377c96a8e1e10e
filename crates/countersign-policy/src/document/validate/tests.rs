//! Where each rule points. The expected place stands between « and » in the policy.

use super::*;

/// The problems of a marked policy, and the marked place.
fn problems(marked: &str) -> (Vec<Problem>, String, Span) {
    let start = marked.find('«').expect("a marked place");
    let end = marked.find('»').expect("the end of the marked place") - '«'.len_utf8();
    let text = marked.replace(['«', '»'], "");
    let problems = validate(&PolicyDocument::parse(&text), &text, Limits::default());
    (problems, text, Span::new(start, end))
}

/// The policy has one problem, of this severity, with a message that has these words, at the marked place.
#[track_caller]
fn only(severity: Severity, words: &str, marked: &str) {
    let (problems, text, place) = problems(marked);
    let [problem] = problems.as_slice() else { panic!("one problem expected in {text}: {problems:#?}") };
    let pointed = text.get(problem.span.start as usize..problem.span.end as usize);
    assert_eq!(problem.span, place, "{} points at {pointed:?}", problem.message);
    assert!(problem.message.contains(words), "{}", problem.message);
    assert_eq!(problem.severity, severity, "{}", problem.message);
    assert!(problem.help.is_some(), "{}", problem.message);
}

#[track_caller]
fn refused(words: &str, marked: &str) {
    only(Severity::Error, words, marked);
}

#[track_caller]
fn warned(words: &str, marked: &str) {
    only(Severity::Warning, words, marked);
}

/// A policy of one Allow statement with these elements besides `Effect`.
fn policy(elements: &str) -> String {
    format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", {elements}}}]}}")
}

/// A policy with this principal.
fn principal(principal: &str) -> String {
    policy(&format!("\"Principal\": {principal}, \"Action\": \"sts:AssumeRole\""))
}

/// A policy with this action.
fn action(action: &str) -> String {
    policy(&format!("\"Principal\": {{\"AWS\": \"111122223333\"}}, {action}"))
}

/// A policy with this condition block.
fn condition(block: &str) -> String {
    action(&format!("\"Action\": \"sts:AssumeRole\", \"Condition\": {{{block}}}"))
}

/// A policy that lets this provider in, with this condition block.
fn federated(provider: &str, block: &str) -> String {
    policy(&format!(
        "\"Principal\": {{\"Federated\": {provider}}}, \"Action\": \"sts:AssumeRoleWithWebIdentity\", \"Condition\": {{{block}}}"
    ))
}

#[test]
fn a_usual_policy_has_no_problems() {
    for text in [
        principal(
            r#"{"AWS": ["111122223333", "arn:aws-cn:iam::111122223333:role/a/b"], "Service": "ec2.amazonaws.com"}"#,
        ),
        principal(r#"{"AWS": "*"}"#),
        condition(
            r#""StringLike": {"sts:ExternalId": "acme-${aws:PrincipalTag/team, 'x'}*"}, "Null": {"aws:TagKeys": false}"#,
        ),
        condition(
            r#""ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": "o-a/r-b/"}, "DateLessThan": {"aws:CurrentTime": "2026-01-31T00:00:00Z"}"#,
        ),
        federated(
            r#""arn:aws:iam::111122223333:oidc-provider/gitlab.com""#,
            r#""StringLike": {"gitlab.com:sub": "project_path:acme/*"}"#,
        ),
    ] {
        assert_eq!(validate(&PolicyDocument::parse(&text), &text, Limits::default()), [], "{text}");
    }
}

#[test]
fn shape_problems_are_included_and_said_once() {
    refused(
        "missing required element `Action`",
        r#"{"Version":"2012-10-17","Statement":«{"Effect":"Allow","Principal":{"AWS":"111122223333"}}»}"#,
    );
    refused(
        "unknown element `principal`",
        &policy(r#"«"principal"»: {"AWS": "111122223333"}, "Action": "sts:AssumeRole""#),
    );
    refused("a value of `sts:ExternalId` is null", &condition(r#""StringEquals": {"sts:ExternalId": «null»}"#));
    refused("not JSON", "«»");
}

#[test]
fn the_version_points_at_the_brace() {
    warned(
        "missing element `Version`",
        r#"«{»"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}"#,
    );
}

#[test]
fn characters_are_pointed_at_one_by_one() {
    refused("`Ā` (U+0100)", &condition(r#""StringEquals": {"sts:ExternalId": "a«Ā»Ābc"}"#));
    refused("byte-order mark", &format!("«\u{feff}»{}", principal(r#"{"AWS": "111122223333"}"#)));
    refused("a character that JSON does not have", &principal("«\u{a0}»{\"AWS\": \"111122223333\"}"));
    refused("a control character inside a string", &condition("\"StringEquals\": {\"sts:ExternalId\": \"a«\n»b\"}"));
    warned("escape `\\u0100`", &condition(r#""StringEquals": {"sts:ExternalId": "a«\u0100»b"}"#));
}

#[test]
fn sizes_point_past_the_last_character_allowed() {
    let long = principal(r#"{"AWS": "111122223333"}"#);
    let at = |limits| {
        let problems = validate(&PolicyDocument::parse(&long), &long, limits);
        problems.iter().map(|problem| problem.span.start).collect::<Vec<_>>()
    };
    assert_eq!(at(Limits { max_characters: 20, ..Limits::default() }), [20]);
    // Two blanks before the 20th character that counts.
    assert_eq!(at(Limits { quota: 20, ..Limits::default() }), [21]);
    assert_eq!(at(Limits { quota: long.len(), max_characters: long.len() }), [0; 0]);
}

#[test]
fn a_policy_inside_a_file_is_measured_alone() {
    let inner = principal(r#"{"AWS": "111122223333"}"#);
    let file = format!("{{\"Note\": \"ĀĀ{}\", \"Document\": {inner}}}", "x".repeat(3_000));
    let node = crate::document::parse_json(&file, 64).unwrap();
    let document = PolicyDocument::from_node(node.get("Document").unwrap(), crate::document::DuplicateKeys::default());
    assert_eq!(validate(&document, &file, Limits::default()), []);
}

#[test]
fn sids() {
    let two = |first: &str, second: &str| {
        let statement = |sid: &str| {
            format!(
                "{{\"Sid\": {sid}, \"Effect\": \"Allow\", \"Principal\": {{\"AWS\": \"111122223333\"}}, \"Action\": \"sts:AssumeRole\"}}"
            )
        };
        format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{}, {}]}}", statement(first), statement(second))
    };
    refused("other than letters and digits", &two("«\"a b\"»", "\"b\""));
    refused("that of statement 1 already", &two("\"a\"", "«\"a\"»"));
    warned("in letter case only", &two("\"a\"", "«\"A\"»"));
    warned("`Sid` is empty", &two("\"a\"", "«\"\"»"));
}

#[test]
fn refused_principals_are_pointed_at_in_their_list() {
    for (words, value) in [
        ("a wildcard cannot be part of a principal", "arn:aws:iam::111122223333:role/*"),
        ("a group cannot be a principal", "arn:aws:iam::111122223333:group/ops"),
        ("a policy variable cannot be used", "arn:aws:iam::111122223333:user/${aws:username}"),
        ("account `1234` is not 12 digits", "1234"),
        ("account `12345678901` is not 12 digits", "arn:aws:iam::12345678901:root"),
        ("not an account id", "vendor"),
        ("region `us-east-1` in an ARN of IAM", "arn:aws:iam:us-east-1:111122223333:root"),
        ("no role can be named `a b`", "arn:aws:iam::111122223333:role/a b"),
        ("empty principal", ""),
    ] {
        refused(words, &principal(&format!("{{\"AWS\": [\"111122223333\", «\"{value}\"»]}}")));
    }
    refused("S3 bucket policies only", &principal(r#"{"CanonicalUser": «"79a59df900b949e5"»}"#));
    refused("`NotPrincipal` is forbidden", &policy(r#"«"NotPrincipal"»: {"AWS": "1"}, "Action": "sts:AssumeRole""#));
    refused(
        "missing required element `Principal`",
        r#"{"Version":"2012-10-17","Statement":[«{"Effect":"Allow","Action":"sts:AssumeRole"}»]}"#,
    );
    refused("neither a domain name nor the ARN", &federated(r#"«"https://gitlab.com"»"#, ""));
    refused("not the ARN of an identity provider", &federated(r#"«"arn:aws:iam::111122223333:role/x"»"#, ""));
}

#[test]
fn doubtful_principals_are_warned_of() {
    warned("AWS's pages disagree", &principal("«\"*\"»"));
    for (words, value) in [
        ("unique id", "AROAEXAMPLEID1234567"),
        ("unknown partition `awss`", "arn:awss:iam::111122223333:root"),
        ("has no path", "arn:aws:sts::111122223333:assumed-role/path/role/session"),
    ] {
        warned(words, &principal(&format!("{{\"AWS\": «\"{value}\"»}}")));
    }
    warned("does not look like a service principal", &principal(r#"{"Service": «"ec2.amazonaws"»}"#));
    warned("no identity provider IAM knows by name", &federated(r#"«"idp.acme.example"»"#, ""));
    warned("comes in by `sts:AssumeRoleWithWebIdentity`", &principal(r#"{"Federated": «"accounts.google.com"»}"#));
    warned(
        "comes in by `sts:AssumeRoleWithSAML`",
        &federated(r#"«"arn:aws:iam::111122223333:saml-provider/corp"»"#, ""),
    );
}

#[test]
fn actions_and_resources() {
    for value in ["*", "s3:GetObject", "AssumeRole", "", " sts:AssumeRole", "st*:AssumeRole"] {
        let words = if value.is_empty() { "empty action" } else { "is no `sts:` action" };
        refused(words, &action(&format!("\"Action\": [\"sts:TagSession\", «\"{value}\"»]")));
    }
    refused("holds a policy variable", &action(r#""Action": «"sts:${aws:PrincipalTag/a}"»"#));
    refused("stand in one statement", &action(r#""Action": "sts:AssumeRole", «"NotAction"»: "sts:TagSession""#));
    refused("`NotResource` is forbidden", &action(r#""Action": "sts:AssumeRole", «"NotResource"»: "*""#));
    warned("`sts:AssumeRol` is no STS action", &action(r#""Action": «"sts:AssumeRol"»"#));
    warned(
        "`sts:GetCallerIdentity` covers nothing",
        &action(r#""Action": ["sts:Assume*", «"sts:GetCallerIdentity"»]"#),
    );
    warned("leaves out nothing", &action(r#""NotAction": «"sts:GetFoo"»"#));
    warned("not spelled with `sts:`", &action(r#""Action": «"STS:assumerole"»"#));
}

#[test]
fn slips_are_suggested() {
    let help = |text: &str| {
        let problems = validate(&PolicyDocument::parse(text), text, Limits::default());
        problems.first().and_then(|problem| problem.help.clone()).unwrap()
    };
    assert_eq!(help(&action(r#""Action": "sts:AssumRole""#)), "write `sts:AssumeRole`");
    assert!(help(&action(r#""Action": "TagSession""#)).contains("`sts:TagSession`"));
    assert_eq!(help(&condition(r#""StringEqual": {"sts:ExternalId": "a"}"#)), "write `StringEquals`");
}

#[test]
fn operators_and_keys() {
    refused("unknown condition operator `StringMatches`", &condition(r#"«"StringMatches"»: {"sts:ExternalId": "a"}"#));
    refused("unknown condition operator `StringMatches`", &condition(r#"«"StringMatches"»: {}"#));
    refused("`Null` cannot take `IfExists`", &condition(r#"«"NullIfExists"»: {"sts:ExternalId": "true"}"#));
    refused(
        "in another letter case",
        &condition(r#""StringEquals": {"sts:ExternalId": "a", «"STS:externalid"»: "b"}"#),
    );
    refused("is spelled `StringEquals`", &condition(r#"«"stringequals"»: {"sts:ExternalId": "a"}"#));
    warned("holds no condition key", &condition(r#"«"StringEquals"»: {}"#));
    warned("has no values", &condition(r#""StringEquals": {«"sts:ExternalId"»: []}"#));
    warned("is true when the key is absent", &condition(r#"«"ForAllValues:StringEquals"»: {"sts:ExternalId": "a"}"#));
    warned("can hold several values", &condition(r#"«"StringEquals"»: {"aws:TagKeys": "a"}"#));
    warned("compares numbers", &condition(r#"«"NumericEquals"»: {"sts:ExternalId": "12"}"#));
    warned("is always true", &condition(r#"«"ForAllValues:Null"»: {"aws:TagKeys": "true"}"#));
    warned("a number stands in a list", &condition(r#""StringEquals": {"sts:ExternalId": ["a", «12»]}"#));
}

#[test]
fn values() {
    for (operator, key, value) in [
        ("NumericLessThan", "aws:MultiFactorAuthAge", "1e3"),
        ("DateLessThan", "aws:CurrentTime", "soon"),
        ("Bool", "aws:SecureTransport", "yes"),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/40"),
        ("BinaryEquals", "aws:PrincipalTag/a", "?"),
        ("Null", "sts:ExternalId", "no"),
        ("ArnLike", "aws:SourceArn", "*"),
        ("IpAddress", "aws:SourceIp", "${aws:SourceIp}"),
    ] {
        warned(&format!("`{operator}`"), &condition(&format!("\"{operator}\": {{\"{key}\": «\"{value}\"»}}")));
    }
    for value in ["${aws:username", "${}", "${ aws:username }", "${aws:PrincipalTag/a, b}"] {
        warned(
            &format!("in `{value}`"),
            &condition(&format!("\"StringLike\": {{\"sts:ExternalId\": [\"a\", «\"{value}\"»]}}")),
        );
    }
    warned("can hold several values", &condition(r#""StringEquals": {"sts:ExternalId": «"${aws:TagKeys}"»}"#));
    warned("no wildcard", &condition(r#""StringEquals": {"sts:ExternalId": «"acme-*"»}"#));
    let old =
        condition(r#""StringEquals": {"sts:ExternalId": «"${aws:username}"»}"#).replace("2012-10-17", "2008-10-17");
    warned("plain text under this version", &old);
}

#[test]
fn shared_providers() {
    let github = r#""arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com""#;
    let key = "token.actions.githubusercontent.com:sub";
    refused(
        "no condition asks for",
        &federated(
            &format!("«{github}»"),
            r#""StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}"#,
        ),
    );
    refused("no condition asks for", &federated(&format!("«{github}»"), &format!(r#""Null": {{"{key}": "false"}}"#)));
    refused("wildcards alone", &federated(github, &format!(r#""StringLike": {{"{key}": [«"*"», "?*"]}}"#)));
    refused("for the Cognito provider", &federated(r#"«"cognito-identity.amazonaws.com"»"#, ""));
    warned("only excludes", &federated(github, &format!(r#""StringNotLike": {{«"{key}"»: "repo:evil/*"}}"#)));
}

#[test]
fn holes_are_not_judged() {
    let text = condition(r#""StringEquals": {"sts:ExternalId": "a"}"#);
    let mut document = PolicyDocument::parse(&text);
    let hole = crate::document::Text::default().with_hole("var.x");
    for statement in &mut document.statements {
        statement.principals[0].entries[0].value = hole.clone();
        statement.actions[0].patterns[0].value = hole.clone();
        statement.conditions[0].values[0].value = hole.clone();
    }
    assert_eq!(validate(&document, &text, Limits::default()), []);
}

#[test]
fn many_unknown_operators_are_not_all_looked_up() {
    let operators: Vec<String> = (0..20_000).map(|n| format!("\"String{n}\": {{\"a:b\": \"c\"}}")).collect();
    let text = condition(&operators.join(","));
    let problems =
        validate(&PolicyDocument::parse(&text), &text, Limits { quota: usize::MAX - 1, ..Limits::default() });
    assert!(problems.len() < 100, "{}", problems.len());
}
