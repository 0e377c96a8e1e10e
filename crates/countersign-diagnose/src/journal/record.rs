//! Entries out of diagnoses: what the evaluator saw, and what somebody says.

use countersign_policy::condition::date::Moment;
use countersign_policy::evaluate::Decision;

use super::entry::{Confirmed, Entry, Origin, Outcome, Version};
use super::reference::Reference;
use crate::cause::{self, Status};
use crate::diagnosis::{Diagnosed, Diagnosis};

/// What recording needs of a cause: nothing can be recorded of one that is not in the catalogue.
#[must_use]
pub fn reference(diagnosis: &Diagnosis, cause: &Diagnosed) -> Option<Reference> {
    let fingerprint = diagnosis.fingerprint.clone();
    Some(Reference { fingerprint, cause: cause::find(cause.id)?, fix: Some(cause.kind) })
}

/// What came of the repair of a cause, from the diagnoses before and after it. `None` unless both of them decided about the
/// call: then nothing was confirmed. Where the call was allowed before, there was nothing to repair; and where it is allowed only
/// if condition keys are as the policy wants them, of which nobody knows, it is not known whether the repair worked.
#[must_use]
pub fn outcome(before: &Diagnosis, after: &Diagnosis, cause: &str) -> Option<Outcome> {
    let (first, second) = (before.before?, after.before.or(after.if_open.0)?);
    if first == Decision::Allowed {
        return None;
    }
    let is_still_there = |found: &&Diagnosed| found.id == cause && found.status == Status::Proved;
    Some(match second {
        Decision::Allowed if after.open.is_empty() && after.before.is_some() => Outcome::Worked,
        Decision::Allowed => Outcome::Unknown,
        Decision::ExplicitDeny | Decision::ImplicitDeny if after.causes.iter().any(|found| is_still_there(&found)) => {
            Outcome::Failed
        }
        Decision::ExplicitDeny | Decision::ImplicitDeny => Outcome::Unknown,
    })
}

impl Entry {
    /// What the evaluator saw of the repair of a cause; `None` where it could not see both sides ([`outcome`]).
    #[must_use]
    pub fn mechanical(before: &Diagnosis, after: &Diagnosis, cause: &Diagnosed, time: Moment) -> Option<Self> {
        let outcome = outcome(before, after, cause.id)?;
        let of = Self::by_user(&reference(before, cause)?, outcome, time);
        Some(Self {
            before: before.before,
            after: after.before.or(after.if_open.0),
            confirmed: Confirmed::Mechanical,
            ..of
        })
    }

    /// What somebody says came of a repair.
    #[must_use]
    pub fn by_user(reference: &Reference, outcome: Outcome, time: Moment) -> Self {
        Self {
            time,
            fingerprint: reference.fingerprint.clone(),
            cause: reference.cause.into(),
            fix: reference.fix.map(Into::into),
            before: None,
            after: None,
            outcome,
            confirmed: Confirmed::User,
            version: Version::this(),
            origin: Origin::Own,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evidence, diagnose};

    const CALL: &str =
        "aws sts assume-role --role-arn arn:aws:iam::444455556666:role/VendorAccess --role-session-name s1";

    fn diagnosed(id: &str, arguments: &str) -> Diagnosis {
        let bundle = serde_json::json!({
            "caller": "arn:aws:sts::111122223333:assumed-role/Collector/s1",
            "trust_policy": {"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Collector"},
                "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": id}},
            }]},
            "identity_policy": {"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]},
            "request": {"kind": "cli", "text": format!("{CALL}{arguments}")},
        });
        diagnose(&Evidence::from_case(&bundle.to_string()).unwrap())
    }

    fn recorded(before: &Diagnosis, after: &Diagnosis) -> Option<(Outcome, Option<Decision>, Option<Decision>)> {
        let time = Moment::from_seconds(0);
        let entry = Entry::mechanical(before, after, before.causes.first().unwrap(), time)?;
        assert_eq!(
            (entry.confirmed, entry.known_cause().map(|cause| cause.id)),
            (Confirmed::Mechanical, Some("external-id-missing"))
        );
        assert_eq!((entry.fingerprint, entry.fix.unwrap().as_str()), (before.fingerprint.clone(), "send-external-id"));
        Some((entry.outcome, entry.before, entry.after))
    }

    #[test]
    fn what_came_of_a_repair_is_what_the_evaluator_sees_of_it() {
        let denied = Some(Decision::ImplicitDeny);
        let before = diagnosed("tenant-7f2", "");
        let mended = diagnosed("tenant-7f2", " --external-id tenant-7f2");
        assert_eq!(recorded(&before, &mended), Some((Outcome::Worked, denied, Some(Decision::Allowed))));
        assert_eq!(recorded(&before, &before), Some((Outcome::Failed, denied, denied)));
        let otherwise = diagnosed("tenant-7f2", " --external-id tenant-8a1");
        assert_eq!(recorded(&before, &otherwise), Some((Outcome::Unknown, denied, denied)));
    }

    #[test]
    fn a_call_that_is_allowed_if_all_goes_well_is_not_known_to_work() {
        let before = diagnosed("tenant-7f2", "");
        let mended = diagnosed("tenant-7f2", " --external-id tenant-7f2");
        let hopeful = Diagnosis { open: vec!["aws:SourceIp".to_owned()], ..mended };
        assert_eq!(recorded(&before, &hopeful).map(|(outcome, ..)| outcome), Some(Outcome::Unknown));
    }

    #[test]
    fn without_two_decisions_nothing_is_confirmed() {
        let before = diagnosed("tenant-7f2", "");
        let undecided = diagnose(&Evidence { error_text: Some("AccessDenied".to_owned()), ..Evidence::default() });
        let missing = before.causes.first().unwrap();
        assert_eq!(outcome(&before, &undecided, missing.id), None);
        assert_eq!(outcome(&undecided, &before, missing.id), None);
        let allowed = diagnosed("tenant-7f2", " --external-id tenant-7f2");
        assert_eq!(outcome(&allowed, &allowed, missing.id), None);
    }
}
