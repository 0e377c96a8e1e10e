//! What would mend a finding, in the words of policies, and how that is written where the policy stands.

use countersign_policy::document::{ConditionEntry, Effect, PrincipalKind, Span, Spanned, Statement};
use countersign_policy::rewrite::{Form, add_condition, change_operator};

use super::surroundings::{Need, PARAMETER, Surroundings};
use super::{Edit, Fix, Language, Located, Safety, declare};
use crate::examine::Examined;
use crate::source::SourceFile;

const EXTERNAL_ID: &str = "sts:ExternalId";

/// The operators by which a policy asks for an id.
const GUARDS: [&str; 3] = ["StringEquals", "StringLike", "StringEqualsIgnoreCase"];

/// What would mend a finding. Statements are places in the document the exposure speaks of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Remedy {
    /// Ask callers of a statement for an `ExternalId`.
    RequireExternalId { statement: usize },
    /// Guard a statement with the condition of another one.
    GuardLike { statement: usize, entry: ConditionEntry },
    /// Take a condition's operator without what lets omission through.
    Strict { statement: usize, entry: ConditionEntry },
    /// Let a condition accept one `ExternalId` and no pattern.
    OneExternalId { statement: usize, entry: ConditionEntry },
    /// Name a role instead of the whole account.
    PinPrincipal { statement: usize, place: Span },
    /// Ask a service for whose resource it acts.
    BindSource { statement: usize },
    /// Ask for a subject of one's own.
    BindSubject { statement: usize, key: String },
}

impl Remedy {
    fn statement(&self) -> usize {
        match self {
            Self::RequireExternalId { statement }
            | Self::GuardLike { statement, .. }
            | Self::Strict { statement, .. }
            | Self::OneExternalId { statement, .. }
            | Self::PinPrincipal { statement, .. }
            | Self::BindSource { statement }
            | Self::BindSubject { statement, .. } => *statement,
        }
    }
}

/// The remedy as edits, or `None` where the text gives no hold for them.
pub(crate) fn propose(remedy: &Remedy, examined: &Examined) -> Option<Fix> {
    let role = &examined.role;
    if role.language == Language::Printed {
        return None;
    }
    let at = remedy.statement();
    let written = as_written(examined.exposed.document.statements.get(at)?, examined);
    // What is written once and stands for several statements cannot be mended for one of them.
    let is_shared = |statement: &&Statement| statement.span == written.span;
    if examined.exposed.document.statements.iter().filter(is_shared).count() > 1 || locks_out(remedy, written) {
        return None;
    }
    let (file, local) = role.sources.place(written.span);
    let base = written.span.start.checked_sub(local.start)?;
    let statement = relative(written, base)?;
    let form = form(file.text(), statement.span, role.language)?;
    let writer = Writer { file, statement: &statement, form, language: role.language, examined };
    let (what, safety, mut edits) = writer.write(remedy, written, base)?;
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let located = |edit: Edit| Located { location: file.location(edit.span), edit };
    let edits = edits.into_iter().map(located).collect();
    Some(Fix { title: format!("{what} in {}", written.label(at)), safety, edits })
}

/// How the statement at `span` is written. In Terraform's objects a colon may stand for the sign.
fn form(text: &str, span: Span, language: Language) -> Option<Form> {
    match (language, Form::of(text, span)?) {
        (Language::Printed, _) => None,
        (_, Form::Json) => Some(Form::Json),
        (Language::Hcl, Form::HclObject | Form::YamlFlow) => Some(Form::HclObject),
        (Language::Hcl, Form::HclBlock) => Some(Form::HclBlock),
        (Language::CloudFormation, form @ (Form::YamlBlock | Form::YamlFlow)) => Some(form),
        _ => None,
    }
}

/// Whether the remedy would also keep out parties of another kind, which cannot send what it asks for.
fn locks_out(remedy: &Remedy, statement: &Statement) -> bool {
    let meant = match remedy {
        Remedy::RequireExternalId { .. } | Remedy::GuardLike { .. } => PrincipalKind::Aws,
        Remedy::BindSource { .. } => PrincipalKind::Service,
        Remedy::BindSubject { .. } => PrincipalKind::Federated,
        Remedy::Strict { .. } | Remedy::OneExternalId { .. } | Remedy::PinPrincipal { .. } => return false,
    };
    let mut entries = statement.principals.iter().flat_map(|element| &element.entries);
    entries.any(|entry| entry.kind != meant)
}

