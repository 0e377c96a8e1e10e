//! Ids and secrets in AWS's formats, made from a key and a counter: no clock and no randomness.

use std::sync::atomic::{AtomicU64, Ordering};

use countersign_policy::account::AccountId;
use data_encoding::{BASE32, BASE64, HEXLOWER};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::signature::keyed;

/// The flag bit in front of the account number.
const FLAG: u64 = 1 << 39;
const ACCOUNTS: u64 = 1_000_000_000_000;

/// Makes ids. Two mints of one key make the same ids in the same order.
pub(crate) struct Mint {
    key: Hmac<Sha256>,
    run: u64,
    made: AtomicU64,
}

impl Mint {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self { key: keyed(&key, ""), run: 0, made: AtomicU64::new(0) }
    }

    /// The same mint with other ids: those of its run number `run`.
    pub(crate) fn of_run(self, run: u64) -> Self {
        Self { run, ..self }
    }

    /// A key for another purpose than making ids.
    pub(crate) fn derived_key(&self, purpose: &str) -> [u8; 32] {
        self.bytes(purpose)
    }

    /// A key that was not handed out before.
    pub(crate) fn fresh_key(&self) -> [u8; 32] {
        self.fresh("endpoint")
    }

    /// A fresh id of 20 characters for a temporary access key.
    pub(crate) fn temporary_key_id(&self, account: AccountId) -> String {
        unique_id("ASIA", account, 7, &self.fresh("key"))
    }

    /// A fresh id of 20 characters for a long-term access key.
    pub(crate) fn access_key_id(&self, account: AccountId) -> String {
        unique_id("AKIA", account, 7, &self.fresh("key"))
    }

    /// A fresh id of 21 characters for a user, role, policy and the like.
    pub(crate) fn entity_id(&self, prefix: &str, account: AccountId) -> String {
        unique_id(prefix, account, 8, &self.fresh("entity"))
    }

    /// The secret of an access key that was made here.
    pub(crate) fn secret(&self, access_key_id: &str) -> String {
        BASE64.encode(&self.bytes(&format!("secret {access_key_id}"))).chars().take(40).collect()
    }

    /// A fresh seed for a virtual MFA device, of the length that AWS's have: 64 characters in base32.
    pub(crate) fn seed(&self) -> Vec<u8> {
        self.fresh("seed").into_iter().chain(self.fresh("seed")).take(40).collect()
    }

    /// A fresh request id, in the form of a UUID.
    pub(crate) fn request_id(&self) -> String {
        uuid(&self.fresh("request"))
    }

    /// Twelve bytes that were not handed out before.
    pub(crate) fn nonce(&self) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce.iter_mut().zip(self.fresh("nonce")).for_each(|(to, from)| *to = from);
        nonce
    }

    fn fresh(&self, purpose: &str) -> [u8; 32] {
        let count = self.made.fetch_add(1, Ordering::Relaxed);
        self.bytes(&format!("{purpose} {} {count}", self.run))
    }

    fn bytes(&self, message: &str) -> [u8; 32] {
        let mut mac = self.key.clone();
        mac.update(message.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// Bytes in the form of a UUID.
pub(crate) fn uuid(bytes: &[u8]) -> String {
    let hex = HEXLOWER.encode(bytes);
    let part = |from, to| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

/// The id of a user or role that was declared without one: always the same.
pub(crate) fn entity_id(prefix: &str, account: AccountId, name: &str) -> String {
    unique_id(prefix, account, 8, &keyed(b"entity", &format!("{prefix} {account} {name}")).finalize().into_bytes())
}

/// A prefix, the account in nine characters (its parity in the last), and `free` more from `entropy`.
fn unique_id(prefix: &str, account: AccountId, free: usize, entropy: &[u8]) -> String {
    let number: u64 = account.as_str().parse().unwrap_or_default();
    let high: Vec<u8> = (FLAG + number / 2).to_be_bytes().into_iter().skip(3).collect();
    let parity = u8::try_from(number % 2).unwrap_or_default();
    let ninth = entropy.first().copied().unwrap_or_default() % 16 + parity * 16;
    let letter = char::from(if ninth < 26 { b'A' + ninth } else { b'2' + (ninth - 26) });
    let rest: String = BASE32.encode(entropy.get(1..11).unwrap_or_default()).chars().take(free).collect();
    format!("{prefix}{}{letter}{rest}", BASE32.encode(&high))
}

/// The account number inside an id, where there is one: older ids have none.
pub(crate) fn account_in(id: &str) -> Option<AccountId> {
    let first = BASE32.decode(id.get(4..12)?.as_bytes()).ok()?;
    let high = first.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let ninth = *id.as_bytes().get(12)?;
    let parity = match ninth {
        b'A'..=b'P' => 0,
        b'Q'..=b'Z' | b'2'..=b'7' => 1,
        _ => return None,
    };
    let number = high.checked_sub(FLAG)? * 2 + parity;
    (number < ACCOUNTS).then(|| format!("{number:012}").parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_inside_the_id() {
        for (id, account) in [
            ("ASIARZPUZDIKMUFK7GIT", "123456789012"),
            ("AKIARTX3GSDS7EXAMPLE", "111122223333"),
            ("ASIAY34FZKBOKMUTVV7A", "609629065308"),
        ] {
            assert_eq!(account_in(id), account.parse().ok(), "{id}");
        }
        for old in ["AKIAIOSFODNN7EXAMPLE", "AKIA", "", "ASIA0123456789012345"] {
            assert_eq!(account_in(old), None, "{old}");
        }
    }

    #[test]
    fn ids_have_awss_lengths_and_their_account() {
        let mint = Mint::new([3; 32]);
        for account in ["000000000000", "000000000001", "123456789012", "999999999999"] {
            let account: AccountId = account.parse().unwrap();
            let (key, role) = (mint.temporary_key_id(account), entity_id("AROA", account, "R"));
            assert_eq!((key.len(), role.len()), (20, 21));
            assert_eq!((account_in(&key), account_in(&role)), (Some(account), Some(account)));
            assert_ne!(key, mint.temporary_key_id(account));
        }
    }

    #[test]
    fn secrets_and_request_ids_have_awss_form() {
        let mint = Mint::new([3; 32]);
        assert_eq!(mint.secret("ASIARZPUZDIKMUFK7GIT").len(), 40);
        assert_ne!(mint.secret("a"), mint.secret("b"));
        let parts: Vec<usize> = mint.request_id().split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert_ne!(mint.request_id(), mint.request_id());
    }
}
