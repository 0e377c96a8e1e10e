//! What the evidence comes to: who called what with which context, and what is not known of it.
//!
//! The evaluator needs a whole request. What nobody says is *open*: a question about an open key is answered neither way,
//! and to see whether a statement could let the call in, open keys are filled as the statement wants them
//! ([`Situation::favouring`]).

mod arn_facts;
mod blame;
mod context;
mod decide;
mod doubt;
mod hints;
mod provable;
mod refused;
mod trust;

pub(crate) use arn_facts::{ArnText, is_opt_in_region};
pub(crate) use blame::Blame;
pub(crate) use context::MACHINES;
pub(crate) use decide::Whole;
pub(crate) use hints::NamedPrincipal;
pub(crate) use trust::{State, StatementView, Test, spoken, spoken_in_words};

use core::cell::OnceCell;
use std::collections::BTreeSet;

use countersign_policy::document::PrincipalKind;
use countersign_policy::request::{Caller, CallerKind, Request, RequestContext};

use crate::call::{Call, Name, Operation, Parameter};
use crate::evidence::{Evidence, Sent};
use crate::message::{self, Denial, Printer, Says};

/// Everything the causes ask about.
pub(crate) struct Situation<'e> {
    pub(crate) evidence: &'e Evidence,
    /// The denial that is looked into: the last of the text that is about a role.
    pub(crate) denial: Option<Denial>,
    /// Every denial of the text.
    pub(crate) denials: Vec<Denial>,
    pub(crate) operation: Operation,
    /// The policy is being written, no role is assumed.
    pub(crate) is_write: bool,
    /// The caller as it was named.
    pub(crate) caller_text: Option<String>,
    pub(crate) caller: Option<Caller>,
    /// The role as it was named.
    pub(crate) role_text: Option<String>,
    pub(crate) external_id: Sent,
    pub(crate) session_name: Sent,
    /// The actions the call needs, its own first.
    pub(crate) actions: Vec<String>,
    /// What is known of the context.
    pub(crate) context: RequestContext,
    /// Keys of which it is not known whether they are there, in lower case.
    pub(crate) open: BTreeSet<String>,
    /// What [`Self::trust_allows`] found, which every cause wants to know.
    trust_allows: OnceCell<Option<bool>>,
    /// The trust policy, statement by statement; empty without one.
    pub(crate) statements: Vec<StatementView>,
}

impl<'e> Situation<'e> {
    /// Works out what the evidence says.
    pub(crate) fn new(evidence: &'e Evidence) -> Self {
        Self::with_denials(evidence, evidence.error_text.as_deref().map(message::read).unwrap_or_default())
    }

    /// The same, with the denials that were read from the error's text.
    pub(crate) fn with_denials(evidence: &'e Evidence, denials: Vec<Denial>) -> Self {
        let denial = choose(&denials).cloned();
        let is_write = is_write(evidence, denial.as_ref());
        let operation = operation(evidence, denial.as_ref());
        let named = |found: Option<&message::Found>| found.and_then(|found| found.known()).map(str::to_owned);
        let unmasked = |text: &String| !message::is_masked(text);
        let from_text = denial.as_ref().and_then(|denial| named(denial.caller.as_ref()));
        let caller_text = from_text.or_else(|| evidence.caller.clone().filter(unmasked));
        let role_text = denial.as_ref().and_then(|denial| named(denial.resource.as_ref()));
        let role_text = role_text.or_else(|| evidence.role.clone()).or_else(|| {
            let call = evidence.request.as_ref()?.calls.first()?;
            call.known(Name::RoleArn).map(str::to_owned)
        });
        let role_text = role_text.filter(unmasked);
        let mut situation = Self {
            evidence,
            denial,
            denials,
            operation,
            is_write,
            caller: None,
            caller_text,
            role_text,
            external_id: Sent::Unknown,
            session_name: Sent::Unknown,
            actions: Vec::new(),
            context: RequestContext::new(),
            open: BTreeSet::new(),
            trust_allows: OnceCell::new(),
            statements: Vec::new(),
        };
        situation.caller = situation.read_caller();
        situation.external_id = situation.read_external_id();
        situation.session_name =
            evidence.facts.session_name.clone().or_else(|| situation.of_call(Name::RoleSessionName));
        situation.actions = situation.needed_actions();
        context::fill(&mut situation);
        situation.statements = trust::view(&situation);
        situation
    }