/// The statement as it stands in the source: what was proved may leave out conditions whose values are not in the input.
fn as_written<'e>(proved: &'e Statement, examined: &'e Examined) -> &'e Statement {
    let alternatives = examined.role.alternatives.iter().map(|alternative| &alternative.trust);
    let documents = std::iter::once(&examined.role.trust).chain(alternatives);
    let same = documents
        .flat_map(|document| &document.statements)
        .filter(|statement| statement.span == proved.span && statement.conditions.len() >= proved.conditions.len());
    same.min_by_key(|statement| statement.conditions.len()).unwrap_or(proved)
}

/// A value to put into a policy.
enum Term {
    Text(String),
    /// As it stands elsewhere.
    Source(String),
    /// A variable or parameter of that name.
    Variable(String),
    OwnAccount,
}

struct Writer<'a> {
    file: &'a SourceFile,
    statement: &'a Statement,
    form: Form,
    language: Language,
    examined: &'a Examined,
}

type Written = (String, Safety, Vec<Edit>);

impl Writer<'_> {
    fn write(&self, remedy: &Remedy, written: &Statement, base: u32) -> Option<Written> {
        match remedy {
            Remedy::RequireExternalId { .. } => {
                let (term, declaration) = self.external_id()?;
                let mut edits = vec![self.condition("StringEquals", EXTERNAL_ID, &term)?];
                // Whoever calls a module has to give it the new variable.
                let is_called = self.language == Language::Hcl && self.examined.role.name.starts_with("module.");
                let safety = if is_called && declaration.is_some() { Safety::Unsafe } else { Safety::Safe };
                edits.extend(declaration);
                Some((format!("ask for {}", self.named(&term)), safety, edits))
            }
            Remedy::GuardLike { entry, .. } => {
                if !GUARDS.contains(&&*entry.operator.value) {
                    return None;
                }
                let has_it = |statement: &&Statement| statement.conditions.contains(entry);
                let statement = self.examined.exposed.document.statements.iter().find(has_it)?;
                let entry = relative_entry(entry, statement.span, base)?;
                let source = self.source_of(&entry.values)?;
                let edit = self.condition(&entry.operator.value, &entry.key.value, &Term::Source(source))?;
                Some(("repeat the condition on sts:ExternalId".to_owned(), Safety::Safe, vec![edit]))
            }
            Remedy::Strict { entry, .. } => {
                let entry = relative_entry(entry, written.span, base)?;
                let strict = strict_operator(&entry)?;
                let edits = self.test_with(&entry, &strict, None)?;
                Some((format!("write `{strict}`"), Safety::Safe, edits))
            }
            Remedy::OneExternalId { entry, .. } => {
                let entry = relative_entry(entry, written.span, base)?;
                let [value] = entry.values.as_slice() else { return None };
                let (term, declaration) = self.external_id()?;
                let one = Edit { span: value.span, text: self.term(&term)? };
                let mut edits = match &*entry.operator.value {
                    "StringEquals" => vec![one],
                    _ => self.test_with(&entry, "StringEquals", Some(one))?,
                };
                edits.extend(declaration);
                Some((format!("accept only {}", self.named(&term)), Safety::Unsafe, edits))
            }
            Remedy::PinPrincipal { place, .. } => {
                let (start, end) = (place.start.checked_sub(base)?, place.end.checked_sub(base)?);
                let written = self.text().get(start as usize..end as usize)?;
                let at = written.rfind(":root")?;
                let start = start as usize + at;
                let edit = Edit {
                    span: Span::new(start, start + ":root".len()),
                    text: ":role/REPLACE-WITH-THE-ROLE".to_owned(),
                };
                Some(("name the role that needs it".to_owned(), Safety::Unsafe, vec![edit]))
            }
            Remedy::BindSource { .. } => {
                let mut edits = vec![self.condition("StringEquals", "aws:SourceAccount", &Term::OwnAccount)?];
                if self.language == Language::Hcl && !self.module().any(|file| file.declares_caller_identity) {
                    edits.push(declare::caller_identity(self.text()));
                }
                Some(("ask for aws:SourceAccount".to_owned(), Safety::Unsafe, edits))
            }
            Remedy::BindSubject { key, .. } => {
                let edit = self.condition("StringEquals", key, &Term::Text(placeholder(key).to_owned()))?;
                Some((format!("ask for `{key}`"), Safety::Unsafe, vec![edit]))
            }
        }
    }

    fn text(&self) -> &str {
        self.file.text()
    }

    fn test_with(&self, entry: &ConditionEntry, operator: &str, value: Option<Edit>) -> Option<Vec<Edit>> {
        let value = value.map(|Edit { span, text }| (span, text));
        let edits = change_operator(self.text(), self.form, self.statement, entry, operator, value)?;
        Some(edits.into_iter().map(|(span, text)| Edit { span, text }).collect())
    }

    /// The id to demand: what the user gave, or a variable or parameter that has to be set.
    fn external_id(&self) -> Option<(Term, Option<Edit>)> {
        if let Some(id) = &self.examined.external_id {
            return Some((Term::Text(id.clone()), None));
        }
        match self.language {
            Language::Json | Language::Printed => None,
            Language::Hcl => {
                // One that need not be set is no guard.
                let free = |name: &&String| !self.variable(name).any(|need| need == Need::Optional);
                let role = self.examined.role.name.rsplit('.').next().unwrap_or_default();
                let own_name: String = role.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                let names = ["external_id".to_owned(), format!("{own_name}_external_id")];
                let name = names.iter().find(free)?.clone();
                let declared = self.variable(&name).next().is_some();
                let edit = (!declared).then(|| declare::variable(self.text(), &name));
                Some((Term::Variable(name), edit))
            }
            Language::CloudFormation => {
                let surroundings = self.file.surroundings();
                let edit = if surroundings.names_parameter { None } else { Some(surroundings.parameter.clone()?) };
                Some((Term::Variable(PARAMETER.to_owned()), edit))
            }
        }
    }

    /// What the files of the role's module say.
    fn module(&self) -> impl Iterator<Item = &Surroundings> {
        let files = self.examined.role.sources.files().filter(|file| folder(file) == folder(self.file));
        files.map(SourceFile::surroundings)
    }

    /// Each file's declaration of a variable.
    fn variable(&self, name: &str) -> impl Iterator<Item = Need> {
        self.module().filter_map(move |file| file.variable(name))
    }

    fn condition(&self, operator: &str, key: &str, term: &Term) -> Option<Edit> {
        // A condition that vanishes by a decision would be joined with this one, and accept more.
        let asks = self.statement.conditions.iter().any(|entry| entry.key.value.eq_ignore_ascii_case(key));
        let (start, end) = (self.statement.span.start as usize, self.statement.span.end as usize);
        let written = self.text().get(start..end)?.to_ascii_lowercase();
        if !asks && written.contains(&key.to_ascii_lowercase()) {
            return None;
        }
        // A second value for one key would be a duplicate, or one more that is accepted.
        let is_taken = |entry: &ConditionEntry| {
            entry.operator.value.eq_ignore_ascii_case(operator) && entry.key.value.eq_ignore_ascii_case(key)
        };
        if self.statement.conditions.iter().any(is_taken) {
            return None;
        }
        let value = self.term(term)?;
        let (span, text) = add_condition(self.text(), self.form, self.statement, operator, key, &value)?;
        Some(Edit { span, text })
    }

    /// Policies as JSON text inside of YAML: what is put there is text, too.
    fn is_text_in_yaml(&self) -> bool {
        self.form == Form::Json && !self.text().trim_start().starts_with('{')
    }

    fn term(&self, term: &Term) -> Option<String> {
        let quoted = |text: &str| serde_json::to_string(text).ok();
        match (term, self.language, self.form) {
            (Term::Source(source), _, _) => Some(source.clone()),
            (Term::Text(text), Language::Hcl, _) if text.contains("${") || text.contains("%{") => None,
            (Term::Text(text), _, _) => quoted(text),
            (Term::Variable(name), Language::Hcl, Form::Json) => Some(format!("\"${{var.{name}}}\"")),
            (Term::Variable(name), Language::Hcl, _) => Some(format!("var.{name}")),
            (Term::Variable(_) | Term::OwnAccount, Language::CloudFormation, Form::Json) if self.is_text_in_yaml() => {
                None
            }
            (Term::Variable(name), Language::CloudFormation, Form::Json) => Some(format!("{{\"Ref\": \"{name}\"}}")),
            (Term::Variable(name), Language::CloudFormation, _) => Some(format!("!Ref {name}")),
            (Term::OwnAccount, Language::Hcl, Form::Json) => {
                Some("\"${data.aws_caller_identity.current.account_id}\"".to_owned())
            }
            (Term::OwnAccount, Language::Hcl, _) => Some("data.aws_caller_identity.current.account_id".to_owned()),
            (Term::OwnAccount, Language::CloudFormation, Form::Json) => {
                Some("{\"Ref\": \"AWS::AccountId\"}".to_owned())
            }
            (Term::OwnAccount, Language::CloudFormation, _) => Some("!Ref AWS::AccountId".to_owned()),
            (Term::OwnAccount, Language::Json | Language::Printed, _) => quoted(&self.examined.account?.to_string()),
            (Term::Variable(_), Language::Json | Language::Printed, _) => None,
        }
    }

    fn named(&self, term: &Term) -> String {
        match (term, self.language) {
            (Term::Variable(name), Language::Hcl) => format!("var.{name}"),
            (Term::Variable(name), _) => format!("parameter {name}"),
            (Term::Text(id) | Term::Source(id), _) => format!("ExternalId `{id}`"),
            (Term::OwnAccount, _) => "the own account".to_owned(),
        }
    }

    fn source_of(&self, values: &[Spanned<countersign_policy::document::Text>]) -> Option<String> {
        let source = |value: &Spanned<_>| self.text().get(value.span.start as usize..value.span.end as usize);
        let sources: Vec<&str> = values.iter().map(source).collect::<Option<_>>()?;
        match (sources.as_slice(), self.form) {
            ([], _) => None,
            ([one], _) => Some((*one).to_owned()),
            (_, Form::HclBlock) => Some(sources.join(", ")),
            _ => Some(format!("[{}]", sources.join(", "))),
        }
    }
}

