//! Every principal of an own account may be allowed in.

use countersign_policy::document::{ConditionEntry, Effect, PrincipalKind, Statement};
use countersign_policy::evaluate::Principal;

use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};
use crate::fix::Remedy;
use crate::symbol::UNSAID_ACCOUNT;

pub(super) static AUDIT: Audit = Audit {
    id: "whole-account-trust",
    summary: "an own account is trusted as a whole",
    page: include_str!("whole_account_trust.md"),
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    let exposed = &examined.exposed;
    if exposed.owned.is_none() {
        return;
    }
    let allows = exposed
        .document
        .statements
        .iter()
        .enumerate()
        .filter(|(_, statement)| statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Allow));
    for (at, statement) in
        allows.filter(|(_, statement)| lets_assume(statement) && !statement.conditions.iter().any(narrows))
    {
        for entry in statement
            .principals
            .iter()
            .flat_map(|element| &element.entries)
            .filter(|entry| entry.kind == PrincipalKind::Aws)
        {
            let Principal::Account { account, .. } = Principal::compile(entry) else { continue };
            if !examined.own_accounts.contains(&account) {
                continue;
            }
            let account = account.to_string();
            let named = if account == UNSAID_ACCOUNT { String::new() } else { format!(" {account}") };
            let message = format!(
                "every principal of your account{named} that its own policies allow can assume `{}`",
                examined.role.name
            );
            let help = "name the role or user that needs it, or add a condition on aws:PrincipalArn";
            let pin = Remedy::PinPrincipal { statement: at, place: entry.span };
            reporter.report(Report::new(entry.span, message, help).witness(exposed.owned.as_deref()).remedy(pin));
        }
    }
}

fn lets_assume(statement: &Statement) -> bool {
    use countersign_policy::condition::string::{Case, NoVariables, Template, Variables, Wildcards};
    use countersign_policy::document::Polarity;
    let covers = |pattern: &str| {
        Template::compile(pattern, Wildcards::Match, Variables::Literal).matches(
            "sts:AssumeRole",
            Case::IgnoreAscii,
            &NoVariables,
        )
    };
    statement.actions.iter().all(|element| {
        let listed = element.patterns.iter().any(|pattern| covers(pattern.value.lossy()));
        listed == (element.polarity == Polarity::Listed)
    })
}

/// A condition on who in the account it is.
fn narrows(entry: &ConditionEntry) -> bool {
    let key = entry.key.value.to_ascii_lowercase();
    ["aws:principalarn", "aws:userid", "aws:username", "aws:principaltype"].contains(&key.as_str())
        || key.starts_with("aws:principaltag/")
}
