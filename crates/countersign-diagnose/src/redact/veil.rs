//! Evidence and answers with everything hidden that a key knows.

use countersign_policy::document::{PolicyDocument, Span};

use super::Key;
use super::inventory::{
    in_calls, in_claim, in_document, in_key, in_profile, in_tags, is_template, kind_of_parameter, of_key_name,
};
use super::position::{Kind, Position};
use crate::call::{Call, Name, Parameter, Slot};
use crate::diagnosis::{CallFacts, Diagnosed, Diagnosis, Fix};
use crate::edit::{self, Edit};
use crate::evidence::{Evidence, Facts, Guard, Piece, PolicyText, Referred, RequestText, Sent};
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
    fn new(key: &Key, text: &str, known: Vec<Position>) -> Self {
        let edits = key.edits(text, known);
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

fn identity(key: &Key, text: Option<&String>) -> Option<String> {
    text.map(|text| key.hide_whole(Kind::Identity, text))
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
        caller: identity(key, evidence.caller.as_ref()),
        role: identity(key, evidence.role.as_ref()),
        facts: facts(&evidence.facts, key),
        notes: all(key, &evidence.notes),
        external_id_to_send: evidence.external_id_to_send.as_ref().map(|id| key.hide_whole(Kind::ExternalId, id)),
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
    let veiled = of_policy(policy, key);
    let name = key.hide(&policy.name);
    // A policy that stands in another language than JSON is not read from its text.
    if PolicyDocument::parse(&policy.text) == policy.document {
        return PolicyText::new(name, veiled.text);
    }
    let document = super::document::veiled(&policy.document, &|text| key.hide(text), &|span| veiled.span(span));
    let pieces = policy.pieces.iter().map(|piece| Piece { name: key.hide(&piece.name), span: veiled.span(piece.span) });
    let pieces = pieces.collect();
    let referred = policy.referred.iter().map(|value| {
        let (place, literal) = (veiled.span(value.place), veiled.span(value.literal));
        Referred { name: key.hide(&value.name), place, literal }
    });
    let referred = referred.collect();
    PolicyText { name, text: veiled.text, document, pieces, referred }
}

fn of_policy(policy: &PolicyText, key: &Key) -> Veiled {
    Veiled::new(key, &policy.text, in_document(&policy.document, &policy.text))
}

/// A text with calls: what its calls say is hidden as it is in the text.
fn request(request: &RequestText, key: &Key) -> RequestText {
    let veiled = Veiled::new(key, &request.text, in_calls(request));
    let calls = request.calls.iter().map(|call| self::call(call, key, &request.text, &veiled)).collect();
    RequestText { name: key.hide(&request.name), text: veiled.text, calls }
}

fn slice(text: &str, span: Span) -> Option<&str> {
    text.get(span.start as usize..span.end as usize)
}

fn call(call: &Call, key: &Key, original: &str, text: &Veiled) -> Call {
    let parameter = |name: Name, parameter: &Parameter| match parameter {
        Parameter::Known { value, span } => {
            let value = match kind_of_parameter(name) {
                Some(kind) => key.hide_whole(kind, value),
                None if name == Name::Tags => key.hide_at(value, in_tags(value)),
                None => key.hide(value),
            };
            Parameter::Known { value, span: text.span(*span) }
        }
        Parameter::Unknown { expression, span } => {
            let is_written = slice(original, *span) == Some(expression);
            let expression = match slice(&text.text, text.span(*span)).filter(|_| is_written) {
                Some(hidden) => hidden.to_owned(),
                None => {
                    let kind = kind_of_parameter(name).filter(|_| is_template(expression));
                    let known = kind.map(|kind| Position::sure(0..expression.len(), kind));
                    key.hide_at(expression, known.into_iter().collect())
                }
            };
            Parameter::Unknown { expression, span: text.span(*span) }
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
    let profile = |name: &str| key.hide_at(name, vec![in_profile(call.style, name)]);
    Call {
        style: call.style,
        operation: call.operation,
        tool: call.tool,
        span: text.span(call.span),
        parameters: call.parameters.iter().map(|(name, known)| (*name, parameter(*name, known))).collect(),
        source: call.source.as_deref().map(|name| profile(name).into()),
        profile: call.profile.as_deref().map(|name| profile(name).into()),
        device: call.device.as_deref().map(|name| profile(name).into()),
        chained: call.chained,
        slots: call.slots.iter().map(|(name, place)| (*name, slot(place))).collect(),
        removals: call.removals.iter().map(|(name, gone)| (*name, edits(gone))).collect(),
    }
}

fn facts(facts: &Facts, key: &Key) -> Facts {
    let sent = |sent: &Sent, kind: Kind| match sent {
        Sent::Value(value) => Sent::Value(key.hide_whole(kind, value)),
        Sent::Nothing => Sent::Nothing,
        Sent::Unknown => Sent::Unknown,
    };
    let lists = |lists: &[(String, Vec<String>)], place: fn(&str, &str) -> Position| {
        let list = |(name, values): &(String, Vec<String>)| {
            let values = values.iter().map(|value| key.hide_at(value, vec![place(name, value)])).collect();
            (key.hide_at(name, of_key_name(name)), values)
        };
        lists.iter().map(list).collect()
    };
    Facts {
        external_id: sent(&facts.external_id, Kind::ExternalId),
        session_name: sent(&facts.session_name, Kind::Session),
        source_identity: sent(&facts.source_identity, Kind::Name),
        session_tags: facts.session_tags.as_ref().map(|tags| key.hide_at(tags, in_tags(tags))),
        token_claims: lists(&facts.token_claims, in_claim),
        keys: lists(&facts.keys, in_key),
        absent_keys: facts.absent_keys.iter().map(|name| key.hide_at(name, of_key_name(name))).collect(),
        role_age_seconds: facts.role_age_seconds,
        max_session_duration: facts.max_session_duration,
        duration_seconds: facts.duration_seconds,
        chained: facts.chained,
        role_exists: facts.role_exists,
        intended_caller: identity(key, facts.intended_caller.as_ref()),
        region: some(key, facts.region.as_ref()),
        remarks: facts.remarks.iter().map(|(name, words)| (key.hide(name), key.hide(words))).collect(),
    }
}

/// The answer about what is hidden, with the real values in it: what the law compares.
pub(super) fn restored(answer: &Diagnosis, key: &Key) -> Diagnosis {
    diagnosis(answer, &Texts::default(), &|text| key.restore(text))
}

/// The real answer without credentials, its places moved to where they are in the hidden evidence.
pub(super) fn without_credentials(answer: &Diagnosis, evidence: &Evidence, key: &Key) -> Diagnosis {
    let texts = Texts {
        trust: evidence.trust.as_ref().map(|trust| of_policy(trust, key)),
        call: evidence.request.as_ref().map(|request| Veiled::new(key, &request.text, in_calls(request))),
        error: evidence.error_text.as_ref().map(|text| Veiled::new(key, text, Vec::new())),
    };
    diagnosis(answer, &texts, &|text| key.remove(text))
}

/// The answer with every text passed through `say`, and every place moved with its text.
fn diagnosis(diagnosis: &Diagnosis, texts: &Texts, say: &dyn Fn(&str) -> String) -> Diagnosis {
    let some = |text: Option<&String>| text.map(|text| say(text));
    let all = |texts: &[String]| -> Vec<String> { texts.iter().map(|text| say(text)).collect() };
    let call = &diagnosis.call;
    Diagnosis {
        schema: diagnosis.schema,
        status: diagnosis.status,
        causes: diagnosis.causes.iter().map(|cause| diagnosed(cause, texts, say)).collect(),
        before: diagnosis.before,
        if_open: diagnosis.if_open,
        after: diagnosis.after,
        call: CallFacts {
            actions: all(&call.actions),
            caller: some(call.caller.as_ref()),
            role: some(call.role.as_ref()),
            code: some(call.code.as_ref()),
            request_id: some(call.request_id.as_ref()),
            denials: call.denials,
        },
        open: all(&diagnosis.open),
        not_given: diagnosis.not_given.clone(),
        question: diagnosis.question.as_ref().map(|question| self::question(question, say)),
        checks: all(&diagnosis.checks),
        notes: all(&diagnosis.notes),
        claims: diagnosis.claims.iter().map(|claim| Claim { text: say(&claim.text), ..claim.clone() }).collect(),
        fingerprint: diagnosis.fingerprint.clone(),
        plan: diagnosis.plan.as_ref().map(|plan| Plan {
            causes: plan.causes.clone(),
            patches: plan.patches.iter().map(|patch| self::patch(patch, say)).collect(),
            by_hand: plan.by_hand.clone(),
            decide: plan.decide.clone(),
            held_back: plan.held_back.as_deref().map(say),
        }),
    }
}

fn patch(patch: &Patch, say: &dyn Fn(&str) -> String) -> Patch {
    Patch {
        part: patch.part,
        name: say(&patch.name),
        before: say(&patch.before),
        after: say(&patch.after),
        policy: None,
    }
}

fn question(question: &Question, say: &dyn Fn(&str) -> String) -> Question {
    let outlook = |outlook: &Outlook| {
        let mut hidden = outlook.clone();
        hidden.answer = say(&hidden.answer);
        hidden
    };
    Question {
        topic: match &question.topic {
            Topic::Key(name) => Topic::Key(say(name)),
            other => other.clone(),
        },
        text: say(&question.text),
        command: question.command.as_deref().map(say),
        answers: question.answers.iter().map(outlook).collect(),
    }
}

/// The texts that places of an answer are in.
#[derive(Default)]
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

fn diagnosed(cause: &Diagnosed, texts: &Texts, say: &dyn Fn(&str) -> String) -> Diagnosed {
    let some = |text: Option<&String>| text.map(|text| say(text));
    let all = |texts: &[String]| texts.iter().map(|text| say(text)).collect();
    let patch = cause.patch.as_ref().map(|patch| self::patch(patch, say));
    // What shows a credential only as a whole must not be cut first.
    let diff = cause.fix.diff.as_ref().map(|diff| patch.as_ref().map_or_else(|| say(diff), Patch::unified));
    Diagnosed {
        id: cause.id,
        status: cause.status,
        side: cause.side,
        statement: cause.statement,
        key: some(cause.key.as_ref()),
        required: some(cause.required.as_ref()),
        required_values: all(&cause.required_values),
        sent: some(cause.sent.as_ref()),
        message: say(&cause.message),
        fix: Fix {
            text: say(&cause.fix.text),
            diff,
            safe: cause.fix.safe,
            decide: some(cause.fix.decide.as_ref()),
            find: some(cause.fix.find.as_ref()),
        },
        separate_by: some(cause.separate_by.as_ref()),
        time: cause.time,
        risk: cause.risk.clone(),
        places: cause.places.iter().map(|place| texts.place(place)).collect(),
        span: cause.span.map(|span| texts.trust.as_ref().map_or(span, |trust| trust.span(span))),
        kind: cause.kind,
        patch,
    }
}