/// The operator without `IfExists` and `ForAllValues`, where that is what lets an omitted id through.
fn strict_operator(entry: &ConditionEntry) -> Option<String> {
    let spelled = &*entry.operator.value;
    let bare =
        spelled.strip_prefix("ForAllValues:").or_else(|| spelled.strip_prefix("ForAnyValue:")).unwrap_or(spelled);
    let bare = bare.strip_suffix("IfExists").unwrap_or(bare);
    (GUARDS.contains(&bare) && bare != spelled).then(|| bare.to_owned())
}

/// What stands for a value only the user knows, in the form the provider sends it; of SAML there is one value.
fn placeholder(key: &str) -> &'static str {
    match key.rsplit_once(':') {
        Some(("saml", "aud")) => "https://signin.aws.amazon.com/saml",
        Some(("token.actions.githubusercontent.com", "sub")) => {
            "repo:REPLACE-WITH-YOUR-ORGANIZATION/REPLACE-WITH-THE-REPOSITORY:ref:refs/heads/main"
        }
        Some(("gitlab.com", "sub")) => {
            "project_path:REPLACE-WITH-YOUR-GROUP/REPLACE-WITH-THE-PROJECT:ref_type:branch:ref:main"
        }
        _ => "REPLACE-WITH-YOUR-OWN",
    }
}