    /// The call that failed, when its text was given.
    pub(crate) fn call(&self) -> Option<&'e Call> {
        let calls = &self.evidence.request.as_ref()?.calls;
        let same_role =
            |call: &&Call| self.role_text.is_some() && call.known(Name::RoleArn) == self.role_text.as_deref();
        calls.iter().find(same_role).or_else(|| calls.first())
    }

    /// Whether a call may be the one that was denied: it names the role, part of it, or no role that is known.
    pub(crate) fn may_be_denied(&self, call: &Call) -> bool {
        let (Some(denied), Some(named)) = (self.role_text.as_deref(), call.known(Name::RoleArn)) else { return true };
        let is_arn = |text: &str| ArnText::parse(text).is_some();
        named == denied || !is_arn(denied) || !is_arn(named) || self.evidence.role.as_deref() == Some(named)
    }

    /// Whether the text makes calls of one role that say different things of a parameter, so that either can be what failed.
    fn is_contested(&self, call: &Call, name: Name) -> bool {
        let says = |call: &Call| (call.known(name).map(str::to_owned), *call.parameter(name) == Parameter::Absent);
        let calls = self.evidence.request.iter().flat_map(|request| &request.calls);
        let mut alike = calls.filter(|other| other.known(Name::RoleArn) == call.known(Name::RoleArn));
        call.known(Name::RoleArn).is_some() && alike.any(|other| says(other) != says(call))
    }

    /// What the call's text says of a parameter. What another call sends, this one need not.
    pub(crate) fn of_call(&self, name: Name) -> Sent {
        let is_sent = name != Name::RoleArn && name != Name::Region;
        if is_sent && self.call().is_some_and(|call| !self.may_be_denied(call) || self.is_contested(call, name)) {
            return Sent::Unknown;
        }
        match self.call().map(|call| call.parameter(name)) {
            Some(Parameter::Known { value, .. }) => Sent::Value(value.clone()),
            Some(Parameter::Absent) => Sent::Nothing,
            // A name the tool makes up: one of those it could be.
            Some(Parameter::Implied { pattern }) => match self.made_up(pattern) {
                Some(pattern) => Sent::Value(pattern.replace('*', "1700000000")),
                None => Sent::Unknown,
            },
            Some(Parameter::Unknown { .. }) | None => Sent::Unknown,
        }
    }

    /// What a tool sends unasked. Any SDK can have read a profile; the denial's words tell which it was.
    pub(crate) fn made_up(&self, pattern: &'static str) -> Option<&'static str> {
        match (pattern, self.denial.as_ref().map(|denial| denial.printer)) {
            ("*", Some(Printer::Botocore)) => Some("botocore-session-*"),
            ("*", _) => None,
            (pattern, _) => Some(pattern),
        }
    }

    /// What the denial says in its own sentence.
    pub(crate) fn says(&self) -> Option<&Says> {
        self.denial.as_ref().map(|denial| &denial.says)
    }

    /// The action that the message names.
    pub(crate) fn named_action(&self) -> Option<&str> {
        self.denial.as_ref()?.action.as_ref().map(|action| action.text.as_str())
    }

    /// The caller's ARN, taken apart as it was written.
    pub(crate) fn caller_arn(&self) -> Option<ArnText<'_>> {
        ArnText::parse(self.caller_text.as_deref()?)
    }

    /// The role's ARN, taken apart as it was written.
    pub(crate) fn role_arn(&self) -> Option<ArnText<'_>> {
        ArnText::parse(self.role_text.as_deref()?)
    }

    /// Whether the caller is an AWS service.
    pub(crate) fn is_service(&self) -> bool {
        self.caller.as_ref().is_some_and(|caller| matches!(caller.kind(), CallerKind::Service))
    }

    /// Whether caller and role are known to live in different accounts.
    pub(crate) fn is_cross_account(&self) -> Option<bool> {
        let home = self.caller.as_ref()?.home()?;
        let role = self.role_arn()?;
        Some(home.account.as_str() != role.account?)
    }

    /// The request with what is known; open keys are missing.
    pub(crate) fn request(&self) -> Option<Request> {
        let caller = self.caller.clone()?;
        let role = self.role_text.clone().unwrap_or_else(|| "arn:aws:iam::000000000000:role/unknown".to_owned());
        let action = self.actions.first().cloned().unwrap_or_default();
        Some(Request { caller, action, role, context: self.context.clone() })
    }

    fn read_caller(&self) -> Option<Caller> {
        let text = self.caller_text.as_deref().unwrap_or_default().trim();
        if matches!(self.operation, Operation::AssumeRoleWithWebIdentity | Operation::AssumeRoleWithSaml) {
            return self.provider(text);
        }
        if let Some(service) = text.strip_prefix("service ") {
            return Some(Caller::service(service.trim()));
        }
        Caller::parse(text).ok()
    }

    /// The identity provider of a federated call: from the token, or the one that the trust policy names.
    fn provider(&self, text: &str) -> Option<Caller> {
        if let Ok(caller) = Caller::parse(text)
            && matches!(caller.kind(), CallerKind::Federated)
        {
            return Some(caller);
        }
        let role = self.role_arn();
        let issuer = self.evidence.facts.claim("iss").and_then(<[String]>::first);
        let issuer = issuer.map(|issuer| issuer.trim_start_matches("https://").trim_end_matches('/').to_owned());
        let github =
            || text.to_ascii_lowercase().contains("github").then(|| "token.actions.githubusercontent.com".to_owned());
        if let (Some(host), Some(role)) = (issuer.or_else(github), role) {
            let account = role.account.unwrap_or_default();
            return Some(Caller::federated(&format!("arn:{}:iam::{account}:oidc-provider/{host}", role.partition)));
        }
        let document = &self.evidence.trust.as_ref()?.document;
        let entries =
            document.statements.iter().flat_map(|statement| &statement.principals).flat_map(|element| &element.entries);
        let federated = entries.filter(|entry| entry.kind == PrincipalKind::Federated);
        let names: Vec<&str> = federated.filter_map(|entry| entry.value.known()).collect();
        // Of several it may be any.
        let name = names.first().filter(|first| names.iter().all(|name| name == *first))?;
        // Besides the shared providers, which have names of their own, a provider is only named by its ARN.
        let is_shared = || Caller::parse(name).is_ok_and(|caller| matches!(caller.kind(), CallerKind::Federated));
        if name.starts_with("arn:") || !name.contains('.') || message::is_masked(name) || is_shared() {
            return Some(Caller::federated(name));
        }
        let (host, role) = (name.trim_start_matches("https://"), role?);
        Some(Caller::federated(&format!("arn:{}:iam::{}:oidc-provider/{host}", role.partition, role.account?)))
    }

    fn read_external_id(&self) -> Sent {
        let facts = &self.evidence.facts;
        let of_call = || match (self.call(), &self.evidence.request) {
            (Some(_), _) => self.of_call(Name::ExternalId),
            (None, _) => Sent::Unknown,
        };
        let sent = match facts.external_id.clone().or_else(of_call) {
            Sent::Value(value) if message::is_hidden(&value) => Sent::Unknown,
            sent => sent,
        };
        match self.operation {
            // Their API has no such parameter.
            Operation::AssumeRoleWithWebIdentity | Operation::AssumeRoleWithSaml | Operation::SwitchRole => {
                Sent::Nothing
            }
            Operation::AssumeRole => sent,
        }
    }

    fn needed_actions(&self) -> Vec<String> {
        let main = match self.operation {
            Operation::AssumeRole | Operation::SwitchRole => "sts:AssumeRole",
            Operation::AssumeRoleWithWebIdentity => "sts:AssumeRoleWithWebIdentity",
            Operation::AssumeRoleWithSaml => "sts:AssumeRoleWithSAML",
        };
        let mut actions = vec![main.to_owned()];
        let named = |action: &str| self.named_action().is_some_and(|named| named.eq_ignore_ascii_case(action));
        let in_call = |name: Name| self.call().is_some_and(|call| *call.parameter(name) != Parameter::Absent);
        let facts = &self.evidence.facts;
        // EKS Pod Identity passes tags in every call.
        let tags_unasked = self.caller.as_ref().is_some_and(|caller| caller.name() == "pods.eks.amazonaws.com");
        if tags_unasked || named("sts:TagSession") || facts.session_tags.is_some() || in_call(Name::Tags) {
            actions.push("sts:TagSession".to_owned());
        }
        let identity = matches!(facts.source_identity, Sent::Value(_));
        if named("sts:SetSourceIdentity") || identity || in_call(Name::SourceIdentity) {
            actions.push("sts:SetSourceIdentity".to_owned());
        }
        if named("sts:SetContext") {
            actions.push("sts:SetContext".to_owned());
        }
        actions
    }
}

