//! Which trust policies are proved about.

use countersign_policy::document::PolicyDocument;

use super::Situation;

/// So many bytes of statements are proved about. IAM takes trust policies of 8,192 characters, white space not counted: there is
/// room for four times that, and what is longer is none that a role has.
const LONGEST_PROVED: usize = 32 << 10;

impl Situation<'_> {
    /// The trust policy, where who gets in can be proved. A proof asks about every principal with every statement, so that
    /// there has to be a limit; beyond it nothing counts as proved.
    pub(crate) fn provable_trust(&self) -> Option<&PolicyDocument> {
        let trust = self.evidence.trust.as_ref()?;
        (length(&trust.document) <= LONGEST_PROVED).then_some(&trust.document)
    }

    /// What to say when nothing was proved about the trust policy because of its length.
    pub(crate) fn unproved(&self) -> Option<String> {
        let trust = self.evidence.trust.as_ref().filter(|_| self.provable_trust().is_none())?;
        let length = length(&trust.document);
        Some(format!("the trust policy has {length} bytes, more than IAM takes: nobody can say who else gets in"))
    }
}

fn length(document: &PolicyDocument) -> usize {
    document.statements.iter().map(|statement| (statement.span.end - statement.span.start) as usize).sum()
}

#[cfg(test)]
mod tests {
    use countersign_policy::evaluate::Decision;

    use super::LONGEST_PROVED;
    use crate::diagnosis::{Diagnosis, diagnose};
    use crate::evidence::Evidence;
    use crate::risk::Exploitability;

    /// Tags that the trust policy does not let the caller pass, in a policy that names `others` besides.
    fn tagging(others: usize) -> Diagnosis {
        let allow =
            |arn: String| serde_json::json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": arn}});
        let other = |nth: usize| allow(format!("arn:aws:iam::{}:role/R{nth}", 222_233_334_444 + nth));
        let own = allow("arn:aws:iam::111122223333:user/ann".to_owned());
        let bundle = serde_json::json!({
            "error_text": "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: sts:TagSession on resource: \
                arn:aws:iam::444455556666:role/VendorAccess",
            "trust_policy": {"Version": "2012-10-17", "Statement": (0..others).map(other).chain([own]).collect::<Vec<_>>()},
            "context": {"session_tags": "team=a"},
        });
        diagnose(&Evidence::from_case(&bundle.to_string()).unwrap())
    }

    #[test]
    fn what_is_too_long_to_be_proved_is_not_called_safe() {
        for (others, is_proved) in [(3, true), (LONGEST_PROVED / 100, false)] {
            let answer = tagging(others);
            let first = &answer.causes[0];
            assert_eq!((first.id, answer.after), ("trust-tagsession-missing", Some(Decision::Allowed)));
            assert!(first.fix.diff.is_some());
            assert_eq!((first.fix.safe, answer.notes.is_empty()), (is_proved, is_proved), "{:?}", answer.notes);
            assert_eq!(first.fix.decide.as_deref().map(|why| why.contains("too long")), (!is_proved).then_some(true));
            let expected = if is_proved { Exploitability::High } else { Exploitability::Medium };
            assert_eq!(first.risk.exploitability, Some(expected));
        }
    }
}
