//! Modules of Terraform's language, out of few names, so that their parts refer to each other.

use countersign_audit::input::InMemory;

use crate::roles::in_memory;
use crate::tree::{Layout, Tree};
use crate::{Choices, grammar};

const NAMES: [&str; 4] = ["a", "b", "external_id", "ids"];

/// The functions that take what an expression yields; wrong arguments are part of the game.
const FUNCTIONS: &[&str] = &[
    "jsonencode",
    "try",
    "can",
    "format",
    "join",
    "concat",
    "merge",
    "coalesce",
    "lookup",
    "length",
    "flatten",
    "distinct",
    "keys",
    "values",
    "jsondecode",
    "yamldecode",
    "one",
    "compact",
    "contains",
    "startswith",
    "replace",
    "lower",
    "toset",
    "tolist",
    "tomap",
    "tostring",
    "tonumber",
    "tobool",
    "split",
    "substr",
    "regex",
    "regexall",
    "element",
    "slice",
    "range",
    "zipmap",
    "setproduct",
    "setunion",
    "setintersection",
    "setsubtract",
    "reverse",
    "sort",
    "chunklist",
    "formatlist",
    "coalescelist",
    "matchkeys",
    "index",
    "max",
    "min",
    "abs",
    "ceil",
    "floor",
    "parseint",
    "pow",
    "sum",
    "upper",
    "title",
    "trim",
    "trimspace",
    "trimprefix",
    "trimsuffix",
    "indent",
    "chomp",
    "strrev",
    "base64encode",
    "base64decode",
    "urlencode",
    "sha256",
    "md5",
    "alltrue",
    "anytrue",
    "endswith",
    "strcontains",
    "nonsensitive",
    "sensitive",
    "file",
    "templatefile",
    "templatestring",
    "uuid",
    "cidrhost",
    "join",
    "yamlencode",
    "csvdecode",
    "transpose",
    "unheard_of",
];

const OPERATORS: &[&str] = &["==", "!=", "&&", "||", "+", "-", "*", "/", "%", "<", ">=", ">"];

const REFERENCES: &[&str] = &[
    "var.a",
    "var.external_id",
    "local.a",
    "local.b",
    "var.b",
    "local.external_id",
    "var.ids",
    "local.ids",
    "each.key",
    "each.value",
    "count.index",
    "data.aws_caller_identity.current.account_id",
    "data.aws_partition.current.partition",
    "data.aws_iam_policy_document.a.json",
    "data.aws_iam_policy_document.b.json",
    "aws_iam_role.a.arn",
    "module.child.out",
    "module.child[0].out",
    "random_uuid.id.result",
    "path.module",
    "terraform.workspace",
    "each.value.id",
    "var.a[0]",
    "var.ids[\"x\"]",
    "local.ids.*.id",
    "local.b[*].arn",
    "aws_iam_role.b[\"x\"].name",
    "self.arn",
    "v",
    "k",
    "condition.value",
    "statement.value.ids",
    "data.aws_organizations_organization.o.id",
];

const TEXTS: &[&str] = &[
    "tenant-7f2",
    "arn:aws:iam::999988887777:root",
    "999988887777",
    "111111111111",
    "",
    "*",
    "sts:ExternalId",
    "x",
    "a,b",
    "%s",
    "[0-9]+",
    "${aws:username}",
    "é",
    "{\"a\": [1]}",
    "sts:AssumeRole",
    "StringEquals",
    "policy.tpl",
    "1",
];

/// The files of a root module.
pub fn module(choices: &mut Choices<'_>) -> InMemory {
    let main = body(choices, true);
    let mut files = vec![("main.tf", main)];
    if choices.once_in(3) {
        files.push(("child/main.tf", body(choices, true)));
    }
    if choices.once_in(3) {
        let count = choices.below(3);
        let lines: Vec<String> =
            (0..count).map(|_| format!("{} = {}\n", choices.one_of(&NAMES), expression(choices, 2))).collect();
        files.push(("terraform.tfvars", lines.concat()));
    }
    if choices.once_in(3) {
        files.push(("policy.tpl", template(choices, 3)));
    }
    in_memory(files)
}

fn body(choices: &mut Choices<'_>, calls: bool) -> String {
    let count = 1 + choices.below(8);
    let mut blocks: Vec<String> = (0..count).map(|_| block(choices, calls)).collect();
    blocks.push(role(choices));
    blocks.join("\n")
}

