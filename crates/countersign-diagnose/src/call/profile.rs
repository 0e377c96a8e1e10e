//! Profiles that assume a role: `~/.aws/config` and `~/.aws/credentials`.
//!
//! The format is AWS's own, and its readers differ. Where they do, the value is unknown: behind ` #` most SDKs see a
//! comment, botocore (and with it the aws CLI) sees more of the value. An indented line belongs to the setting above it.

use std::collections::BTreeMap;

use countersign_policy::document::Span;

use super::slot::{removals, slots};
use super::{Call, Name, Operation, Parameter, Quoting, Reading, Slot, Style};
use crate::edit::Edit;

/// More profiles than this are not read.
const PROFILES: usize = 4_096;

/// The settings that are parameters of the call, or of the tool that makes it.
const SETTINGS: [(&str, Name); 10] = [
    ("role_arn", Name::RoleArn),
    ("role_session_name", Name::RoleSessionName),
    ("external_id", Name::ExternalId),
    ("duration_seconds", Name::DurationSeconds),
    ("mfa_serial", Name::SerialNumber),
    ("source_identity", Name::SourceIdentity),
    ("session_tags", Name::Tags),
    ("transitive_session_tags", Name::TransitiveTagKeys),
    ("region", Name::Region),
    ("web_identity_token_file", Name::WebIdentityToken),
];

/// A profile.
#[derive(Debug, Default)]
struct Profile {
    name: String,
    span: Span,
    /// By lower-case name; of a setting that repeats the last counts.
    settings: BTreeMap<String, Setting>,
    /// A line with an ExternalId that belongs to the setting above it.
    indented: Option<Span>,
}

impl Profile {
    /// A line that belongs to the setting above it.
    fn go_on(&mut self, above: &str, line: &str, span: Span) {
        if let Some(setting) = self.settings.get_mut(above) {
            setting.goes_on = true;
        }
        let key = line.split(['=', ':']).next().unwrap_or_default().trim();
        if key.eq_ignore_ascii_case("external_id") {
            self.indented = Some(span);
        }
    }
}

/// A setting of a profile.
#[derive(Debug)]
struct Setting {
    /// From its name to its end, without the line break.
    span: Span,
    /// Its indentation, name and sign, up to the value.
    head: String,
    value: String,
    at: Span,
    /// Lines that belong to it stand below.
    goes_on: bool,
}

/// Reads the profiles of a text.
pub(super) fn read(text: &str) -> Reading {
    let (profiles, errors) = profiles(text);
    let calls = profiles.iter().filter_map(|profile| call(text, &profiles, profile)).collect();
    Reading { style: Style::Profile, calls, errors }
}

fn profiles(text: &str) -> (Vec<Profile>, usize) {
    let mut profiles: Vec<Profile> = Vec::new();
    let (mut errors, mut at) = (0, 0);
    // Where settings go: nowhere before the first section, and in those of other types.
    let mut is_open = false;
    let mut last: Option<(String, usize)> = None;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim_end();
        let bare = body.trim_start();
        let indent = body.len() - bare.len();
        if bare.is_empty() || bare.starts_with(['#', ';']) {
            continue;
        }
        if let Some((above, _)) = last.as_ref().filter(|(_, of)| indent > *of) {
            if let Some(profile) = profiles.last_mut().filter(|_| is_open) {
                profile.go_on(above, bare, Span::new(start, start + body.len()));
            }
            continue;
        }
        if let Some(header) = bare.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            last = None;
            let name = name(header).filter(|_| profiles.len() < PROFILES);
            is_open = name.is_some();
            if let Some(name) = name {
                let span = Span::new(start + indent, start + body.len());
                profiles.push(Profile { name: name.to_owned(), span, ..Profile::default() });
            }
            continue;
        }
        let Some((key, sign)) = bare.find(['=', ':']).and_then(|sign| Some((bare.get(..sign)?.trim(), sign))) else {
            errors += 1;
            continue;
        };
        let raw = bare.get(sign + 1..).unwrap_or_default();
        let value = raw.trim_start();
        let from = indent + sign + 1 + (raw.len() - value.len());
        let key = key.to_ascii_lowercase();
        last = Some((key.clone(), indent));
        if let Some(profile) = profiles.last_mut().filter(|_| is_open) {
            let span = Span::new(start + indent, start + body.len());
            profile.span.end = span.end;
            let setting = Setting {
                span,
                head: body.get(..from).unwrap_or_default().to_owned(),
                value: value.to_owned(),
                at: Span::new(start + from, start + body.len()),
                goes_on: false,
            };
            profile.settings.insert(key, setting);
        } else {
            errors += usize::from(profiles.is_empty());
        }
    }
    (profiles, errors)
}

