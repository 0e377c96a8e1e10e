//! What a file says around its statements, as far as fixes ask: read once, however many findings the file has.

use std::collections::BTreeMap;

use super::{Edit, declare};

/// The parameter that fixes ask for.
pub(super) const PARAMETER: &str = "ExternalId";
const CALLER_IDENTITY: &str = "data \"aws_caller_identity\" \"current\"";

/// The declarations of a file.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// Terraform's variables.
    variables: BTreeMap<String, Need>,
    pub(super) declares_caller_identity: bool,
    pub(super) names_parameter: bool,
    /// What declares [`PARAMETER`] in a template.
    pub(super) parameter: Option<Edit>,
}

/// Whether a variable has to be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
}

impl Surroundings {
    pub(crate) fn of(text: &str) -> Self {
        Self {
            variables: variables(text),
            declares_caller_identity: text.contains(CALLER_IDENTITY),
            names_parameter: names_parameter(text, PARAMETER),
            parameter: declare::parameter(text, PARAMETER),
        }
    }

    pub(super) fn variable(&self, name: &str) -> Option<Need> {
        self.variables.get(name).copied()
    }
}

/// The variables of a text, each as it is declared first. A default counts up to the next variable.
fn variables(text: &str) -> BTreeMap<String, Need> {
    const HEAD: &str = "variable \"";
    let places = |word: &str| text.match_indices(word).map(|(at, _)| at).collect::<Vec<usize>>();
    let (next, defaults) = (places("\nvariable "), places("default"));
    let first_after = |places: &[usize], at: usize| {
        places.get(places.partition_point(|place| *place < at)).copied().unwrap_or(usize::MAX)
    };
    let mut variables = BTreeMap::new();
    for at in places(HEAD) {
        let Some((name, _)) = text.get(at + HEAD.len()..).and_then(|rest| rest.split_once('"')) else { continue };
        let after = at + HEAD.len() + name.len();
        let is_optional = first_after(&defaults, after) < first_after(&next, after);
        let need = if is_optional { Need::Optional } else { Need::Required };
        variables.entry(name.to_owned()).or_insert(need);
    }
    variables
}

fn names_parameter(text: &str, name: &str) -> bool {
    let quoted = format!("\"{name}\":");
    let plain = format!("{name}:");
    text.lines().any(|line| {
        let line = line.trim_start();
        (line.starts_with(&quoted) || line.starts_with(&plain)) && !line.contains("sts:")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_is_of_the_variable_before_it() {
        let text = "variable \"a\" {\n}\n\nvariable \"b\" {\n  default = \"\"\n}\nvariable \"a\" { default = 1 }\n";
        let surroundings = Surroundings::of(text);
        let needs = ["a", "b", "c"].map(|name| surroundings.variable(name));
        assert_eq!(needs, [Some(Need::Required), Some(Need::Optional), None]);
    }
}
