//! Changes of a policy in the words of policies, made to what it says. How they are written is for [`crate::rewrite`].

use super::{ConditionEntry, Polarity, PolicyDocument, PrincipalEntry, PrincipalKind, Span, Spanned, Statement, Text};

/// One change. Statements, conditions and places are those of the document it is made to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amendment {
    /// Writes something else.
    Write(Rewording),
    /// Lets a statement name one more principal of a kind.
    AddPrincipal {
        /// The statement, from 0.
        statement: usize,
        /// The kind.
        kind: PrincipalKind,
        /// The principal.
        name: String,
    },
    /// Lets a statement speak of one more action.
    AddAction {
        /// The statement, from 0.
        statement: usize,
        /// The action.
        action: String,
    },
    /// Lets a condition list one more value.
    AddValue {
        /// The statement, from 0.
        statement: usize,
        /// The condition, from 0.
        condition: usize,
        /// The value.
        value: String,
    },
    /// Tests a condition with another operator, and perhaps against another value.
    UseOperator {
        /// The statement, from 0.
        statement: usize,
        /// The condition, from 0.
        condition: usize,
        /// The operator.
        operator: String,
        /// The value that changes with it.
        value: Option<Rewording>,
    },
}

/// Another text where a principal, an action, a condition's key or one of its values stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewording {
    /// Where it stands.
    pub place: Span,
    /// What stands there.
    pub was: String,
    /// What should.
    pub text: String,
}

impl Amendment {
    /// Writes `text` where `was` stands.
    #[must_use]
    pub fn write(place: Span, was: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Write(Rewording { place, was: was.into(), text: text.into() })
    }
}

impl PolicyDocument {
    /// What the policy says with the changes made; `None` when one of them cannot be made.
    #[must_use]
    pub fn amended(&self, amendments: &[Amendment]) -> Option<Self> {
        let mut changed = self.clone();
        for amendment in amendments {
            match amendment {
                Amendment::Write(rewording) => changed.reword(rewording)?,
                Amendment::AddPrincipal { statement, kind, name } => {
                    let elements = &mut changed.statements.get_mut(*statement)?.principals;
                    let element = elements.iter_mut().find(|element| element.polarity == Polarity::Listed)?;
                    let span = element.entries.last()?.span;
                    if element.entries.iter().any(|entry| entry.kind == PrincipalKind::Everyone) {
                        return None;
                    }
                    element.entries.push(PrincipalEntry { kind: *kind, value: Text::literal(name.as_str()), span });
                }
                Amendment::AddAction { statement, action } => {
                    let elements = &mut changed.statements.get_mut(*statement)?.actions;
                    let element = elements.iter_mut().find(|element| element.polarity == Polarity::Listed)?;
                    let span = element.patterns.last()?.span;
                    element.patterns.push(Spanned { value: Text::literal(action.as_str()), span });
                }
                Amendment::AddValue { statement, condition, value } => {
                    let entry = changed.statements.get_mut(*statement)?.conditions.get_mut(*condition)?;
                    let span = entry.values.last()?.span;
                    entry.values.push(Spanned { value: Text::literal(value.as_str()), span });
                }
                Amendment::UseOperator { statement, condition, operator, value } => {
                    let entry = changed.statements.get_mut(*statement)?.conditions.get_mut(*condition)?;
                    entry.operator.value = operator.as_str().into();
                    if let Some(value) = value {
                        changed.reword(value)?;
                    }
                }
            }
        }
        Some(changed)
    }

    /// A value that is written once may count in several places.
    fn reword(&mut self, rewording: &Rewording) -> Option<()> {
        let mut found = None;
        let here = |text: &Text, span: Span| span == rewording.place && text.known() == Some(&rewording.was);
        let mut write = |text: &mut Text| {
            *text = Text::literal(rewording.text.as_str());
            found = Some(());
        };
        for statement in &mut self.statements {
            let principals = statement.principals.iter_mut().flat_map(|element| &mut element.entries);
            // Where everybody stands, no name can.
            let named = principals.filter(|entry| entry.kind != PrincipalKind::Everyone);
            named.filter(|entry| here(&entry.value, entry.span)).for_each(|entry| write(&mut entry.value));
            let elements = statement.actions.iter_mut().chain(&mut statement.resources);
            let patterns = elements.flat_map(|element| &mut element.patterns);
            patterns.filter(|pattern| here(&pattern.value, pattern.span)).for_each(|pattern| write(&mut pattern.value));
            let values = statement.conditions.iter_mut().flat_map(|entry| &mut entry.values);
            values.filter(|value| here(&value.value, value.span)).for_each(|value| write(&mut value.value));
        }
        let keys =
            self.statements.iter_mut().flat_map(|statement| &mut statement.conditions).map(|entry| &mut entry.key);
        for key in keys.filter(|key| key.span == rewording.place && *key.value == *rewording.was) {
            key.value = rewording.text.as_str().into();
            found = Some(());
        }
        found
    }

