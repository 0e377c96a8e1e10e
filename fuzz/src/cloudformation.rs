//! `CloudFormation` templates out of few names, in JSON and YAML.

use crate::tree::{Layout, Tree, map, text};
use crate::{Choices, grammar};

const NAMES: [&str; 4] = ["ExternalId", "Account", "List", "Env"];
const CONDITIONS: [&str; 3] = ["HasId", "IsProd", "Both"];
const TEXTS: &[&str] = &[
    "tenant-7f2",
    "",
    "arn:aws:iam::${Account}:root",
    "${AWS::AccountId}",
    "${!Literal}",
    "999988887777",
    "a,b",
    "0",
    "x",
    "${",
    "prod",
    "arn:aws:iam::999988887777:root",
    "${Role.Arn}",
    "&{Name}",
    "Top",
];

/// A template, and the name of its file.
pub fn template(choices: &mut Choices<'_>) -> (&'static str, String) {
    let tree = sections(choices);
    let layout = Layout::chosen(choices);
    write(&tree, layout, choices.below(2) == 0)
}

/// A template as YAML or JSON.
pub fn write(tree: &Tree, layout: Layout, is_yaml: bool) -> (&'static str, String) {
    match is_yaml {
        true => ("template.yaml", tree.yaml(layout, 0).trim_start().to_owned() + "\n"),
        false => ("template.json", tree.json(layout, 0) + "\n"),
    }
}

fn sections(choices: &mut Choices<'_>) -> Tree {
    let mut sections = vec![("AWSTemplateFormatVersion".to_owned(), text("2010-09-09"))];
    if choices.once_in(4) {
        let transform = choices.one_of(&["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"]);
        sections.push(("Transform".to_owned(), text(transform)));
    }
    let count = choices.below(4);
    let parameters = (0..count).map(|_| (choices.one_of(&NAMES).to_owned(), parameter(choices))).collect();
    sections.push(("Parameters".to_owned(), Tree::Map(parameters)));
    let count = choices.below(4);
    let conditions = (0..count).map(|_| (choices.one_of(&CONDITIONS).to_owned(), condition(choices, 3))).collect();
    sections.push(("Conditions".to_owned(), Tree::Map(conditions)));
    if choices.once_in(3) {
        let entry = map([("prod", map([("id", value(choices, 1)), ("ids", value(choices, 2))]))]);
        sections.push(("Mappings".to_owned(), map([("Top", entry)])));
    }
    let count = 1 + choices.below(3);
    let resources = (0..count).map(|nth| resource(choices, nth)).collect();
    sections.push(("Resources".to_owned(), Tree::Map(resources)));
    Tree::Map(sections)
}

fn parameter(choices: &mut Choices<'_>) -> Tree {
    let kind = choices.one_of(&[
        "String",
        "CommaDelimitedList",
        "Number",
        "List<String>",
        "AWS::SSM::Parameter::Value<String>",
    ]);
    let mut members = vec![("Type".to_owned(), text(kind))];
    match choices.below(4) {
        0 => {}
        1 => members.push(("Default".to_owned(), text(""))),
        2 => members.push(("Default".to_owned(), text(choices.one_of(TEXTS)))),
        _ => members
            .push(("AllowedValues".to_owned(), Tree::List(vec![text(""), text(choices.one_of(TEXTS)), text("x")]))),
    }
    Tree::Map(members)
}

fn condition(choices: &mut Choices<'_>, levels: usize) -> Tree {
    let call = |name, arguments| Tree::Call(name, Box::new(Tree::List(arguments)));
    let other = Tree::Call("Condition", Box::new(text(choices.one_of(&CONDITIONS))));
    if levels == 0 {
        return other;
    }
    let levels = levels - 1;
    match choices.below(6) {
        0 | 1 => call("Equals", vec![value(choices, levels), value(choices, levels)]),
        2 => call("Not", vec![condition(choices, levels)]),
        3 => call("And", vec![condition(choices, levels), condition(choices, levels)]),
        4 => call("Or", vec![condition(choices, levels), condition(choices, levels)]),
        _ => other,
    }
}

