//! An identity provider shared with strangers, and no claim that tells them apart.

use countersign_policy::prove::FederatedVerdict;
use countersign_policy::prove::federated_subject::{Sharing, tenancy};

use super::leak::only_statement;
use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};
use crate::fix::Remedy;

pub(super) static AUDIT: Audit = Audit {
    id: "federated-without-subject",
    summary: "tokens of other tenants of the identity provider are accepted",
    page: include_str!("federated_without_subject.md"),
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    for (provider, verdict) in &examined.exposed.federated {
        let FederatedVerdict::Unbound { request } = verdict else { continue };
        let tenancy = tenancy(provider);
        let name = provider.rsplit_once("-provider/").map_or(provider.as_str(), |(_, name)| name);
        let claim = match tenancy.shared {
            Sharing::Saml => "saml:aud".to_owned(),
            Sharing::Shared | Sharing::Private => format!("{name}:{}", tenancy.claim),
        };
        let statements = &examined.exposed.document.statements;
        let conditions = statements.iter().flat_map(|statement| &statement.conditions);
        let condition = conditions
            .into_iter()
            .find(|entry| entry.key.value.eq_ignore_ascii_case(&claim))
            .map(|entry| entry.key.span);
        let entries =
            statements.iter().flat_map(|statement| &statement.principals).flat_map(|element| &element.entries);
        let principal = entries.into_iter().find(|entry| entry.value.known() == Some(provider)).map(|entry| entry.span);
        let Some(span) = condition.or(principal) else { continue };
        // Beside a condition on the claim another one changes nothing.
        let bind = only_statement(&examined.exposed.document, provider).filter(|_| condition.is_none());
        let bind = bind.map(|statement| Remedy::BindSubject { statement, key: claim.clone() });
        let sent = request.context.get(&claim).and_then(<[String]>::first);
        let with = sent.map_or_else(|| format!("without `{claim}`"), |value| format!("with `{claim}` = `{value}`"));
        let (message, severity, confidence) = match tenancy.shared {
            Sharing::Shared => (
                format!("anybody with a token of {name} can assume `{}`, for example {with}", examined.role.name),
                Severity::High,
                Confidence::High,
            ),
            Sharing::Private => (
                format!("every token of {name} lets its holder assume `{}`, for example {with}", examined.role.name),
                Severity::Low,
                Confidence::Medium,
            ),
            Sharing::Saml => (
                format!(
                    "assertions of {name} meant for another recipient let their holder assume `{}`",
                    examined.role.name
                ),
                Severity::Low,
                Confidence::Medium,
            ),
        };
        // A guard that stands there, with a value that the input does not have, is no missing one.
        let unknown = examined.unknown_values(&[&claim]);
        if !unknown.is_empty() {
            let role = &examined.role.name;
            let depends_on = unknown.join(", ");
            let message =
                format!("whether strangers with a token of {name} can assume `{role}` depends on {depends_on}");
            let help = format!("make sure that it names your tenant in `{claim}` in full, up to the separator");
            let report =
                Report::new(span, message, help).witness(Some(request)).severity(severity.min(Severity::Medium));
            reporter.report(report.confidence(Confidence::Low).persona(Persona::Pedantic));
            continue;
        }
        let help = format!(
            "add a condition on `{claim}` that names your tenant in full, up to the separator (for GitHub: \"repo:your-org/*\")"
        );
        reporter.report(
            Report::new(span, message, help)
                .witness(Some(request))
                .severity(severity)
                .confidence(confidence)
                .remedy(bind),
        );
    }
}
