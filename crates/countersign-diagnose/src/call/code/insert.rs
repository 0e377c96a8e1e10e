//! Where a program's parameters are written: over the value that is there, or beside the role.

use countersign_policy::document::Span;

use super::entry::{Added, Key, parameter, spelt_like};
use super::form::Form;
use super::layout::{
    aligned, before_line_end, elements, indent, line_of_its_own, margin, newline, quoting, separated_by_lines, unit,
};
use super::program::{Program, Worth};
use super::site::{Entry, Site, Way};
use super::tree::Id;
use crate::call::{Name, Operation, Quoting, Slot};
use crate::edit::Edit;

/// The place for a parameter of a site; `None` where it stands elsewhere than in this text, or cannot be sent.
pub(super) fn slot(program: &Program<'_>, site: &Site, name: Name) -> Option<Slot> {
    let is_elsewhere = match name {
        Name::ExternalId => site.entry.operation != Operation::AssumeRole,
        // Beside a role stands the region of what the role is for.
        Name::Region => true,
        _ => false,
    };
    if is_elsewhere {
        return None;
    }
    match site.entry(name) {
        // Something else may be sent than stands there.
        _ if site.is_changed => None,
        Some(entry) => replacing(program, site, entry),
        // What is hidden may hold one already.
        None if site.hidden.is_empty() => adding(program, site, &site.entry.key(name)?),
        None => None,
    }
}

/// The value that is there.
fn replacing(program: &Program<'_>, site: &Site, entry: &Entry) -> Option<Slot> {
    let tree = program.tree;
    match program.worth(entry.value) {
        _ if matches!(entry.way, Way::Perhaps(_)) => None,
        Worth::Text(_, at) if entry.name == Name::DurationSeconds => Some(seconds(program, at)),
        Worth::Text(_, at) => Some(Slot::replace(tree.span(at), quoting(program, at))),
        // The value that is not sent has the type of one that is.
        Worth::Nothing(at) => {
            let key = site.entry.key(entry.name)?;
            let mut slot = Slot::replace(tree.span(at), value_quoting(program, &key, site.at));
            let [before, behind] = match (&entry.way, tree.parent(at)) {
                // `.set_external_id(None)`
                (Way::Link, Some(list)) if is_optional(program, list) => ["Some(", ".to_string())"],
                _ => wrap(program, &key),
            };
            (slot.before, slot.behind) = (before.into(), behind.into());
            Some(slot)
        }
        Worth::Unknown => None,
    }
}

/// A duration that is there: a number, one with its unit, or a text.
fn seconds(program: &Program<'_>, at: Id) -> Slot {
    let (span, text) = (program.tree.span(at), program.tree.text(at));
    // `2h`: what is written needs its unit, too.
    let has_unit = text.trim_end_matches(['"', '\'']).ends_with(['h', 'm', 's']);
    if program.language.strings.contains(&program.tree.kind(at)) {
        let quoting = quoting(program, at);
        let is_hcl = quoting == Quoting::Hcl || (has_unit && text.starts_with('"'));
        return Slot::replace(span, if is_hcl { Quoting::HclSeconds } else { quoting });
    }
    let mut slot = Slot::replace(span, Quoting::Number);
    if has_unit && !text.contains('.') {
        slot.behind = "s".to_owned();
    }
    // Go: `15 * time.Minute`.
    if text.contains("time.") {
        slot.behind = " * time.Second".to_owned();
    }
    slot
}

/// How the value of a parameter that is added is quoted.
fn value_quoting(program: &Program<'_>, key: &Key, at: Id) -> Quoting {
    match (key.name, program.language.double) {
        (Name::DurationSeconds, Quoting::Hcl) => Quoting::HclSeconds,
        (Name::DurationSeconds, _) => Quoting::Number,
        _ => quoting(program, at),
    }
}

/// What the value of a parameter that is added stands in.
fn wrap(program: &Program<'_>, key: &Key) -> [&'static str; 2] {
    match (key.wrap, key.name) {
        (Some(wrap), _) => wrap,
        (None, Name::DurationSeconds) => program.language.number,
        (None, _) => program.language.wrap,
    }
}

