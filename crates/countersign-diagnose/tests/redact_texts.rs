//! Texts as people paste them: no name and no credential is left in them, and what is no name stays.

use countersign_diagnose::redact::{Key, SCHEMA, redact_text, restore};

/// A key with the seed of a test.
fn key(seed: u8) -> Key {
    Key::new([seed; 32])
}

/// What people paste, and what of it nobody may read afterwards.
#[test]
fn names_are_found_in_every_dress() {
    let (account, role) = ("111122223333", "Quuxly");
    for text in [
        "arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2FQuuxly".to_owned(),
        "role=arn%253Aaws%253Aiam%253A%253A111122223333%253Arole%252FQuuxly&x=1".to_owned(),
        r#"{"errorMessage":"arn:aws:iam::111122223333:role\/\u0051uuxly"}"#.to_owned(),
        "User: arn:aws:iam::1111222\n23333:user/x is not authorized to perform: sts:AssumeRole on resource: \
         arn:aws:iam::111122223333:role/Quu\nxly"
            .to_owned(),
        "\u{1b}[31marn:aws:iam::111122223333:role/Quuxly\u{1b}[0m".to_owned(),
        "arn:aws:iam::111122223333:role/Quuxly and again Quuxly, AllowQuuxlyToWrite, quuxly.tf".to_owned(),
        "see https://quuxly.example.com/a from nora@quuxly.example.com, arn:aws:iam::111122223333:role/Quuxly"
            .to_owned(),
        format!("arn:aws:iam::111122223333:role/Quuxly dXNlciBRdXV4bHkgb2YgMTExMTIyMjIzMzMz {account}"),
        "[profile quuxly]\nrole_arn = arn:aws:iam::111122223333:role/Quuxly\n".to_owned(),
        "1111-2222-3333 is Quuxly: arn:aws:iam::111122223333:role/Quuxly".to_owned(),
        "tenant111122223333Quuxly arn:aws:iam::111122223333:role/Quuxly".to_owned(),
        "$ cd C:\\Users\\quuxly\\src # arn:aws:iam::111122223333:role/Quuxly".to_owned(),
    ] {
        let mut key = key(5);
        let hidden = redact_text(&text, &mut key);
        let plain = hidden.replace('\n', "").replace("%2F", "/").replace("\\u00", "\\");
        for value in [account, role, "quuxly", "1111-2222-3333", "nora", "dXNlciBRdXV4bHkg", "1111222"] {
            assert!(!plain.contains(value), "`{value}` in {hidden}");
        }
        if !hidden.contains("REMOVED") {
            assert_eq!(restore(&hidden, &key), text);
        }
        assert_eq!(redact_text(&hidden, &mut key), hidden);
    }
}

#[test]
fn no_credential_is_left_and_none_comes_back() {
    let secret = "q7Tz1bV9xKd3LmP0sWn5RfYh2GcJ8uEaQ4iXo6Bt";
    let token = format!("FwoGZXIvYXdzE{}", "aB3/".repeat(40));
    let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJub3JhIn0.c2lnbmF0dXJlLW9mLWl0";
    let pem = "MIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB";
    for (text, credential) in [
        (format!("aws_secret_access_key = {secret}\n"), secret),
        (format!("export AWS_SECRET_ACCESS_KEY='{secret}'"), secret),
        (format!("\"SecretAccessKey\": \"{secret}\""), secret),
        (format!("the key is {secret}, I think"), secret),
        (format!("\"SessionToken\": \"{token}\""), token.as_str()),
        (format!("aws_session_token={token}"), token.as_str()),
        (format!("--web-identity-token {jwt} --x"), jwt),
        (format!("Authorization: Bearer {jwt}"), jwt),
        (format!("-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----"), "MIIEvQIBADANBgkqhkiG9w0B"),
        (
            format!("\"-----BEGIN PRIVATE KEY-----\\n{}\\n-----END\"", pem.replace('\n', "\\n")),
            "AQEFAASCBKcwggSjAgEAAoIB",
        ),
        ("git clone https://nora:hunter2@git.acme.com/x".to_owned(), "hunter2"),
        ("aws sts assume-role --token-code 493817".to_owned(), "493817"),
        ("Enter MFA code for arn:aws:iam::111122223333:mfa/nora: 493817".to_owned(), "493817"),
        ("TokenCode=\"493817\",".to_owned(), "493817"),
        ("{\"password\":\"Tr0ub4dor&3\"}".to_owned(), "Tr0ub4dor"),
    ] {
        let mut key = key(6);
        let hidden = redact_text(&text, &mut key);
        assert!(hidden.contains("REMOVED") && !hidden.contains(credential), "{text}\n{hidden}");
        assert!(!key.to_json().contains(credential) && !format!("{key:?}").contains(credential), "{text}");
        assert!(!restore(&hidden, &key).contains(credential), "{text}");
    }
    for text in [
        "token = os.environ[\"AWS_SESSION_TOKEN\"]",
        "aws_session_token=creds[\"SessionToken\"]",
        "web_identity_token_file = /var/run/token",
        "--token-code $CODE",
        "commit 0123456789abcdef0123456789abcdef01234567",
    ] {
        assert!(!redact_text(text, &mut key(7)).contains("REMOVED"), "{text}");
    }
}

#[test]
fn what_is_no_name_stays() {
    for text in [
        "{\"Version\": \"2012-10-17\", \"Effect\": \"Allow\", \"Action\": [\"sts:AssumeRole\", \"s3:GetObject\"]}",
        "lambda.amazonaws.com in eu-west-1 since 2026-08-01T10:00:00Z",
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "token.actions.githubusercontent.com:aud sts.amazonaws.com",
        "if __name__ == \"__main__\": import boto3",
        "status code: 403, on line 17",
        "arn:aws:iam::xxxxxxxxxxxx:role/***",
    ] {
        assert_eq!(redact_text(text, &mut key(8)), text);
    }
    let mut vendors = key(8);
    vendors.keep(["464622532012".to_owned()]);
    let text = "arn:aws:iam::464622532012:root";
    assert_eq!(redact_text(text, &mut vendors), text);
}

/// The pseudonym of the short account follows that of the long one, and stands inside of a word that has nothing to do with it.
#[test]
fn a_word_that_holds_a_pseudonym_by_chance_stays_when_it_is_hidden_again() {
    let stored = format!(
        r#"{{"schema": "{SCHEMA}", "seed": "{}", "words": {{"111122223333": "900000000001"}}, "addresses": {{}}, "kept": []}}"#,
        "07".repeat(32)
    );
    let mut key = Key::from_json(&stored).unwrap();
    let text = "arn:aws:iam::111122223333: arn:aws:iam::111122223: 90000000000707070quux";
    let hidden = redact_text(text, &mut key);
    assert!(hidden.ends_with("arn:aws:iam::900000000: 90000000000707070quux"), "{hidden}");
    assert_eq!(redact_text(&hidden, &mut key), hidden);
}

#[test]
fn a_key_that_hides_what_it_shows_is_damaged() {
    for words in [
        r#"{"111122223333": "?00000000001"}"#,
        r#"{"acme-1": "quux-2"}"#,
        r#"{"acme": "QUUX"}"#,
        r#"{"acme": "quux", "quux": "zorg"}"#,
    ] {
        let stored = format!(
            r#"{{"schema": "{SCHEMA}", "seed": "{}", "words": {words}, "addresses": {{}}, "kept": []}}"#,
            "07".repeat(32)
        );
        assert!(Key::from_json(&stored).is_err(), "{words}");
    }
}
