//! Calls in a row, of every kind and signed by anybody: each is answered or refused in XML that can be read, none fails,
//! and whoever assumes a role is told who they are by the credentials they got.
#![no_main]

use std::collections::BTreeMap;

use countersign_fuzz::Choices;
use countersign_fuzz::calls::{self, Signer};
use libfuzzer_sys::fuzz_target;

/// Calls per input.
const CALLS: usize = 6;

fuzz_target!(|input: &[u8]| {
    let mut choices = Choices::new(input);
    let endpoint = calls::endpoint();
    let mut session: Option<Signer> = None;
    for _ in 0..CALLS {
        let parameters = calls::parameters(&mut choices);
        let signer = Signer::chosen(&mut choices, session.as_ref());
        let answer = calls::call(&endpoint, &signer, parameters.clone());
        assert!(answer.status == 200 || (400..500).contains(&answer.status), "{parameters:?}: {}", answer.body);
        let fields = calls::fields(&answer);
        if let (200, Some(arn)) = (answer.status, fields.get("AssumedRoleUser/Arn")) {
            let begun = Signer::of(&fields);
            let who = [("Action", "GetCallerIdentity"), ("Version", "2011-06-15")];
            let who: BTreeMap<String, String> = who.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            let told = calls::call(&endpoint, &begun, who);
            assert_eq!(calls::fields(&told).get("GetCallerIdentityResult/Arn"), Some(arn), "{parameters:?}");
            session = Some(begun);
        }
    }
});
