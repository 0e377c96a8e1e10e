//! From bytes to roles: one file per format. Formats are told apart by content.
//!
//! Nothing is lost to what stands beside it: a role whose policy cannot be read is a role all the same, with the problem
//! at its place, and of a damaged file the rest is read (`salvage`).

mod account_details;
mod attached;
pub mod aws_profile;
mod cloudformation;
mod config_item;
mod decisions;
mod files;
mod policy_json;
mod salvage;
pub mod terraform;
mod terraform_plan;
mod trust_policy;

pub use files::{Files, Given, InMemory};
pub use policy_json::other_kind;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use countersign_policy::document::{Node, Problem, Span, Value, decode_policy_text, utf8};

use crate::caller::Caller;
use crate::comment::json_start;
use crate::permissions::WrittenPolicy;
use crate::role::Role;
use crate::source::{InputProblem, ProblemSeverity, SourceFile};

/// Why a file is read; it decides what silence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The user named the file: that it holds no trust policy is an error.
    ByUser,
    /// It was found in a folder: it may be about anything.
    InFolder,
}

/// What a file held.
#[derive(Debug, Default)]
pub struct Reading {
    /// Its roles.
    pub roles: Vec<Role>,
    /// What could not be used.
    pub problems: Vec<InputProblem>,
    /// The folders of the Terraform modules that were read.
    pub folders: BTreeSet<String>,
    /// What assumes roles of others.
    pub callers: Vec<Caller>,
}

/// The member in which IAM's answers hold a role's trust policy.
const TRUST_POLICY: &str = "AssumeRolePolicyDocument";

const NOT_UTF8: &str = "not UTF-8 text";

/// Whether a file that starts like this can hold roles. Of others a folder may have many, and large ones: nobody needs to
/// read on.
#[must_use]
pub fn may_hold_roles(head: &[u8]) -> bool {
    // As UTF-16 starts; whoever reads the file knows more.
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return true;
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    match text.first() {
        Some(b'{' | b'[' | b'"') => true,
        Some(b'/') => json_start(&String::from_utf8_lossy(text)).starts_with(['{', '[']),
        Some(b'%') => decode_policy_text(&String::from_utf8_lossy(text)).1,
        Some(_) => cloudformation::may_be_yaml(&String::from_utf8_lossy(text)),
        // Blanks all over, or nothing at all.
        None => !head.is_empty(),
    }
}

fn starts_like_json(text: &str) -> bool {
    json_start(text).starts_with(['{', '[', '"', '%'])
}

/// Reads the roles of a file. `path` is what reports call it.
#[must_use]
pub fn read(path: &str, bytes: &[u8], named: Named) -> Reading {
    read_with(path, bytes, named, &Given::default())
}

/// As [`read`], with values for what a template leaves open.
#[must_use]
pub fn read_with(path: &str, bytes: &[u8], named: Named, given: &Given) -> Reading {
    read_as(Format::Detect, path, bytes, named, given)
}

/// What a file is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// What its content says.
    #[default]
    Detect,
    /// A policy, what the aws CLI prints, a plan: anything but a template.
    Policy,
    /// A `CloudFormation` template.
    CloudFormation,
}

/// As [`read_with`], whatever the content looks like.
#[must_use]
pub fn read_as(format: Format, path: &str, bytes: &[u8], named: Named, given: &Given) -> Reading {
    let (text, damage) = match utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), None),
        Err((problem, _)) => (String::from_utf8_lossy(bytes), Some(problem)),
    };
    let file = SourceFile::new(path, text.into_owned());
    let is_template = match format {
        Format::Detect => cloudformation::is_template(file.text()),
        Format::Policy => false,
        Format::CloudFormation => true,
    };
    let of_template = is_template.then(|| cloudformation::read(&file, named, given));
    if let Some(mut reading) = of_template.flatten() {
        if reading.roles.is_empty() && reading.problems.is_empty() && named == Named::ByUser {
            let help = "its resources are no roles; countersign audits who can assume roles";
            let message = "no role in this template";
            reading.problems.push(InputProblem::of_file(path, ProblemSeverity::Error, message, help));
        }
        reading.problems.extend(
            damage.map(|Problem { span, help, .. }| {
                InputProblem::at(&file, span, ProblemSeverity::Error, NOT_UTF8, help)
            }),
        );
        return reading;
    }
    let mentions_roles = file.text().contains(TRUST_POLICY);
    let looks_like_policies = may_hold_roles(bytes)
        && (mentions_roles
            || [
                "\"Statement\"",
                "Statement:",
                "\"Principal\"",
                "RoleDetailList",
                "%22Statement%22",
                "\\\"Statement\\\"",
                "_iam_role\"",
                "\"AWS::IAM::Role\"",
            ]
            .iter()
            .any(|word| file.text().contains(word)));
    let mut reader = Reader {
        file: &file,
        named,
        damaged: damage.is_some(),
        starts_like_json: starts_like_json(file.text()),
        mentions_roles,
        own_policies: Vec::new(),
        managed: BTreeMap::new(),
        reading: Reading::default(),
    };
    if named == Named::InFolder && !looks_like_policies {
        return reader.reading;
    }
    reader.read_text();
    if let Some(Problem { span, help, .. }) = damage {
        let problem = InputProblem::at(&file, span, ProblemSeverity::Error, NOT_UTF8, help);
        let is_told = |told: &InputProblem| (told.line, told.column) == (problem.line, problem.column);
        if !reader.reading.problems.iter().any(is_told) {
            reader.reading.problems.push(problem);
        }
    }
    reader.finish()
}

