//! Providers in programs: Pulumi's, and those of the CDK for Terraform. The role stands in a record under `assumeRole`, or in a
//! list of them.

use super::call;
use super::entry::{EntryPoint, Key, parameter};
use super::form::Form;
use super::program::Program;
use super::site::{Entry, Site, Way};
use super::tree::Id;
use crate::call::{Call, Name, Style};

/// Spelt as the role beside it is.
const LIKE_THE_ROLE: &[Key] = &[Key::like_the_role(Name::ExternalId), Key::like_the_role(Name::SourceIdentity)];

static PULUMI: EntryPoint = EntryPoint::assume_role("Provider", "pulumi").session("*").keys(LIKE_THE_ROLE);
static TERRAFORM: EntryPoint = EntryPoint::assume_role("AwsProvider", "terraform").session("*").keys(LIKE_THE_ROLE);
static BACKEND: EntryPoint = EntryPoint::assume_role("S3Backend", "terraform-backend").session("*").keys(LIKE_THE_ROLE);

/// What is made with a role.
const MADE: [&EntryPoint; 3] = [&PULUMI, &TERRAFORM, &BACKEND];
/// Where it stands.
const KEYS: [&str; 4] = ["assumeRole", "assumeRoles", "assume_role", "assume_roles"];
/// More calls than this are not looked for in one text.
const CALLS: usize = 64;

/// The calls of the providers that a program makes.
pub(super) fn calls(program: &Program<'_>, style: Style) -> Vec<Call> {
    let sites = program.tree.all().flat_map(|id| match program.form(id) {
        Form::Call { name, arguments: Some(arguments), .. } => {
            let entry = MADE.into_iter().find(|entry| entry.name == name);
            entry.map(|entry| sites(program, entry, arguments)).unwrap_or_default()
        }
        _ => Vec::new(),
    });
    sites.take(CALLS).map(|site| call(program, &site, style)).collect()
}

fn sites(program: &Program<'_>, entry: &'static EntryPoint, arguments: Id) -> Vec<Site> {
    let given = program.tree.named(arguments).flat_map(|argument| {
        let (record, _) = program.expression(argument);
        let is_record = program.form(record) == Form::Record;
        if is_record { program.tree.named(record).collect() } else { vec![argument] }
    });
    let roles = given.filter_map(|pair| match program.form(pair) {
        Form::Pair { key, value, .. } if KEYS.contains(&&*key) => Some(program.expression(value).0),
        _ => None,
    });
    let records = roles.flat_map(|value| match program.form(value) {
        Form::Record => vec![value],
        // A list: one role for each hop.
        _ => program.tree.named(value).map(|element| program.expression(element).0).collect(),
    });
    records.filter_map(|record| site(program, entry, record)).collect()
}

fn site(program: &Program<'_>, entry: &'static EntryPoint, record: Id) -> Option<Site> {
    if program.form(record) != Form::Record {
        return None;
    }
    let mut hidden = Vec::new();
    let mut entries = Vec::new();
    for pair in program.tree.named(record) {
        match program.form(pair) {
            Form::Pair { key, name, value } => {
                let way = Way::Pair { container: record, pair, key: name };
                entries.extend(parameter(&key).map(|name| Entry { name, value, way }));
            }
            Form::Splat(other) => hidden.push(other),
            _ => {}
        }
    }
    let names_role = entries.iter().any(|entry| entry.name == Name::RoleArn);
    names_role.then(|| Site { hidden, ..Site::of_record(entry, record, entries) })
}