/// The profile a section is about: `[profile name]` in the config file, `[name]` in the credentials file.
fn name(header: &str) -> Option<&str> {
    let header = header.trim();
    let name = match header.split_once([' ', '\t']) {
        None => header,
        Some(("profile", name)) => name.trim(),
        // `sso-session` and `services`.
        Some(_) => return None,
    };
    let name = name.strip_prefix(['"', '\'']).and_then(|name| name.strip_suffix(['"', '\''])).unwrap_or(name);
    (!name.is_empty()).then_some(name)
}

fn call(text: &str, profiles: &[Profile], profile: &Profile) -> Option<Call> {
    let role = profile.settings.get("role_arn")?;
    let has = |setting: &str| profile.settings.contains_key(setting);
    // With a token the token is used, and an ExternalId is passed over without a word.
    let is_web = has("web_identity_token_file");
    let operation = if is_web { Operation::AssumeRoleWithWebIdentity } else { Operation::AssumeRole };
    let settings = SETTINGS.iter().filter_map(|(key, name)| Some((*name, profile.settings.get(*key)?)));
    let mut parameters: BTreeMap<Name, Parameter> =
        settings.map(|(name, setting)| (name, parameter(name, setting))).collect();
    parameters.entry(Name::RoleSessionName).or_insert(Parameter::Implied { pattern: "*" });
    let value = |setting: &str| profile.settings.get(setting).map(|setting| setting.value.as_str());
    let source = value("source_profile").or_else(|| value("credential_source"));
    let key = |name: Name| SETTINGS.iter().find(|(_, other)| *other == name).map(|(key, _)| *key);
    let setting = |name: Name| profile.settings.get(key(name)?);
    let place = |name: Name| match (name, setting(name)) {
        // It is the region of all that the profile is used for.
        (Name::Region, _) => None,
        (Name::ExternalId | Name::SerialNumber | Name::SourceIdentity, _) if is_web => None,
        (_, Some(setting)) => Some(correcting(setting)),
        (Name::ExternalId, None) => Some(beside(text, role, "external_id", profile.indented)),
        (_, None) => Some(beside(text, role, key(name)?, None)),
    };
    let out = |name: Name| {
        let gone = [Some(name), (name == Name::Tags).then_some(Name::TransitiveTagKeys)];
        setting(name)?;
        gone.into_iter().flatten().filter_map(setting).map(|setting| taking_out(text, setting)).collect()
    };
    Some(Call {
        style: Style::Profile,
        operation,
        tool: "shared-config",
        span: profile.span,
        parameters,
        source: source.map(Into::into),
        profile: Some(profile.name.as_str().into()),
        device: device(profiles, profile).map(Into::into),
        chained: chained(profiles, profile),
        slots: slots(place),
        removals: removals(out),
    })
}

fn parameter(name: Name, setting: &Setting) -> Parameter {
    let unknown = Parameter::Unknown { expression: setting.value.clone(), span: setting.at };
    if setting.goes_on || comment(&setting.value).is_some() || setting.value.is_empty() {
        return unknown;
    }
    let value = match name {
        // `team=blue,env=prod`
        Name::Tags => setting.value.split(',').map(str::trim).collect::<Vec<_>>().join("\n"),
        _ => setting.value.clone(),
    };
    Parameter::Known { value, span: setting.at }
}

