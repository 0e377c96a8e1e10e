//! What AWS makes of a token's claims: condition keys, session tags, a source identity.
//!
//! Sources: the pages on OIDC condition keys and on session tags of the IAM User Guide, and the service authorization
//! data of AssumeRoleWithWebIdentity.

use serde_json::Value;

use super::Token;
use crate::signature::SessionTag;
use crate::tag_rules;

/// Issuers whose own claims are condition keys too. `*` stands for one label of the host, or for the path.
const PROVIDER_CLAIMS: &[(&str, &[&str])] = &[
    ("accounts.google.com", &["google/organization_number"]),
    ("agent.*.buildkite.dev", BUILDKITE),
    ("agent.*.buildkite.site", BUILDKITE),
    ("agent.buildkite.com", BUILDKITE),
    ("github.com/enterprises/*", GITHUB),
    ("gitlab.com", GITLAB),
    ("idcs-*.identity.oraclecloud.com", &["rpst_id"]),
    ("oidc.circleci.com/org/*", &["oidc.circleci.com/project-id"]),
    ("token.actions.*.ghe.com", GITHUB),
    ("token.actions.githubusercontent.com", GITHUB),
    ("token.actions.githubusercontent.com/*", GITHUB),
];
const BUILDKITE: &[&str] = &[
    "build_branch",
    "cluster_id",
    "cluster_name",
    "organization_id",
    "organization_slug",
    "pipeline_id",
    "pipeline_slug",
];
const GITHUB: &[&str] = &[
    "actor",
    "actor_id",
    "enterprise_id",
    "environment",
    "job_workflow_ref",
    "ref",
    "repository",
    "repository_id",
    "repository_owner_id",
    "workflow",
];
const GITLAB: &[&str] = &[
    "namespace_id",
    "pipeline_source",
    "project_id",
    "ref_protected",
    "runner_environment",
    "user_access_level",
    "user_email",
    "user_id",
    "user_login",
];

const TAGS: &str = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";

/// A condition key and its values.
pub(crate) type Key = (String, Vec<String>);

impl Token<'_> {
    /// Who the token is for: `azp` where there is one, and else `aud`.
    pub(crate) fn audiences(&self) -> Vec<String> {
        let of = |claim| self.claims.get(claim).map(texts).unwrap_or_default();
        let authorized = of("azp");
        if authorized.is_empty() { of("aud") } else { authorized }
    }

    /// The condition keys of the claims, behind the issuer's name without `https://`.
    pub(crate) fn condition_keys(&self, issuer: &str) -> Vec<Key> {
        let mut keys = vec![(format!("{issuer}:aud"), self.audiences())];
        let of_issuer = PROVIDER_CLAIMS.iter().find(|(pattern, _)| matches(pattern, issuer)).map(|(_, claims)| *claims);
        for claim in ["sub", "amr", "azp"].iter().chain(of_issuer.unwrap_or_default()) {
            keys.extend(self.claims.get(*claim).map(|value| (format!("{issuer}:{claim}"), texts(value))));
        }
        if issuer == "accounts.google.com" {
            keys.extend(self.claims.get("aud").map(|value| (format!("{issuer}:oaud"), texts(value))));
        }
        keys.retain(|(_, values)| !values.is_empty());
        keys
    }

    /// The session tags that the token passes, nested or flattened; `None` when they have another form.
    pub(crate) fn session_tags(&self) -> Option<Vec<SessionTag>> {
        let mut transitive = Vec::new();
        let mut tags = Vec::new();
        if let Some(nested) = self.claims.get(TAGS) {
            transitive.extend(nested.get("transitive_tag_keys").map(texts).unwrap_or_default());
            if let Some(principal_tags) = nested.get("principal_tags") {
                for (key, value) in principal_tags.as_object()? {
                    tags.push((key.as_str(), single(value)?));
                }
            }
        }
        for (claim, value) in &self.claims {
            let Some(part) = claim.strip_prefix(TAGS).and_then(|part| part.strip_prefix('/')) else { continue };
            match part.strip_prefix("principal_tags/") {
                Some(key) => tags.push((key, single(value)?)),
                None if part == "transitive_tag_keys" => transitive.extend(texts(value)),
                None => {}
            }
        }
        let is_transitive = |key: &str| transitive.iter().any(|transitive| tag_rules::same_key(transitive, key));
        let tag =
            |(key, value): (&str, String)| SessionTag { key: key.to_owned(), value, transitive: is_transitive(key) };
        Some(tags.into_iter().map(tag).collect())
    }

    /// The source identity that the token sets.
    pub(crate) fn source_identity(&self) -> Option<&str> {
        self.text(SOURCE_IDENTITY)
    }
}

