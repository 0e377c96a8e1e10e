//! AWS's own test vectors, read where cargo put the package that carries them: all of them, in header and query form.

use std::path::{Path, PathBuf};
use std::process::Command;

use countersign_policy::condition::date;
use serde::Deserialize;

use super::canonical::{Paths, Token};
use super::*;

/// What a vector is signed with.
#[derive(Deserialize)]
struct Context {
    credentials: Credentials,
    normalize: bool,
    region: String,
    service: String,
    timestamp: String,
    #[serde(default)]
    omit_session_token: bool,
}

#[derive(Deserialize)]
struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
}

/// A request as it stands in a file.
struct Written {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Written {
    /// The target may hold blanks, and the lines of a header go on where the next begins with a blank.
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let first = lines.next().unwrap().strip_suffix(" HTTP/1.1").unwrap();
        let (method, target) = first.split_once(' ').unwrap();
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            if line.starts_with(' ') {
                let (_, value) = headers.last_mut().unwrap();
                *value += line;
            } else {
                let (name, value) = line.split_once(':').unwrap();
                headers.push((name.to_owned(), value.to_owned()));
            }
        }
        Self { method: method.to_owned(), target: target.to_owned(), headers, body: body.to_owned() }
    }

    fn verify(&self, method: &str, context: &Context) -> Result<(), ApiError> {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let request =
            Request { method, target: &self.target, headers: &headers, body: self.body.as_bytes(), source_ip: None };
        let signed = Signed::read(&request, &context.service, date::parse(&context.timestamp).unwrap())?;
        assert_eq!((signed.access_key_id(), signed.region()), (&*context.credentials.access_key_id, &*context.region));
        assert_eq!(signed.session_token(), context.credentials.token.as_deref());
        let rules = Rules {
            paths: if context.normalize { Paths::Normalized } else { Paths::AsSent },
            token: if context.omit_session_token { Token::AddedLater } else { Token::Signed },
        };
        signed.verify_by(&context.credentials.secret_access_key, rules)
    }
}

/// The folder of the vectors, in the sources that cargo built the tests with.
fn folder() -> PathBuf {
    let version = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let version = String::from_utf8(version).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
        .args(["metadata", "--format-version=1", "--offline", "--filter-platform", host, "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "aws-sigv4");
    let manifest = package.unwrap()["manifest_path"].as_str().unwrap();
    Path::new(manifest).parent().unwrap().join("aws-signing-test-suite/v4")
}

#[test]
fn all_of_awss_vectors_verify() {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    // The package adds two of its own, which have no context.
    cases.retain(|case| case.join("context.json").exists());
    cases.sort();
    assert_eq!(cases.len(), 38);
    let mut refused = Vec::new();
    for case in &cases {
        let read = |name: &str| std::fs::read_to_string(case.join(name)).unwrap();
        let context: Context = serde_json::from_str(&read("context.json")).unwrap();
        for form in ["header", "query"] {
            let request = Written::read(&read(&format!("{form}-signed-request.txt")));
            if let Err(error) = request.verify(&request.method, &context) {
                refused.push(format!("{} ({form}): {error}", case.display()));
            }
            assert!(request.verify("PUT", &context).is_err(), "{} ({form}) for another method", case.display());
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
