//! Texts in the shapes that SDKs and tools give them, and what must be read from them.

use super::*;

const SENTENCE: &str = "User: arn:aws:sts::111122223333:assumed-role/Collector/s1 is not authorized to perform: \
                        sts:AssumeRole on resource: arn:aws:iam::444455556666:role/VendorAccess";

fn text(found: &Option<Found>) -> &str {
    found.as_ref().map_or("", |found| found.text.as_str())
}

/// Shape, code, status, operation, request id. `%` stands for the sentence.
const SHAPES: &[(&str, &str, &str, &str, &str)] = &[
    ("%", "", "", "AssumeRole", ""),
    ("An error occurred (AccessDenied) when calling the AssumeRole operation: %", "AccessDenied", "", "AssumeRole", ""),
    (
        "aws: [ERROR]: An error occurred (AccessDenied) when calling the AssumeRole operation (reached max retries: 4): %\n",
        "AccessDenied",
        "",
        "AssumeRole",
        "",
    ),
    (
        "operation error S3: ListBuckets, get identity: get credentials: failed to refresh cached credentials, operation error \
         STS: AssumeRole, https response error StatusCode: 403, RequestID: 0f-1, api error AccessDenied: %",
        "AccessDenied",
        "403",
        "AssumeRole",
        "0f-1",
    ),
    ("AccessDenied: %\n\tstatus code: 403, request id: 0f-2", "AccessDenied", "403", "AssumeRole", "0f-2"),
    (
        "com.example.StsFailure: % (Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied; Request ID: 0f-3; Proxy: null)",
        "AccessDenied",
        "403",
        "AssumeRole",
        "0f-3",
    ),
    ("StsException: % (Service: Sts, Status Code: 403, Request ID: 0f-4)", "", "403", "AssumeRole", "0f-4"),
    (
        "AccessDenied: %\n    at throwDefaultError (index.js:1:2) {\n  '$fault': 'client',\n  '$metadata': {\n    httpStatusCode: 403,\n    requestId: '0f-5',\n  },\n  Type: 'Sender',\n  Code: 'AccessDenied'\n}",
        "AccessDenied",
        "403",
        "AssumeRole",
        "0f-5",
    ),
    (
        "service error: unhandled error (AccessDenied): Error { code: \"AccessDenied\", message: \"%\", aws_request_id: \"x\" }",
        "AccessDenied",
        "",
        "AssumeRole",
        "",
    ),
    ("% (Aws::STS::Errors::AccessDenied)", "AccessDenied", "", "AssumeRole", ""),
    (
        "Error executing \"AssumeRole\" on \"https://sts.amazonaws.com\"; AWS HTTP error: resulted in a `403 Forbidden` response: AccessDenied (client): % - <ErrorResponse><Error><Code>AccessDenied</Code></Error><RequestId>0f-6</RequestId>",
        "AccessDenied",
        "403",
        "AssumeRole",
        "0f-6",
    ),
    (
        "<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>%</Message></Error><RequestId>0f-7</RequestId></ErrorResponse>",
        "AccessDenied",
        "",
        "AssumeRole",
        "0f-7",
    ),
    (
        "{\"Error\":{\"Code\":\"AccessDenied\",\"Message\":\"%\"},\"RequestId\":\"0f-8\"}",
        "AccessDenied",
        "",
        "AssumeRole",
        "0f-8",
    ),
    ("##[error]%", "", "", "AssumeRole", ""),
    ("* Error assuming role: AccessDenied: %", "AccessDenied", "", "AssumeRole", ""),
    (
        "ClientError('An error occurred (AccessDenied) when calling the AssumeRole operation: %')",
        "AccessDenied",
        "",
        "AssumeRole",
        "",
    ),
];

