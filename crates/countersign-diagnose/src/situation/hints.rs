//! What causes ask of a situation besides its policies: which guesses are open, and the commands that settle them.

use core::cell::OnceCell;
use std::collections::BTreeSet;

use countersign_policy::condition::string::{Case, NoVariables, Template, Variables, Wildcards};
use countersign_policy::document::{Effect, Polarity, PrincipalKind, Span};
use countersign_policy::evaluate::assume_role::Layer;
use countersign_policy::evaluate::{AttachedTo, Decision, evaluate};
use countersign_policy::request::context_key::oidc_claim;
use countersign_policy::request::{Caller, CallerKind, Request};

use super::{ArnText, Situation, State, Test};
use crate::call::Operation;
use crate::evidence::PolicyText;
use crate::message::{Denial, PolicyLayer, Says, is_masked};
use crate::quoted::argument;
use crate::repair::Intended;
use crate::repair::policy_edit::json_string;

impl Situation<'_> {
    /// The kind of policy that the message blames.
    pub(crate) fn blames(&self) -> Option<PolicyLayer> {
        self.denial.as_ref()?.reason.as_ref().map(|reason| reason.layer)
    }

    /// Whether the message leaves open what denied, so that causes in policies can be guessed at.
    pub(crate) fn is_plain_denial(&self) -> bool {
        let plain = match self.says() {
            // A text that says nothing of STS, as vendors write them, beside something that can be asked.
            None => self.evidence.error_text.is_none() || self.evidence.has_more_than_text(),
            Some(says) => {
                matches!(says, Says::NotAuthorized | Says::WrapperOnly | Says::ServiceCannotAssume | Says::SwitchRole)
            }
        };
        plain && !self.is_write
    }

    /// Whether a missing Allow can be guessed at: not when the message speaks of a Deny.
    pub(crate) fn may_lack_allow(&self) -> bool {
        self.denial.as_ref().is_none_or(|denial| !denial.denies)
    }

    /// Whether the message says that a Deny applies, of whatever policy.
    pub(crate) fn names_deny(&self) -> bool {
        let explicit = |denial: &Denial| denial.denies || denial.reason.as_ref().is_some_and(|reason| reason.explicit);
        self.denial.as_ref().is_some_and(explicit)
    }

    /// Whether a cause in `layer` can be guessed at: the message leaves it open, or blames that layer and what was given of
    /// it can be what was asked.
    pub(crate) fn may_be(&self, layer: PolicyLayer) -> bool {
        self.is_plain_denial() && self.blames().is_none_or(|blamed| blamed == layer) && !self.is_ruled_out()
    }

    /// Whether a trust policy is there and lets the call in, where open keys are as it wants them.
    pub(crate) fn trust_allows(&self) -> Option<bool> {
        *self.trust_allows.get_or_init(|| self.ask_trust())
    }

    fn ask_trust(&self) -> Option<bool> {
        self.evidence.trust.as_ref()?;
        let index = self.nearest().map(|statement| statement.index);
        let whole = self.favouring(index)?;
        let decided = whole.decide();
        let trust = decided.layers.iter().filter(|layer| layer.layer == Layer::Trust);
        let mut answers = trust.map(|layer| layer.evaluation.decision).peekable();
        Some(answers.peek().is_some() && answers.all(|decision| decision == Decision::Allowed))
    }

    /// Whether the trust policy was not given, so that causes in it can only be guessed at.
    pub(crate) fn guesses_at_trust(&self) -> bool {
        self.evidence.trust.is_none() && self.may_be(PolicyLayer::Trust)
    }

    /// Whether the caller needs an Allow of its own, as far as that is known: across accounts, or where the trust policy
    /// names the account only.
    pub(crate) fn needs_identity(&self) -> bool {
        let Some(caller) = &self.caller else { return !self.is_service() };
        if caller.home().is_none() {
            return false;
        }
        if self.is_cross_account() != Some(false) {
            return true;
        }
        let Some(whole) = self.favouring(self.nearest().map(|statement| statement.index)) else { return true };
        let grant = whole
            .decide()
            .layers
            .iter()
            .find(|layer| layer.layer == Layer::Trust)
            .and_then(|layer| layer.evaluation.grant);
        !matches!(grant, Some(countersign_policy::evaluate::Grant::Direct | countersign_policy::evaluate::Grant::Role))
    }

    /// What policies of the caller say of an action on the role.
    pub(crate) fn say_of(&self, policies: &[&PolicyText], action: &str) -> Option<Decision> {
        Some(say(policies, &Request { action: action.to_owned(), ..self.request()? }))
    }

    /// The same of a call that has a condition key besides.
    pub(crate) fn say_of_with(
        &self,
        policies: &[&PolicyText],
        action: &str,
        key: &str,
        value: &str,
    ) -> Option<Decision> {
        let mut request = Request { action: action.to_owned(), ..self.request()? };
        request.context.set(key, [value]);
        Some(say(policies, &request))
    }

    /// The caller's identity policies as given.
    pub(crate) fn identity(&self) -> Vec<&PolicyText> {
        self.evidence.identity.iter().collect()
    }

    /// Whether the role is linked to an AWS service: AWS writes its trust policy, and nobody can edit it (IAM User Guide,
    /// "Using service-linked roles"). Their path is kept for them.
    pub(crate) fn is_service_linked(&self) -> bool {
        let role = self.shown_role().unwrap_or_default();
        role.splitn(6, ':').nth(5).is_some_and(|resource| resource.starts_with("role/aws-service-role/"))
    }

    /// The role's name, or a placeholder.
    pub(crate) fn role_name(&self) -> &str {
        self.role_arn().and_then(|arn| arn.role_name()).unwrap_or("ROLE")
    }

    /// The role's account, in words.
    pub(crate) fn role_account(&self) -> String {
        match self.role_arn().and_then(|arn| arn.account) {
            Some(account) => format!("account {}", argument(account)),
            None => "the role's account".to_owned(),
        }
    }

    /// The command that shows the trust policy, and whose credentials it needs.
    pub(crate) fn get_role(&self) -> String {
        let name = argument(self.role_name());
        format!(
            "aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument  # with credentials of {}",
            self.role_account()
        )
    }

    /// The role that the caller is a session of, or the caller itself, as an ARN that a policy can name.
    pub(crate) fn caller_principal(&self) -> Option<String> {
        self.caller.as_ref()?.principal_arn()
    }

    /// The caller, as a principal that a policy can name.
    pub(crate) fn as_principal(&self) -> Option<String> {
        let caller = self.caller.as_ref()?;
        let (kind, name) = match caller.kind() {
            CallerKind::Service => ("Service", caller.name().to_owned()),
            CallerKind::Federated => ("Federated", caller.name().to_owned()),
            CallerKind::Root(_)
            | CallerKind::User(_)
            | CallerKind::RoleSession(_)
            | CallerKind::FederatedUser(_)
            | CallerKind::Anonymous => ("AWS", caller.principal_arn()?),
        };
        Some(format!("{{\"{kind}\":{}}}", json_string(&name)))
    }

    /// The caller, as somebody whom a change of the trust policy is for: nobody but this one. A token is its provider's with
    /// its very subject and audience; without a subject nobody can say whose it is. Whom a SAML provider sends to the role,
    /// the assertion says, which names the role.
    pub(crate) fn intended(&self) -> Option<Intended> {
        let principal = self.as_principal()?;
        let caller = self.caller.as_ref()?;
        if !matches!(caller.kind(), CallerKind::Federated) || caller.name().contains(":saml-provider/") {
            return Some(Intended { principal, condition: None });
        }
        let host = self.provider_host()?;
        let claim = |claim: &str| {
            let key = format!("{host}:{claim}");
            let values = self.context.get(&key)?.iter().map(|value| json_string(&escaped(value)));
            Some(format!("{}:[{}]", json_string(&key), values.collect::<Vec<_>>().join(",")))
        };
        let asked: Vec<String> = std::iter::once(claim("sub")?).chain(claim("aud")).collect();
        Some(Intended { principal, condition: Some(format!("{{\"StringEquals\":{{{}}}}}", asked.join(","))) })
    }

    /// What somebody is whom a change lets in besides the caller.
    pub(crate) fn beside(&self, other: &Caller) -> &'static str {
        let Some(caller) = &self.caller else { return "nobody says who called" };
        let is_same = caller.home().is_some() && caller.home() == other.home();
        match other.kind() {
            CallerKind::Service => "AWS services",
            CallerKind::Federated if caller.name() == other.name() && self.intended().is_none() => {
                "every token of the provider, as the token's own `sub` is not known"
            }
            CallerKind::Federated if caller.name() == other.name() => {
                "tokens of the provider with another subject or audience"
            }
            CallerKind::Federated => "tokens of another provider",
            CallerKind::Root(_)
            | CallerKind::User(_)
            | CallerKind::RoleSession(_)
            | CallerKind::FederatedUser(_)
            | CallerKind::Anonymous => match (is_same, caller.principal_arn() == other.principal_arn()) {
                (_, true) => "the caller with other values than it sends",
                (true, false) => "other callers of its account",
                (false, false) => "callers of other accounts",
            },
        }
    }

    /// The customer whose ExternalId is sent: the caller, with its whole account where statement `index` trusts that.
    pub(crate) fn intended_with_id(&self, index: usize, sent: &str) -> Option<Intended> {
        let account = self.caller.as_ref()?.home()?.account.to_string();
        let names_account = |principal: &NamedPrincipal<'_>| {
            let of_arn = || ArnText::parse(principal.text).filter(|arn| arn.resource == "root")?.account;
            principal.statement == index
                && principal.kind == PrincipalKind::Aws
                && (principal.text == account || of_arn() == Some(&account))
        };
        let principal = match self.principals().into_iter().find(names_account) {
            Some(named) => format!("{{\"AWS\":{}}}", json_string(named.text)),
            None => self.as_principal()?,
        };
        let condition = format!("{{\"StringEquals\":{{\"sts:ExternalId\":{}}}}}", json_string(&escaped(sent)));
        Some(Intended { principal, condition: Some(condition) })
    }

    /// Whether a statement asks for the subject of a token, and not for any: of a provider that everybody has tokens of, the
    /// provider and the audience tell nobody apart.
    pub(crate) fn binds_subject(&self, statement: usize) -> bool {
        let binds = |test: &Test| {
            oidc_claim(&test.key).is_some_and(|(_, claim)| claim.eq_ignore_ascii_case("sub"))
                && ["StringEquals", "StringLike", "StringEqualsIgnoreCase"].contains(&test.operator.as_str())
                && test.required.iter().all(|value| !value.trim_matches('*').is_empty())
        };
        self.statements.iter().any(|view| view.index == statement && view.tests.iter().any(binds))
    }

    /// Where a statement of the trust policy stands.
    pub(crate) fn statement_span(&self, index: usize) -> Option<Span> {
        Some(self.evidence.trust.as_ref()?.document.statements.get(index)?.span)
    }

    /// Resources, other than this role, on which the first of the caller's policies allows an action, with their places.
    pub(crate) fn other_resources(&self, action: &str) -> Vec<(String, Span)> {
        let Some(policy) = self.evidence.identity.first() else { return Vec::new() };
        let covers = |pattern: &str| {
            let template = Template::compile(pattern, Wildcards::Match, Variables::Literal);
            template.matches(action, Case::IgnoreAscii, &NoVariables)
        };
        let allows = policy.document.statements.iter().filter(|statement| {
            let allow = statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Allow);
            let actions = statement.actions.iter().filter(|element| element.polarity == Polarity::Listed);
            let mut patterns =
                actions.flat_map(|element| &element.patterns).filter_map(|pattern| pattern.value.known());
            allow && patterns.any(covers)
        });
        let elements =
            allows.flat_map(|statement| &statement.resources).filter(|element| element.polarity == Polarity::Listed);
        let patterns = elements.flat_map(|element| &element.patterns);
        patterns.filter_map(|pattern| Some((pattern.value.known()?.to_owned(), pattern.span))).collect()
    }

    /// The values with which a condition of the trust policy would hold, if one value can make it.
    pub(crate) fn satisfying(&self, statement: usize, test: &Test) -> Option<Vec<String>> {
        let mut open = Situation {
            open: BTreeSet::from([test.key.to_ascii_lowercase()]),
            context: self.context.clone(),
            ..self.shallow()
        };
        open.context.remove(&test.key);
        let whole = open.favouring(Some(statement))?;
        whole.request.context.get(&test.key).map(<[String]>::to_vec)
    }

    fn shallow(&self) -> Situation<'_> {
        Situation {
            evidence: self.evidence,
            denial: self.denial.clone(),
            denials: Vec::new(),
            operation: self.operation,
            is_write: self.is_write,
            caller_text: self.caller_text.clone(),
            caller: self.caller.clone(),
            role_text: self.role_text.clone(),
            external_id: self.external_id.clone(),
            session_name: self.session_name.clone(),
            actions: self.actions.clone(),
            context: self.context.clone(),
            open: self.open.clone(),
            trust_allows: OnceCell::new(),
            statements: self.statements.clone(),
        }
    }

    /// The principals of Allow statements, by kind: index of the statement, kind, text, place.
    pub(crate) fn principals(&self) -> Vec<NamedPrincipal<'_>> {
        let Some(trust) = &self.evidence.trust else { return Vec::new() };
        let allows = trust
            .document
            .statements
            .iter()
            .enumerate()
            .filter(|(_, statement)| statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Allow));
        let elements =
            allows.flat_map(|(index, statement)| statement.principals.iter().map(move |element| (index, element)));
        let listed = elements.filter(|(_, element)| element.polarity == Polarity::Listed);
        listed
            .flat_map(|(statement, element)| {
                element.entries.iter().filter_map(move |entry| {
                    Some(NamedPrincipal { statement, kind: entry.kind, text: entry.value.known()?, span: entry.span })
                })
            })
            .collect()
    }

    /// Whether no Allow statement's principal covers the caller.
    pub(crate) fn is_uncovered_principal(&self) -> bool {
        self.caller.is_some()
            && !self.statements.is_empty()
            && self
                .statements
                .iter()
                .filter(|statement| statement.effect == Effect::Allow)
                .all(|statement| statement.principal == State::Fails)
    }

    /// The region of the endpoint, as the call or somebody says.
    pub(crate) fn region(&self) -> Option<String> {
        let of_call = self.of_call(crate::call::Name::Region).value().map(str::to_owned);
        // A text whose calls are not understood may still name a region, and so may a log.
        let named = |text: Option<&str>| {
            let mut words = text?.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
            words.find(|word| super::is_opt_in_region(word)).map(str::to_owned)
        };
        let in_request = || named(self.evidence.request.as_ref().map(|request| request.text.as_str()));
        let in_error = || named(self.evidence.error_text.as_deref());
        self.evidence.facts.region.clone().or(of_call).or_else(in_request).or_else(in_error)
    }

    /// Who was meant to call, when somebody else did.
    pub(crate) fn other_identity(&self) -> Option<String> {
        let called = ArnText::parse(self.caller_text.as_deref()?)?;
        let meant = self.evidence.facts.intended_caller.as_deref().or(self.evidence.caller.as_deref())?;
        let name =
            |arn: ArnText<'_>| (arn.account.map(str::to_owned), arn.role_name().unwrap_or(arn.resource).to_owned());
        (name(ArnText::parse(meant)?) != name(called) && !is_masked(meant)).then(|| meant.to_owned())
    }

    /// The caller as the message or the evidence writes it, parts of it blacked out or not.
    pub(crate) fn shown_caller(&self) -> Option<&str> {
        let of_text = self.denial.as_ref().and_then(|denial| denial.caller.as_ref()).map(|found| found.text.as_str());
        self.caller_text.as_deref().or(of_text).or(self.evidence.caller.as_deref())
    }

    /// Whether a token or an assertion stands in the place of a caller.
    pub(crate) fn is_federated(&self) -> bool {
        matches!(self.operation, Operation::AssumeRoleWithWebIdentity | Operation::AssumeRoleWithSaml)
    }

    /// Whether a role or a user called, whatever of its ARN is legible.
    pub(crate) fn is_identity(&self) -> bool {
        let kinds = [":role/", ":assumed-role/", ":user/"];
        self.shown_caller().is_some_and(|caller| kinds.iter().any(|kind| caller.contains(kind)))
    }

    /// The role as the message or the evidence writes it, parts of it blacked out or not.
    pub(crate) fn shown_role(&self) -> Option<&str> {
        let of_text = self.denial.as_ref().and_then(|denial| denial.resource.as_ref()).map(|found| found.text.as_str());
        self.role_text.as_deref().or(of_text).or(self.evidence.role.as_deref())
    }

    /// How much speaks for the caller being a session of the role it asks for, when no more is known of their accounts
    /// than how they were blacked out: `None` when they differ or the names do.
    pub(crate) fn is_self_by_name(&self) -> Option<u8> {
        let caller = self.shown_caller()?;
        let at = caller.find("assumed-role/")?;
        let (before, session) = caller.split_at_checked(at)?;
        let name = session.strip_prefix("assumed-role/")?.split('/').next()?;
        let account = before.trim_end_matches(':').rsplit(':').next()?;
        let role = self.shown_role()?;
        let parts: Vec<&str> = role.splitn(6, ':').collect();
        let [_, _, _, _, role_account, resource] = parts.as_slice() else { return None };
        let same_name = !is_masked(name) && resource.rsplit(['/', ':']).next() == Some(name);
        let is_whole = |account: &str| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        match same_name && resource.starts_with("role") {
            true if account == *role_account => Some(71),
            true if is_whole(account) && is_whole(role_account) => None,
            true => Some(62),
            false => None,
        }
    }

    /// Whether the caller is a session of the role it asks for.
    pub(crate) fn is_self(&self) -> bool {
        let (Some(caller), Some(role)) = (self.caller_arn(), self.role_arn()) else { return false };
        role.resource.starts_with("role/")
            && caller.resource.starts_with("assumed-role/")
            && caller.account.is_some()
            && caller.account == role.account
            && caller.partition == role.partition
            && caller.role_name() == role.role_name()
    }
}

/// What policies of one kind say together.
fn say(policies: &[&PolicyText], request: &Request) -> Decision {
    let answers: Vec<Decision> = policies
        .iter()
        .map(|policy| evaluate(&policy.document, request, AttachedTo::Identity, Default::default()).decision)
        .collect();
    if answers.contains(&Decision::ExplicitDeny) {
        Decision::ExplicitDeny
    } else if answers.contains(&Decision::Allowed) {
        Decision::Allowed
    } else {
        Decision::ImplicitDeny
    }
}

/// A value as a condition writes it, so that nothing in it is read as a variable.
fn escaped(value: &str) -> String {
    value.replace("${", "${$}{")
}

/// A principal of an Allow statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NamedPrincipal<'s> {
    pub(crate) statement: usize,
    pub(crate) kind: PrincipalKind,
    pub(crate) text: &'s str,
    pub(crate) span: Span,
}
