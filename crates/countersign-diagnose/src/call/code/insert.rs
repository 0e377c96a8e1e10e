//! Where a program's ExternalId is written: over the value that is there, or beside the role.

use countersign_policy::document::Span;

use super::entry::{Missing, parameter, spelt_like};
use super::form::{Form, Separator};
use super::program::{Program, Worth};
use super::site::{Entry, Site, Way};
use super::tree::Id;
use crate::call::{Name, Quoting, Slot};
use crate::edit::Edit;

/// The place for the ExternalId of a site; `None` where it stands elsewhere than in this text, or cannot be sent.
pub(super) fn slot(program: &Program<'_>, site: &Site) -> Option<Slot> {
    if site.entry.missing == Missing::Never {
        return None;
    }
    if let Some(entry) = site.entry(Name::ExternalId) {
        return match program.worth(entry.value) {
            _ if matches!(entry.way, Way::Perhaps(_)) => None,
            Worth::Text(_, at) => Some(Slot::replace(program.tree.span(at), quoting(program, at))),
            // The value that is not sent has the type of one that is.
            Worth::Nothing(at) => {
                let mut slot = Slot::replace(program.tree.span(at), quoting(program, site.at));
                let [before, behind] = match (&entry.way, program.tree.parent(at)) {
                    // `.set_external_id(None)`
                    (Way::Link, Some(list)) if is_optional(program, list) => ["Some(", ".to_string())"],
                    _ => program.language.wrap,
                };
                (slot.before, slot.behind) = (before.into(), behind.into());
                Some(slot)
            }
            Worth::Unknown => None,
        };
    }
    // What is hidden may hold one already.
    if !site.hidden.is_empty() || site.entry.missing == Missing::Unknown {
        return None;
    }
    let beside = beside(program, site);
    match (&site.entry.missing, beside) {
        (Missing::Argument { before, behind, spelt }, beside) => match (site.function, beside) {
            (Some(function), _) => in_function(program, site, function, spelt),
            (None, Some(entry)) => beside_entry(program, site, entry),
            (None, None) => argument(program, site, before, behind),
        },
        (Missing::Link(name), _) => Some(link(program, site.last_link.unwrap_or(site.at), name)),
        (Missing::Under { .. }, _) if site.nested.is_some() => {
            let nested = site.nested?;
            Some(last_in(program, nested, "\"ExternalId\": ", ""))
        }
        (Missing::Under { before, behind }, Some(Entry { way: Way::Pair { container, .. }, .. })) => {
            Some(last_in(program, *container, before, behind))
        }
        // Arguments without names may be followed by one that has one.
        (Missing::Under { before, behind }, None) => argument(program, site, before, behind),
        (_, Some(entry)) => beside_entry(program, site, entry),
        (_, None) => None,
    }
}

/// Whether the arguments are those of a setter that takes an `Option`.
fn is_optional(program: &Program<'_>, arguments: Id) -> bool {
    let call = program.tree.parent(arguments).map(|call| program.form(call));
    matches!(call, Some(Form::Call { name, .. }) if name.starts_with("set_"))
}

/// The parameter that the ExternalId is written beside: one of the call itself before one of a record that others may use
/// too, and the role before others.
fn beside<'s>(program: &Program<'_>, site: &'s Site) -> Option<&'s Entry> {
    let is_own = |entry: &&Entry| matches!(entry.way, Way::Pair { pair, .. } if program.tree.is_within(pair, site.at));
    let named = || [Name::RoleArn, Name::RoleSessionName].into_iter().filter_map(|name| site.entry(name));
    let all = named().chain(&site.entries).filter(|entry| !matches!(entry.way, Way::Position | Way::Perhaps(_)));
    let mut own = named().chain(&site.entries).filter(is_own);
    own.next().or_else(|| all.into_iter().next())
}

fn beside_entry(program: &Program<'_>, site: &Site, entry: &Entry) -> Option<Slot> {
    match &entry.way {
        Way::Position | Way::Perhaps(_) => None,
        Way::Pair { container, pair, key } => {
            let (before, behind) = like_pair(program, site, *pair, *key, entry.value);
            Some(last_in(program, *container, &before, &behind))
        }
        Way::Link => {
            let last = site.last_link?;
            let Form::Call { name, .. } = program.form(last) else { return None };
            Some(link(program, last, &spelt_like(name)))
        }
        Way::Setter(_) => {
            let setters = site.entries.iter().filter_map(|entry| match &entry.way {
                Way::Setter(setter) => Some(setter.at),
                Way::Position | Way::Pair { .. } | Way::Link | Way::Perhaps(_) => None,
            });
            let last = setters.max()?;
            statement(program, site, last)
        }
    }
}