    /// Whether both say the same, wherever and in whichever order it is written.
    #[must_use]
    pub fn says_as(&self, other: &Self) -> bool {
        self.version == other.version && self.content() == other.content()
    }

    fn content(&self) -> Vec<Statement> {
        self.statements.iter().map(Statement::content).collect()
    }
}

impl Statement {
    /// The statement without places, and in one order.
    fn content(&self) -> Self {
        let mut content = self.clone();
        content.span = Span::default();
        for spanned in content.sid.iter_mut() {
            spanned.span = Span::default();
        }
        for effect in content.effect.iter_mut() {
            effect.span = Span::default();
        }
        for element in &mut content.principals {
            element.key_span = Span::default();
            element.entries.iter_mut().for_each(|entry| entry.span = Span::default());
            element.entries.sort_by_key(|entry| (format!("{:?}", entry.kind), entry.value.display()));
        }
        for element in content.actions.iter_mut().chain(&mut content.resources) {
            element.key_span = Span::default();
            element.patterns.iter_mut().for_each(|pattern| pattern.span = Span::default());
            element.patterns.sort_by_key(|pattern| pattern.value.display());
        }
        content.conditions.iter_mut().for_each(ConditionEntry::forget_places);
        content.conditions.sort_by_key(|entry| (entry.operator.value.clone(), entry.key.value.clone()));
        for name in content.keyless_operators.iter_mut().chain(&mut content.undecided) {
            name.span = Span::default();
        }
        if let Some(unreadable) = &mut content.unreadable {
            unreadable.span = Span::default();
        }
        content
    }
}

impl ConditionEntry {
    fn forget_places(&mut self) {
        self.span = Span::default();
        self.operator.span = Span::default();
        self.key.span = Span::default();
        self.values.iter_mut().for_each(|value| value.span = Span::default());
        self.values.sort_by_key(|value| value.value.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"a"},"Action":"b","Condition":{"StringEquals":{"c":"d"}}}]}"#;

    fn says(amendment: Amendment) -> Option<String> {
        PolicyDocument::parse(POLICY).amended(&[amendment])?.to_json()
    }

    #[test]
    fn changes_are_made_to_what_a_policy_says() {
        let at = |text: &str| {
            let start = POLICY.find(text).unwrap();
            Span::new(start, start + text.len())
        };
        for (amendment, old, new) in [
            (Amendment::write(at("\"d\""), "d", "e"), r#""d""#, r#""e""#),
            (Amendment::write(at("\"c\""), "c", "e"), r#""c""#, r#""e""#),
            (Amendment::AddAction { statement: 0, action: "e".to_owned() }, r#""b""#, r#"["b","e"]"#),
            (Amendment::AddValue { statement: 0, condition: 0, value: "e".to_owned() }, r#":"d""#, r#":["d","e"]"#),
            (
                Amendment::AddPrincipal { statement: 0, kind: PrincipalKind::Service, name: "e".to_owned() },
                r#""a"}"#,
                r#""a","Service":"e"}"#,
            ),
            (
                Amendment::UseOperator { statement: 0, condition: 0, operator: "StringLike".to_owned(), value: None },
                "StringEquals",
                "StringLike",
            ),
        ] {
            assert_eq!(says(amendment), Some(POLICY.replace(old, new)));
        }
        assert_eq!(says(Amendment::write(at("\"d\""), "x", "e")), None);
        assert_eq!(says(Amendment::AddValue { statement: 0, condition: 1, value: "e".to_owned() }), None);
        assert_eq!(says(Amendment::AddAction { statement: 1, action: "e".to_owned() }), None);
    }

    /// Found by fuzzing: `"Principal": "ec2.amazonaws.com"` is no principal.
    #[test]
    fn a_name_does_not_take_the_place_of_everybody() {
        let text = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"b"}]}"#;
        let policy = PolicyDocument::parse(text);
        let place = policy.statements[0].principals[0].entries[0].span;
        assert_eq!(policy.amended(&[Amendment::write(place, "*", "ec2.amazonaws.com")]), None);
    }

    #[test]
    fn order_and_place_say_nothing_and_values_do() {
        let policy = PolicyDocument::parse(
            r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":["a","b"]},"Action":["c","d"]}]}"#,
        );
        let other = |text: &str| policy.says_as(&PolicyDocument::parse(text));
        assert!(other(r#"{ "Statement": {"Action":["d","c"],"Effect":"Allow","Principal":{"AWS":["b","a"]}}}"#));
        assert!(!other(r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":["a","b"]},"Action":["c"]}]}"#));
        assert!(!other(r#"{"Statement":[{"Effect":"Deny","Principal":{"AWS":["a","b"]},"Action":["c","d"]}]}"#));
    }
}
