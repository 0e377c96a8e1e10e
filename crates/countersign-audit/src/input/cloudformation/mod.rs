//! `CloudFormation` templates, SAM's and the CDK's among them, in YAML and JSON.
//!
//! `yaml` and the JSON reader yield a tree (`resume` goes on after mistakes), `template` finds its parts, `resolve` and its
//! neighbours evaluate the functions in the policy of one role, and `role` does so in every way that parameters and
//! conditions leave open.

mod condition;
mod foreach;
mod intrinsic;
mod nested;
mod outcome;
mod parameter;
mod permissions;
mod place;
mod policy;
mod problems;
mod reference;
mod resolve;
mod resume;
mod role;
mod serverless;
mod sub;
mod template;
mod written;
mod yaml;

use std::collections::BTreeMap;

use countersign_policy::document::{Node, Problem, Text};

use super::trust_policy::seconds;
use super::{Given, Named, Reading, TRUST_POLICY, salvage};
use crate::comment::json_start;
use crate::fix::Language;
use crate::role::Role;
use crate::source::SourceFile;
use problems::Problems;
use role::{RoleReader, Source};
use template::{Template, members};

/// The most problems that are told of one file.
const MAX_PROBLEMS: usize = 200;
/// How deep templates inside templates are read.
const MAX_TEMPLATES: usize = 3;

/// Whether a text has the words that a template has.
pub(super) fn is_template(text: &str) -> bool {
    text.contains("AWS::") && (text.contains("\"Resources\"") || text.contains("Resources:"))
}

/// The documents of a text that is no JSON and may hold policies.
pub(super) fn yaml_policies(file: &SourceFile, named: Named) -> Option<(Vec<Node>, Vec<Problem>)> {
    let text = file.text();
    let holds_policies = text.contains("Statement:") || text.contains(TRUST_POLICY);
    let parsed = (!is_like_json(text) && holds_policies).then(|| yaml::parse(text))?;
    match is_meant(file, named) || parsed.problems.is_empty() {
        true => Some((parsed.documents, parsed.problems)),
        false => Some((Vec::new(), Vec::new())),
    }
}

fn is_like_json(text: &str) -> bool {
    json_start(text).starts_with(['{', '[', '"'])
}

/// Whether a file is meant to be read, so that it matters when it cannot be. Words of templates stand in code and prose too.
pub(super) fn is_meant(file: &SourceFile, named: Named) -> bool {
    let name = file.path().strip_suffix(".gz").unwrap_or(file.path()).to_ascii_lowercase();
    let is_called_so =
        [".yaml", ".yml", ".json", ".template", ".cfn"].iter().any(|extension| name.ends_with(extension));
    named == Named::ByUser || is_called_so || file.path().starts_with('<')
}

/// Whether a text that starts like this may be a template or a policy in YAML: their sections have no indentation.
pub(super) fn may_be_yaml(head: &str) -> bool {
    const SECTIONS: &[&str] = &[
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Globals",
        "Hooks",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Statement",
        "Transform",
    ];
    let is_section = |line: &str| {
        let name = line.split(':').next().unwrap_or_default();
        name.len() < line.len() && SECTIONS.contains(&name.trim_matches(['"', '\'', ' ']))
    };
    let mut words = head.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let is_comment = words.clone().next().is_none();
    // A comment may be longer than what was read so far.
    is_comment && head.len() >= LONG_HEAD || words.any(is_section)
}

/// A head that is all comment may have been cut.
const LONG_HEAD: usize = 4000;

/// The roles of a template; nothing when the text is none.
pub(super) fn read(file: &SourceFile, named: Named, given: &Given) -> Option<Reading> {
    let text = file.text();
    let holds_roles = [TRUST_POLICY, reference::ROLE, "AWS::Serverless::"].iter().any(|word| text.contains(word));
    if named == Named::InFolder && !holds_roles {
        return Some(Reading::default());
    }
    let (tree, told) = parsed(text);
    let mut problems = Problems::default();
    let mut roles = match &tree {
        Some(tree) => {
            let given = given.parameters.iter().map(|(name, value)| (name.clone(), Text::literal(value.as_str())));
            roles(&Reader { file, prefix: "", levels: MAX_TEMPLATES }, tree, &given.collect(), &mut problems)
        }
        None if told.is_empty() || is_like_json(text) => return None,
        None if !is_meant(file, named) => return Some(Reading::default()),
        None => Vec::new(),
    };
    for problem in told {
        problems.of_text(file, problem);
    }
    // What the CDK wrote is not for editing, and a template inside another one has its own parameters.
    let is_plain = |role: &&mut Role| role.name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    roles.iter_mut().filter(is_plain).for_each(|role| role.language = Language::CloudFormation);
    Some(Reading { roles, problems: problems.list, ..Reading::default() })
}

