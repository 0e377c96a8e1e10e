//! Policies in the languages that fixes are written in.

use countersign_audit::input::terraform::read_root;
use countersign_audit::input::{Given, Named, Reading, read};

use crate::tree::{Layout, Tree, map, text};
use crate::{Choices, cloudformation, grammar, roles};

const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringEqualsIfExists",
    "StringLike",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringEquals",
    "StringLikeIfExists",
    "ForAllValues:StringLike",
    "StringNotEquals",
    "ArnLike",
    "Bool",
    "Null",
];

const KEYS: &[(&str, &[&str])] = &[
    ("sts:ExternalId", &["tenant-7f2", "*", "tenant-*", "999988887777", "111111111111", "", "v1"]),
    ("sts:externalid", &["tenant-7f2", "*"]),
    ("aws:SourceAccount", &["111111111111", "999988887777"]),
    ("aws:PrincipalArn", &["arn:aws:iam::999988887777:role/Collector", "*"]),
    ("aws:PrincipalOrgID", &["o-acmeacme01"]),
    ("token.actions.githubusercontent.com:aud", &["sts.amazonaws.com"]),
    ("sts:RoleSessionName", &["s1", "*"]),
    ("aws:MultiFactorAuthPresent", &["true"]),
];

/// A file with one role.
#[derive(Debug, Clone)]
pub struct Mendable {
    name: &'static str,
    /// Its text.
    pub text: String,
}

impl Mendable {
    /// A policy in some language.
    pub fn chosen(choices: &mut Choices<'_>) -> Self {
        let policy = match choices.below(4) {
            3 => Tree::of_json(&grammar::policy(choices)).unwrap_or(Tree::Map(Vec::new())),
            _ => policy(choices),
        };
        let language = choices.below(8);
        let layout = Layout::chosen(choices);
        let (name, text) = write(language, &policy, layout, choices);
        Self { name, text }
    }

    /// The same file with another text.
    pub fn with_text(&self, text: String) -> Self {
        Self { name: self.name, text }
    }

    /// Reads it.
    pub fn read(&self) -> Reading {
        match self.name {
            "main.tf" => read_root("", None, &roles::in_memory([(self.name, self.text.clone())]), &Given::default()),
            name => read(name, self.text.as_bytes(), Named::ByUser),
        }
    }
}

fn write(language: usize, policy: &Tree, layout: Layout, choices: &mut Choices<'_>) -> (&'static str, String) {
    let resource = |policy: &str| {
        let comment = "# before\nvariable \"region\" {\n  default = \"x\"\n}\n\n";
        format!("{comment}resource \"aws_iam_role\" \"r\" {{\n  assume_role_policy = {policy} # after\n}}\n")
    };
    match language {
        0 => ("trust.json", policy.json(layout, 0) + "\n"),
        1 => ("main.tf", resource(&format!("jsonencode({})", policy.hcl(layout, 1)))),
        2 => {
            let escaped = policy.json(layout, 1).replace("${", "$${").replace("%{", "%%{");
            let heredoc = resource(&format!("<<-EOT\n{escaped}\nEOT\n")).replace(" # after", "");
            ("main.tf", heredoc)
        }
        3 => {
            let blocks: String =
                policy.members().iter().filter(|(key, _)| key == "Statement").map(|(_, tree)| blocks(tree)).collect();
            let document = format!("data \"aws_iam_policy_document\" \"d\" {{\n{blocks}}}\n\n");
            ("main.tf", document + &resource("data.aws_iam_policy_document.d.json"))
        }
        4 | 5 => {
            let role = map([
                ("Type", text("AWS::IAM::Role")),
                ("Properties", map([("AssumeRolePolicyDocument", policy.clone())])),
            ]);
            let mut sections = vec![("Resources".to_owned(), map([("Role", role)]))];
            if choices.below(2) == 1 {
                let parameter = map([("Type", text("String")), ("Default", text(choices.one_of(&["", "x"])))]);
                let name = choices.one_of(&["Other", "ExternalId"]);
                sections.insert(0, ("Parameters".to_owned(), map([(name, parameter)])));
            }
            cloudformation::write(&Tree::Map(sections), layout, language == 4)
        }
        6 => {
            // Flow style for the statements alone.
            let flow = policy.yaml(Layout::flow(layout), 0);
            let text = format!(
                "# before\nResources:\n  Role: # a role\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:{flow}\n"
            );
            ("template.yaml", text)
        }
        _ => {
            let text = policy.json(layout, 0).replace("\r\n", "\n").replace('\n', "\n        ");
            let text = format!(
                "Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: |\n        {text}\n"
            );
            ("template.yaml", text)
        }
    }
}