#[test]
fn every_wrapper_comes_off() {
    for (shape, code, status, operation, request_id) in SHAPES {
        let pasted = shape.replace('%', SENTENCE);
        let denials = read(&pasted);
        assert_eq!(denials.len(), 1, "{pasted}\n{denials:#?}");
        let denial = &denials[0];
        assert_eq!(text(&denial.caller), "arn:aws:sts::111122223333:assumed-role/Collector/s1", "{pasted}");
        assert_eq!(text(&denial.resource), "arn:aws:iam::444455556666:role/VendorAccess", "{pasted}");
        assert_eq!(text(&denial.action), "sts:AssumeRole", "{pasted}");
        let wrapped = (text(&denial.code), text(&denial.status), text(&denial.operation), text(&denial.request_id));
        assert_eq!(wrapped, (*code, *status, *operation, *request_id), "{pasted}");
        for found in [&denial.caller, &denial.resource, &denial.action, &denial.code].into_iter().flatten() {
            let span = pasted.get(found.span.start as usize..found.span.end as usize);
            assert_eq!(span, Some(found.text.as_str()), "{pasted}");
        }
    }
}

#[test]
fn the_printer_shows_in_what_it_puts_around() {
    for (shape, printer) in [
        ("%", Printer::Nothing),
        ("AccessDenied: %", Printer::Nothing),
        (
            "IAM Role (VendorAccess) cannot be assumed.\n\nError: operation error STS: AssumeRole, api error AccessDenied: %",
            Printer::Terraform,
        ),
        ("Could not assume role in target account using current credentials %", Printer::Cdk),
        ("##[error]Could not assume role with OIDC: %", Printer::GitHubAction),
        ("* Error assuming role: AccessDenied: %", Printer::Vault),
        ("Error executing \"AssumeRole\" on \"https://sts.amazonaws.com\"; <Code>AccessDenied</Code> %", Printer::Php),
        ("% (Aws::STS::Errors::AccessDenied)", Printer::Ruby),
        ("Error calling AssumeRole for role arn:aws:iam::444455556666:role/VendorAccess\n%", Printer::DotNet),
        ("StsException: % (Service: Sts, Status Code: 403, Request ID: 0f-4)", Printer::Java),
        (
            "service error: unhandled error (AccessDenied): Error { code: \"AccessDenied\", message: \"%\" }",
            Printer::Rust,
        ),
        ("AccessDenied: % {\n  '$metadata': {\n    httpStatusCode: 403 } }", Printer::JavaScript),
        ("AccessDenied: %\n\tstatus code: 403, request id: 0f-2", Printer::Go),
        ("operation error STS: AssumeRole, api error AccessDenied: %", Printer::Go),
        ("aws: [ERROR]: An error occurred (AccessDenied) when calling the AssumeRole operation: %", Printer::Botocore),
        ("<ErrorResponse><Error><Code>AccessDenied</Code><Message>%</Message></Error></ErrorResponse>", Printer::Xml),
        ("{\"Error\":{\"Code\":\"AccessDenied\",\"Message\":\"%\"}}", Printer::Json),
    ] {
        assert_eq!(read(&shape.replace('%', SENTENCE))[0].printer, printer, "{shape}");
    }
}

#[test]
fn every_shape_survives_what_terminals_and_chats_do_to_it() {
    for (shape, ..) in SHAPES {
        let pasted = shape.replace('%', SENTENCE);
        let changed = [
            pasted.replace("is not authorized to perform: ", "is not\n  authorized to\r\n│ perform:  "),
            pasted.replace("on resource: ", "\u{1b}[1mon\u{1b}[0m resource: "),
            pasted.replace("arn:aws:sts::111122223333:", "arn:aws:sts::1111\n22223333:"),
            pasted.replace("User: ", "\u{202e}User: \u{200b}"),
            pasted.lines().map(|line| format!("> {line}\n")).collect(),
        ];
        for changed in changed {
            let denials = read(&changed);
            assert_eq!(text(&denials[0].caller), "arn:aws:sts::111122223333:assumed-role/Collector/s1", "{changed:?}");
            assert_eq!(text(&denials[0].resource), "arn:aws:iam::444455556666:role/VendorAccess", "{changed:?}");
        }
    }
}

