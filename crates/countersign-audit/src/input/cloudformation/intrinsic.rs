//! The intrinsic functions, by name.

use countersign_policy::document::{Node, Span, Text, Value};

use super::parameter::MAX_VALUES;
use super::resolve::{Call, Resolver, as_text, first_hole, hole_node, text_node, weight};
use super::template::members;
use super::{sub, written};
use crate::input::decisions::Question;
use crate::symbol;

impl<'t> Resolver<'t, '_> {
    /// What a function yields, at its place; nothing for `AWS::NoValue`.
    pub(super) fn intrinsic(&mut self, call: Call<'t>, place: Span) -> Option<Node> {
        let Call { function, argument } = call;
        let arguments = argument.as_array().unwrap_or(std::slice::from_ref(argument));
        let result = match (function, arguments) {
            ("Ref", [name]) => {
                let name = self.text(name)?.display();
                return self.reference(&name, place);
            }
            ("Fn::GetAtt", arguments) => return self.get_att(arguments, place),
            ("Fn::If", [condition, yes, no]) => {
                let name = self.text(condition)?.display();
                return if self.holds(&name) { self.resolve(yes) } else { self.resolve(no) };
            }
            ("Fn::Sub", _) => self.sub_call(argument),
            ("Fn::Join", [delimiter, list]) => self.join(delimiter, list, place),
            ("Fn::Split", [delimiter, text]) => self.split(delimiter, text, place),
            ("Fn::Select", [index, list]) => return self.select(index, list, place),
            ("Fn::FindInMap", [map, first, second, options @ ..]) => {
                return self.find_in_map([map, first, second], options.first(), place);
            }
            ("Fn::ImportValue", [name]) => {
                let name = self.text(name).map(|name| name.display());
                Some(hole_node(place, format!("ImportValue {}", name.unwrap_or_default())))
            }
            ("Fn::Length", [_, ..]) => match self.list(argument) {
                Ok(nodes) => Some(text_node(place, Text::literal(nodes.len().to_string()))),
                Err(hole) => Some(hole_node(place, format!("Length({hole})"))),
            },
            ("Fn::ToJsonString", _) => {
                let node = self.resolve(argument)?;
                let text = written::json(&node);
                self.charge(weight(&text));
                Some(text_node(place, text))
            }
            ("Fn::Transform", _) => {
                let name = argument.get("Name").and_then(Node::as_str);
                Some(hole_node(place, name.unwrap_or("Fn::Transform")))
            }
            ("Ref" | "Fn::If" | "Fn::Join" | "Fn::Split" | "Fn::Select" | "Fn::FindInMap" | "Fn::ImportValue", _) => {
                None
            }
            (name, _) => Some(hole_node(place, name)),
        };
        Some(result.unwrap_or_else(|| self.misused(function, place)))
    }

    /// A function whose arguments make no sense.
    fn misused(&mut self, function: &str, place: Span) -> Node {
        let message = format!("the arguments of `{function}` are not what it takes");
        let help = "CloudFormation refuses this; what it yields counts as not known";
        self.problems.warning(self.template.file, place, message, help);
        hole_node(place, function)
    }

    fn get_att(&mut self, arguments: &'t [Node], place: Span) -> Option<Node> {
        let mut names = arguments.iter().filter_map(|argument| self.text(argument)).map(|name| name.display());
        let (first, rest) = (names.next().unwrap_or_default(), names.collect::<Vec<_>>().join("."));
        let (resource, attribute) =
            if rest.is_empty() { first.split_once('.').unwrap_or((&first, "")) } else { (&*first, &*rest) };
        self.attribute(resource, attribute, place)
    }

    fn sub_call(&mut self, argument: &'t Node) -> Option<Node> {
        let (text, variables) = sub::arguments(argument)?;
        let text_place = text.span;
        let text = text.as_str()?;
        let bound = super::foreach::bound(text, &self.bindings);
        let text = match bound.known() {
            Some(known) if known != text => self.sub(known, variables, text_place),
            _ => self.sub(text, variables, text_place),
        };
        Some(text_node(text_place, text))
    }

    fn join(&mut self, delimiter: &'t Node, list: &'t Node, place: Span) -> Option<Node> {
        let delimiter = self.known(delimiter)?;
        let elements = match self.list(list) {
            Ok(elements) => elements,
            Err(hole) => return Some(hole_node(place, hole)),
        };
        let mut texts = Vec::with_capacity(elements.len());
        for element in elements {
            match element.value {
                Value::Array(nodes) => texts.extend(nodes.into_iter().filter_map(as_text)),
                Value::Object(_) => return None,
                _ => texts.extend(as_text(element)),
            }
        }
        let texts: Vec<Text> = texts.into_iter().map(|text| self.counted(text, place)).collect();
        let text = sub::joined(&delimiter, &texts);
        Some(text_node(place, text))
    }

    fn split(&mut self, delimiter: &'t Node, text: &'t Node, place: Span) -> Option<Node> {
        let delimiter = self.known(delimiter).filter(|delimiter| !delimiter.is_empty())?;
        let text = self.text(text)?;
        // What is not known may hold the delimiter; the owner's values do not.
        let is_plain = |name: &str| matches!(name, symbol::OWN_ACCOUNT | symbol::OWN_PARTITION);
        if text.holes().iter().any(|hole| !is_plain(&hole.name)) {
            // The parts of a text are another thing than the text. A list in a text is split at its commas.
            let name = match (text.hole(), delimiter.as_str()) {
                (Some(name), ",") => name.to_owned(),
                _ => format!("Split({}, '{delimiter}')", super::condition::written(&text)),
            };
            return Some(hole_node(place, name));
        }
        let (mut nodes, mut from) = (Vec::new(), 0);
        let ends = text.lossy().match_indices(delimiter.as_str()).map(|(at, _)| at).chain([text.lossy().len()]);
        for end in ends {
            nodes.push(text_node(place, stretch(&text, from, end)));
            from = end + delimiter.len();
        }
        self.charge(nodes.len());
        Some(Node { span: place, value: Value::Array(nodes) })
    }

    fn select(&mut self, index: &'t Node, list: &'t Node, place: Span) -> Option<Node> {
        let index = self.text(index)?;
        let nodes = match self.list(list) {
            Ok(nodes) => nodes,
            // Not the name of the list: that the element is something says little about the others.
            Err(hole) => return Some(hole_node(place, element_name(&hole, &index))),
        };
        let Some(index) = index.known() else { return Some(hole_node(place, first_hole(&index))) };
        let chosen = index.trim().parse::<usize>().ok().and_then(|index| nodes.into_iter().nth(index));
        Some(chosen.unwrap_or_else(|| self.misused("Fn::Select", place)))
    }

    fn find_in_map(&mut self, keys: [&'t Node; 3], options: Option<&'t Node>, place: Span) -> Option<Node> {
        let template = self.template;
        let [map, first, second] = keys;
        let Some(name) = self.known(map) else { return Some(hole_node(place, "Fn::FindInMap")) };
        let default = options.and_then(|options| options.get("DefaultValue"));
        if let Some(default) = default.filter(|_| self.lacks_entry(&name, [first, second])) {
            return self.resolve(default);
        }
        let found = template.mappings.and_then(|mappings| mappings.get(&name));
        let values = found.map_or(Ok(Vec::new()), |map| self.entries(vec![map], first));
        let values = values.and_then(|maps| self.entries(maps, second));
        match (values, default) {
            (Ok(values), default) => match (values.split_first(), default) {
                (Some((value, others)), _) if others.iter().all(|other| other.value == value.value) => {
                    let mut value = self.resolve(value)?;
                    super::place::moved(&mut value, &|_| place);
                    Some(value)
                }
                (None, Some(default)) => self.resolve(default),
                (None, None) => {
                    let message = format!("mapping `{name}` has no such entry");
                    let help = "CloudFormation refuses this; add the entry or a `DefaultValue`";
                    self.problems.warning(template.file, place, message, help);
                    Some(hole_node(place, format!("mapping {name}")))
                }
                (Some(_), _) => Some(hole_node(place, format!("mapping {name}"))),
            },
            (Err(hole), _) => Some(hole_node(place, hole)),
        }
    }

    /// Decides whether a mapping has no entry for a key that is not known: then a default counts.
    fn lacks_entry(&mut self, map: &str, keys: [&'t Node; 2]) -> bool {
        let keys: Vec<Text> = keys.into_iter().filter_map(|key| self.text(key)).collect();
        let Some(key) = keys.iter().find(|key| key.known().is_none()) else { return false };
        let shown = super::condition::written(key);
        self.decisions.decide(Question {
            key: format!("mapping {map} lacks {shown}"),
            subject: super::condition::in_template(&first_hole(key)).to_owned(),
            yes: format!("mapping `{map}` has no entry for `{shown}`"),
            no: format!("mapping `{map}` has an entry for `{shown}`"),
            first: false,
        })
    }

    /// Of several maps what they hold under a key; under every key that it may be, when it is not known.
    fn entries(&mut self, maps: Vec<&'t Node>, key: &'t Node) -> Result<Vec<&'t Node>, Box<str>> {
        let Some(key) = self.map_key(&maps, key) else { return Ok(Vec::new()) };
        if let Some(known) = key.known() {
            return Ok(maps.into_iter().filter_map(|map| map.get(known)).collect());
        }
        let hole = super::condition::in_template(&first_hole(&key)).to_owned();
        let all: Vec<&Node> = maps.iter().flat_map(|map| members(map)).map(|member| &member.value).collect();
        if all.windows(2).all(|pair| matches!(pair, [a, b] if a.value == b.value)) {
            return Ok(all);
        }
        if key.hole().is_none() {
            return Err(hole.into());
        }
        // Another key would not deploy.
        let mut keys: Vec<String> =
            maps.iter().flat_map(|map| members(map)).map(|member| member.key.to_string()).collect();
        keys.sort_unstable();
        keys.dedup();
        match self.one_of(&hole, &keys).filter(|_| keys.len() <= MAX_VALUES) {
            Some(chosen) => Ok(maps.into_iter().filter_map(|map| map.get(&chosen)).collect()),
            None => Err(hole.into()),
        }
    }

    /// The key of a mapping. A parameter that is not known is not tried value by value where all of them agree.
    fn map_key(&mut self, maps: &[&'t Node], key: &'t Node) -> Option<Text> {
        let all: Vec<&Node> = maps.iter().flat_map(|map| members(map)).map(|member| &member.value).collect();
        let agree = all.windows(2).all(|pair| matches!(pair, [a, b] if a.value == b.value));
        let name = members(key).first().filter(|member| &*member.key == "Ref").and_then(|member| member.value.as_str());
        let is_open = |name: &str| {
            let parameter = self.template.parameters.get(name);
            parameter.is_some_and(|parameter| parameter.value().is_none()) && self.chosen.value(name).is_none()
        };
        match name.filter(|name| agree && is_open(name)) {
            Some(name) => Some(Text::default().with_hole(name)),
            None => self.text(key),
        }
    }
}

/// What an element of a list that is not known is called.
fn element_name(list: &str, index: &Text) -> String {
    format!("{list}[{}]", super::condition::written(index))
}

/// A stretch of a text with the holes in it. A hole at the end of the stretch belongs to it.
fn stretch(text: &Text, from: usize, end: usize) -> Text {
    let mut piece = Text::default();
    let mut at = from;
    for hole in text.holes().iter().filter(|hole| from <= hole.at && hole.at <= end) {
        piece = piece.with_literal(text.lossy().get(at..hole.at).unwrap_or_default()).with_hole(hole.name.clone());
        at = hole.at;
    }
    piece.with_literal(text.lossy().get(at..end).unwrap_or_default())
}
