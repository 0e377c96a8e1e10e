//! Does the role accept tokens of anybody else at the same identity provider? (semantics reference §7.4)

use super::class::CallerClass;
use super::domain::provider_of;
use super::pattern::{CharSet, Pattern, Wildcard};
use super::prover::{Extras, Prover};
use super::search::Answer;
use super::value::Extra;
use crate::condition::string::{Case, Template, Token};
use crate::evaluate::Values;
use crate::request::Request;

/// The answer for one identity provider.
#[derive(Debug, Clone, PartialEq)]
pub enum FederatedVerdict {
    /// Only tokens of named tenants are accepted.
    Bound {
        /// A call that is allowed.
        request: Box<Request>,
    },
    /// A token of somebody else, or one without the claim, is accepted.
    Unbound {
        /// That call.
        request: Box<Request>,
    },
    /// No token is accepted.
    Unassumable,
    /// The proof cannot say.
    Unknown {
        /// Why.
        why: String,
    },
}

impl FederatedVerdict {
    /// A call that is allowed.
    #[must_use]
    pub fn request(&self) -> Option<&Request> {
        match self {
            Self::Bound { request } | Self::Unbound { request } => Some(request),
            Self::Unassumable | Self::Unknown { .. } => None,
        }
    }
}

/// Who shares a provider, and which claim tells its tenants apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tenancy {
    /// Strangers get tokens from the same provider.
    pub shared: Sharing,
    /// The claim that names the tenant.
    pub claim: &'static str,
    /// Further claims any of which names the tenant too.
    pub also: &'static [&'static str],
}

/// Whether strangers use the provider too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// Anyone can get a token from it.
    Shared,
    /// It is the owner's own.
    Private,
    /// A SAML provider.
    Saml,
}

/// Shared providers by their host (or a suffix that starts with a dot), and the claim that names the tenant.
///
/// From the IAM User Guide's page on identity-provider controls for shared OIDC providers; the list of providers is
/// third-party knowledge.
pub const SHARED_PROVIDERS: &[(&str, &str)] = &[
    ("token.actions.githubusercontent.com", "sub"),
    ("vstoken.actions.githubusercontent.com", "sub"),
    ("oidc-configuration.audit-log.githubusercontent.com", "sub"),
    ("gitlab.com", "sub"),
    ("agent.buildkite.com", "sub"),
    ("app.terraform.io", "sub"),
    ("oidc.codefresh.io", "sub"),
    ("studio.datachain.ai", "sub"),
    ("scalr.io", "sub"),
    (".scalr.io", "sub"),
    ("api.shisho.dev", "sub"),
    ("proidc.upbound.io", "sub"),
    ("api.pulumi.com", "aud"),
    ("sandboxes.cloud", "aud"),
    ("oidc.vercel.com", "aud"),
    ("cognito-identity.amazonaws.com", "aud"),
    ("accounts.google.com", "aud"),
    ("www.amazon.com", "app_id"),
    ("graph.facebook.com", "app_id"),
];

/// GitHub's claims that name the owner or its repository on their own.
const GITHUB_CLAIMS: &[&str] = &[
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "job_workflow_ref",
    "enterprise",
    "enterprise_id",
];

/// The parts of a GitHub subject that name an owner; others (`environment:`, `ref:`) can be anybody's.
const GITHUB_OWNERS: &[&str] = &[
    "repo",
    "repository",
    "repository_owner",
    "repository_owner_id",
    "repository_id",
    "job_workflow_ref",
    "enterprise",
    "enterprise_id",
];

/// The tenancy of a provider as a principal names it.
#[must_use]
pub fn tenancy(provider: &str) -> Tenancy {
    if provider.contains(":saml-provider/") {
        return Tenancy { shared: Sharing::Saml, claim: "aud", also: &[] };
    }
    let host = provider_of(provider).unwrap_or(provider).split('/').next().unwrap_or_default();
    let found = SHARED_PROVIDERS
        .iter()
        .find(|(name, _)| if name.starts_with('.') { host.ends_with(name) } else { host.eq_ignore_ascii_case(name) });
    match found {
        Some((name, claim)) => Tenancy {
            shared: Sharing::Shared,
            claim,
            also: match *name {
                "accounts.google.com" => &["sub", "oaud"],
                "token.actions.githubusercontent.com" => GITHUB_CLAIMS,
                _ => &[],
            },
        },
        None => Tenancy { shared: Sharing::Private, claim: "sub", also: &[] },
    }
}