#[test]
fn reasons_name_a_side() {
    for (suffix, layer, explicit) in [
        (" because no identity-based policy allows the sts:AssumeRole action", PolicyLayer::Identity, false),
        (" because no role trust policy allows the sts:AssumeRole action", PolicyLayer::Trust, false),
        (" with an explicit deny in the role trust policy", PolicyLayer::Trust, true),
        (" with an explicit deny in an identity-based policy", PolicyLayer::Identity, true),
        (" because no permissions boundary allows the sts:AssumeRole action", PolicyLayer::PermissionsBoundary, false),
        (" with an explicit deny in a sessions policy", PolicyLayer::Session, true),
        (" because no session policy allows the sts:AssumeRole action", PolicyLayer::Session, false),
        (" with an explicit deny in a service control policy", PolicyLayer::Scp, true),
        (" with an explicit deny in a resource control policy", PolicyLayer::Rcp, true),
        (
            " with an explicit deny in a VPC endpoint policy transitively through a service control policy",
            PolicyLayer::VpcEndpoint,
            true,
        ),
    ] {
        let denials = read(&format!("{SENTENCE}{suffix}"));
        let reason = denials[0].reason.as_ref().unwrap_or_else(|| panic!("{suffix}"));
        assert_eq!((reason.layer, reason.explicit), (layer, explicit), "{suffix}");
        assert_eq!(reason.policy_arn, None, "{suffix}");
        // The same after the action, without a resource.
        let short = SENTENCE.split(" on resource").next().unwrap();
        assert_eq!(read(&format!("{short}{suffix}"))[0].reason.as_ref().unwrap().layer, layer, "{suffix}");
    }
    let arn = "arn:aws:organizations::111122223333:policy/o-1/service_control_policy/p-1";
    let denials = read(&format!("{SENTENCE} with an explicit deny in a service control policy: {arn}"));
    assert_eq!(text(&denials[0].reason.as_ref().unwrap().policy_arn), arn);
}

#[test]
fn several_errors_keep_their_own_parts() {
    let pasted = format!(
        "An error occurred (AccessDenied) when calling the AssumeRole operation: {SENTENCE}\n\
         An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: The security token included in \
         the request is expired\n\
         Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity\n"
    );
    let denials = read(&pasted);
    let said: Vec<(&str, &str)> = denials.iter().map(|denial| (text(&denial.code), text(&denial.operation))).collect();
    assert_eq!(
        said,
        [("AccessDenied", "AssumeRole"), ("ExpiredToken", "GetCallerIdentity"), ("", "AssumeRoleWithWebIdentity")]
    );
    assert_eq!(denials[2].caller, None);
    assert_eq!(denials[2].resource, None);
}

#[test]
fn codes_that_need_no_policy_are_known() {
    for (pasted, says) in [
        ("AccessDenied: Roles may not be assumed by root accounts.", Says::RootCaller),
        (
            "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            Says::MaxSessionDuration,
        ),
        (
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
            Says::RoleChainDuration,
        ),
        (
            "ValidationError: 1 validation error detected: Value 'a b' at 'externalId' failed to satisfy constraint: Member must",
            Says::Constraint { parameter: "externalId".into(), value: Some("a b".into()) },
        ),
        (
            "Invalid length for parameter ExternalId, value: 0, valid min length: 2",
            Says::Constraint { parameter: "ExternalId".into(), value: None },
        ),
        (
            "InvalidParameter: 1 validation error(s) found.\n- minimum field size of 2, AssumeRoleInput.ExternalId.\n",
            Says::Constraint { parameter: "ExternalId".into(), value: None },
        ),
        (
            "Unknown parameter in input: \"ExternalId\", must be one of: RoleArn, RoleSessionName",
            Says::UnknownParameter { parameter: "ExternalId".into() },
        ),
        ("STS is not activated in this region for account:111122223333. x", Says::RegionDisabled),
        ("InvalidIdentityToken: Incorrect token audience", Says::TokenAudience),
        (
            "No OpenIDConnect provider found in your account for https://oidc.example.com/a",
            Says::NoProvider { issuer: Some("https://oidc.example.com/a".into()) },
        ),
        (
            "MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\"arn:aws:iam::111122223333:role/a\"",
            Says::InvalidPrincipal { principal: Some("arn:aws:iam::111122223333:role/a".into()) },
        ),
        ("ValidationError: arn:iam::1 is invalid", Says::InvalidArn(Some("arn:iam::1".into()))),
    ] {
        let denials = read(pasted);
        assert!(denials.iter().any(|denial| denial.says == says), "{pasted}\n{denials:#?}");
    }
}