fn folder(file: &SourceFile) -> &str {
    file.path().rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The statement with its places counted from the start of its file, or `None` when parts of it stand elsewhere.
fn relative(statement: &Statement, base: u32) -> Option<Statement> {
    let conditions = statement.conditions.iter().map(|entry| relative_entry(entry, statement.span, base));
    let conditions = conditions.collect::<Option<_>>()?;
    let statement = Statement { conditions, span: moved(statement.span, base)?, ..statement.clone() };
    statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Allow).then_some(statement)
}

/// The same of a condition, all of which has to stand `inside`: what is written elsewhere may count elsewhere too.
fn relative_entry(entry: &ConditionEntry, inside: Span, base: u32) -> Option<ConditionEntry> {
    let is_inside = |span: Span| inside.start <= span.start && span.end <= inside.end;
    let moved = |span: Span| if is_inside(span) { moved(span, base) } else { None };
    let mut entry = entry.clone();
    entry.span = moved(entry.span)?;
    entry.operator.span = moved(entry.operator.span)?;
    entry.key.span = moved(entry.key.span)?;
    let mut end = entry.key.span.end;
    for value in &mut entry.values {
        value.span = moved(value.span)?;
        if value.span.start < end {
            return None;
        }
        end = value.span.end;
    }
    Some(entry)
}

fn moved(span: Span, base: u32) -> Option<Span> {
    Some(Span { start: span.start.checked_sub(base)?, end: span.end.checked_sub(base)? })
}
