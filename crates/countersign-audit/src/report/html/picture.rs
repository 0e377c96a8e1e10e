//! Who can assume what, drawn: parties on the left, roles on the right, a line for each way in.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use countersign_policy::prove::Exposure;

use super::escape;
use crate::examine::Examined;
use crate::finding::Witness;
use crate::report::words;

/// More roles than this make a picture nobody can read.
const ROLES: usize = 60;
/// As many parties.
const PARTIES: usize = 60;
/// The longest name that is written out.
const NAME: usize = 44;

const ROW: usize = 26;
const TOP: usize = 34;
const WIDTH: usize = 1100;
const LEFT: usize = 380;
const RIGHT: usize = 720;

/// A way into a role.
struct Edge<'r> {
    party: usize,
    role: usize,
    exposure: Exposure,
    must_send: Option<String>,
    call: Option<String>,
    role_name: &'r str,
}

/// Draws the roles that somebody outside of the owner's accounts can assume, the most exposed first.
pub(super) fn draw(out: &mut String, all: &[Examined]) {
    let mut roles: Vec<&Examined> = all.iter().filter(|examined| !words::parties(examined).is_empty()).collect();
    if roles.is_empty() {
        return;
    }
    roles.sort_by_key(|examined| examined.exposed.exposure);
    let drawable = roles.len();
    roles.truncate(ROLES);
    let mut names: Vec<String> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut edges: Vec<Edge<'_>> = Vec::new();
    let mut left_out = 0;
    for (role, examined) in roles.iter().enumerate() {
        for party in words::parties(examined) {
            let at = match known.get(&party.name) {
                Some(at) => *at,
                None if names.len() == PARTIES => {
                    left_out += 1;
                    continue;
                }
                None => {
                    known.insert(party.name.clone(), names.len());
                    names.push(party.name.clone());
                    names.len() - 1
                }
            };
            let call = party.request.map(|request| words::call(&Witness::from(request)));
            let role_name = examined.role.name.as_str();
            edges.push(Edge { party: at, role, exposure: party.exposure, must_send: party.must_send, call, role_name });
        }
    }
    let rows = order(&edges, names.len());
    let height = TOP + ROW * names.len().max(roles.len()) + 10;
    let stretch = |count: usize, at: usize| {
        // Both columns take the whole height.
        let free = (height - TOP - 10).saturating_sub(count * ROW);
        TOP + at * ROW + ROW / 2 + free * (2 * at + 1) / (2 * count.max(1))
    };
    let party_y = |party: usize| stretch(names.len(), rows.get(party).copied().unwrap_or(party));
    let role_y = |role: usize| stretch(roles.len(), role);
    let _ = write!(
        out,
        "<section id=\"picture\">\n<h2>Ways in <small>{}</small></h2>\n{}{}<div class=\"scroll\">\n\
         <svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"who can assume which role\">\n\
         <text class=\"head end\" x=\"{}\" y=\"18\">who</text><text class=\"head\" x=\"{}\" y=\"18\">can assume</text>\n",
        edges.len(),
        legend(&edges),
        caption(drawable, roles.len(), left_out),
        LEFT - 14,
        RIGHT + 14,
    );
    // What matters most is drawn last, on top.
    let mut drawn: Vec<&Edge<'_>> = edges.iter().collect();
    drawn.sort_by_key(|edge| std::cmp::Reverse(edge.exposure));
    for edge in drawn {
        let (from, to) = (party_y(edge.party), role_y(edge.role));
        let middle = (LEFT + RIGHT) / 2;
        let name = names.get(edge.party).map_or("", String::as_str);
        let _ = writeln!(
            out,
            "<path class=\"{}\" d=\"M{LEFT} {from}C{middle} {from} {middle} {to} {RIGHT} {to}\"><title>{}</title></path>",
            edge.exposure,
            escape_lines(&title(edge, name)),
        );
    }
    for (at, name) in names.iter().enumerate() {
        let y = party_y(at);
        let _ = writeln!(
            out,
            "<g><title>{}</title><circle cx=\"{LEFT}\" cy=\"{y}\" r=\"4\"/><text class=\"end\" x=\"{}\" y=\"{}\">{}</text></g>",
            escape(name),
            LEFT - 14,
            y + 4,
            escape(&shortened(if name == "*" { "any AWS account" } else { name })),
        );
    }
    for (at, examined) in roles.iter().enumerate() {
        let (y, exposure) = (role_y(at), examined.exposed.exposure);
        let _ = writeln!(
            out,
            "<g class=\"{exposure}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"10\" height=\"10\" rx=\"2\"/><text x=\"{}\" y=\"{}\">{}</text></g>",
            escape(&format!("{} is {exposure}", examined.role.name)),
            RIGHT - 5,
            y - 5,
            RIGHT + 14,
            y + 4,
            escape(&shortened(&examined.role.name)),
        );
    }
    out.push_str("</svg>\n</div>\n</section>\n");
}

