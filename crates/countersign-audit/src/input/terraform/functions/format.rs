//! `format` and `formatlist`.

use countersign_policy::document::Text;

use super::super::conversion::{Piece, Pieces, json_text, number_text, pieces, to_node, to_text};
use super::super::value::{Kind, Value};
use super::call::{LARGEST, is_spread, number};
use super::string::quote;
use super::{ANY, Call, Function, Outcome, function};

pub(super) const FUNCTIONS: &[Function] =
    &[function("format", 1, ANY, format), function("formatlist", 1, ANY, format_list)];

/// The widest a verb pads to.
const WIDEST: usize = 1024;

fn format(call: &Call<'_>) -> Outcome {
    let template = call.text(0)?;
    let arguments: Vec<&Value> = call.arguments.iter().skip(1).collect();
    Ok(fill(&template, &arguments)?.map_or_else(|| call.unknown(), |text| Value::text(text, call.span)))
}

fn format_list(call: &Call<'_>) -> Outcome {
    let template = call.text(0)?;
    let rest = call.arguments.get(1..).unwrap_or_default();
    let counted = |value: &Value| match &value.kind {
        Kind::List(values) => Some((values.len(), values.iter().any(is_spread))),
        _ => None,
    };
    let lists: Vec<(usize, bool)> = rest.iter().filter_map(counted).collect();
    let longest = lists.iter().map(|(length, _)| *length).max().unwrap_or(1);
    // An unknown may be a list as well as text, and a spread any number of elements.
    let open = |value: &Value| matches!(value.kind, Kind::Unknown(_));
    if rest.iter().any(open) && lists.is_empty() || lists.len() > 1 && lists.iter().any(|(_, spread)| *spread) {
        return Ok(call.unknown());
    }
    if lists.iter().any(|(length, _)| *length != longest) {
        return Err("`formatlist` is called with lists of different lengths".to_owned());
    }
    let (mut texts, mut total) = (Vec::with_capacity(longest), 0);
    for nth in 0..longest {
        let row: Option<Vec<&Value>> = rest
            .iter()
            .map(|value| match &value.kind {
                Kind::List(values) => values.get(nth),
                _ => Some(value),
            })
            .collect();
        let Some(row) = row else { break };
        let span = row.iter().zip(rest).find(|(_, whole)| matches!(whole.kind, Kind::List(_)));
        let span = span.map_or(call.span, |(element, _)| element.span);
        match fill(&template, &row)? {
            Some(text) => {
                total += text.lossy().len();
                call.bounded(1, total)?;
                texts.push(Value::text(text, span));
            }
            None => return Ok(call.unknown()),
        }
    }
    Ok(call.yields(Kind::List(texts)))
}

/// What stands between `%` and the end of a verb.
#[derive(Debug, Default)]
struct Verb {
    zero: bool,
    left: bool,
    plus: bool,
    width: Option<usize>,
    precision: Option<usize>,
    index: Option<usize>,
    letter: char,
}

/// The template with its arguments in place. What is not in the input of the template is taken to be text without verbs;
/// where that does not fit the arguments, nothing is known.
fn fill(template: &Text, arguments: &[&Value]) -> Result<Option<Text>, String> {
    let mut out = Pieces::default();
    let (mut next, mut total) = (0, 0_usize);
    let is_known = template.known().is_some();
    for piece in pieces(template) {
        let mut rest = match piece {
            Piece::Literal(literal) => literal,
            Piece::Hole(name) => {
                out.hole(name);
                continue;
            }
        };
        while let Some((before, after)) = rest.split_once('%') {
            out.literal(before);
            let (verb, after) = match read_verb(after) {
                Ok(read) => read,
                Err(_) if !is_known => return Ok(None),
                Err(message) => return Err(message),
            };
            rest = after;
            if verb.letter == '%' {
                out.literal("%");
                continue;
            }
            let at = verb.index.unwrap_or(next);
            next = at + 1;
            let value = arguments.get(at).ok_or_else(|| format!("`format` has no argument for `%{}`", verb.letter))?;
            match spell(&verb, value)? {
                Some(text) => {
                    total += text.lossy().len();
                    if total > LARGEST {
                        return Err("`format` yields more than is worked out".to_owned());
                    }
                    out.text(&text);
                }
                None => return Ok(None),
            }
        }
        out.literal(rest);
    }
    if next < arguments.len() && !template.lossy().contains("%[") {
        let too_many = "`format` is called with more arguments than it has verbs";
        return if is_known { Err(too_many.to_owned()) } else { Ok(None) };
    }
    Ok(Some(out.finish()))
}

