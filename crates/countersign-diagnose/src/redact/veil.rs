//! Evidence and answers with everything hidden that a key knows.

use countersign_policy::document::{PolicyDocument, Span};

use super::Key;
use crate::call::{Call, Parameter, Slot};
use crate::diagnosis::{CallFacts, Diagnosed, Diagnosis, Fix};
use crate::edit::{self, Edit};
use crate::evidence::{Evidence, Facts, Guard, Piece, PolicyText, RequestText, Sent};
use crate::message::Claim;
use crate::place::{Place, Source};
use crate::question::{Outlook, Question, Topic};
use crate::repair::{Patch, Plan};

/// A text, and where its places went.
struct Veiled {
    text: String,
    edits: Vec<Edit>,
}

impl Veiled {
    fn new(key: &Key, text: &str) -> Self {
        let edits = key.edits(text);
        Self { text: edit::apply(text, &edits).unwrap_or_default(), edits }
    }

    /// Where a place of the original text went.
    fn at(&self, at: u32) -> u32 {
        let mut moved = i64::from(at);
        for edit in self.edits.iter().take_while(|edit| edit.span.start < at) {
            let longer = i64::try_from(edit.text.len()).unwrap_or(0) - i64::from(edit.span.end - edit.span.start);
            if edit.span.end <= at {
                moved += longer;
            } else {
                // Inside of what was replaced: its start, or its end when it has become shorter.
                moved = moved.min(i64::from(self.at(edit.span.start)) + i64::try_from(edit.text.len()).unwrap_or(0));
            }
        }
        u32::try_from(moved).unwrap_or(0)
    }

    fn span(&self, span: Span) -> Span {
        Span { start: self.at(span.start), end: self.at(span.end) }
    }
}

fn some(key: &Key, text: Option<&String>) -> Option<String> {
    text.map(|text| key.hide(text))
}

fn all(key: &Key, texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| key.hide(text)).collect()
}

/// The evidence with everything hidden that the key knows.
pub(super) fn evidence(evidence: &Evidence, key: &Key) -> Evidence {
    let guards = |guards: &[Guard]| guards.iter().map(|guard| self::guard(guard, key)).collect();
    let one = |guard: &Option<Guard>| guard.as_ref().map(|guard| self::guard(guard, key));
    Evidence {
        error_text: some(key, evidence.error_text.as_ref()),
        operation: some(key, evidence.operation.as_ref()),
        trust: evidence.trust.as_ref().map(|policy| self::policy(policy, key)),
        identity: evidence.identity.iter().map(|policy| self::policy(policy, key)).collect(),
        boundary: one(&evidence.boundary),
        session: one(&evidence.session),
        scps: guards(&evidence.scps),
        rcps: guards(&evidence.rcps),
        vpc_endpoint: one(&evidence.vpc_endpoint),
        request: evidence.request.as_ref().map(|request| self::request(request, key)),
        caller: some(key, evidence.caller.as_ref()),
        role: some(key, evidence.role.as_ref()),
        facts: facts(&evidence.facts, key),
        notes: all(key, &evidence.notes),
        external_id_to_send: some(key, evidence.external_id_to_send.as_ref()),
        now: evidence.now,
    }
}

fn guard(guard: &Guard, key: &Key) -> Guard {
    match guard {
        Guard::Policy(policy) => Guard::Policy(Box::new(self::policy(policy, key))),
        Guard::Mentioned(words) => Guard::Mentioned(key.hide(words)),
    }
}

fn policy(policy: &PolicyText, key: &Key) -> PolicyText {
    let veiled = Veiled::new(key, &policy.text);
    let name = key.hide(&policy.name);
    // A policy that stands in another language than JSON is not read from its text.
    if PolicyDocument::parse(&policy.text) == policy.document {
        return PolicyText::new(name, veiled.text);
    }
    let document = super::document::veiled(&policy.document, &|text| key.hide(text), &|span| veiled.span(span));
    let pieces = policy.pieces.iter().map(|piece| Piece { name: key.hide(&piece.name), span: veiled.span(piece.span) });
    let pieces = pieces.collect();
    PolicyText { name, text: veiled.text, document, pieces }
}

