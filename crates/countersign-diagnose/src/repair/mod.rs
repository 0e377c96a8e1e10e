//! What has to change, as something that can be tried: on the call, on the trust policy, on the caller's policies.

mod kind;
mod patch;
mod plan;
pub(crate) mod policy_edit;
mod safe;
mod sending;

pub use kind::FixKind;
pub use patch::{Part, Patch};
pub use plan::Plan;

use countersign_policy::document::{Amendment, Effect, PolicyDocument, Statement};
use countersign_policy::prove::{Difference, Setting, gained};
use countersign_policy::request::Caller;

use crate::call::Name;
use crate::edit::{self, Edit};
use crate::message::PolicyLayer;
use crate::risk::Grants;
use crate::situation::{Situation, Whole};

/// A change, and what a person is told about it.
#[derive(Debug, Clone)]
pub(crate) struct Repair {
    /// What to do, in one or two sentences.
    pub(crate) advice: String,
    /// The change.
    pub(crate) change: Change,
    /// What goes with it when it is tried: what the call has anyway, once it is asked for.
    pub(crate) with: Vec<Change>,
    /// Somebody has to decide about it, or find a value out, before it is made.
    pub(crate) needs_decision: bool,
    /// What tells the value of the placeholder that is written.
    pub(crate) find: Option<String>,
}

impl Repair {
    /// Something only a person can do.
    pub(crate) fn advice(advice: impl Into<String>) -> Self {
        Self { advice: advice.into(), change: Change::Nothing, with: Vec::new(), needs_decision: false, find: None }
    }

    /// The same, once somebody has decided that it is meant.
    pub(crate) fn decided_by_owner(self) -> Self {
        Self { needs_decision: true, ..self }
    }

    pub(crate) fn new(advice: impl Into<String>, change: Change) -> Self {
        Self { advice: advice.into(), change, with: Vec::new(), needs_decision: false, find: None }
    }
}

/// What changes.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// Nothing that the evaluator could try.
    Nothing,
    /// The call sends a value for a parameter, or (`None`) none.
    Send { parameter: Name, key: &'static str, value: Option<String> },
    /// The call has this condition key besides.
    HaveKey { key: String, values: Vec<String> },
    /// Statement so-and-so of the trust policy is not there: a trial, never a proposal.
    WithoutStatement(usize),
    /// Statement so-and-so of the trust policy speaks of what the call needs: a trial, where to say how is somebody's decision.
    SpeaksOfCall(usize),
    /// The trust policy is changed, though nobody can change it: a trial.
    TrustOfService(Vec<Amendment>),
    /// The caller's policies have no Deny: a trial.
    WithoutOwnDenies,
    /// A limit allows everything: a trial.
    WithoutLimit(PolicyLayer),
    /// The call asks for this many seconds.
    Seconds(u32),
    /// The trust policy is changed; whoever is let in newly must be covered by `intended`.
    Trust { amendments: Vec<Amendment>, intended: Option<Intended> },
    /// The caller's first identity policy is edited.
    Identity(Vec<Edit>),
    /// The caller gets one more policy.
    NewIdentity(String),
}

/// Whom a change of the trust policy is for: the parts of a Deny statement that would keep exactly them out.
#[derive(Debug, Clone)]
pub(crate) struct Intended {
    /// `"Principal": …`, as JSON.
    pub(crate) principal: String,
    /// `"Condition": …`, as JSON, when not everybody of the principal is meant.
    pub(crate) condition: Option<String>,
}

