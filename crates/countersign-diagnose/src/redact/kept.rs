//! Words that stay: AWS's, those of languages and formats, and those that this crate says itself.
//!
//! Where such a word is somebody's name, as in a role called `role`, it is hidden in that place (`position`). The list in
//! `kept.txt` is every word of a text in the sources of this crate and of `countersign-policy`; a test keeps it so.

use std::collections::HashSet;
use std::sync::LazyLock;

use countersign_policy::prove::federated_subject::SHARED_PROVIDERS;

const SAID: &str = include_str!("kept.txt");

/// Keywords of the languages that calls are read from, and names that their readers and AWS give a meaning.
const OWN: &str = "
abstract alias alignas and any args as assert async await base begin bool boolean break byte case catch char checked class
clone const constructor continue crate debugger decimal declare def default defer del delegate delete do done double
dyn each echo elif else elsif elseif end ensure enum esac eval event except exec exit explicit export extends extern
fallthrough false fi final finally fixed float fn for foreach from func function get global go goto guard if impl implements
implicit import in include init inner instanceof int interface internal into is kwargs lambda let local lock long loop macro
main map master match mod module move mut namespace native new next nil none nonlocal not null nullptr object of on open
operator or out override package params pass print println private protected provider providers public pub raise range
readonly record redo ref region rescue resource retry return sbyte sealed select self set shift short sizeof static str
string struct sub super suspend switch synchronized template terraform then this throw throws trait transient true try type
typeof typedef uint ulong undef union unless unsafe unsigned until use using val var variable virtual void volatile when
where while with xor yield
bin config credentials data env etc file home local log logs opt path run src tmp usr users var
alias alarm api apis bucket certificate cluster domain endpoint execution function gateway group instance key layer listener
loadbalancer log mfa name pipeline profile project queue repository role root rule saml secret server service session snapshot
stack statemachine stream subnet table task topic user users version volume vpc
assumed federated oidc provider assertion arn aws awsaccount
com net org io dev cloud app edu gov info biz co uk eu de fr nl us ca au jp cn in br ch at es it se no fi internal localdomain
localhost www http https ssh git tcp wss ftp file
us eu ap sa ca me af il cn gov iso isob isoe isof mx east west north south central northeast northwest southeast southwest
global regional
amazonaws amazon awsapps github githubusercontent gitlab bitbucket google googleapis facebook microsoftonline windows
terraform circleci auth0 okta onelogin kubernetes k8s docker hashicorp grafana jenkins buildkite spacelift
ref refs heads tags tag branch branches pull request environment workflow job ref_type project_path serviceaccount system
organizationaccountaccessrole awscontroltowerexecution administratoraccess readonlyaccess poweruseraccess
redacted removed masked placeholder example examples sample unknown anonymous somebody anybody
access account accounts action actions admin assume caller code denied error failed id ids message policy principal secret
statement token trust value
";

static WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| SAID.split_whitespace().chain(OWN.split_whitespace()).collect());

/// Whether a word, in lower case, stays where no name stands.
pub(super) fn stays(word: &str) -> bool {
    let mut letters = word.chars();
    let is_single = letters.next().is_some() && letters.next().is_none();
    is_single || WORDS.contains(word) || is_blank(word) || is_of_aws(word) || word.contains("removed")
}

/// Whether a word stays as part of a name too: one of AWS's names, a region, what somebody blacked out, a single letter, for
/// which there is no other word.
pub(super) fn stays_in_names(word: &str) -> bool {
    word.chars().nth(1).is_none()
        || OPEN.contains(&word)
        || is_blank(word)
        || is_of_aws(word)
        || word.contains("removed")
}

/// Names of AWS's, and words of regions.
const OPEN: [&str; 37] = [
    "root",
    "organizationaccountaccessrole",
    "awscontroltowerexecution",
    "administratoraccess",
    "readonlyaccess",
    "poweruseraccess",
    "redacted",
    "masked",
    "us",
    "eu",
    "ap",
    "sa",
    "ca",
    "me",
    "af",
    "il",
    "mx",
    "cn",
    "gov",
    "iso",
    "isob",
    "isoe",
    "isof",
    "east",
    "west",
    "north",
    "south",
    "central",
    "northeast",
    "northwest",
    "southeast",
    "southwest",
    "global",
    "regional",
    "amazonaws",
    "com",
    "anonymous",
];

/// The region that a text names: `eu-west-1`.
pub(super) fn region(text: &str) -> Option<&str> {
    let is_small = |part: &str| part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = text.split('-');
    let named = parts.next()?.len() <= 4 && parts.clone().count() >= 2;
    let ends = parts.next_back()?.bytes().all(|byte| byte.is_ascii_digit());
    (named && ends && text.split('-').all(|part| is_small(part) || OPEN.contains(&part))).then_some(text)
}

/// What somebody blacked out already, with the digits that were left of it: `xxxx`, `80xxxx`.
fn is_blank(word: &str) -> bool {
    crate::message::is_blacked_out(word)
}

/// `AWSServiceRoleForSupport`, `AWSReservedSSO`: names that AWS gives.
fn is_of_aws(word: &str) -> bool {
    ["awsservicerolefor", "awsreserved"].iter().any(|prefix| word.starts_with(prefix))
}

/// Whether a name is put together of words that stay: `AllowAssumeRole`.
pub(super) fn is_made_of_kept(name: &str) -> bool {
    let mut parts: Vec<String> = Vec::new();
    let mut after_lower = false;
    for c in name.chars() {
        match parts.last_mut() {
            Some(part) if !(after_lower && c.is_uppercase()) => part.push(c.to_ascii_lowercase()),
            _ => parts.push(c.to_ascii_lowercase().to_string()),
        }
        after_lower = c.is_lowercase() || c.is_ascii_digit();
    }
    parts.iter().all(|part| stays(part) || part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a host is AWS's, or one that everybody uses, so that its name says nothing.
pub(super) fn is_public_host(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let shared = SHARED_PROVIDERS.iter().map(|(name, _)| *name);
    is_aws_host(&host) || PUBLIC.split_whitespace().chain(shared).any(|name| name == host)
}

/// What of a host its customers chose: `acme` of `acme.gitlab.com`.
pub(super) fn tenant_of(host: &str) -> Option<&str> {
    let shared = SHARED_PROVIDERS.iter().map(|(name, _)| name.trim_start_matches('.'));
    let mut domains = PUBLIC.split_whitespace().chain(shared);
    domains.find_map(|domain| host.strip_suffix(domain)?.strip_suffix('.'))
}

/// Whether a host is AWS's.
pub(super) fn is_aws_host(host: &str) -> bool {
    AWS.split_whitespace().any(|name| host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')))
}

const AWS: &str = "
amazonaws.com amazonaws.com.cn amazonaws.eu amazonaws.com.eu api.aws aws.amazon.com amazon.com aws.dev c2s.ic.gov sc2s.sgov.gov
";

const PUBLIC: &str = "
token.actions.githubusercontent.com github.com raw.githubusercontent.com gitlab.com bitbucket.org
accounts.google.com googleapis.com graph.facebook.com www.amazon.com sts.windows.net login.microsoftonline.com
app.terraform.io oidc.circleci.com agent.buildkite.com registry.terraform.io docker.io ghcr.io quay.io gcr.io k8s.io kubernetes.io
external-secrets.io cert-manager.io keda.sh crossplane.io upbound.io jenkins.io hashicorp.com grafana.com grafana.net
w3.org xmlsoap.org oasis-open.org json-schema.org localhost localhost.localdomain
";
