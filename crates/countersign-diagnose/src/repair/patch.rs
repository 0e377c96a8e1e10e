//! A text before and after a change.

use countersign_policy::document::{Amendment, PolicyDocument, Span};
use countersign_policy::rewrite::rewrite;

use crate::edit::{self, Edit};
use crate::evidence::Referred;
use crate::situation::Situation;

/// A text of the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The trust policy.
    Trust,
    /// The first of the caller's identity policies.
    Identity,
    /// An identity policy that is not there yet.
    NewIdentity,
    /// What made the call.
    Call,
}

/// A text before and after a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// Which text it is.
    pub part: Part,
    /// What the diff calls it.
    pub name: String,
    /// As it is.
    pub before: String,
    /// As it would be.
    pub after: String,
    /// What the trust policy should say then. A template has to be read again to see whether it does.
    pub policy: Option<PolicyDocument>,
}

impl Patch {
    /// The patch that makes the edits; `None` when they cannot be made, or change nothing.
    pub(super) fn of(part: Part, edits: &[Edit], situation: &Situation<'_>) -> Option<Self> {
        let evidence = situation.evidence;
        let (name, before) = match part {
            Part::Trust => evidence.trust.as_ref().map(|trust| (trust.name.as_str(), trust.text.as_str()))?,
            Part::Identity => evidence.identity.first().map(|policy| (policy.name.as_str(), policy.text.as_str()))?,
            Part::NewIdentity => ("identity-policy.json", ""),
            Part::Call => evidence.request.as_ref().map(|call| (call.name.as_str(), call.text.as_str()))?,
        };
        Self::made(part, name, before, edits)
    }

    /// The patch that changes what the trust policy says; `None` where its text gives no hold for that.
    pub(super) fn of_trust(amendments: &[Amendment], situation: &Situation<'_>) -> Option<Self> {
        let trust = situation.evidence.trust.as_ref()?;
        let policy = trust.document.amended(amendments)?;
        let edits = rewrite(&trust.text, &trust.document, &where_written(amendments, &trust.referred))?;
        let (first, last) = (edits.first()?.0, edits.iter().map(|(span, _)| span.end).max()?);
        let all = Span::new(0, trust.text.len());
        let holds = |span: &Span| span.start <= first.start && last <= span.end;
        // A change is one of one file.
        let (name, place) = match trust.pieces.as_slice() {
            [] => (&trust.name, all),
            pieces => pieces.iter().find(|piece| holds(&piece.span)).map(|piece| (&piece.name, piece.span))?,
        };
        let local = |at: u32| at.saturating_sub(place.start);
        let moved = |span: Span| Span { start: local(span.start), end: local(span.end) };
        let edits: Vec<Edit> = edits.into_iter().map(|(span, text)| Edit { span: moved(span), text }).collect();
        let before = trust.text.get(place.start as usize..place.end as usize)?;
        let patch = Self::made(Part::Trust, name, before, &edits)?;
        let reads_back = || PolicyDocument::parse(&patch.after).says_as(&policy);
        (!trust.pieces.is_empty() || reads_back()).then(|| Self { policy: Some(policy), ..patch.clone() })
    }

    fn made(part: Part, name: &str, before: &str, edits: &[Edit]) -> Option<Self> {
        let after = edit::apply(before, edits).filter(|after| after != before)?;
        Some(Self { part, name: name.to_owned(), before: before.to_owned(), after, policy: None })
    }

    /// The unified diff.
    #[must_use]
    pub fn unified(&self) -> String {
        let before = Some(self.before.as_str()).filter(|before| !before.is_empty());
        edit::difference(&self.name, before, Some(&self.after))
    }
}

/// The amendments, with the values that the policy refers to changed where they are written.
fn where_written(amendments: &[Amendment], referred: &[Referred]) -> Vec<Amendment> {
    let mut amendments = amendments.to_vec();
    for amendment in &mut amendments {
        if let Amendment::Write(rewording) = amendment
            && let Some(value) = referred.iter().find(|value| value.place == rewording.place)
        {
            rewording.place = value.literal;
        }
    }
    amendments
}
