//! `key=value` settings of Java's tools: properties files, JAAS configuration.

use std::collections::BTreeMap;

use countersign_policy::document::Span;

use super::slot::slots;
use super::{Call, Name, Operation, Parameter, Quoting, Reading, Slot, Style};

/// More calls than this are not looked for in one text.
const CALLS: usize = 64;

/// The keys of one tool.
struct Keys {
    tool: &'static str,
    role: &'static str,
    session_name: &'static str,
    external_id: &'static str,
}

const KEYS: [Keys; 5] = [
    keys("msk-iam-auth", "awsRoleArn", "awsRoleSessionName", "awsRoleExternalId"),
    keys(
        "hadoop-s3a",
        "fs.s3a.assumed.role.arn",
        "fs.s3a.assumed.role.session.name",
        "fs.s3a.assumed.role.external.id",
    ),
    keys("iceberg", "client.assume-role.arn", "client.assume-role.session-name", "client.assume-role.external-id"),
    keys("trino", "s3.iam-role", "s3.role-session-name", "s3.external-id"),
    keys("trino", "hive.s3.iam-role", "hive.s3.role-session-name", "hive.s3.external-id"),
];

const fn keys(tool: &'static str, role: &'static str, session_name: &'static str, external_id: &'static str) -> Keys {
    Keys { tool, role, session_name, external_id }
}

/// `key=value`, or `key="value"`.
struct Setting<'t> {
    key: &'t str,
    value: &'t str,
    /// From the key to the end of the value, with its quotes.
    span: Span,
    /// The value with its quotes.
    at: Span,
    /// Nothing stands before it on its line.
    is_first: bool,
}

/// Reads the settings of a text.
pub(super) fn read(text: &str) -> Reading {
    let settings = settings(text);
    let mut calls = Vec::new();
    for (nth, role) in settings.iter().enumerate() {
        let Some(keys) = KEYS.iter().find(|keys| keys.role == role.key) else { continue };
        if calls.len() == CALLS {
            break;
        }
        // The settings of one call stand together, up to the next role.
        let behind = settings.iter().skip(nth + 1).take_while(|setting| setting.key != role.key);
        let before = settings.iter().take(nth).rev().take_while(|setting| setting.key != role.key);
        calls.push(call(text, keys, role, &behind.chain(before).collect::<Vec<_>>()));
    }
    Reading { style: Style::Properties, calls, errors: 0 }
}

fn settings(text: &str) -> Vec<Setting<'_>> {
    let mut settings = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim_end();
        if body.trim_start().starts_with(['#', '!']) {
            continue;
        }
        let mut from = 0;
        while let Some(sign) = body.get(from..).and_then(|rest| rest.find('=')).map(|sign| from + sign) {
            let head = body.get(from..sign).unwrap_or_default().trim_end();
            let key = head.rsplit([' ', '\t', ';', ',']).next().unwrap_or_default();
            let key_at = from + head.len() - key.len();
            let rest = body.get(sign + 1..).unwrap_or_default();
            let value_at = sign + 1 + rest.len() - rest.trim_start().len();
            let rest = rest.trim_start();
            // JAAS takes quotes off; a properties file keeps them in the value.
            let quoted = rest.strip_prefix('"').filter(|_| key.starts_with("aws"));
            let (value, length) = match quoted.and_then(|rest| rest.split_once('"')) {
                Some((value, _)) => (value, value.len() + 2),
                None => {
                    let value = rest.split([' ', '\t', ';']).next().unwrap_or_default();
                    (value, value.len())
                }
            };
            let is_first = body.get(..key_at).is_some_and(|before| before.trim().is_empty());
            let span = Span::new(start + key_at, start + value_at + length);
            settings.push(Setting {
                key,
                value,
                span,
                at: Span { start: Span::new(start + value_at, 0).start, end: span.end },
                is_first,
            });
            from = value_at + length;
        }
    }
    settings
}

fn call(text: &str, keys: &Keys, role: &Setting<'_>, others: &[&Setting<'_>]) -> Call {
    let find = |key: &str| others.iter().find(|setting| setting.key == key);
    let parameter = |setting: &Setting<'_>| {
        let is_template = setting.value.is_empty() || setting.value.contains("${");
        match is_template {
            true => Parameter::Unknown { expression: setting.value.to_owned(), span: setting.at },
            false => Parameter::Known { value: setting.value.to_owned(), span: setting.at },
        }
    };
    let mut parameters = BTreeMap::from([(Name::RoleArn, parameter(role))]);
    let session = find(keys.session_name).map_or(Parameter::Implied { pattern: "*" }, |setting| parameter(setting));
    parameters.insert(Name::RoleSessionName, session);
    let external_id = find(keys.external_id);
    parameters.extend(external_id.map(|setting| (Name::ExternalId, parameter(setting))));
    let is_quoted = |setting: &Setting<'_>| setting.at.end - setting.at.start > Span::new(0, setting.value.len()).end;
    let quoting = |setting: &Setting<'_>| if is_quoted(setting) { Quoting::Backslash('"') } else { Quoting::Line };
    let place = |name: Name| {
        let (key, there) = match name {
            Name::RoleArn => (keys.role, Some(role)),
            Name::RoleSessionName => (keys.session_name, find(keys.session_name).copied()),
            Name::ExternalId => (keys.external_id, external_id.copied()),
            _ => return None,
        };
        if let Some(setting) = there {
            return Some(Slot::replace(setting.at, quoting(setting)));
        }
        let between = text.get(role.span.start as usize + role.key.len()..role.at.start as usize).unwrap_or("=");
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let head = if role.is_first { newline } else { " " };
        Some(Slot::insert(role.span.end, format!("{head}{key}{between}"), "", quoting(role)))
    };
    Call {
        style: Style::Properties,
        operation: Operation::AssumeRole,
        tool: keys.tool,
        span: role.span,
        parameters,
        source: None,
        profile: None,
        device: None,
        chained: None,
        slots: slots(place),
        removals: BTreeMap::new(),
    }
}