/// A parameter that is not there.
fn adding(program: &Program<'_>, site: &Site, key: &Key) -> Option<Slot> {
    let beside = beside(program, site);
    match (&site.entry.added, beside) {
        (Added::Argument { .. }, _) if site.function.is_some() => in_function(program, site, site.function?, key),
        (Added::Argument { before, behind }, None) => argument(program, site, key, [before, behind]),
        (Added::Link, _) => {
            let name = key.spelt.map_or_else(|| spelt_like("role_arn", key.name), str::to_owned);
            Some(link(program, site.last_link.unwrap_or(site.at), &name, key))
        }
        (Added::Under { .. }, _) if site.nested.is_some() => {
            Some(last_in(program, site.nested?, key, &format!("\"{}\": ", key.name.aws()), ""))
        }
        (Added::Under { before, behind }, Some(Entry { way: Way::Pair { container, .. }, .. })) => {
            Some(last_in(program, *container, key, &before.replace("{key}", key.name.aws()), behind))
        }
        // Arguments without names may be followed by one that has one.
        (Added::Under { before, behind }, None) => argument(program, site, key, [before, behind]),
        (_, Some(entry)) => beside_entry(program, site, entry, key),
        (_, None) => None,
    }
}

/// Whether the arguments are those of a setter that takes an `Option`.
fn is_optional(program: &Program<'_>, arguments: Id) -> bool {
    let call = program.tree.parent(arguments).map(|call| program.form(call));
    matches!(call, Some(Form::Call { name, .. }) if name.starts_with("set_"))
}

/// The parameter that another is written beside: one of the call itself before one of a record that others may use
/// too, and the role before others.
fn beside<'s>(program: &Program<'_>, site: &'s Site) -> Option<&'s Entry> {
    let is_own = |entry: &&Entry| matches!(entry.way, Way::Pair { pair, .. } if program.tree.is_within(pair, site.at));
    let named = || [Name::RoleArn, Name::RoleSessionName].into_iter().filter_map(|name| site.entry(name));
    let all = named().chain(&site.entries).filter(|entry| !matches!(entry.way, Way::Position | Way::Perhaps(_)));
    let mut own = named().chain(&site.entries).filter(is_own);
    own.next().or_else(|| all.into_iter().next())
}

fn beside_entry(program: &Program<'_>, site: &Site, entry: &Entry, key: &Key) -> Option<Slot> {
    match &entry.way {
        Way::Position | Way::Perhaps(_) => None,
        Way::Pair { container, pair, key: name } => {
            let before = like_pair(program, key, [*pair, *name, entry.value]);
            let [_, behind] = wrap(program, key);
            Some(last_in(program, *container, key, &before, behind))
        }
        Way::Link => {
            let last = site.last_link?;
            let Form::Call { name, .. } = program.form(last) else { return None };
            Some(link(program, last, &spelt_like(name, key.name), key))
        }
        Way::Setter(_) => {
            let setters = site.entries.iter().filter_map(|entry| match &entry.way {
                Way::Setter(setter) => Some(setter.at),
                Way::Position | Way::Pair { .. } | Way::Link | Way::Perhaps(_) => None,
            });
            let last = setters.max()?;
            statement(program, site, last, key)
        }
    }
}

/// The text of a pair up to its value, with the name of another parameter.
fn like_pair(program: &Program<'_>, key: &Key, [pair, name, value]: [Id; 3]) -> String {
    let tree = program.tree;
    let text = tree.text(name);
    let bare = text.trim_matches(['"', '\'', ':']);
    let spelt = key.spelt.map_or_else(|| spelt_like(bare, key.name), str::to_owned);
    let named = text.replace(bare, &spelt);
    let (from, to) = (tree.span(name).end, tree.span(value).start);
    // `{ RoleArn }` has neither a colon nor a value.
    let between = if from <= to { tree.source().get(from as usize..to as usize) } else { Some(": ") };
    let between = aligned(between.unwrap_or_default(), text.len(), named.len());
    let start = tree.source().get(tree.span(pair).start as usize..tree.span(name).start as usize).unwrap_or_default();
    let [wrap, _] = wrap(program, key);
    format!("{start}{named}{between}{wrap}")
}