#[test]
fn a_tools_guesses_are_kept_apart() {
    let pasted = "Error: IAM Role (arn:aws:iam::444455556666:role/deploy) cannot be assumed.\n\nThere are a number of possible \
                  causes of this - the most common are:\n  * The credentials used in order to assume the role are invalid\n  \
                  * The credentials do not have appropriate permission to assume the role\n  * The role ARN is not valid\n";
    let denials = read(pasted);
    assert_eq!(denials[0].says, Says::WrapperOnly);
    assert_eq!(text(&denials[0].resource), "arn:aws:iam::444455556666:role/deploy");
    assert_eq!((denials[0].claims.len(), text(&denials[0].caller)), (3, ""));
}

#[test]
fn what_an_sdk_cuts_off_is_unknown() {
    for cut in ["sts (truncated...)", "sts:Ass (truncated...)"] {
        let denials = read(&format!(
            "{{\"Error\":{{\"Code\":\"AccessDenied\",\"Message\":\"User: arn:aws:iam::111122223333:user/shop is not authorized to perform: {cut}\n"
        ));
        assert_eq!((&denials[0].says, text(&denials[0].code)), (&Says::NotAuthorized, "AccessDenied"));
        assert_eq!((text(&denials[0].caller), text(&denials[0].action)), ("arn:aws:iam::111122223333:user/shop", ""));
    }
}

#[test]
fn masked_parts_are_unknown() {
    let denials = read(
        "User: arn:aws:sts::***:assumed-role/a/b is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::***:role/r",
    );
    assert_eq!(denials[0].caller.as_ref().unwrap().known(), None);
    assert_eq!(text(&denials[0].resource), "arn:aws:iam::***:role/r");
}

#[test]
fn a_text_that_stops_anywhere_is_read_as_far_as_it_goes() {
    let pasted =
        format!("An error occurred (AccessDenied) when calling the AssumeRole operation: {SENTENCE} because no");
    for end in 0..=pasted.len() {
        for denial in read(pasted.get(..end).unwrap()) {
            assert!(denial.span.end as usize <= end);
        }
    }
}

#[test]
fn nothing_is_made_of_other_services_errors() {
    assert!(read("User: a is not authorized to perform: ec2:RunInstances on resource: b").is_empty());
    let passing = "AccessDenied: User: a is not\nauthorized to perform: iam:PassRole on resource: arn:aws:iam::444455556666:role/r";
    assert!(read(passing).is_empty());
    assert_eq!(elsewhere(passing), Some(Elsewhere::PassRole));
    assert_eq!(elsewhere(&format!("{passing}\n{SENTENCE}")), None);
    assert_eq!(read(&format!("{passing}\n{SENTENCE}")).len(), 1);
    let bucket = "User: a is not authorized to perform: s3:GetObject on resource: b";
    for other in [
        format!("An error occurred (AccessDenied) when calling the GetObject operation: {bucket}"),
        "An error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied".to_owned(),
        "operation error S3: ListBuckets, https response error StatusCode: 403, api error AccessDenied: Access Denied"
            .to_owned(),
        "S3Exception: Access Denied (Service: S3, Status Code: 403, Request ID: r)".to_owned(),
    ] {
        assert!(read(&other).is_empty(), "{other}");
    }
    // What was called for the sake of another call is what was denied.
    let nested =
        "operation error S3: ListBuckets, get identity: operation error STS: AssumeRole, api error AccessDenied";
    assert_eq!(read(nested).len(), 1);
    assert_eq!(read("AccessDenied").len(), 1);
    assert!(read("all is well").is_empty());
    assert!(read("").is_empty());
}
