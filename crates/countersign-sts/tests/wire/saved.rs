//! Texts that answers made and later calls repeat: `<name>` stands for what a call saved under `name`, and
//! `<code name>` or `<next code name>` for what the MFA device shows whose seed was saved. `<the decision>` is the last
//! decision, as an encoded message.

use std::collections::BTreeMap;

use countersign_policy::condition::date::Moment;
use data_encoding::{BASE32, BASE64};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

#[derive(Default)]
pub(crate) struct Saved(BTreeMap<String, String>);

impl Saved {
    pub(crate) fn keep(&mut self, wanted: &BTreeMap<String, String>, fields: &BTreeMap<String, String>) {
        for (name, field) in wanted {
            self.0.insert(name.clone(), fields[field].clone());
        }
    }

    pub(crate) fn set(&mut self, name: &str, text: String) {
        self.0.insert(name.to_owned(), text);
    }

    /// The text with what was saved. What stands in `<>` and is not known stays.
    pub(crate) fn fill(&self, text: &str, now: Moment) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('<') {
            filled.push_str(before);
            rest = after;
            let known = after.split_once('>').and_then(|(name, rest)| Some((self.value(name, now)?, rest)));
            match known {
                Some((value, after)) => {
                    filled.push_str(&value);
                    rest = after;
                }
                None => filled.push('<'),
            }
        }
        filled + rest
    }

    fn value(&self, name: &str, now: Moment) -> Option<String> {
        let step = now.seconds().div_euclid(30);
        if let Some(name) = name.strip_prefix("next code ") {
            return Some(code(self.0.get(name)?, step + 1));
        }
        match name.strip_prefix("code ") {
            Some(name) => Some(code(self.0.get(name)?, step)),
            None => self.0.get(name).cloned(),
        }
    }
}

/// An authenticator app's side of RFC 6238.
fn code(seed: &str, step: i64) -> String {
    let seed = BASE32.decode(&BASE64.decode(seed.as_bytes()).unwrap()).unwrap();
    let mut mac = Hmac::<Sha1>::new_from_slice(&seed).unwrap();
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[19] & 0xf);
    let number = u32::from_be_bytes(hash[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}