/// The verdict for every identity provider the policy can let in.
#[must_use]
pub fn federated_subject(prover: &Prover<'_>) -> Vec<(String, FederatedVerdict)> {
    prover.providers().into_iter().map(|provider| (provider.clone(), verdict(prover, provider))).collect()
}

fn verdict(prover: &Prover<'_>, provider: String) -> FederatedVerdict {
    let tenancy = tenancy(&provider);
    let prefix = match tenancy.shared {
        Sharing::Saml => "saml",
        Sharing::Shared | Sharing::Private => provider_of(&provider).unwrap_or_default(),
    };
    let mut foreign = Extras::new();
    for claim in std::iter::once(tenancy.claim).chain(tenancy.also.iter().copied()) {
        let key = format!("{prefix}:{claim}");
        let outside = tenants(prover, &key, claim, tenancy);
        if claim == tenancy.claim || !outside.is_empty() {
            foreign.insert(key, Extra { outside, ..Extra::default() });
        }
    }
    let class = CallerClass::Federated(provider);
    let Some(action) = Prover::entry_actions(&class).first() else { return FederatedVerdict::Unassumable };
    match prover.find(&class, action, &foreign) {
        Answer::Request(request, _) => FederatedVerdict::Unbound { request },
        Answer::Unknown(why) => FederatedVerdict::Unknown { why },
        Answer::Impossible => match prover.find(&class, action, &Extras::new()) {
            Answer::Request(request, _) => FederatedVerdict::Bound { request },
            Answer::Unknown(why) => FederatedVerdict::Unknown { why },
            Answer::Impossible => FederatedVerdict::Unassumable,
        },
    }
}

/// The tenants the policy's conditions on the claim name in full.
fn tenants(prover: &Prover<'_>, key: &str, claim: &str, tenancy: Tenancy) -> Vec<Pattern> {
    let conditions = prover.policy.statements.iter().flat_map(|statement| &statement.conditions);
    let github = key.contains("githubusercontent.com");
    let mut tenants = Vec::new();
    for condition in conditions.filter(|condition| condition.key.eq_ignore_ascii_case(key)) {
        let Values::Strings(templates) = &condition.values else { continue };
        for template in templates {
            match (template.as_literal(), tenancy.shared, claim) {
                (Some(text), Sharing::Shared, "sub") => tenants.extend(owner(text, github).or_else(|| {
                    // A subject of another form names its holder as a whole.
                    (!github).then(|| Pattern::literal(text))
                })),
                (Some(text), _, _) => tenants.push(Pattern::literal(text)),
                (None, Sharing::Shared, "sub") => tenants.extend(owner(literal_head(template), github)),
                (None, Sharing::Shared, _) => {
                    // `acme/*` of a repository or workflow.
                    let head = literal_head(template);
                    let owner = head.split_once('/').map(|(owner, _)| owner).filter(|owner| !owner.is_empty());
                    tenants.extend(owner.map(|owner| Pattern::literal(owner).then("/").then_run(CharSet::ANY)));
                }
                // A provider of one's own: any text beside the wildcards narrows it.
                (None, Sharing::Private | Sharing::Saml, _) => {
                    let narrows = template.tokens().iter().any(|token| matches!(token, Token::Literal(_)));
                    let pattern =
                        Pattern::from_template(template, Case::Sensitive, Wildcard(CharSet::ANY), &mut |_| None);
                    tenants.extend(pattern.filter(|_| narrows));
                }
            }
        }
    }
    tenants
}

fn literal_head(template: &Template) -> &str {
    match template.tokens().first() {
        Some(Token::Literal(text)) => text,
        Some(Token::AnyOne | Token::AnyRun | Token::Variable(_)) | None => "",
    }
}

/// `repo:acme/app:…` → everything of `repo:acme/`: the first name after the first colon, if it is complete.
fn owner(subject: &str, github: bool) -> Option<Pattern> {
    let (kind, rest) = subject.split_once(':')?;
    let end = rest.find(['/', ':'])?;
    let (name, separator) = (rest.get(..end)?, rest.get(end..=end)?);
    let names_an_owner = !github || GITHUB_OWNERS.contains(&kind);
    (!name.is_empty() && names_an_owner)
        .then(|| Pattern::literal(&format!("{kind}:{name}{separator}")).then_run(CharSet::ANY))
}
