//! What each verdict rests on, role by role: the statements with their values, who gets in and with what, a call that shows
//! it, and the readings of AWS's documentation it takes.

use std::fmt::Write as _;

use countersign_policy::document::{Effect, PatternElement, Polarity, Statement};
use countersign_policy::prove::ExternalIdVerdict;

use super::excerpt::inert;
use super::message::{BOLD, NOTE};
use super::statements::place;
use super::text::findings;
use super::{Report, summary, words};
use crate::examine::Examined;
use crate::finding::Witness;

/// The findings, every role with what its verdict rests on, and a summary, as styled text.
#[must_use]
pub fn explain(report: &Report) -> String {
    let mut out = findings(report);
    let mut roles: Vec<&Examined> = report.roles.iter().collect();
    roles.sort_by_key(|role| role.exposed.exposure);
    for examined in roles {
        role(&mut out, examined);
        out.push('\n');
    }
    out + &summary(report)
}

fn role(out: &mut String, examined: &Examined) {
    let (role, exposed) = (&examined.role, &examined.exposed);
    let location = role.sources.location(role.span);
    let place_of = format!("{}:{}", location.path, location.line);
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{BOLD}{}{BOLD:#} is {}  {}", inert(&role.name), exposed.exposure, inert(&place_of));
    for why in &exposed.depends_on {
        line(out, "depends on", why);
    }
    for when in &examined.open_when {
        line(out, "open when", when);
    }
    // As written; what the input leaves open shows as a hole.
    for (at, written) in role.trust.statements.iter().enumerate() {
        statement(out, examined, at, written);
    }
    if let [first, ..] = role.alternatives.as_slice() {
        let count = words::plural(role.alternatives.len(), "other form");
        let given: Vec<&str> = first.given.iter().map(|choice| choice.decided.as_str()).collect();
        line(out, "also judged", &format!("{count} of the policy, such as when {}", given.join(" and ")));
    }
    for party in words::parties(examined) {
        let must_send = party.must_send.map(|accepted| format!(": {accepted}")).unwrap_or_default();
        line(out, "gets in", &format!("{}{must_send}", party.name));
    }
    for (assumption, deputies) in &exposed.contested {
        let reading = assumption.other_reading().unwrap_or("the other reading");
        for (deputy, verdict) in deputies.iter().filter(|(_, verdict)| *verdict != ExternalIdVerdict::Unassumable) {
            let text = format!("{}: {}, if {reading} ({})", deputy.name(), words::accepted(verdict), assumption.name());
            line(out, "might get in", &text);
        }
    }
    if let Some(witness) = exposed.witness.as_deref().map(Witness::from) {
        line(out, "allowed", &words::call(&witness));
    }
    for assumption in &exposed.assumed {
        line(
            out,
            "assumes",
            &format!("{} ({}, {})", assumption.default_reading(), assumption.name(), assumption.rule()),
        );
    }
}

fn line(out: &mut String, label: &str, text: &str) {
    let _ = writeln!(out, "  {NOTE}{label}:{NOTE:#} {}", inert(text));
}

fn statement(out: &mut String, examined: &Examined, at: usize, statement: &Statement) {
    let effect = statement.effect.as_ref().map_or("effect unknown", |effect| match effect.value {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    });
    let location = place(examined, statement);
    let place = format!("{}:{}:{}", location.path, location.line, location.column);
    let _ = writeln!(out, "  {NOTE}{}{NOTE:#} {effect}  {}", inert(&statement.label(at)), inert(&place));
    if let Some(unreadable) = &statement.unreadable {
        element(out, "cannot be read", &unreadable.what);
    }
    for principals in &statement.principals {
        let name = negated(principals.polarity, "Principal", "NotPrincipal");
        let entries: Vec<String> =
            principals.entries.iter().map(|entry| format!("`{}`", entry.value.display())).collect();
        element(out, name, &shortened(&entries));
    }
    patterns(out, &statement.actions, ("Action", "NotAction"));
    patterns(out, &statement.resources, ("Resource", "NotResource"));
    for condition in &statement.conditions {
        let values: Vec<String> = condition.values.iter().map(|value| format!("`{}`", value.value.display())).collect();
        element(out, &condition.operator.value, &format!("{} {}", condition.key.value, shortened(&values)));
    }
}

fn patterns(out: &mut String, elements: &[PatternElement], (listed, excepted): (&'static str, &'static str)) {
    for written in elements {
        let patterns: Vec<String> =
            written.patterns.iter().map(|pattern| format!("`{}`", pattern.value.display())).collect();
        element(out, negated(written.polarity, listed, excepted), &shortened(&patterns));
    }
}

fn negated(polarity: Polarity, listed: &'static str, excepted: &'static str) -> &'static str {
    match polarity {
        Polarity::Listed => listed,
        Polarity::Excepted => excepted,
    }
}

fn element(out: &mut String, name: &str, values: &str) {
    let _ = writeln!(out, "    {} {}", inert(name), inert(values));
}

/// The values, and of very many the first.
fn shortened(values: &[String]) -> String {
    const SHOWN: usize = 20;
    let shown: Vec<&str> = values.iter().take(SHOWN).map(String::as_str).collect();
    let more = values.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(", and {more} more") };
    format!("{}{more}", shown.join(", "))
}