/// The text of a pair up to its value, and behind it, with the ExternalId's name.
fn like_pair(program: &Program<'_>, site: &Site, pair: Id, key: Id, value: Id) -> (String, String) {
    let tree = program.tree;
    let text = tree.text(key);
    let bare = text.trim_matches(['"', '\'', ':']);
    let named = match site.entry.missing {
        Missing::Spelt(spelt) => text.replace(bare, spelt),
        _ => text.replace(bare, &spelt_like(bare)),
    };
    let (from, to) = (tree.span(key).end, tree.span(value).start);
    // `{ RoleArn }` has neither a colon nor a value.
    let between = if from <= to { tree.source().get(from as usize..to as usize) } else { Some(": ") };
    let between = aligned(between.unwrap_or_default(), text.len(), named.len());
    let start = tree.source().get(tree.span(pair).start as usize..tree.span(key).start as usize).unwrap_or_default();
    let [wrap, close] = program.language.wrap;
    (format!("{start}{named}{between}{wrap}"), close.to_owned())
}

/// What stands between key and value, for a key of another length: where keys are padded, values stay in their column.
fn aligned(between: &str, before: usize, after: usize) -> String {
    let blanks = |text: &str| text.len() >= 2 && text.chars().all(|c| c == ' ');
    let width = |padding: usize| " ".repeat((padding + before).saturating_sub(after).max(1));
    let Some(sign) = between.find(['=', ':']) else { return between.to_owned() };
    let (head, tail) = between.split_at(sign);
    match tail.strip_prefix(':') {
        Some(padding) if blanks(padding) => format!("{head}:{}", width(padding.len())),
        _ if blanks(head) => format!("{}{tail}", width(head.len())),
        _ => between.to_owned(),
    }
}

/// A new last element of a container.
fn last_in(program: &Program<'_>, container: Id, before: &str, behind: &str) -> Slot {
    let tree = program.tree;
    // A callback behind the arguments that have names is none of them.
    let is_element = |child: &Id| {
        let kind = tree.kind(*child);
        !matches!(kind, "block" | "ellipsis") && !kind.ends_with("_start") && !kind.ends_with("_end")
    };
    let last = tree.named(container).filter(is_element).last().unwrap_or(container);
    let quoting = quoting(program, container);
    if last == container {
        return Slot::insert(tree.span(container).start + 1, before, behind, quoting);
    }
    let end = tree.span(last).end;
    let next = tree.children(container).find(|child| tree.span(*child).start >= end);
    let comma = next.filter(|next| matches!(tree.text(*next), "," | ";"));
    let separator = if separated_by_lines(program, container) { "" } else { "," };
    let newline = newline(tree.source());
    let Some(indent) = margin(program, container, last) else {
        if separator == "," {
            return Slot::insert(end, format!(", {before}"), behind, quoting);
        }
        return block_of_lines(program, container, end, before, behind);
    };
    let trailing = comma.map_or(end, |comma| tree.span(comma).end);
    let line_end = before_line_end(program, trailing);
    if let Some(comma) = comma {
        let text = tree.text(comma);
        return Slot::insert(line_end, format!("{newline}{indent}{before}"), format!("{behind}{text}"), quoting);
    }
    if line_end == end {
        return Slot::insert(end, format!("{separator}{newline}{indent}{before}"), behind, quoting);
    }
    let mut slot = Slot::insert(line_end, format!("{newline}{indent}{before}"), behind, quoting);
    slot.also.extend((!separator.is_empty()).then(|| Edit::insert(end as usize, separator)));
    slot
}

/// What an element's line starts with, when it has one of its own; in a list of YAML the first stands behind a dash.
fn margin(program: &Program<'_>, container: Id, element: Id) -> Option<String> {
    let (source, start) = (program.tree.source(), program.tree.span(element).start);
    if program.tree.kind(container) != "block_mapping" {
        return line_of_its_own(source, start).map(str::to_owned);
    }
    let before = source.get(..start as usize)?;
    let line = before.get(before.rfind('\n').map_or(0, |newline| newline + 1)..)?;
    line.chars().all(|c| c == ' ' || c == '-').then(|| " ".repeat(line.len()))
}