impl Change {
    /// Makes the change to a call. `None` when it cannot be made.
    pub(crate) fn make(changes: &[&Self], whole: &Whole, situation: &Situation<'_>) -> Option<Whole> {
        let mut changed = whole.clone();
        let (mut amendments, mut identity_edits, mut removed) = (Vec::new(), Vec::new(), Vec::new());
        for change in changes {
            match change {
                Self::Nothing => return None,
                Self::Send { parameter, key, value } => {
                    sending::make(situation, &mut changed.request, (*parameter, key), value.as_deref())?;
                }
                Self::HaveKey { key, values } => changed.request.context.set(key.clone(), values.clone()),
                Self::WithoutStatement(index) => removed.push(*index),
                Self::SpeaksOfCall(index) => {
                    let actions = serde_json::json!({"Statement": {"Effect": "Allow", "Action": situation.actions}});
                    let spoken = PolicyDocument::parse(&actions.to_string());
                    let actions = spoken.statements.into_iter().next().map(|statement| statement.actions);
                    changed.trust.statements.get_mut(*index)?.actions = actions?;
                }
                Self::TrustOfService(new) => amendments.extend(new.iter().cloned()),
                Self::WithoutOwnDenies => {
                    let allows = |statement: &Statement| {
                        statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Allow)
                    };
                    changed.side.identity.iter_mut().for_each(|policy| policy.statements.retain(allows));
                }
                Self::WithoutLimit(layer) => changed.lift(*layer),
                Self::Seconds(seconds) => changed.session.duration_seconds = Some(*seconds),
                Self::Trust { amendments: new, .. } => amendments.extend(new.iter().cloned()),
                Self::Identity(edits) => identity_edits.extend(edits.iter().cloned()),
                Self::NewIdentity(text) => changed.side.identity.push(PolicyDocument::parse(text)),
            }
        }
        if !amendments.is_empty() {
            changed.trust = changed.trust.amended(&amendments)?;
        }
        if !removed.is_empty() {
            let statements = std::mem::take(&mut changed.trust.statements).into_iter().enumerate();
            let kept = statements.filter(|(index, _)| !removed.contains(index)).map(|(_, statement)| statement);
            changed.trust.statements = kept.collect();
        }
        if !identity_edits.is_empty() {
            let document =
                PolicyDocument::parse(&edit::apply(&situation.evidence.identity.first()?.text, &identity_edits)?);
            *changed.side.identity.first_mut()? = document;
        }
        Some(changed)
    }

    /// Whether it is something to do, and not a trial of what would be without a cause.
    pub(crate) fn is_proposal(&self) -> bool {
        match self {
            Self::Send { .. } | Self::Seconds(_) | Self::Trust { .. } | Self::Identity(_) | Self::NewIdentity(_) => {
                true
            }
            Self::Nothing
            | Self::HaveKey { .. }
            | Self::WithoutStatement(_)
            | Self::SpeaksOfCall(_)
            | Self::TrustOfService(_)
            | Self::WithoutOwnDenies
            | Self::WithoutLimit(_) => false,
        }
    }

    /// The change of the text it is made to.
    pub(crate) fn diff(&self, situation: &Situation<'_>) -> Option<Patch> {
        if let Self::Trust { amendments, .. } = self {
            return Patch::of_trust(amendments, situation);
        }
        let (part, edits) = self.edits(situation)?;
        Patch::of(part, &edits, situation)
    }

    /// The text that changes, and its edits; of the trust policy, what it says changes.
    fn edits(&self, situation: &Situation<'_>) -> Option<(Part, Vec<Edit>)> {
        match self {
            Self::Identity(edits) => Some((Part::Identity, edits.clone())),
            Self::NewIdentity(text) => Some((Part::NewIdentity, vec![Edit::insert(0, text.clone())])),
            Self::Send { parameter, value, .. } => {
                Some((Part::Call, sending::edits(situation, *parameter, value.as_deref())?))
            }
            Self::Seconds(seconds) => {
                Some((Part::Call, sending::edits(situation, Name::DurationSeconds, Some(&seconds.to_string()))?))
            }
            Self::Nothing
            | Self::Trust { .. }
            | Self::HaveKey { .. }
            | Self::WithoutStatement(_)
            | Self::SpeaksOfCall(_)
            | Self::TrustOfService(_)
            | Self::WithoutOwnDenies
            | Self::WithoutLimit(_) => None,
        }
    }

    /// Whom the change lets in. Changes to anything but the trust policy never let in more than the caller who sends, or the
    /// caller whose policy it is.
    pub(crate) fn grants(&self, situation: &Situation<'_>) -> Grants {
        let Self::Trust { amendments, intended } = self else { return Grants::Intended };
        let unknown = Grants::Others(None);
        let Some(trust) = situation.provable_trust() else { return unknown };
        let Some(mut document) = trust.amended(amendments) else { return unknown };
        // What is left when those it is for are kept out.
        if let Some(Intended { principal, condition }) = intended {
            let condition = condition.as_ref().map(|condition| format!(",\"Condition\":{condition}"));
            keep_out(&mut document, principal, &condition.unwrap_or_default());
        }
        let request = match gained(trust, &document, &setting(situation)) {
            Difference::None => return Grants::Intended,
            Difference::Request(request) => request,
            Difference::Unknown { .. } => return unknown,
        };
        let beside = Grants::Others(Some(situation.beside(&request.caller)));
        // Others of the caller's account are found first, and are the least of it where strangers get in too.
        let home = situation.caller.as_ref().and_then(Caller::home).filter(|home| request.caller.home() == Some(*home));
        let Some(home) = home else { return beside };
        keep_out(&mut document, &format!(r#"{{"AWS":"arn:{}:iam::{}:root"}}"#, home.partition, home.account), "");
        match gained(trust, &document, &setting(situation)) {
            Difference::Request(request) => Grants::Others(Some(situation.beside(&request.caller))),
            Difference::None | Difference::Unknown { .. } => beside,
        }
    }

    /// Whether the change lets in nobody but those it is for.
    pub(crate) fn grants_only_intended(&self, situation: &Situation<'_>) -> bool {
        self.grants(situation) == Grants::Intended
    }

    /// Whether a change of the trust policy lets in anybody at all, as it is or with the `others` that go with it. That is
    /// another question than what the evaluator answers: it takes what is open as the policy wants it, and it may be that
    /// nobody has it so.
    pub(crate) fn lets_somebody_in(&self, others: &[&Self], situation: &Situation<'_>) -> bool {
        let Some(trust) = situation.provable_trust() else { return false };
        let of_trust = |change: &&Self| match change {
            Self::Trust { amendments, .. } => amendments.clone(),
            _ => Vec::new(),
        };
        let gains = |amendments: &[Amendment]| {
            let after = trust.amended(amendments);
            after.is_some_and(|after| matches!(gained(trust, &after, &setting(situation)), Difference::Request(_)))
        };
        gains(&of_trust(&self)) || !others.is_empty() && gains(&others.iter().flat_map(of_trust).collect::<Vec<_>>())
    }
}

/// Adds a statement that denies everything to somebody: `principal` as JSON, and `condition` as what follows in the statement.
fn keep_out(document: &mut PolicyDocument, principal: &str, condition: &str) {
    let deny = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Principal":{principal},"Action":"*"{condition}}}}}"#
    );
    document.statements.extend(PolicyDocument::parse(&deny).statements);
}

fn setting(situation: &Situation<'_>) -> Setting {
    let moment = situation.evidence.now.unwrap_or(countersign_policy::condition::date::Moment::from_seconds(0));
    Setting::for_role(situation.role_text.as_deref().unwrap_or("arn:aws:iam::000000000000:role/role"), moment)
}
