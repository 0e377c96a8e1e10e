//! Profiles of the AWS CLI and SDKs that assume a role: `~/.aws/config` and `~/.aws/credentials`.
//!
//! The format is AWS's own (AWS SDKs and Tools Reference Guide, *Shared config and credentials files*), and no INI crate
//! reads it: indented lines belong to the setting above them, a comment may follow a blank, section names have a type and
//! quotes, and both files make up one profile. Findings also need the line. So it is read here, line by line.

use countersign_policy::document::{Span, Text};

use crate::caller::Caller;
use crate::source::{InputProblem, ProblemSeverity, SourceFile};

/// The profiles of some files.
#[derive(Debug, Default)]
pub struct Profiles {
    /// Those that assume a role.
    pub callers: Vec<Caller>,
    /// Lines that could not be used.
    pub problems: Vec<InputProblem>,
}

/// A profile with what matters here.
#[derive(Default)]
struct Profile {
    name: String,
    role: Option<(String, Span, SourceFile)>,
    external_id: Option<String>,
    web_identity: bool,
}

/// Reads the profiles of all files together; of a setting that repeats the last counts.
#[must_use]
pub fn read(files: &[SourceFile]) -> Profiles {
    let mut read = Profiles::default();
    let mut profiles: Vec<Profile> = Vec::new();
    for file in files {
        read_file(file, &mut profiles, &mut read.problems);
    }
    let callers = profiles.into_iter().filter(|profile| !profile.web_identity).filter_map(|profile| {
        let (role, span, file) = profile.role?;
        Some(Caller {
            name: format!("profile `{}`", profile.name),
            role: Text::literal(role),
            external_id: profile.external_id.map(Text::literal),
            span,
            sources: file.into(),
        })
    });
    read.callers = callers.collect();
    read
}

fn read_file(file: &SourceFile, profiles: &mut Vec<Profile>, problems: &mut Vec<InputProblem>) {
    let mut at = 0;
    // The profile that settings belong to; none before the first section, and in sections of other types.
    let mut current: Option<usize> = None;
    let mut is_before_sections = true;
    for line in file.text().split_inclusive('\n') {
        let start = at;
        at += line.len();
        let text = line.trim_end();
        let mut problem = |message: &str, help: &str| {
            let span = Span::new(start, start + text.len());
            let help = Some(help.to_owned());
            problems.push(InputProblem::at(file, span, ProblemSeverity::Warning, message, help));
        };
        // An indented line is a part of the setting above it.
        if text.is_empty() || text.starts_with(['#', ';', ' ', '\t']) {
            continue;
        }
        if let Some(rest) = text.strip_prefix('[') {
            is_before_sections = false;
            let Some((header, _)) = rest.split_once(']') else {
                problem("a section that does not end", "write it in brackets, as in [profile name]");
                current = None;
                continue;
            };
            current = profile_name(header).map(|name| place_of(profiles, name));
            continue;
        }
        let Some((key, value)) = text.split_once('=') else {
            problem("neither a section nor a setting", "write `name = value`; the line was passed over");
            continue;
        };
        let Some(profile) = current.and_then(|at| profiles.get_mut(at)) else {
            if is_before_sections {
                problem("a setting outside of any profile", "write it below a line such as [profile name]");
            }
            continue;
        };
        let value = without_comment(value);
        match key.trim().to_ascii_lowercase().as_str() {
            "role_arn" if !value.is_empty() => {
                let from = start + key.len() + 1 + text.get(key.len() + 1..).map_or(0, blanks);
                profile.role = Some((value.to_owned(), Span::new(from, from + value.len()), file.clone()));
            }
            "external_id" if !value.is_empty() => profile.external_id = Some(value.to_owned()),
            "web_identity_token_file" => profile.web_identity = true,
            _ => {}
        }
    }
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// The value without its blanks and the comment behind it, which starts after a blank.
fn without_comment(value: &str) -> &str {
    let value = value.trim();
    let comment = value.match_indices(['#', ';']).map(|(at, _)| at).find(|at| {
        let before = value.get(..*at).unwrap_or_default();
        before.is_empty() || before.ends_with([' ', '\t'])
    });
    value.get(..comment.unwrap_or(value.len())).unwrap_or(value).trim_end()
}

/// The profile a section is about: `[profile name]` in the config file, `[name]` in the credentials file.
fn profile_name(header: &str) -> Option<&str> {
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

fn place_of(profiles: &mut Vec<Profile>, name: &str) -> usize {
    profiles.iter().position(|profile| profile.name == name).unwrap_or_else(|| {
        profiles.push(Profile { name: name.to_owned(), ..Profile::default() });
        profiles.len() - 1
    })
}
