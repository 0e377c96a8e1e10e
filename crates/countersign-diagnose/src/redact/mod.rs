//! What identifies people, accounts and customers, hidden so that the answer stays the same.
//!
//! Names become pseudonyms, credentials go. Everything is gathered first, from all that was given (`inventory`,
//! `find`); then each word has its pseudonym drawn from the key's seed; then every text is written anew with
//! pseudonyms in the place of words. A word is a run of letters and digits: what stands between words is grammar, and stays.
//!
//! | hidden | removed | kept |
//! | --- | --- | --- |
//! | account ids; names of roles, users, sessions, groups, policies, providers, and their paths | secret keys, session tokens | actions, condition keys, operators, service principals, regions, partitions |
//! | ExternalIds, session tags, source identities | web identity tokens, SAML assertions | AWS's managed names and hosts, issuers that everybody uses |
//! | access key ids, ids with a prefix (`AROA…`, `o-…`, `vpc-…`), request ids | MFA codes, passwords, private keys | accounts that [`Key::keep`] was told of |
//! | e-mail addresses, hosts, IP addresses, owners of home directories, file names | base64 that holds a name | code, keywords, layout, dates, numbers of up to three digits |
//! | the names in an OIDC subject | signatures, opaque tokens | single letters; names made of words in `kept.txt` |
//!
//! # What a pseudonym keeps
//!
//! Its length, letters for letters (in the same case) and digits for digits; that it is hexadecimal, or not; the prefix of
//! an id. And towards other values: that they are equal, in every text; that they differ in letter case only; how far two
//! that are compared are the same, and by which few edits they differ; where one stands inside the other; which patterns
//! match it; which characters only look alike ([`DifferenceClass`](crate::external_id::DifferenceClass)); in which network
//! an address lies.
//!
//! Nothing more: a letter is drawn anew for each word and place, so that one name that somebody knows tells nothing about
//! another, unless the two had something in common that an answer depends on.
//!
//! # The law
//!
//! The diagnosis of redacted evidence is the redacted diagnosis. [`redact`] tries it, and draws again where chance made
//! pseudonyms alike. Where no drawing keeps it, [`share`] says so and shows no change ([`BROKEN`]).
//!
//! # Limits
//!
//! * A word that is AWS's, a language's or this crate's stays, also as somebody's name: a role called `role` or `admin`, an
//!   ExternalId `external-id`, a session `test`. Of a name only such words can be read; one with any other word in it is
//!   hidden in that word alone.
//! * How long a name is, and where it has letters, digits and signs, can be seen. So can letters `g` to `z` be told, in part,
//!   from `a` to `f`.
//! * Look-alike characters by which two values differ stay, as nothing else looks like them.
//! * A key that has grown keeps old pseudonyms: relations of an old value to a new one are kept only as far as the old
//!   pseudonym lets them.
//! * A text that holds, by chance, a word that an older redaction made up is taken for redacted.

mod address;
mod blob;
mod document;
mod find;
mod gather;
mod inventory;
mod kept;
mod key;
mod label;
mod name;
mod relation;
mod secret;
mod veil;
mod word;

pub use key::{Key, KeyError, SCHEMA};

use crate::diagnosis::{Diagnosis, diagnose};
use crate::evidence::{Evidence, RequestText};
use gather::Gathered;

/// What is said of an answer that was redacted.
pub const NOTE: &str = "redacted: names, accounts, ids and ExternalIds are pseudonyms, and credentials were removed";

/// What is said of an answer that could not be redacted without changing it.
pub const BROKEN: &str = "with pseudonyms in the place of names, what was given would be answered otherwise: the answer is the real one, and \
                          no change is shown";

/// How often pseudonyms are drawn until the law holds.
const ATTEMPTS: u32 = 16;

/// The evidence with everything hidden, and the key with what was hidden in it.
#[must_use]
pub fn redact(evidence: &Evidence, key: &mut Key) -> Evidence {
    share(evidence, key).0
}

/// The evidence and its diagnosis with everything hidden. An answer that others would not get from the evidence has no
/// patches, and says [`BROKEN`].
#[must_use]
pub fn share(evidence: &Evidence, key: &mut Key) -> (Evidence, Diagnosis) {
    share_where(evidence, key, &|hidden, answer| as_json(&diagnose(hidden)) == as_json(answer))
}