fn resource(choices: &mut Choices<'_>, nth: usize) -> (String, Tree) {
    let name = format!("Role{nth}");
    let policy = match choices.below(8) {
        7 => value(choices, 4),
        6 => text(&grammar::policy(choices)),
        _ => policy(choices),
    };
    let role =
        |policy| map([("Type", text("AWS::IAM::Role")), ("Properties", map([("AssumeRolePolicyDocument", policy)]))]);
    match choices.below(8) {
        7 => {
            let items = value(choices, 2);
            let inside = Tree::Map(vec![("Role${Each}".to_owned(), role(policy))]);
            ("Fn::ForEach::Loop".to_owned(), Tree::List(vec![text("Each"), items, inside]))
        }
        6 => {
            let properties = map([("AssumeRolePolicyDocument", policy), ("Runtime", text("x"))]);
            (name, map([("Type", text("AWS::Serverless::Function")), ("Properties", properties)]))
        }
        5 => {
            let inner = map([("Resources", map([("Inner", role(policy))]))]);
            let body = text(&inner.json(Layout::chosen(&mut Choices::new(&[])), 0));
            (
                name,
                map([("Type", text("AWS::CloudFormation::StackSet")), ("Properties", map([("TemplateBody", body)]))]),
            )
        }
        4 => {
            let Tree::Map(mut members) = role(policy) else { return (name, text("")) };
            members.push(("Condition".to_owned(), text(choices.one_of(&CONDITIONS))));
            (name, Tree::Map(members))
        }
        _ => (name, role(policy)),
    }
}

fn policy(choices: &mut Choices<'_>) -> Tree {
    let Some(mut tree) = Tree::of_json(&grammar::policy(choices)) else { return text("") };
    replace(&mut tree, choices);
    tree
}

/// Puts functions where a policy has texts, lists and objects.
fn replace(tree: &mut Tree, choices: &mut Choices<'_>) {
    match tree {
        Tree::List(items) => items.iter_mut().for_each(|item| replace(item, choices)),
        Tree::Map(members) => members.iter_mut().for_each(|(_, item)| replace(item, choices)),
        _ => {}
    }
    match choices.below(20) {
        17 => {
            let nothing = Tree::Call("Ref", Box::new(text("AWS::NoValue")));
            let name = text(choices.one_of(&CONDITIONS));
            let here = std::mem::replace(tree, text(""));
            let (yes, no) = if choices.below(2) == 0 { (here, nothing) } else { (nothing, here) };
            *tree = Tree::Call("If", Box::new(Tree::List(vec![name, yes, no])));
        }
        18 => *tree = value(choices, 2),
        19 => *tree = value(choices, 4),
        _ => {}
    }
}

/// A value of any kind, of at most so many levels.
fn value(choices: &mut Choices<'_>, levels: usize) -> Tree {
    let call = |name, argument| Tree::Call(name, Box::new(argument));
    let list = |choices: &mut Choices<'_>, count: usize, levels| {
        Tree::List((0..count).map(|_| value(choices, levels)).collect())
    };
    let options = if levels == 0 { 3 } else { 15 };
    let levels = levels.saturating_sub(1);
    match choices.below(options) {
        0 => text(choices.one_of(TEXTS)),
        1 => call(
            "Ref",
            text(choices.one_of(&[
                "ExternalId",
                "Account",
                "List",
                "Env",
                "AWS::NoValue",
                "AWS::AccountId",
                "Role0",
                "Nowhere",
                "Each",
            ])),
        ),
        2 => Tree::Bare(choices.one_of(&["1", "true", "null", "012345678901", "1.50"]).to_owned()),
        3 | 4 => call("Sub", text(choices.one_of(TEXTS))),
        5 => {
            let variables = Tree::Map(vec![("Account".to_owned(), value(choices, levels))]);
            call("Sub", Tree::List(vec![text(choices.one_of(TEXTS)), variables]))
        }
        6 | 7 => {
            let name = text(choices.one_of(&CONDITIONS));
            call("If", Tree::List(vec![name, value(choices, levels), value(choices, levels)]))
        }
        8 => call("Join", Tree::List(vec![text(choices.one_of(&["", ",", ":"])), value(choices, levels)])),
        9 => call("Select", Tree::List(vec![value(choices, levels), value(choices, levels)])),
        10 => call("Split", Tree::List(vec![text(","), value(choices, levels)])),
        11 => call("FindInMap", Tree::List(vec![text("Top"), value(choices, levels), text("id")])),
        12 => {
            let count = choices.below(4);
            list(choices, count, levels)
        }
        13 => call(
            choices.one_of(&[
                "GetAtt",
                "ImportValue",
                "GetAZs",
                "Base64",
                "Cidr",
                "Length",
                "ToJsonString",
                "Transform",
                "Unheard",
            ]),
            value(choices, levels),
        ),
        _ => Tree::Map(vec![(
            choices.one_of(&["AWS", "sts:ExternalId", "Fn::Sub", "Ref"]).to_owned(),
            value(choices, levels),
        )]),
    }
}