/// The texts in a claim: one, or those of a list. Numbers and booleans count as their texts.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Bool(truth) => vec![truth.to_string()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Null | Value::Object(_) => Vec::new(),
    }
}

/// The one text in a claim.
fn single(value: &Value) -> Option<String> {
    let mut all = texts(value).into_iter();
    all.next().filter(|_| all.next().is_none())
}

fn matches(pattern: &str, issuer: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == issuer,
        Some((before, after)) => {
            let middle = issuer.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            // A path may have more segments, a host no more labels: `agent.a.evil.example/x.buildkite.dev` is nobody's.
            middle.is_some_and(|middle| !middle.is_empty() && (after.is_empty() || !middle.contains(['.', '/', ':'])))
        }
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD;

    use super::*;

    fn with_claims<T>(claims: &str, read: impl FnOnce(&Token<'_>) -> T) -> T {
        let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let text = format!("{}.{}.AAAA", encode(r#"{"alg":"RS256"}"#), encode(claims));
        read(&Token::read(&text).unwrap())
    }

    fn keys(issuer: &str, claims: &str) -> Vec<String> {
        let keys = with_claims(claims, |token| token.condition_keys(issuer));
        keys.into_iter().map(|(key, values)| format!("{key}={}", values.join("|"))).collect()
    }

    #[test]
    fn claims_become_the_keys_that_aws_documents_and_no_others() {
        assert_eq!(
            keys("idp.example", r#"{"sub":"s","aud":["a","b"],"amr":["x","y"],"email":"e","actor":"me"}"#),
            ["idp.example:aud=a|b", "idp.example:sub=s", "idp.example:amr=x|y"]
        );
        let google = r#"{"sub":"1","aud":"role","azp":"client","google":{"organization_number":7},"google/organization_number":7}"#;
        assert_eq!(
            keys("accounts.google.com", google),
            [
                "accounts.google.com:aud=client",
                "accounts.google.com:sub=1",
                "accounts.google.com:azp=client",
                "accounts.google.com:google/organization_number=7",
                "accounts.google.com:oaud=role"
            ]
        );
    }

    #[test]
    fn claims_of_known_issuers_are_theirs_alone() {
        let claims = r#"{"sub":"repo:o/r:ref:x","aud":"a","repository_id":"42","ref_protected":"true"}"#;
        let has = |issuer: &str, claim: &str| keys(issuer, claims).iter().any(|key| key.contains(claim));
        for issuer in [
            "token.actions.githubusercontent.com",
            "token.actions.githubusercontent.com/octo",
            "token.actions.octo.ghe.com",
            "github.com/enterprises/octo",
        ] {
            assert!(has(issuer, ":repository_id=42") && !has(issuer, "ref_protected"), "{issuer}");
        }
        assert!(has("gitlab.com", ":ref_protected=true") && !has("gitlab.com", "repository_id"));
        for issuer in [
            "token.actions.a.b.ghe.com",
            "token.actions..ghe.com",
            "evil.example/token.actions.x.ghe.com",
            "github.com/enterprises/",
        ] {
            assert!(!has(issuer, "repository_id"), "{issuer}");
        }
    }

    fn tags(claims: &str) -> Option<Vec<String>> {
        let tags = with_claims(claims, |token| token.session_tags())?;
        let shown = |tag: &SessionTag| format!("{}={}{}", tag.key, tag.value, if tag.transitive { "+" } else { "" });
        Some(tags.iter().map(shown).collect())
    }

    #[test]
    fn tags_are_read_nested_and_flattened() {
        let nested = r#"{"https://aws.amazon.com/tags":{"principal_tags":{"Project":["Automation"],"Cost":["1"]},"transitive_tag_keys":["project"]}}"#;
        assert_eq!(tags(nested).unwrap(), ["Cost=1", "Project=Automation+"]);
        let flat = r#"{"https://aws.amazon.com/tags/principal_tags/Project":"Automation","https://aws.amazon.com/tags/transitive_tag_keys":["Project"],"https://aws.amazon.com/tagsx":1}"#;
        assert_eq!(tags(flat).unwrap(), ["Project=Automation+"]);
        assert_eq!(tags("{}").unwrap().len(), 0);
        for broken in [
            r#"{"https://aws.amazon.com/tags":{"principal_tags":["a"]}}"#,
            r#"{"https://aws.amazon.com/tags":{"principal_tags":{"a":["b","c"]}}}"#,
            r#"{"https://aws.amazon.com/tags/principal_tags/a":{}}"#,
        ] {
            assert_eq!(tags(broken), None, "{broken}");
        }
    }
}