fn share_where(
    evidence: &Evidence,
    key: &mut Key,
    holds: &dyn Fn(&Evidence, &Diagnosis) -> bool,
) -> (Evidence, Diagnosis) {
    let diagnosis = diagnose(evidence);
    let mut last = None;
    for attempt in 0..ATTEMPTS {
        let trial = key.with(inventory::of(evidence), attempt);
        let hidden = veil::evidence(evidence, &trial);
        let answer = veil::diagnosis(&diagnosis, evidence, &trial);
        let holds = holds(&hidden, &answer);
        last = Some((trial, hidden, answer, holds));
        if holds {
            break;
        }
    }
    match last {
        Some((trial, hidden, mut answer, holds)) => {
            *key = trial;
            if !holds {
                show_no_change(&mut answer);
            }
            (hidden, answer)
        }
        None => (Evidence::default(), diagnose(&Evidence::default())),
    }
}

fn show_no_change(answer: &mut Diagnosis) {
    for cause in &mut answer.causes {
        cause.patch = None;
        cause.fix.diff = None;
    }
    answer.plan = None;
    answer.notes.push(BROKEN.to_owned());
}

fn as_json(diagnosis: &Diagnosis) -> Option<serde_json::Value> {
    serde_json::to_value(diagnosis).ok()
}

/// The diagnosis of `evidence` with everything hidden that the key knows.
#[must_use]
pub fn redact_diagnosis(diagnosis: &Diagnosis, evidence: &Evidence, key: &Key) -> Diagnosis {
    veil::diagnosis(diagnosis, evidence, key)
}

impl Key {
    /// Takes in what has to be hidden in texts: all that belong together at once, before any is hidden.
    ///
    /// A text may be anything: a log, a policy, an evidence bundle, a trail. Programs and profiles, which are known to have
    /// calls in them, are understood better as `requests`.
    pub fn learn(&mut self, texts: &[&str], requests: &[RequestText]) {
        let mut gathered = Gathered::default();
        for text in texts {
            learn_text(text, &mut gathered);
        }
        for request in requests {
            inventory::of_request(request, &mut gathered);
        }
        *self = self.with(gathered, 0);
    }
}

fn learn_text(text: &str, gathered: &mut Gathered) {
    gathered.text(text);
    if text.trim_start().starts_with('{') {
        let document = countersign_policy::document::PolicyDocument::parse(text);
        inventory::of_document(&document, gathered);
        if let Ok(evidence) = Evidence::from_case(text) {
            gathered.absorb(inventory::of(&evidence));
        }
    }
}

/// The text with everything hidden, and the key with what was hidden in it.
#[must_use]
pub fn redact_text(text: &str, key: &mut Key) -> String {
    key.learn(&[text], &[]);
    key.hide(text)
}

/// The text with the real values in the place of the key's pseudonyms. Credentials stay removed.
#[must_use]
pub fn restore(text: &str, key: &Key) -> String {
    key.restore(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: &str = r#"{
        "error_text": "User: arn:aws:iam::999988887777:user/nora is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/VendorAccess",
        "trust_policy": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::999988887777:user/nora"}, "Condition": {"StringEquals": {"sts:ExternalId": "quux-7f2"}}}},
        "context": {"external_id_sent": "quux-7f3"}
    }"#;

    #[test]
    fn an_answer_that_no_drawing_keeps_says_so_and_shows_no_change() {
        let evidence = Evidence::from_case(CASE).unwrap();
        let draws = std::cell::Cell::new(0);
        let never = |_: &Evidence, _: &Diagnosis| {
            draws.set(draws.get() + 1);
            false
        };
        let (_, answer) = share_where(&evidence, &mut Key::new([1; 32]), &never);
        assert_eq!(draws.get(), ATTEMPTS);
        assert!(answer.causes.iter().all(|cause| cause.patch.is_none() && cause.fix.diff.is_none()));
        assert!(answer.plan.is_none() && answer.notes.iter().any(|note| note == BROKEN));
        assert!(!answer.causes.is_empty());
        let (_, answer) = share(&evidence, &mut Key::new([1; 32]));
        assert!(answer.causes.iter().any(|cause| cause.fix.diff.is_some()));
        assert!(!answer.notes.iter().any(|note| note == BROKEN));
    }
}