/// The denial that is about a role: of several the last, since what a tool tries last is what failed.
fn choose(denials: &[Denial]) -> Option<&Denial> {
    let worth = |denial: &&Denial| match (&denial.says, &denial.resource) {
        (Says::WrapperOnly | Says::MalformedPolicy, _) => 0,
        (Says::NotAuthorized, Some(_)) => 2,
        _ => 1,
    };
    denials.iter().max_by_key(worth)
}

fn is_write(evidence: &Evidence, denial: Option<&Denial>) -> bool {
    let operation = evidence.operation.as_deref().unwrap_or_default();
    operation.contains("CreateRole")
        || operation.contains("UpdateAssumeRolePolicy")
        || denial.is_some_and(|denial| match denial.says {
            Says::InvalidPrincipal { .. } => true,
            // STS refuses session policies with the same code.
            Says::MalformedPolicy => {
                denial.operation.as_ref().is_none_or(|operation| !operation.text.starts_with("AssumeRole"))
            }
            _ => false,
        })
}

fn operation(evidence: &Evidence, denial: Option<&Denial>) -> Operation {
    let of_denial = denial.and_then(|denial| denial.operation.as_ref()).map(|found| found.text.as_str());
    let of_action = denial.and_then(|denial| denial.action.as_ref()).map(|found| found.text.as_str());
    for named in [of_action, of_denial, evidence.operation.as_deref()].into_iter().flatten() {
        let folded = named.to_ascii_lowercase();
        if folded.contains("withwebidentity") {
            return Operation::AssumeRoleWithWebIdentity;
        }
        if folded.contains("withsaml") {
            return Operation::AssumeRoleWithSaml;
        }
        if folded.contains("switchrole") || folded.contains("switch role") {
            return Operation::SwitchRole;
        }
        if folded.ends_with("assumerole") {
            return Operation::AssumeRole;
        }
    }
    let of_call = evidence.request.as_ref().and_then(|request| request.calls.first()).map(|call| call.operation);
    of_call.unwrap_or(Operation::AssumeRole)
}
