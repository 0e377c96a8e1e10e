//! What a finding is known by from run to run: its audit, file, role, statement and principal, and never a line number, a
//! list's order or the wording of a message.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use countersign_policy::document::{Polarity, PrincipalKind, Span, Statement};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::examine::Examined;
use crate::finding::Finding;
use crate::source_root::SourceRoot;

/// The version of what goes into a fingerprint, as SARIF's `partialFingerprints` names it. Another recipe is another
/// version: changed fingerprints re-open everything that was dismissed.
pub const VERSION: &str = "countersign/v1";

/// A fingerprint for every finding, in their order. Findings that are alike in everything are told apart by their order.
#[must_use]
pub fn fingerprints(roles: &[Examined], findings: &[Finding], root: &SourceRoot) -> Vec<String> {
    // A statement may have thousands of principals, each with its finding.
    let mut statements: HashMap<(Option<usize>, Span), String> = HashMap::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let of_finding = |finding: &Finding| {
        let written = finding.role_index.and_then(|at| statement_at(roles.get(at)?, finding.policy_span));
        let statement = match written {
            Some(written) => {
                let key = (finding.role_index, written.span);
                statements.entry(key).or_insert_with(|| digest(&canonical(written))).as_str()
            }
            None => "",
        };
        let path = root.relative(&finding.location.path);
        let principal = principal(written, finding);
        let alike = digest(&(finding.id, path, &finding.role, statement, principal));
        let nth = seen.entry(alike.clone()).or_default();
        *nth += 1;
        match nth {
            1 => alike,
            nth => digest(&(alike, *nth)),
        }
    };
    findings.iter().map(of_finding).collect()
}

/// The statement that a span of the policy lies in, as the input writes it.
pub(crate) fn statement_at(examined: &Examined, span: Span) -> Option<&Statement> {
    let role = &examined.role;
    let otherwise = role.alternatives.iter().map(|alternative| &alternative.trust);
    let mut statements = std::iter::once(&role.trust).chain(otherwise).flat_map(|policy| &policy.statements);
    statements.find(|statement| statement.span.start <= span.start && span.end <= statement.span.end)
}

/// The principal a finding points at, or the caller that shows it.
fn principal(statement: Option<&Statement>, finding: &Finding) -> String {
    let entries =
        statement.into_iter().flat_map(|statement| &statement.principals).flat_map(|element| &element.entries);
    let mut pointed_at = entries.filter(|entry| entry.span == finding.policy_span);
    match (pointed_at.next(), &finding.witness) {
        (Some(entry), _) => entry.value.display(),
        (None, Some(witness)) => witness.principal.clone(),
        (None, None) => String::new(),
    }
}

/// Sorted, each key with its values.
type Sets<K> = Vec<(K, BTreeSet<String>)>;

#[derive(Serialize)]
struct Canonical<'s> {
    sid: Option<String>,
    effect: Option<countersign_policy::document::Effect>,
    principals: Sets<(&'static str, &'static str)>,
    actions: Sets<&'static str>,
    resources: Sets<&'static str>,
    conditions: Sets<(&'s str, &'s str)>,
    keyless_operators: BTreeSet<&'s str>,
    unreadable: Option<&'s str>,
}

/// The statement with keys sorted and lists as sets.
fn canonical(statement: &Statement) -> Canonical<'_> {
    let mut principals: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for element in &statement.principals {
        for entry in &element.entries {
            let kind = match entry.kind {
                PrincipalKind::Everyone => "*",
                PrincipalKind::Aws => "AWS",
                PrincipalKind::Service => "Service",
                PrincipalKind::Federated => "Federated",
                PrincipalKind::CanonicalUser => "CanonicalUser",
            };
            principals.entry((polarity(element.polarity), kind)).or_default().insert(entry.value.display());
        }
    }
    let patterns = |elements: &[countersign_policy::document::PatternElement]| {
        let mut sets: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
        for element in elements {
            let set = sets.entry(polarity(element.polarity)).or_default();
            set.extend(element.patterns.iter().map(|pattern| pattern.value.display()));
        }
        sets.into_iter().collect()
    };
    let mut conditions: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for entry in &statement.conditions {
        let values = entry.values.iter().map(|value| value.value.display());
        conditions.entry((&*entry.operator.value, &*entry.key.value)).or_default().extend(values);
    }
    Canonical {
        sid: statement.sid.as_ref().map(|sid| sid.value.display()),
        effect: statement.effect.as_ref().map(|effect| effect.value),
        principals: principals.into_iter().collect(),
        actions: patterns(&statement.actions),
        resources: patterns(&statement.resources),
        conditions: conditions.into_iter().collect(),
        keyless_operators: statement.keyless_operators.iter().map(|operator| &*operator.value).collect(),
        unreadable: statement.unreadable.as_ref().map(|unreadable| unreadable.what.as_str()),
    }
}

fn polarity(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::Listed => "is",
        Polarity::Excepted => "not",
    }
}

/// 128 bits of SHA-256 in hexadecimal: enough that nobody writes a policy that passes for one that was accepted.
fn digest(value: &impl Serialize) -> String {
    // Every value that comes here has a JSON form.
    let text = serde_json::to_vec(value).unwrap_or_default();
    Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