fn read_verb(text: &str) -> Result<(Verb, &str), String> {
    let mut verb = Verb::default();
    let mut letters = text.chars();
    let mut digits = String::new();
    let mut in_precision = false;
    loop {
        let Some(letter) = letters.next() else { return Err("`format` ends in the middle of a verb".to_owned()) };
        match letter {
            '0' if digits.is_empty() && !in_precision => verb.zero = true,
            '0'..='9' => digits.push(letter),
            '-' => verb.left = true,
            '+' => verb.plus = true,
            '#' | ' ' => {}
            '[' => {
                let Some((index, after)) = letters.as_str().split_once(']') else {
                    return Err("`format` has an argument number without `]`".to_owned());
                };
                let index: Option<usize> = index.parse().ok().and_then(|index: usize| index.checked_sub(1));
                verb.index = Some(index.ok_or("`format` has an argument number that is none")?);
                letters = after.chars();
            }
            '.' => {
                verb.width = digits.parse().ok();
                digits.clear();
                in_precision = true;
            }
            _ => {
                let number = digits.parse().ok().map(|number: usize| number.min(WIDEST));
                if in_precision {
                    verb.precision = Some(number.unwrap_or(0));
                } else {
                    verb.width = number;
                }
                verb.letter = letter;
                return Ok((verb, letters.as_str()));
            }
        }
    }
}

/// One argument as its verb wants it; `None` when that cannot be told.
fn spell(verb: &Verb, value: &Value) -> Result<Option<Text>, String> {
    let wrong = || format!("`format` is given {} for `%{}`", value.kind_name(), verb.letter);
    let plain = verb.width.is_none() && verb.precision.is_none() && !verb.plus;
    let whole = |hole: &Text| (plain && hole.known().is_none()).then(|| hole.clone());
    let text = match verb.letter {
        's' | 'v' => match &value.kind {
            Kind::List(_) | Kind::Map(_) if verb.letter == 'v' => json_text(&to_node(value)),
            Kind::Null if verb.letter == 'v' => Text::literal("null"),
            _ => to_text(value).map_err(|_| wrong())?,
        },
        'q' => match to_text(value).map_err(|_| wrong())?.known() {
            Some(text) => Text::literal(quote(text)),
            None => return Ok(None),
        },
        't' => match &value.kind {
            Kind::Bool(_) | Kind::Unknown(_) => to_text(value)?,
            Kind::String(text) if matches!(text.known(), Some("true" | "false") | None) => text.clone(),
            _ => return Err(wrong()),
        },
        'd' | 'f' | 'g' | 'e' | 'x' | 'X' | 'b' | 'o' => match number(value).map_err(|_| wrong())? {
            // `%d` of a number that is whole is the number.
            None if verb.letter == 'd' => return Ok(whole(&to_text(value)?)),
            None => return Ok(None),
            Some(number) => match spell_number(verb, number) {
                Some(spelled) => Text::literal(spelled),
                None => return Err(wrong()),
            },
        },
        letter => return Err(format!("`format` has the unknown verb `%{letter}`")),
    };
    if plain {
        return Ok(Some(text));
    }
    let Some(known) = text.known() else { return Ok(None) };
    let is_text = matches!(verb.letter, 's' | 'q' | 'v' | 't');
    let cut: String = match verb.precision.filter(|_| is_text) {
        Some(precision) => known.chars().take(precision).collect(),
        None => known.to_owned(),
    };
    Ok(Some(Text::literal(pad(verb, &cut))))
}

fn spell_number(verb: &Verb, number: f64) -> Option<String> {
    let sign = if verb.plus && number >= 0.0 { "+" } else { "" };
    #[expect(clippy::cast_possible_truncation, reason = "checked to be a whole number that fits")]
    let whole = || (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64);
    let spelled = match verb.letter {
        'd' => number_text(number).parse::<f64>().ok().filter(|number| number.fract() == 0.0).map(number_text)?,
        'f' => format!("{number:.*}", verb.precision.unwrap_or(6)),
        'x' => format!("{:x}", whole()?),
        'X' => format!("{:X}", whole()?),
        'b' => format!("{:b}", whole()?),
        'o' => format!("{:o}", whole()?),
        _ => number_text(number),
    };
    Some(format!("{sign}{spelled}"))
}

fn pad(verb: &Verb, text: &str) -> String {
    let missing = verb.width.unwrap_or(0).min(WIDEST).saturating_sub(text.chars().count());
    let blanks = |blank: &str| blank.repeat(missing);
    if verb.left {
        return format!("{text}{}", blanks(" "));
    }
    if verb.zero {
        let digits = text.trim_start_matches(['-', '+']);
        let sign = text.strip_suffix(digits).unwrap_or_default();
        return format!("{sign}{}{digits}", blanks("0"));
    }
    format!("{}{text}", blanks(" "))
}
