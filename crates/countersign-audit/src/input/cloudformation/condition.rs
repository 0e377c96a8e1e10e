//! `Conditions` and the functions in them. A condition that hangs on what is not known is decided.

use countersign_policy::document::{Node, Text, Value};

use super::parameter::spelled;
use super::resolve::{Resolver, call, first_hole};
use super::template::members;
use crate::input::decisions::Question;
use crate::symbol;

/// One side of an `Fn::Equals`.
enum Side {
    Text(Text),
    /// A parameter, or a value AWS sets, that is not known.
    Open(String),
}

impl<'t> Resolver<'t, '_> {
    /// Whether the condition called `name` holds.
    pub(super) fn holds(&mut self, name: &str) -> bool {
        let template = self.template;
        let Some((&name, &node)) = template.conditions.get_key_value(name) else { return self.undefined(name) };
        if let Some(known) = self.conditions.get(name) {
            return *known;
        }
        if self.deciding.contains(&name) {
            let help = "CloudFormation refuses this; let one of them stand on parameters only";
            let message = format!("condition `{name}` depends on itself");
            self.problems.warning(template.file, node.span, message, help);
            return self.undefined(name);
        }
        self.deciding.push(name);
        let holds = self.is_true(node);
        self.deciding.pop();
        self.conditions.insert(name, holds);
        holds
    }

    /// A condition of which nothing is known.
    fn undefined(&mut self, name: &str) -> bool {
        self.decisions.decide(Question {
            key: format!("condition {name}"),
            subject: name.to_owned(),
            yes: format!("condition `{name}` holds"),
            no: format!("condition `{name}` does not hold"),
            first: true,
        })
    }

    fn is_true(&mut self, node: &'t Node) -> bool {
        self.deeper(node.span, |resolver| resolver.is_true_here(node)).unwrap_or_else(|| self.undefined("too deep"))
    }

    fn is_true_here(&mut self, node: &'t Node) -> bool {
        self.charge(1);
        if let [member] = members(node)
            && &*member.key == "Condition"
            && let Some(name) = member.value.as_str()
        {
            return self.holds(name);
        }
        let Some(call) = call(members(node)) else {
            return match spelled(node) {
                Some("true") => true,
                Some("false") => false,
                Some(name) => self.holds(name),
                None => self.undefined("a condition that is no function"),
            };
        };
        let arguments = call.argument.as_array().unwrap_or(std::slice::from_ref(call.argument));
        match (call.function, arguments) {
            ("Fn::And", arguments) => arguments.iter().all(|argument| self.is_true(argument)),
            ("Fn::Or", arguments) => arguments.iter().any(|argument| self.is_true(argument)),
            ("Fn::Not", [argument]) => !self.is_true(argument),
            ("Fn::Equals", [left, right]) => self.equals(left, right),
            (function, _) => self.undefined(function),
        }
    }

    fn equals(&mut self, left: &'t Node, right: &'t Node) -> bool {
        let (left, right) = (self.side(left), self.side(right));
        let (left, right) = match (left, right) {
            (Side::Open(name), Side::Text(text)) | (Side::Text(text), Side::Open(name)) => match text.known() {
                Some(known) => return self.is_equal(&name, known),
                None => (Text::default().with_hole(name), text),
            },
            (left, right) => (left.text(), right.text()),
        };
        if left == right {
            return true;
        }
        if !may_be_equal(&left, &right) {
            return false;
        }
        let (low, high) = if left.display() <= right.display() { (left, right) } else { (right, left) };
        let subject = subject(&low).or_else(|| subject(&high)).unwrap_or_else(|| first_hole(&low));
        let (low, high) = (shown(&low), shown(&high));
        self.decisions.decide(Question {
            key: format!("{low} == {high}"),
            subject: in_template(&subject).to_owned(),
            yes: format!("{low} is {high}"),
            no: format!("{low} is not {high}"),
            first: false,
        })
    }

    fn side(&mut self, node: &'t Node) -> Side {
        let name = match members(node) {
            [member] if &*member.key == "Ref" => member.value.as_str(),
            _ => None,
        };
        if let Some(name) = name.filter(|name| self.is_open(name)) {
            return Side::Open(name.to_owned());
        }
        let text = match self.resolve(node) {
            Some(Node { value: Value::Array(nodes), .. }) => {
                let texts: Vec<Text> = nodes.into_iter().filter_map(super::resolve::as_text).collect();
                super::sub::joined(",", &texts)
            }
            Some(node) => super::resolve::as_text(node).unwrap_or_else(|| Text::default().with_hole("an object")),
            None => Text::default(),
        };
        match text.hole().filter(|name| self.is_open(in_template(name))) {
            Some(name) => Side::Open(in_template(name).to_owned()),
            None => Side::Text(text),
        }
    }

    /// Whether a name is a parameter or a value of AWS's that is neither known nor decided.
    fn is_open(&self, name: &str) -> bool {
        match self.template.parameters.get(name) {
            Some(parameter) => parameter.value().is_none(),
            None => name.starts_with("AWS::") && name != "AWS::NoValue",
        }
    }
}

impl Side {
    fn text(self) -> Text {
        match self {
            Self::Text(text) => text,
            Self::Open(name) => Text::default().with_hole(name),
        }
    }
}

/// What the template calls a value that the owner of the role knows.
pub(super) fn in_template(hole: &str) -> &str {
    match hole {
        symbol::OWN_ACCOUNT => "AWS::AccountId",
        symbol::OWN_PARTITION => "AWS::Partition",
        symbol::URL_SUFFIX => "AWS::URLSuffix",
        other => other,
    }
}

/// What would have to be known of a text, besides what the owner knows anyway.
fn subject(text: &Text) -> Option<Box<str>> {
    let mut names = text.holes().iter().map(|hole| &hole.name);
    names.find(|name| !in_template(name).starts_with("AWS::")).cloned()
}

fn shown(text: &Text) -> String {
    match (text.known(), text.hole()) {
        (Some(known), _) => format!("'{known}'"),
        (None, Some(name)) => format!("`{}`", in_template(name)),
        (None, None) => format!("`{}`", written(text)),
    }
}

/// A text as a template would write it; a value alone by its name.
pub(super) fn written(text: &Text) -> String {
    match text.hole() {
        Some(name) => in_template(name).to_owned(),
        None => text.fill(|hole| format!("${{{}}}", in_template(&hole.name))),
    }
}

/// Whether what is known of two texts leaves room for them to be equal.
fn may_be_equal(left: &Text, right: &Text) -> bool {
    let ends = |text: &Text| {
        let (first, last) = match (text.holes().first(), text.holes().last()) {
            (Some(first), Some(last)) => (first.at, last.at),
            _ => (text.lossy().len(), 0),
        };
        (
            text.lossy().get(..first).unwrap_or_default().to_owned(),
            text.lossy().get(last..).unwrap_or_default().to_owned(),
        )
    };
    let ((left_start, left_end), (right_start, right_end)) = (ends(left), ends(right));
    let is_known = left.holes().is_empty() && right.holes().is_empty();
    !is_known
        && (left_start.starts_with(&right_start) || right_start.starts_with(&left_start))
        && (left_end.ends_with(&right_end) || right_end.ends_with(&left_end))
}
