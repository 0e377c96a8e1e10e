//! What identifies people, accounts and customers, hidden so that the answer stays the same.
//!
//! Names become pseudonyms, credentials go. Everything is gathered first, from all that was given (`inventory`, `text`, `find`);
//! then each word has its pseudonym drawn from the key's seed; then every text is written anew with pseudonyms in the place of
//! words. A word is a run of letters and digits: what stands between words is grammar, and stays.
//!
//! A word of nobody else's is hidden wherever it stands. One that is AWS's, a language's or this crate's too (`kept.txt`) is
//! hidden where it stands as a name: `role/role` loses its second word. Where names stand, one finder says to both who gathers
//! and who hides (`position`): behind the type in an ARN, behind a label, in the segments of a subject, in policies, calls and
//! bundles of evidence. Such a word is taken for a name where a name is made of nothing else, and then hidden in all names.
//!
//! | hidden | removed | kept |
//! | --- | --- | --- |
//! | account ids; names of roles, users, sessions, groups, policies, providers, and their paths | secret keys, session tokens | actions, condition keys, operators, service principals, regions, partitions |
//! | ExternalIds, session tags, source identities | web identity tokens, SAML assertions | AWS's managed names and hosts, issuers that everybody uses |
//! | access key ids, ids with a prefix (`AROA…`, `o-…`, `vpc-…`), request ids | MFA codes, passwords, private keys | accounts that [`Key::keep`] was told of |
//! | e-mail addresses, hosts, IP addresses, owners of home directories, file names | base64 that holds a name | code, keywords, layout, dates, numbers of up to three digits |
//! | the names in an OIDC subject | signatures, opaque tokens | single letters; words in `kept.txt` where no name stands |
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
//! The diagnosis of redacted evidence is the redacted diagnosis. What is shown is the former, so that no value is in it which
//! is not in the redacted evidence. That it is the latter is tried by putting the real values back: a pseudonym is a word of
//! nobody's, so that this can be done wherever it stands, and what comes of it has to be the real answer without its
//! credentials ([`both_sides`]). [`redact`] and [`redact_texts`] try it, and draw again where chance made pseudonyms alike.
//! Where no drawing keeps it they say so ([`Law::Broken`]): the answer is still that about pseudonyms, shows no change, and
//! names the real causes by their ids ([`BROKEN`]).
//!
//! # Limits
//!
//! * A sentence is no place for a name: `our admin role`, `the role admin` stay as they are. So do a word without quotes that
//!   may be a variable (`ExternalId=admin,`), `null` or `true` without quotes outside of a command line, hosts without a scheme
//!   and paths of issuers that are made of such words only, `role/admin` without the colon before it, and a value that a program
//!   puts together from pieces.
//! * Of a name with a word of its own, that word alone is hidden: of `acme-admin` it can be read that it ends in `admin`, until
//!   somebody is called `admin`. A `Sid` made of such words stays.
//! * AWS's own names stay (`OrganizationAccountAccessRole`, `AWSServiceRoleFor…`, `root`, the profile `default`, prefixes of
//!   sessions that tools make up), and the words of regions. A single letter stays: there is no other word for it.
//! * How long a name is, and where it has letters, digits and signs, can be seen. So can letters `g` to `z` be told, in part,
//!   from `a` to `f`.
//! * Look-alike characters by which two values differ stay, as nothing else looks like them.
//! * Of each kind of value, the first 96 in order are compared each with each: relations of others are kept only where they
//!   are the same word, or one stands inside the other. Of more than 4,096 new words, those whose related pseudonym is taken
//!   get one of their own.
//! * A key that has grown keeps old pseudonyms: relations of an old value to a new one are kept only as far as the old
//!   pseudonym lets them.
//! * Where all words of a form are taken, as those of four digits are in a log with ten thousand of them, the others stay.
//! * A letter that is written by its number, as in `%7A`, may come back as `%7a`.
//! * A text that holds, by chance, a word that an older redaction made up is taken for redacted.
//! * Where escapes are broken (`\u0\u`), a text that is redacted twice may get another pseudonym the second time.

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
mod position;
mod relation;
mod secret;
mod text;
mod veil;
mod word;

pub use key::{Key, KeyError, SCHEMA};
pub use text::{Given, redact_text, redact_texts};

use crate::diagnosis::{Diagnosis, diagnose};
use crate::evidence::Evidence;

/// What is said of an answer that was redacted.
pub const NOTE: &str = "redacted: names, accounts, ids and ExternalIds are pseudonyms, and credentials were removed";

/// What is said of an answer that is another one with pseudonyms in the place of names; behind it stands what the real one is.
pub const BROKEN: &str = "with pseudonyms in the place of names, this is answered otherwise, and no change is shown; what the real values give: ";