/// The row of each party: near the roles it can assume, so that few lines cross.
fn order(edges: &[Edge<'_>], parties: usize) -> Vec<usize> {
    let mut reach: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for edge in edges {
        let (sum, count) = reach.entry(edge.party).or_default();
        *sum += edge.role;
        *count += 1;
    }
    let mean = |party: &usize| reach.get(party).map_or(0, |(sum, count)| sum * 1000 / (*count).max(1));
    let mut sorted: Vec<usize> = (0..parties).collect();
    sorted.sort_by_key(mean);
    let mut rows = vec![0; parties];
    for (row, party) in sorted.into_iter().enumerate() {
        if let Some(place) = rows.get_mut(party) {
            *place = row;
        }
    }
    rows
}

fn title(edge: &Edge<'_>, party: &str) -> String {
    let must_send = edge.must_send.as_ref().map(|accepted| format!(": {accepted}")).unwrap_or_default();
    let call = edge.call.as_ref().map(|call| format!("\nallowed: {call}")).unwrap_or_default();
    format!("{}: {party} can assume {}{must_send}{call}", edge.exposure, edge.role_name)
}

fn escape_lines(text: &str) -> String {
    text.lines().map(escape).collect::<Vec<_>>().join("\n")
}

fn legend(edges: &[Edge<'_>]) -> String {
    let mut exposures: Vec<Exposure> = edges.iter().map(|edge| edge.exposure).collect();
    exposures.sort_unstable();
    exposures.dedup();
    let items: String =
        exposures.iter().map(|exposure| format!("<li class=\"{exposure}\">{}</li>", meaning(*exposure))).collect();
    format!("<ul class=\"legend\">{items}</ul>\n")
}

fn meaning(exposure: Exposure) -> &'static str {
    match exposure {
        Exposure::Public => "any AWS account",
        Exposure::Open => "a third party, and no listed ExternalId is needed",
        Exposure::Unknown => "not known: it depends on what is not in the input",
        Exposure::Guarded => "a third party with a listed ExternalId",
        Exposure::Federated => "an identity provider",
        Exposure::Service => "an AWS service",
        Exposure::Owned => "an account of yours",
        Exposure::Unassumable => "nobody",
    }
}

fn caption(drawable: usize, drawn: usize, left_out: usize) -> String {
    let mut said = Vec::new();
    if drawable > drawn {
        said.push(format!("The picture shows the {drawn} most exposed of {drawable} roles that others can assume."));
    }
    if left_out > 0 {
        said.push(format!("It shows {PARTIES} parties; {left_out} more ways in are in the table of roles only."));
    }
    if said.is_empty() { String::new() } else { format!("<p class=\"note\">{}</p>\n", said.join(" ")) }
}

/// The name, cut in the middle when it is long: ARNs differ at their ends.
fn shortened(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= NAME {
        return name.to_owned();
    }
    let half = NAME / 2;
    let start = letters.iter().take(half);
    let end = letters.iter().skip(letters.len() - half);
    start.chain(std::iter::once(&'…')).chain(end).collect()
}