/// The first template of a text.
fn parsed(text: &str) -> (Option<Node>, Vec<Problem>) {
    if is_like_json(text) {
        let salvaged = salvage::parse_members(text);
        let flow = salvaged.problem.is_some().then(|| yaml::parse(text)).filter(|parsed| parsed.problems.is_empty());
        return match flow {
            Some(flow) => (flow.documents.into_iter().find(has_resources), Vec::new()),
            None => (salvaged.tree.filter(has_resources), salvaged.problem.into_iter().collect()),
        };
    }
    let parsed = resume::parse(text);
    (parsed.documents.into_iter().find(has_resources), parsed.problems)
}

/// Whether a tree has resources as templates have them.
fn has_resources(tree: &Node) -> bool {
    let resources = tree.get("Resources").map(members).unwrap_or_default();
    resources.iter().any(|member| {
        let kind = member.value.get("Type").and_then(Node::as_str);
        foreach::is_loop(&member.key) || kind.is_some_and(|kind| kind.contains("::"))
    })
}

/// Where a template stands.
struct Reader<'f> {
    file: &'f SourceFile,
    prefix: &'f str,
    levels: usize,
}

fn roles(reader: &Reader<'_>, tree: &Node, given: &BTreeMap<String, Text>, problems: &mut Problems) -> Vec<Role> {
    let template = Template::new(reader.file, tree, given, problems);
    let attached = permissions::Attached::new(&template, problems);
    let mut roles = Vec::new();
    for resource in &template.resources {
        let read = |name: String, source: Source<'_>, problems: &mut Problems| {
            RoleReader { template: &template, problems, prefix: reader.prefix, defaults: Vec::new() }
                .read(resource, name, source)
        };
        match resource.kind {
            reference::ROLE => {
                let source = match (resource.property(TRUST_POLICY), template.macro_name) {
                    (Some(policy), _) => Source::Written(policy),
                    (None, Some(name)) => Source::Macro(name),
                    (None, None) => Source::Missing,
                };
                let mut role = read(resource.address(), source, problems);
                let name = role::property(&template, resource, "RoleName", problems);
                role.role_name = name.and_then(|name| name.as_str().map(str::to_owned));
                role.tags = role::property(&template, resource, "Tags", problems).as_ref().and_then(role::tags);
                let path = role::property(&template, resource, "Path", problems);
                role.path = path.and_then(|path| path.as_str().map(str::to_owned));
                let longest = role::property(&template, resource, "MaxSessionDuration", problems);
                role.max_session_duration = longest.as_ref().and_then(seconds);
                role.permissions = attached.of(&template, resource, role.role_name.as_deref(), problems);
                roles.push(role);
            }
            "AWS::CloudFormation::StackSet" | "AWS::CloudFormation::Stack" => {
                if reader.levels <= 1 {
                    let message = format!("templates inside templates are read {MAX_TEMPLATES} deep");
                    let help = "audit the template of this one on its own";
                    problems.warning(reader.file, resource.header, message, help);
                    continue;
                }
                let Some(body) = nested::body(&template, resource, problems) else { continue };
                let given = nested::parameters(&template, resource, problems);
                let prefix = format!("{}{}/", reader.prefix, resource.name);
                let inner = Reader { file: reader.file, prefix: &prefix, levels: reader.levels - 1 };
                roles.extend(self::roles(&inner, &body, &given, problems));
            }
            _ => {
                let Some(source) = serverless::trust_of(&template, resource) else { continue };
                let mut role = read(format!("{}Role", resource.name), source, problems);
                role.permissions = attached.of_generated(&template, resource, problems);
                roles.push(role);
            }
        }
    }
    roles
}