/// A text with calls: what its calls say is hidden as it is in the text.
fn request(request: &RequestText, key: &Key) -> RequestText {
    let veiled = Veiled::new(key, &request.text);
    let calls = request.calls.iter().map(|call| self::call(call, key, &veiled)).collect();
    RequestText { name: key.hide(&request.name), text: veiled.text, calls }
}

fn call(call: &Call, key: &Key, text: &Veiled) -> Call {
    let parameter = |parameter: &Parameter| match parameter {
        Parameter::Known { value, span } => Parameter::Known { value: key.hide(value), span: text.span(*span) },
        Parameter::Unknown { expression, span } => {
            Parameter::Unknown { expression: key.hide(expression), span: text.span(*span) }
        }
        Parameter::Implied { .. } | Parameter::Absent => parameter.clone(),
    };
    let edits = |edits: &[Edit]| -> Vec<Edit> {
        edits.iter().map(|edit| Edit::replace(text.span(edit.span), key.hide(&edit.text))).collect()
    };
    let slot = |slot: &Slot| Slot {
        span: text.span(slot.span),
        before: key.hide(&slot.before),
        behind: key.hide(&slot.behind),
        quoting: slot.quoting,
        also: edits(&slot.also),
    };
    Call {
        style: call.style,
        operation: call.operation,
        tool: call.tool,
        span: text.span(call.span),
        parameters: call.parameters.iter().map(|(name, known)| (*name, parameter(known))).collect(),
        source: call.source.as_deref().map(|name| key.hide(name).into()),
        profile: call.profile.as_deref().map(|name| key.hide(name).into()),
        device: call.device.as_deref().map(|device| key.hide(device).into()),
        chained: call.chained,
        slots: call.slots.iter().map(|(name, place)| (*name, slot(place))).collect(),
        removals: call.removals.iter().map(|(name, gone)| (*name, edits(gone))).collect(),
    }
}

fn facts(facts: &Facts, key: &Key) -> Facts {
    let sent = |sent: &Sent| match sent {
        Sent::Value(value) => Sent::Value(key.hide(value)),
        Sent::Nothing => Sent::Nothing,
        Sent::Unknown => Sent::Unknown,
    };
    let lists = |lists: &[(String, Vec<String>)]| {
        lists.iter().map(|(name, values)| (key.hide(name), all(key, values))).collect()
    };
    Facts {
        external_id: sent(&facts.external_id),
        session_name: sent(&facts.session_name),
        source_identity: sent(&facts.source_identity),
        session_tags: some(key, facts.session_tags.as_ref()),
        token_claims: lists(&facts.token_claims),
        keys: lists(&facts.keys),
        absent_keys: all(key, &facts.absent_keys),
        role_age_seconds: facts.role_age_seconds,
        max_session_duration: facts.max_session_duration,
        duration_seconds: facts.duration_seconds,
        chained: facts.chained,
        role_exists: facts.role_exists,
        intended_caller: some(key, facts.intended_caller.as_ref()),
        region: some(key, facts.region.as_ref()),
        remarks: facts.remarks.iter().map(|(name, words)| (key.hide(name), key.hide(words))).collect(),
    }
}