/// A block on one line holds one element: with two it takes lines.
fn block_of_lines(program: &Program<'_>, container: Id, end: u32, before: &str, behind: &str) -> Slot {
    let source = program.tree.source();
    let start = program.tree.span(container).start;
    let (newline, margin) = (newline(source), indent(source, start));
    let ahead = source.get(..start as usize).map_or(0, |text| text.trim_end_matches([' ', '\t']).len());
    let rest = source.get(end as usize..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let (before, behind) = (format!("{newline}{margin}  {before}"), format!("{behind}{newline}{margin}"));
    let mut slot = Slot::insert(end, before, behind, quoting(program, container));
    slot.span = Span::new(end as usize, end as usize + blanks);
    slot.also = vec![Edit::replace(Span::new(ahead, start as usize), format!("{newline}{margin}  "))];
    slot
}

/// Whether the elements of a container stand on lines without commas: blocks of HCL, mappings of YAML.
fn separated_by_lines(program: &Program<'_>, container: Id) -> bool {
    matches!(program.tree.kind(container), "body" | "object" | "block_mapping")
        && program.language.separator == Separator::Line
        && !program.tree.children(container).any(|child| program.tree.text(child) == ",")
}

/// One more argument of the entry point.
fn argument(program: &Program<'_>, site: &Site, before: &str, behind: &str) -> Option<Slot> {
    let Form::Call { arguments: Some(list), receiver, .. } = program.form(site.at) else { return None };
    let tree = program.tree;
    let package = receiver.map_or("", |receiver| tree.text(receiver));
    let margin = indent(tree.source(), tree.span(site.at).start);
    let fill = |text: &str| {
        let text = text.replace("{package}", package).replace("{unit}", unit(tree.source()));
        text.replace('\n', &format!("{}{margin}", newline(tree.source())))
    };
    Some(last_in(program, list, &fill(before), &fill(behind)))
}

/// One more statement of a function that sets options.
fn in_function(program: &Program<'_>, site: &Site, function: Id, spelt: &str) -> Option<Slot> {
    let tree = program.tree;
    let setter = site.entries.iter().rev().find_map(|entry| match &entry.way {
        Way::Setter(setter) if tree.is_within(setter.at, function) => Some(setter.at),
        _ => None,
    });
    if let Some(last) = setter {
        return statement(program, site, last);
    }
    let body = tree.field(function, "body")?;
    let parameters = tree.field(function, "parameters")?;
    let parameter = tree.subtree(parameters).find_map(|id| match program.form(id) {
        Form::Name(name) => Some(name),
        _ => None,
    })?;
    let [wrap, close] = program.language.wrap;
    let before = format!(" {parameter}.{spelt} = {wrap}");
    let is_empty = tree.text(body).trim_matches(['{', '}']).trim().is_empty();
    let at = tree.span(body).start + 1;
    is_empty.then(|| Slot::insert(at, before, format!("{close} "), quoting(program, site.at)))
}

/// One more statement like the one that sets a parameter.
fn statement(program: &Program<'_>, site: &Site, setter: Id) -> Option<Slot> {
    let tree = program.tree;
    let entry = site.entries.iter().find(|entry| matches!(&entry.way, Way::Setter(this) if this.at == setter))?;
    let Way::Setter(set) = &entry.way else { return None };
    let span = tree.span(setter);
    let value = tree.span(entry.value);
    let text = |from: u32, to: u32| tree.source().get(from as usize..to as usize);
    let is_call = set.spelt == setter;
    // A setter takes the text itself.
    let [wrap, close] = if is_call { ["", ""] } else { program.language.wrap };
    let spelt = |name: &str| match site.entry.missing {
        Missing::Spelt(spelt) | Missing::Argument { spelt, .. } if !is_call && !name.starts_with('"') => {
            spelt.to_owned()
        }
        _ => spelt_like(name),
    };
    let head = text(span.start, value.start)?;
    // The parameter's name is the last word of what stands before the value.
    let name = head.rsplit(|c: char| !c.is_alphanumeric() && c != '_').find(|word| parameter(word).is_some())?;
    let at = head.rfind(name)?;
    let (before, after) = (head.get(..at)?, head.get(at + name.len()..)?);
    let before = format!("{before}{}{after}{wrap}", spelt(name));
    let behind = format!("{close}{}", text(value.end, span.end)?);
    let semicolon = tree.source().get(span.end as usize..).is_some_and(|rest| rest.starts_with(';'));
    let end = span.end + u32::from(semicolon);
    let behind = if semicolon { format!("{behind};") } else { behind };
    let quoting = quoting(program, site.at);
    Some(match line_of_its_own(tree.source(), span.start) {
        Some(indent) => {
            let newline = newline(tree.source());
            Slot::insert(before_line_end(program, end), format!("{newline}{indent}{before}"), behind, quoting)
        }
        None => Slot::insert(end, format!("{} {before}", if semicolon { "" } else { ";" }), behind, quoting),
    })
}

/// One more call behind a call.
fn link(program: &Program<'_>, last: Id, name: &str) -> Slot {
    let tree = program.tree;
    let end = tree.span(last).end;
    let source = tree.source();
    let quoting = quoting(program, last);
    // Where the dot of the last call, or of the next, starts a line, this one does too.
    let next = source.get(end as usize..).unwrap_or_default();
    let next_starts_line =
        next.trim_start().starts_with('.') && next.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    let called = tree.children(last).filter(|child| tree.text(*child) == ".").last();
    let called = called.or_else(|| {
        let function = tree.field(last, "function")?;
        tree.children(function).filter(|child| tree.text(*child) == ".").last()
    });
    let own = called.and_then(|dot| line_of_its_own(source, tree.span(dot).start));
    let following = next_starts_line.then(|| {
        let dot = end as usize + next.len() - next.trim_start().len();
        line_of_its_own(source, u32::try_from(dot).unwrap_or(u32::MAX))
    });
    match own.or(following.flatten()) {
        Some(indent) => {
            let before = format!("{}{indent}.{name}(", newline(source));
            Slot::insert(before_line_end(program, end), before, ")", quoting)
        }
        None => Slot::insert(end, format!(".{name}("), ")", quoting),
    }
}

/// How a string is quoted at a node: as it is, if it is a string, or else as the first of the text.
fn quoting(program: &Program<'_>, at: Id) -> Quoting {
    let language = program.language;
    let quote = |id: Id| {
        let is_string = language.strings.contains(&program.tree.kind(id));
        is_string.then(|| program.tree.text(id).chars().find(|c| matches!(c, '"' | '\''))).flatten()
    };
    let found = match language.separator {
        Separator::Comma => quote(at).or_else(|| program.tree.all().find_map(quote)).or(Some('"')),
        // Where strings need no quotes, those of others are no model.
        Separator::Line => quote(at),
    };
    if found == Some('"') { language.double } else { language.single }
}

/// The blanks before `at`, when nothing else stands before it on its line.
fn line_of_its_own(source: &str, at: u32) -> Option<&str> {
    let before = source.get(..at as usize)?;
    let line = before.get(before.rfind('\n')? + 1..)?;
    line.chars().all(|c| c == ' ' || c == '\t').then_some(line)
}

/// The blanks that the line of `at` starts with.
fn indent(source: &str, at: u32) -> &str {
    let before = source.get(..at as usize).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = source.get(start..).unwrap_or_default();
    line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
}

/// What one level of indentation is.
fn unit(source: &str) -> &'static str {
    if source.contains("\n\t") || !source.contains("\n  ") { "\t" } else { "    " }
}

/// How lines end.
fn newline(source: &str) -> &'static str {
    if source.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The end of the line of `end`, when only a comment stands between; `end` otherwise.
fn before_line_end(program: &Program<'_>, end: u32) -> u32 {
    let tree = program.tree;
    let rest = tree.source().get(end as usize..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default().trim_end_matches('\r');
    let blanks = line.len() - line.trim_start().len();
    let tail = line.trim();
    let is_comment =
        ["#", "//"].iter().any(|mark| tail.starts_with(mark)) || (tail.starts_with("/*") && tail.ends_with("*/"));
    let length = u32::try_from(blanks + tail.len()).unwrap_or(0);
    if is_comment { end + length } else { end }
}