/// Where a comment may start behind a value.
fn comment(value: &str) -> Option<usize> {
    value.match_indices(['#', ';']).map(|(at, _)| at).find(|at| {
        let before = value.get(..*at).unwrap_or_default();
        before.is_empty() || before.ends_with([' ', '\t'])
    })
}

/// Whether the credentials that a profile starts from are those of a role.
fn chained(profiles: &[Profile], profile: &Profile) -> Option<bool> {
    let value = |setting: &str| profile.settings.get(setting).map(|setting| setting.value.as_str());
    if let Some("Ec2InstanceMetadata" | "EcsContainer") = value("credential_source") {
        return Some(true);
    }
    let name = value("source_profile")?;
    let source: Vec<&Profile> = profiles.iter().filter(|profile| profile.name == name).collect();
    let has = |setting: &str| source.iter().any(|profile| profile.settings.contains_key(setting));
    let is_role = has("role_arn") || has("sso_session") || has("sso_start_url");
    // A profile may name itself to take its own keys.
    if name == profile.name {
        return (has("aws_access_key_id") && !has("aws_session_token")).then_some(false);
    }
    match is_role {
        true => Some(true),
        false => (has("aws_access_key_id") && !has("aws_session_token")).then_some(false),
    }
}

/// The MFA device of the profiles that a profile starts from, if it has none of its own.
fn device<'p>(profiles: &'p [Profile], profile: &'p Profile) -> Option<&'p str> {
    let mut at = profile;
    for _ in 0..8 {
        if let Some(device) = at.settings.get("mfa_serial") {
            let is_known = !std::ptr::eq(at, profile) && !device.goes_on && comment(&device.value).is_none();
            return is_known.then_some(device.value.as_str());
        }
        let source = &at.settings.get("source_profile")?.value;
        at = profiles.iter().find(|profile| profile.name == *source)?;
    }
    None
}

/// The value as it stands; a comment behind it gets a line of its own, where all readers take it for one.
fn correcting(setting: &Setting) -> Slot {
    let mut slot = Slot::replace(setting.at, Quoting::Line);
    if let Some(comment) = comment(&setting.value).and_then(|at| setting.value.get(at..)) {
        let margin = setting.head.get(..setting.head.len() - setting.head.trim_start().len()).unwrap_or_default();
        slot.also.push(Edit::insert(setting.span.start as usize, format!("{comment}\n{margin}")));
    }
    slot
}

/// The line of a setting, with its line break; `None` when more belongs to it.
fn taking_out(text: &str, setting: &Setting) -> Option<Edit> {
    let margin = setting.head.len() - setting.head.trim_start().len();
    let start = (setting.span.start as usize).checked_sub(margin).filter(|_| !setting.goes_on)?;
    let rest = text.get(setting.span.end as usize..)?;
    let end = rest.find('\n').map_or(text.len(), |at| setting.span.end as usize + at + 1);
    Some(Edit::replace(Span::new(start, end), ""))
}

/// A line below the role's, in its way, or in place of a line that was meant to be it.
fn beside(text: &str, role: &Setting, name: &str, instead_of: Option<Span>) -> Slot {
    let rest = text.get(role.span.end as usize..).unwrap_or_default();
    let newline = if rest.trim_start_matches([' ', '\t']).starts_with("\r\n") { "\r\n" } else { "\n" };
    let key = role.head.trim_start().split(['=', ':', ' ', '\t']).next().unwrap_or_default();
    let head = role.head.replacen(key, name, 1);
    // Padded settings keep their column.
    let padding = role.head.trim_start().get(key.len()..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    let longer = name.len().saturating_sub(key.len());
    let head = match padding {
        0 | 1 => head,
        _ => {
            let blanks = " ".repeat(padding);
            head.replacen(&blanks, &" ".repeat(padding.saturating_sub(longer).max(1)), 1)
        }
    };
    match instead_of {
        Some(span) => Slot { before: head, ..Slot::replace(span, Quoting::Line) },
        None => Slot::insert(role.span.end, format!("{newline}{head}"), "", Quoting::Line),
    }
}