fn block(choices: &mut Choices<'_>, calls: bool) -> String {
    let name = choices.one_of(&NAMES);
    match choices.below(8) {
        0 => {
            let kind = choices.one_of(&[
                "",
                "type = string\n",
                "type = list(string)\n",
                "type = any\n",
                "type = map(object({ id = optional(string, \"x\") }))\n",
            ]);
            let default = match choices.below(4) {
                0 => String::new(),
                1 => "default = null\n".to_owned(),
                2 => "default = \"\"\n".to_owned(),
                _ => format!("default = {}\n", expression(choices, 2)),
            };
            format!("variable \"{name}\" {{\n{kind}{default}}}\n")
        }
        1 | 2 => {
            let count = 1 + choices.below(3);
            let locals: Vec<String> =
                (0..count).map(|_| format!("{} = {}\n", choices.one_of(&NAMES), expression(choices, 4))).collect();
            format!("locals {{\n{}}}\n", locals.concat())
        }
        3..=5 => document(choices, name),
        6 if calls => {
            let source = choices.one_of(&["./child", "./", "../child", "hashicorp/consul/aws"]);
            let arguments = format!("{name} = {}\n", expression(choices, 3));
            format!("module \"child\" {{\nsource = \"{source}\"\n{}{arguments}}}\n", repetition(choices))
        }
        _ => format!("output \"out\" {{\nvalue = {}\n}}\n", expression(choices, 3)),
    }
}

fn repetition(choices: &mut Choices<'_>) -> String {
    match choices.below(4) {
        2 => format!("count = {}\n", expression(choices, 2)),
        3 => format!("for_each = {}\n", expression(choices, 3)),
        _ => String::new(),
    }
}

fn role(choices: &mut Choices<'_>) -> String {
    let name = choices.one_of(&["a", "b"]);
    let repeated = repetition(choices);
    let policy = match choices.below(5) {
        0 => "data.aws_iam_policy_document.a.json".to_owned(),
        1 => format!("jsonencode({})", policy(choices)),
        2 => format!("<<-EOT\n{}\nEOT", template(choices, 2)),
        3 => "templatefile(\"${path.module}/policy.tpl\", { a = var.a, b = [\"x\"] })".to_owned(),
        _ => expression(choices, 5),
    };
    format!("resource \"aws_iam_role\" \"{name}\" {{\n{repeated}assume_role_policy = {policy}\n}}\n")
}

/// A policy as an object, in which some texts are expressions.
fn policy(choices: &mut Choices<'_>) -> String {
    let json = grammar::policy(choices);
    let Some(mut tree) = Tree::of_json(&json) else { return json };
    replace(&mut tree, choices);
    tree.hcl(Layout::chosen(choices), 0)
}

fn replace(tree: &mut Tree, choices: &mut Choices<'_>) {
    match tree {
        Tree::List(items) => items.iter_mut().for_each(|item| replace(item, choices)),
        Tree::Map(members) => members.iter_mut().for_each(|(_, item)| replace(item, choices)),
        _ => {}
    }
    if choices.once_in(12) {
        *tree = Tree::Bare(expression(choices, 3));
    }
}

fn document(choices: &mut Choices<'_>, name: &str) -> String {
    let mut inside = String::new();
    for _ in 0..1 + choices.below(3) {
        let text = match choices.below(6) {
            5 => {
                let element = choices.one_of(&["source_policy_documents", "override_policy_documents"]);
                format!("{element} = [{}]\n", expression(choices, 2))
            }
            4 => format!(
                "dynamic \"statement\" {{\nfor_each = {}\ncontent {{\n{}}}\n}}\n",
                expression(choices, 3),
                statement(choices)
            ),
            _ => format!("statement {{\n{}}}\n", statement(choices)),
        };
        inside.push_str(&text);
    }
    format!("data \"aws_iam_policy_document\" \"{name}\" {{\n{}{inside}}}\n", repetition(choices))
}

fn statement(choices: &mut Choices<'_>) -> String {
    let mut text = String::from("actions = [\"sts:AssumeRole\"]\n");
    if choices.once_in(4) {
        text += &format!("sid = {}\n", expression(choices, 1));
    }
    if choices.once_in(4) {
        text += &format!("effect = {}\n", choices.one_of(&["\"Deny\"", "\"Allow\"", "var.a"]));
    }
    let principal =
        choices.one_of(&["\"arn:aws:iam::999988887777:root\"", "\"999988887777\"", "var.a", "var.ids...", "local.a"]);
    text += &format!("principals {{\ntype = \"AWS\"\nidentifiers = [{principal}]\n}}\n");
    for _ in 0..choices.below(3) {
        let (operator, key) = (
            choices.one_of(&[
                "StringEquals",
                "StringLike",
                "StringEqualsIfExists",
                "Null",
                "ForAllValues:StringEquals",
            ]),
            choices.one_of(&["sts:ExternalId", "aws:PrincipalArn", "aws:SourceAccount", "${var.a}:sub"]),
        );
        let values =
            if choices.below(2) == 0 { format!("[{}]", expression(choices, 2)) } else { expression(choices, 3) };
        let condition = format!("test = \"{operator}\"\nvariable = \"{key}\"\nvalues = {values}\n");
        text += &match choices.below(3) {
            2 => format!(
                "dynamic \"condition\" {{\nfor_each = {}\ncontent {{\n{condition}}}\n}}\n",
                expression(choices, 3)
            ),
            _ => format!("condition {{\n{condition}}}\n"),
        };
    }
    text
}