/// How often pseudonyms are drawn until the law holds.
const ATTEMPTS: u32 = 16;

/// Whether the diagnosis of what was hidden is the diagnosis with what it is about hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// It is.
    Holds,
    /// No drawing of pseudonyms gave the same answer.
    Broken,
}

/// What is left of evidence when everything is hidden.
#[derive(Debug, Clone)]
pub struct Redacted {
    /// The evidence.
    pub evidence: Evidence,
    /// Its diagnosis. Where the law is broken it has no patches, and says [`BROKEN`].
    pub diagnosis: Diagnosis,
    /// Whether others get from it the answer that the real evidence has.
    pub law: Law,
}

/// The evidence with everything hidden, and the key with what was hidden in it.
#[must_use]
pub fn redact(evidence: &Evidence, key: &mut Key) -> Redacted {
    redact_where(evidence, key, &holds)
}

/// The law for one piece of evidence: its diagnosis, what is hidden of it, the diagnosis of that, and the key.
type Check<'c> = &'c dyn Fn(&Evidence, &Diagnosis, &Diagnosis, &Key) -> bool;

fn redact_where(evidence: &Evidence, key: &mut Key, holds: Check<'_>) -> Redacted {
    let real = diagnose(evidence);
    let gathered = inventory::of(evidence);
    let draw = |attempt: u32| {
        let trial = key.with(gathered.clone(), attempt);
        let hidden = veil::evidence(evidence, &trial);
        let answer = diagnose(&hidden);
        let law = if holds(evidence, &real, &answer, &trial) { Law::Holds } else { Law::Broken };
        (trial, Redacted { evidence: hidden, diagnosis: answer, law })
    };
    let mut best = draw(0);
    for attempt in 1..ATTEMPTS {
        if best.1.law == Law::Holds {
            break;
        }
        best = draw(attempt);
    }
    let (trial, mut redacted) = best;
    *key = trial;
    if redacted.law == Law::Broken {
        show_no_change(&mut redacted.diagnosis, &real);
    }
    redacted
}

/// Names no value of the real answer: only what has no name in it.
fn show_no_change(answer: &mut Diagnosis, real: &Diagnosis) {
    for cause in &mut answer.causes {
        cause.patch = None;
        cause.fix.diff = None;
    }
    answer.plan = None;
    let causes: Vec<&str> = real.causes.iter().map(|cause| cause.id).collect();
    let causes = if causes.is_empty() { "no cause".to_owned() } else { causes.join(", ") };
    answer.notes.push(format!("{BROKEN}{causes}"));
}

fn holds(evidence: &Evidence, real: &Diagnosis, answer: &Diagnosis, key: &Key) -> bool {
    let (real, answer) = both_sides(evidence, real, answer, key);
    shown(&real) == shown(&answer)
}

fn shown(diagnosis: &Diagnosis) -> (Option<serde_json::Value>, String) {
    let places: Vec<_> = diagnosis.causes.iter().map(|cause| (&cause.places, &cause.span)).collect();
    (serde_json::to_value(diagnosis).ok(), format!("{places:?}"))
}

/// Both sides of the law: the real answer without credentials, and the answer about what is hidden with the real values in the
/// place of pseudonyms. A pseudonym is a word of nobody's, so that it is put back wherever it stands; that a side is made from
/// the other is not possible.
#[must_use]
pub fn both_sides(evidence: &Evidence, real: &Diagnosis, answer: &Diagnosis, key: &Key) -> (Diagnosis, Diagnosis) {
    (veil::without_credentials(real, evidence, key), veil::restored(answer, key))
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
        let never: Check<'_> = &|_, _, _, _| {
            draws.set(draws.get() + 1);
            false
        };
        let redacted = redact_where(&evidence, &mut Key::new([1; 32]), never);
        let answer = redacted.diagnosis;
        assert_eq!((draws.get(), redacted.law), (ATTEMPTS, Law::Broken));
        assert!(answer.causes.iter().all(|cause| cause.patch.is_none() && cause.fix.diff.is_none()));
        let said = format!("{BROKEN}external-id-mismatch");
        assert!(answer.plan.is_none() && answer.notes.iter().any(|note| note.starts_with(&said)), "{:?}", answer.notes);
        let all = format!("{answer:?} {:?}", redacted.evidence);
        for value in ["999988887777", "nora", "VendorAccess", "quux"] {
            assert!(!all.contains(value), "{value}");
        }
        let redacted = redact(&evidence, &mut Key::new([1; 32]));
        assert_eq!(redacted.law, Law::Holds);
        assert!(redacted.diagnosis.causes.iter().any(|cause| cause.fix.diff.is_some()));
    }
}