/// A file while it is read.
struct Reader<'f> {
    file: &'f SourceFile,
    named: Named,
    /// What was not UTF-8 stands as U+FFFD in the text.
    damaged: bool,
    /// Whether the text starts like one that is read.
    starts_like_json: bool,
    /// Whether the text has the word that every answer of IAM's about roles has.
    mentions_roles: bool,
    /// Which roles are policies on their own.
    own_policies: Vec<usize>,
    /// The managed policies the file has, by their ARNs.
    managed: BTreeMap<String, Arc<WrittenPolicy>>,
    reading: Reading,
}

impl Reader<'_> {
    fn read_text(&mut self) {
        if self.file.text().trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() || self.percent_encoded() {
            return;
        }
        if let Some((documents, problems)) = cloudformation::yaml_policies(self.file, self.named) {
            documents.iter().for_each(|tree| self.of_node(tree));
            for Problem { severity, span, message, help } in problems {
                self.problem(span, severity.into(), message, help);
            }
            return;
        }
        let salvaged = salvage::parse(self.file.text());
        if let Some(tree) = &salvaged.tree {
            self.of_node(tree);
        }
        let told = |problem: &InputProblem| problem.severity == ProblemSeverity::Error;
        match salvaged.problem {
            // A policy that nests too deep has been named as such.
            Some(_) if salvaged.tree.is_some() && !salvaged.is_cut && self.reading.problems.iter().any(told) => {}
            Some(_) if salvaged.tree.is_none() && self.damaged => {}
            // Scripts start with a quote too, and prose has words of templates.
            Some(_) if self.named == Named::InFolder && salvaged.tree.is_none() && !self.is_likely_json() => {}
            Some(problem) if self.named == Named::InFolder && self.is_template_mark(problem.span) => {
                let message = "a template, and no JSON until its values are put in";
                let help = "it is audited where Terraform uses it; of other tools, audit what they make of it";
                self.problem(problem.span, ProblemSeverity::Note, message, Some(help.to_owned()));
            }
            Some(problem) => self.problem(problem.span, ProblemSeverity::Error, problem.message, problem.help),
            None => {}
        }
    }

    /// Whether `${…}` or `%{…}` stands here.
    fn is_template_mark(&self, span: Span) -> bool {
        let text = usize::try_from(span.start).ok().and_then(|start| self.file.text().get(start..));
        text.is_some_and(|text| text.starts_with("${") || text.starts_with("%{"))
    }

    /// A page in Markdown may start with a bracket, and a script with a quote.
    fn is_likely_json(&self) -> bool {
        let text = json_start(self.file.text());
        match text.strip_prefix('[') {
            Some(inside) => inside.trim_start().starts_with(['{', '"', ']']),
            None => self.starts_like_json && !text.starts_with('"'),
        }
    }

    /// Recognizes a tree: a policy, an envelope of IAM's, or a list of them.
    fn of_node(&mut self, node: &Node) {
        match &node.value {
            Value::Object(_) if self.is_policy(node) => self.own_policy(node),
            Value::Object(_) if terraform_plan::is_plan(node) => self.plan(node),
            Value::Object(_) if config_item::is_one(node) => self.config_items(node),
            Value::Object(_) => self.envelope(node),
            Value::Array(nodes) => nodes.iter().for_each(|node| self.of_node(node)),
            Value::String(_) => self.policy_string(node),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn finish(mut self) -> Reading {
        self.resolve_managed();
        if let [_, _, ..] = self.own_policies.as_slice() {
            for (nth, at) in self.own_policies.iter().enumerate() {
                if let Some(role) = self.reading.roles.get_mut(*at) {
                    role.name = format!("{}#{}", role.name, nth + 1);
                }
            }
        }
        if self.reading.roles.is_empty() && self.named == Named::ByUser {
            self.reading
                .problems
                .iter_mut()
                .filter(|problem| policy_json::is_other_policy(problem))
                .for_each(|problem| problem.severity = ProblemSeverity::Error);
        }
        if self.reading.roles.is_empty() && self.reading.problems.is_empty() {
            self.nothing_found();
        }
        self.reading
    }

    fn nothing_found(&mut self) {
        let known = "countersign reads trust policies (objects with `Statement`), CloudFormation templates, Terraform modules, plans and states, the output of `aws iam get-role`, `list-roles` and `get-account-authorization-details`, and AWS Config items";
        let is_meant = self.starts_like_json || cloudformation::is_meant(self.file, self.named);
        let severity = match self.named {
            Named::ByUser => ProblemSeverity::Error,
            Named::InFolder if self.mentions_roles && is_meant => ProblemSeverity::Warning,
            Named::InFolder => return,
        };
        let message = if self.mentions_roles {
            format!("`{TRUST_POLICY}` stands here in a format that is not read")
        } else if self.file.text().trim().is_empty() {
            "the file is empty".to_owned()
        } else {
            "no trust policy in this file".to_owned()
        };
        let problem = InputProblem::of_file(self.file.path(), severity, message, known);
        self.reading.problems.push(problem);
    }

    fn problem(&mut self, span: Span, severity: ProblemSeverity, message: impl Into<String>, help: Option<String>) {
        self.reading.problems.push(InputProblem::at(self.file, span, severity, message, help));
    }

    fn wrong_type(&mut self, node: &Node, element: &str, wanted: &str) {
        let help = "this is not what the aws CLI prints; was the file edited?";
        let message = format!("{element} is {}, not {wanted}", node.kind_name());
        self.problem(node.span, ProblemSeverity::Error, message, Some(help.to_owned()));
    }
}