/// The answer with everything hidden that the key knows. `evidence` is what it answers.
pub(super) fn diagnosis(diagnosis: &Diagnosis, evidence: &Evidence, key: &Key) -> Diagnosis {
    let texts = Texts {
        trust: evidence.trust.as_ref().map(|trust| Veiled::new(key, &trust.text)),
        call: evidence.request.as_ref().map(|request| Veiled::new(key, &request.text)),
        error: evidence.error_text.as_ref().map(|text| Veiled::new(key, text)),
    };
    let call = &diagnosis.call;
    Diagnosis {
        schema: diagnosis.schema,
        status: diagnosis.status,
        causes: diagnosis.causes.iter().map(|cause| diagnosed(cause, &texts, key)).collect(),
        before: diagnosis.before,
        after: diagnosis.after,
        call: CallFacts {
            actions: all(key, &call.actions),
            caller: some(key, call.caller.as_ref()),
            role: some(key, call.role.as_ref()),
            code: some(key, call.code.as_ref()),
            request_id: some(key, call.request_id.as_ref()),
            denials: call.denials,
        },
        open: all(key, &diagnosis.open),
        not_given: diagnosis.not_given.clone(),
        question: diagnosis.question.as_ref().map(|question| self::question(question, key)),
        checks: all(key, &diagnosis.checks),
        notes: all(key, &diagnosis.notes),
        claims: diagnosis.claims.iter().map(|claim| Claim { text: key.hide(&claim.text), ..claim.clone() }).collect(),
        fingerprint: diagnosis.fingerprint.clone(),
        plan: diagnosis.plan.as_ref().map(|plan| Plan {
            causes: plan.causes.clone(),
            patches: plan.patches.iter().map(|patch| self::patch(patch, key)).collect(),
            by_hand: plan.by_hand.clone(),
            decide: plan.decide.clone(),
            held_back: plan.held_back.as_deref().map(|why| key.hide(why)),
        }),
    }
}

fn patch(patch: &Patch, key: &Key) -> Patch {
    Patch {
        part: patch.part,
        name: key.hide(&patch.name),
        before: key.hide(&patch.before),
        after: key.hide(&patch.after),
        policy: None,
    }
}

fn question(question: &Question, key: &Key) -> Question {
    let outlook = |outlook: &Outlook| {
        let mut hidden = outlook.clone();
        hidden.answer = key.hide(&hidden.answer);
        hidden
    };
    Question {
        topic: match &question.topic {
            Topic::Key(name) => Topic::Key(key.hide(name)),
            other => other.clone(),
        },
        text: key.hide(&question.text),
        command: some(key, question.command.as_ref()),
        answers: question.answers.iter().map(outlook).collect(),
    }
}

/// The texts that places of an answer are in.
struct Texts {
    trust: Option<Veiled>,
    call: Option<Veiled>,
    error: Option<Veiled>,
}

impl Texts {
    fn place(&self, place: &Place) -> Place {
        let text = match place.source {
            Source::TrustPolicy => &self.trust,
            Source::Call => &self.call,
            Source::Error => &self.error,
        };
        Place { span: text.as_ref().map_or(place.span, |text| text.span(place.span)), ..*place }
    }
}

fn diagnosed(cause: &Diagnosed, texts: &Texts, key: &Key) -> Diagnosed {
    let patch = cause.patch.as_ref().map(|patch| self::patch(patch, key));
    // What shows a credential only as a whole must not be cut first.
    let diff = cause.fix.diff.as_ref().map(|diff| patch.as_ref().map_or_else(|| key.hide(diff), Patch::unified));
    Diagnosed {
        id: cause.id,
        status: cause.status,
        side: cause.side,
        statement: cause.statement,
        key: some(key, cause.key.as_ref()),
        required: some(key, cause.required.as_ref()),
        required_values: all(key, &cause.required_values),
        sent: some(key, cause.sent.as_ref()),
        message: key.hide(&cause.message),
        fix: Fix {
            text: key.hide(&cause.fix.text),
            diff,
            safe: cause.fix.safe,
            decide: some(key, cause.fix.decide.as_ref()),
            find: some(key, cause.fix.find.as_ref()),
        },
        separate_by: some(key, cause.separate_by.as_ref()),
        time: cause.time,
        risk: cause.risk.clone(),
        places: cause.places.iter().map(|place| texts.place(place)).collect(),
        span: cause.span.map(|span| texts.trust.as_ref().map_or(span, |trust| trust.span(span))),
        kind: cause.kind,
        patch,
    }
}