/// A new last element of a container.
pub(super) fn last_in(program: &Program<'_>, container: Id, key: &Key, before: &str, behind: &str) -> Slot {
    let tree = program.tree;
    let last = elements(program, container).last().unwrap_or(container);
    let quoting = value_quoting(program, key, container);
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
        return block_of_lines(program, [container, last], quoting, before, behind);
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

/// A block on one line holds one element: with two it takes lines.
fn block_of_lines(
    program: &Program<'_>,
    [container, last]: [Id; 2],
    quoting: Quoting,
    before: &str,
    behind: &str,
) -> Slot {
    let source = program.tree.source();
    let end = program.tree.span(last).end;
    let start = program.tree.span(container).start;
    let (newline, margin) = (newline(source), indent(source, start));
    let ahead = source.get(..start as usize).map_or(0, |text| text.trim_end_matches([' ', '\t']).len());
    let rest = source.get(end as usize..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let (before, behind) = (format!("{newline}{margin}  {before}"), format!("{behind}{newline}{margin}"));
    let mut slot = Slot::insert(end, before, behind, quoting);
    slot.span = Span::new(end as usize, end as usize + blanks);
    slot.also = vec![Edit::replace(Span::new(ahead, start as usize), format!("{newline}{margin}  "))];
    slot
}

/// One more argument of the entry point.
fn argument(program: &Program<'_>, site: &Site, key: &Key, [before, behind]: [&str; 2]) -> Option<Slot> {
    let Form::Call { arguments: Some(list), receiver, .. } = program.form(site.at) else { return None };
    let tree = program.tree;
    let package = receiver.map_or("", |receiver| tree.text(receiver));
    let margin = indent(tree.source(), tree.span(site.at).start);
    let [wrap, close] = wrap(program, key);
    let fill = |text: &str| {
        let text = text.replace("{package}", package).replace("{unit}", unit(tree.source()));
        let text = text
            .replace("{key}", key.spelt.unwrap_or(key.name.aws()))
            .replace("{wrap}", wrap)
            .replace("{close}", close);
        text.replace('\n', &format!("{}{margin}", newline(tree.source())))
    };
    Some(last_in(program, list, key, &fill(before), &fill(behind)))
}

/// One more statement of a function that sets options.
fn in_function(program: &Program<'_>, site: &Site, function: Id, key: &Key) -> Option<Slot> {
    let tree = program.tree;
    let setter = site.entries.iter().rev().find_map(|entry| match &entry.way {
        Way::Setter(setter) if tree.is_within(setter.at, function) => Some(setter.at),
        _ => None,
    });
    if let Some(last) = setter {
        return statement(program, site, last, key);
    }
    let body = tree.field(function, "body")?;
    let parameters = tree.field(function, "parameters")?;
    let parameter = tree.subtree(parameters).find_map(|id| match program.form(id) {
        Form::Name(name) => Some(name),
        _ => None,
    })?;
    let [wrap, close] = wrap(program, key);
    let before = format!(" {parameter}.{} = {wrap}", key.spelt.unwrap_or(key.name.aws()));
    let is_empty = tree.text(body).trim_matches(['{', '}']).trim().is_empty();
    let at = tree.span(body).start + 1;
    is_empty.then(|| Slot::insert(at, before, format!("{close} "), value_quoting(program, key, site.at)))
}

/// One more statement like the one that sets a parameter.
fn statement(program: &Program<'_>, site: &Site, setter: Id, key: &Key) -> Option<Slot> {
    let tree = program.tree;
    let entry = site.entries.iter().find(|entry| matches!(&entry.way, Way::Setter(this) if this.at == setter))?;
    let Way::Setter(set) = &entry.way else { return None };
    let span = tree.span(setter);
    let value = tree.span(entry.value);
    let text = |from: u32, to: u32| tree.source().get(from as usize..to as usize);
    let is_call = set.spelt == setter;
    // A setter takes the value itself.
    let [wrap, close] = if is_call { ["", ""] } else { wrap(program, key) };
    let spelt = |name: &str| match key.spelt.filter(|_| !is_call && !name.starts_with('"')) {
        Some(spelt) => spelt.to_owned(),
        None => spelt_like(name, key.name),
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
    let quoting = value_quoting(program, key, site.at);
    Some(match line_of_its_own(tree.source(), span.start) {
        Some(indent) => {
            let newline = newline(tree.source());
            Slot::insert(before_line_end(program, end), format!("{newline}{indent}{before}"), behind, quoting)
        }
        None => Slot::insert(end, format!("{} {before}", if semicolon { "" } else { ";" }), behind, quoting),
    })
}

/// One more call behind a call.
fn link(program: &Program<'_>, last: Id, name: &str, key: &Key) -> Slot {
    let tree = program.tree;
    let end = tree.span(last).end;
    let source = tree.source();
    let quoting = value_quoting(program, key, last);
    let [open, close] = key.wrap.unwrap_or_default();
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
            let before = format!("{}{indent}.{name}({open}", newline(source));
            Slot::insert(before_line_end(program, end), before, format!("{close})"), quoting)
        }
        None => Slot::insert(end, format!(".{name}({open}"), format!("{close})"), quoting),
    }
}