/// An expression of at most so many levels.
fn expression(choices: &mut Choices<'_>, levels: usize) -> String {
    if levels == 0 {
        return match choices.below(3) {
            0 => quoted(choices.one_of(TEXTS)),
            1 => choices.one_of(REFERENCES).to_owned(),
            _ => choices.one_of(&["null", "true", "false", "0", "1", "1e308", "-0.5", "[]", "{}", "100000"]).to_owned(),
        };
    }
    let levels = levels - 1;
    match choices.below(16) {
        0 => quoted(choices.one_of(TEXTS)),
        1 => choices.one_of(REFERENCES).to_owned(),
        2 | 3 => {
            let count = 1 + choices.below(3);
            let arguments: Vec<String> = (0..count).map(|_| expression(choices, levels)).collect();
            let dots = if choices.once_in(8) { "..." } else { "" };
            format!("{}({}{dots})", choices.one_of(FUNCTIONS), arguments.join(", "))
        }
        4 => {
            let (condition, yes) = (expression(choices, levels), expression(choices, levels));
            format!("({condition} ? {yes} : {})", expression(choices, levels))
        }
        5 => format!("({} {} {})", expression(choices, levels), choices.one_of(OPERATORS), expression(choices, levels)),
        6 => {
            let count = choices.below(4);
            let items: Vec<String> = (0..count).map(|_| expression(choices, levels)).collect();
            format!("[{}]", items.join(", "))
        }
        7 => {
            let count = choices.below(4);
            let members: Vec<String> = (0..count)
                .map(|_| {
                    format!(
                        "{} = {}",
                        choices.one_of(&["id", "x", "\"sts:ExternalId\"", "(var.a)", "arn"]),
                        expression(choices, levels)
                    )
                })
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        8 => {
            let (collection, value) = (expression(choices, levels), expression(choices, levels));
            let guard = if choices.once_in(3) { format!(" if {}", expression(choices, levels)) } else { String::new() };
            format!("[for k, v in {collection} : {value}{guard}]")
        }
        9 => {
            let (collection, value) = (expression(choices, levels), expression(choices, levels));
            let dots = if choices.once_in(3) { "..." } else { "" };
            format!("{{ for k, v in {collection} : \"${{k}}\" => {value}{dots} }}")
        }
        10 | 11 => format!("\"{}\"", pieces(choices, levels)),
        12 => format!("!{}", expression(choices, levels)),
        13 => format!("{}[{}]", expression(choices, levels), expression(choices, levels)),
        14 => format!("({})[*].id", expression(choices, levels)),
        _ => format!("-({})", expression(choices, levels)),
    }
}

/// The inside of a template.
fn pieces(choices: &mut Choices<'_>, levels: usize) -> String {
    let count = 1 + choices.below(3);
    let piece = |choices: &mut Choices<'_>| match choices.below(6) {
        0 | 1 => choices.one_of(&["x", "arn:aws:iam::", ":root", "-", "$${a}", "%%{b}"]).to_owned(),
        2 | 3 => format!("${{{}}}", expression(choices, levels)),
        4 => format!("%{{ if {} }}y%{{ else }}n%{{ endif }}", expression(choices, levels)),
        _ => format!("%{{ for v in {} ~}}${{v}},%{{ endfor ~}}", expression(choices, levels)),
    };
    (0..count).map(|_| piece(choices)).collect()
}

/// A policy's text with holes, or any text.
fn template(choices: &mut Choices<'_>, levels: usize) -> String {
    if choices.once_in(4) {
        return pieces(choices, levels);
    }
    let policy = grammar::policy(choices);
    match choices.below(4) {
        0 => policy,
        1 => policy.replace("v1", "${var.a}"),
        2 => policy.replace("999988887777", &format!("${{{}}}", expression(choices, 1))),
        _ => policy.replacen(
            "\"sts:ExternalId\"",
            &format!(
                "%{{ if {} }}\"sts:ExternalId\"%{{ else }}\"aws:PrincipalArn\"%{{ endif }}",
                expression(choices, 2)
            ),
            1,
        ),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\"").replace("${", "$${"))
}
