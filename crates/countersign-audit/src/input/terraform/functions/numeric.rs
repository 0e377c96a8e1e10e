//! Functions on numbers.

use super::super::value::Kind;
use super::{ANY, Call, Function, Outcome, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("abs", 1, 1, |call| of_one(call, f64::abs)),
    function("ceil", 1, 1, |call| of_one(call, f64::ceil)),
    function("floor", 1, 1, |call| of_one(call, f64::floor)),
    function("log", 2, 2, logarithm),
    function("max", 1, ANY, |call| fold(call, f64::max)),
    function("min", 1, ANY, |call| fold(call, f64::min)),
    function("parseint", 2, 2, parse),
    function("pow", 2, 2, power),
    function("signum", 1, 1, |call| of_one(call, |number| if number == 0.0 { 0.0 } else { number.signum() })),
    function("sum", 1, 1, sum),
];

fn of_one(call: &Call<'_>, change: fn(f64) -> f64) -> Outcome {
    Ok(call.number(0)?.map_or_else(|| call.unknown(), |number| call.yields(Kind::Number(change(number)))))
}

fn fold(call: &Call<'_>, pick: fn(f64, f64) -> f64) -> Outcome {
    let numbers: Option<Vec<f64>> =
        (0..call.arguments.len()).map(|at| call.number(at)).collect::<Result<Option<_>, _>>()?;
    let picked = numbers.and_then(|numbers| numbers.into_iter().reduce(pick));
    Ok(picked.map_or_else(|| call.unknown(), |number| call.yields(Kind::Number(number))))
}

fn sum(call: &Call<'_>) -> Outcome {
    let Some(values) = call.list(0)? else { return Ok(call.unknown()) };
    let mut total = 0.0;
    for value in values {
        match super::call::number(value) {
            Ok(Some(number)) => total += number,
            Ok(None) => return Ok(call.unknown()),
            Err(value) => return Err(format!("`sum` is given {}", value.kind_name())),
        }
    }
    Ok(call.yields(Kind::Number(total)))
}

fn power(call: &Call<'_>) -> Outcome {
    let (Some(base), Some(exponent)) = (call.number(0)?, call.number(1)?) else { return Ok(call.unknown()) };
    Ok(call.yields(Kind::Number(base.powf(exponent))))
}

fn logarithm(call: &Call<'_>) -> Outcome {
    let (Some(number), Some(base)) = (call.number(0)?, call.number(1)?) else { return Ok(call.unknown()) };
    Ok(call.yields(Kind::Number(number.log(base))))
}

fn parse(call: &Call<'_>) -> Outcome {
    let (Some(text), Some(base)) = (call.known_text(0)?, call.count(1)?) else { return Ok(call.unknown()) };
    let base = u32::try_from(base).ok().filter(|base| (2..=36).contains(base));
    let base = base.ok_or("`parseint` wants a base from 2 to 36")?;
    let number = i64::from_str_radix(&text, base).map_err(|_| format!("`{text}` is not a number of base {base}"))?;
    #[expect(clippy::cast_precision_loss, reason = "Terraform's numbers are exact to more digits than ids have")]
    let number = number as f64;
    Ok(call.yields(Kind::Number(number)))
}