fn policy(choices: &mut Choices<'_>) -> Tree {
    let count = 1 + choices.below(3);
    let statements: Vec<Tree> = (0..count).map(|_| statement(choices)).collect();
    let statements = match statements.len() {
        1 if choices.below(2) == 1 => statements.into_iter().next().unwrap_or(text("")),
        _ => Tree::List(statements),
    };
    map([("Version", text("2012-10-17")), ("Statement", statements)])
}

fn statement(choices: &mut Choices<'_>) -> Tree {
    let mut members = Vec::new();
    if choices.once_in(4) {
        members.push(("Sid".to_owned(), text("Trust")));
    }
    members.push(("Effect".to_owned(), text(choices.one_of(&["Allow", "Allow", "Allow", "Allow", "Deny"]))));
    let (kind, names): (&str, &[&str]) = choices.one_of(&[
        ("AWS", &["arn:aws:iam::999988887777:root"] as &[&str]),
        ("AWS", &["999988887777"]),
        ("AWS", &["arn:aws:iam::999988887777:role/Collector"]),
        ("AWS", &["arn:aws:iam::999988887777:root", "arn:aws:iam::222222222222:root"]),
        ("AWS", &["*"]),
        ("Service", &["s3.amazonaws.com"]),
        ("Service", &["cloudtrail.amazonaws.com", "lambda.amazonaws.com"]),
        ("Federated", &["arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"]),
        ("AWS", &["arn:aws:iam::111111111111:root"]),
    ]);
    let action = if kind == "Federated" { "sts:AssumeRoleWithWebIdentity" } else { "sts:AssumeRole" };
    members.push(("Principal".to_owned(), map([(kind, one_or_list(names, choices))])));
    members.push(("Action".to_owned(), one_or_list(&[action], choices)));
    let mut blocks: Vec<(String, Tree)> = Vec::new();
    for _ in 0..choices.below(4) {
        let operator = choices.one_of(OPERATORS);
        let count = 1 + choices.below(5) / 3;
        let keys = (0..count).map(|_| {
            let (key, values) = choices.one_of(KEYS);
            let first = choices.one_of(values);
            let values: &[&str] = if choices.once_in(4) { &[first, "second"] } else { &[first] };
            (key.to_owned(), one_or_list(values, choices))
        });
        let keys = keys.collect();
        // An operator that repeats is no policy that anybody can deploy from a template.
        if blocks.iter().all(|(other, _)| other != operator) {
            blocks.push((operator.to_owned(), Tree::Map(keys)));
        }
    }
    if !blocks.is_empty() || choices.once_in(8) {
        members.push(("Condition".to_owned(), Tree::Map(blocks)));
    }
    Tree::Map(members)
}

fn one_or_list(names: &[&str], choices: &mut Choices<'_>) -> Tree {
    match names {
        [one] if choices.below(2) == 0 => text(one),
        names => Tree::List(names.iter().map(|name| text(name)).collect()),
    }
}

/// The statements as blocks.
fn blocks(statements: &Tree) -> String {
    let flat = Layout::chosen(&mut Choices::new(&[3, 0, 0]));
    let of = |members: &[(String, Tree)]| {
        let mut inside = String::new();
        for (key, tree) in members {
            match key.as_str() {
                "Sid" => inside += &format!("    sid = {}\n", tree.hcl(flat, 0)),
                "Effect" => inside += &format!("    effect = {}\n", tree.hcl(flat, 0)),
                "Action" => inside += &format!("    actions = {}\n", values(tree, flat)),
                "NotAction" => inside += &format!("    not_actions = {}\n", values(tree, flat)),
                "Principal" | "NotPrincipal" => {
                    let name = if key == "Principal" { "principals" } else { "not_principals" };
                    for (kind, names) in tree.members() {
                        let names = values(names, flat);
                        inside +=
                            &format!("    {name} {{\n      type = \"{kind}\"\n      identifiers = {names}\n    }}\n");
                    }
                }
                _ => {
                    for (operator, keys) in tree.members() {
                        for (key, tree) in keys.members() {
                            let (key, values) = (text(key).hcl(flat, 0), values(tree, flat));
                            inside += &format!(
                                "\n    condition {{\n      test = \"{operator}\"\n      variable = {key}\n      values = {values}\n    }}\n"
                            );
                        }
                    }
                }
            }
        }
        format!("  statement {{\n{inside}  }}\n")
    };
    statements.items().into_iter().map(|statement| of(statement.members())).collect()
}

fn values(tree: &Tree, layout: Layout) -> String {
    Tree::List(tree.items().into_iter().cloned().collect()).hcl(layout, 0)
}
