//! Condition operators, each spelling read once.

use std::collections::HashMap;

use super::{Report, shown};
use crate::condition::{ConditionOperator, OperatorError};
use crate::document::Spanned;

/// How many unknown operators are looked up. A suggestion costs a comparison with every operator there is.
const MOST_UNKNOWN: usize = 64;

/// What the spellings met so far mean.
#[derive(Default)]
pub(super) struct Operators<'d> {
    readings: HashMap<&'d str, Reading>,
    unknown: usize,
}

/// What a spelling means.
enum Reading {
    Operator(ConditionOperator),
    /// Right but for letter case.
    CaseSlip {
        meant: String,
        operator: ConditionOperator,
    },
    Unknown {
        suggestion: Option<String>,
    },
    NullIfExists,
}

impl<'d> Operators<'d> {
    /// The operator, with what is wrong with its spelling reported (rule C4; AA "Invalid condition operator", "Null with
    /// if exists"). A name that is right but for its letter case is read as meant.
    pub(super) fn read(&mut self, name: &'d Spanned<Box<str>>, report: &mut Report) -> Option<ConditionOperator> {
        let spelling: &'d str = &name.value;
        if !self.readings.contains_key(spelling) {
            if self.unknown == MOST_UNKNOWN {
                return None;
            }
            let reading = Reading::of(spelling);
            self.unknown += usize::from(matches!(reading, Reading::Unknown { .. }));
            if self.unknown == MOST_UNKNOWN {
                let message = format!("{MOST_UNKNOWN} unknown condition operators: no other is looked at");
                report.error(name.span, message, "mend these first");
            }
            self.readings.insert(spelling, reading);
        }
        match self.readings.get(spelling)? {
            Reading::Operator(operator) => Some(*operator),
            Reading::CaseSlip { meant, operator } => {
                let message = format!("`{}` is spelled `{meant}`", shown(spelling));
                let help = format!("write `{meant}`: IAM refuses operator names in another letter case");
                report.error(name.span, message, help);
                Some(*operator)
            }
            Reading::Unknown { suggestion } => {
                let help = match suggestion {
                    Some(suggestion) => format!("write `{suggestion}`"),
                    None => "use one of IAM's operators, such as `StringEquals`".to_owned(),
                };
                report.error(name.span, format!("unknown condition operator `{}`", shown(spelling)), help);
                None
            }
            Reading::NullIfExists => {
                let help = "write `Null`: it asks for presence or absence itself";
                report.error(name.span, OperatorError::NullIfExists.to_string(), help);
                None
            }
        }
    }
}

impl Reading {
    fn of(spelling: &str) -> Self {
        match ConditionOperator::parse(spelling) {
            Ok(operator) => Self::Operator(operator),
            Err(OperatorError::NullIfExists) => Self::NullIfExists,
            Err(OperatorError::Unknown { .. }) => {
                let suggestion = ConditionOperator::nearest(spelling);
                let meant = suggestion.as_deref().filter(|suggestion| suggestion.eq_ignore_ascii_case(spelling));
                match meant.and_then(|meant| ConditionOperator::parse(meant).ok().map(|operator| (meant, operator))) {
                    Some((meant, operator)) => Self::CaseSlip { meant: meant.to_owned(), operator },
                    None => Self::Unknown { suggestion },
                }
            }
        }
    }
}
