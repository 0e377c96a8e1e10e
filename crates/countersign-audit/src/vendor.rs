//! Names for the accounts of vendors: a small table of documented ones, and lists in the format of the public data set
//! known_aws_accounts. A name is a label in messages, never a reason to trust.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use countersign_policy::account::AccountId;
use countersign_policy::document::{Node, Problem, Severity};

use crate::config::parse_toml;
use crate::node_reader::NodeReader;

/// Whose an account is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vendor {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: VendorKind,
    /// Whether it still uses the account.
    pub standing: Standing,
}

/// What the owner of an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VendorKind {
    /// A company with many customers.
    Vendor,
    /// An AWS service that works from an account of its own.
    AwsService,
}

/// Whether an account is still in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Current,
    /// The vendor gave it up.
    Retired,
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == VendorKind::AwsService {
            f.write_str("AWS: ")?;
        }
        f.write_str(&self.name)?;
        if self.standing == Standing::Retired {
            f.write_str(", retired")?;
        }
        Ok(())
    }
}

/// The known accounts.
#[derive(Debug, Clone, Default)]
pub struct Vendors {
    by_account: BTreeMap<AccountId, Arc<Vendor>>,
}

const BUILT_IN: &str = include_str!("vendor/accounts.toml");

const KEYS: &[&str] = &["name", "accounts", "source", "type", "enabled", "deprecated_date"];

impl Vendors {
    /// The documented accounts that come with this crate.
    #[must_use]
    pub fn built_in() -> Self {
        let mut vendors = Self::default();
        let (root, _) = parse_toml(BUILT_IN);
        if let Some(entries) = root.get("vendor").and_then(Node::as_array) {
            vendors.add_entries(entries, &mut NodeReader::default());
        }
        vendors
    }

    /// Adds the entries of a list (a YAML or JSON document); of two names for an account the later one counts.
    ///
    /// What is odd in an entry is a warning, since only a name is lost. An error means that there is no list.
    pub fn add_list(&mut self, list: &Node) -> Vec<Problem> {
        let Some(entries) = list.as_array() else {
            let message = format!("a list of vendors is a list, not {}", list.kind_name());
            let help = "write entries such as `- {name: Example, accounts: ['111122223333']}`";
            return vec![Problem { severity: Severity::Error, span: list.span, message, help: Some(help.to_owned()) }];
        };
        let mut reader = NodeReader::lenient();
        self.add_entries(entries, &mut reader);
        reader.problems
    }

    fn add_entries(&mut self, entries: &[Node], reader: &mut NodeReader) {
        for entry in entries {
            let Some(members) = reader.members(entry, "a vendor", KEYS) else { continue };
            let name = reader.required(members, "a vendor", "name").and_then(|name| reader.text(name, "name"));
            let accounts = reader.required(members, "a vendor", "accounts");
            let (Some(name), Some(accounts)) = (name, accounts) else { continue };
            let kind = match members.get("type").and_then(|kind| reader.text(kind, "type")).as_deref() {
                Some("aws") => VendorKind::AwsService,
                _ => VendorKind::Vendor,
            };
            let standing = match members.get("enabled").and_then(|enabled| reader.text(enabled, "enabled")).as_deref() {
                Some("false") => Standing::Retired,
                _ => Standing::Current,
            };
            let vendor = Arc::new(Vendor { name: name.trim().to_owned(), kind, standing });
            let accounts = accounts.as_array().unwrap_or(std::slice::from_ref(accounts));
            for account in accounts {
                let account = reader.parsed(account, "accounts", str::parse::<AccountId>);
                self.by_account.extend(account.map(|account| (account, Arc::clone(&vendor))));
            }
        }
    }

    /// Whose `account` is, if that is known.
    #[must_use]
    pub fn of(&self, account: AccountId) -> Option<&Vendor> {
        self.by_account.get(&account).map(Arc::as_ref)
    }

    /// The accounts of the vendors with this name, in whatever letter case.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<AccountId> {
        let is_named = |vendor: &Vendor| vendor.name.eq_ignore_ascii_case(name);
        self.by_account.iter().filter(|(_, vendor)| is_named(vendor)).map(|(account, _)| *account).collect()
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_account.values().map(|vendor| vendor.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_policy::document::parse_json;

    #[test]
    fn the_table_is_whole() {
        let (root, problems) = parse_toml(BUILT_IN);
        assert_eq!(problems, []);
        let entries = root.get("vendor").unwrap().as_array().unwrap();
        let listed: usize = entries.iter().map(|entry| entry.get("accounts").unwrap().as_array().unwrap().len()).sum();
        let mut reader = NodeReader::default();
        let mut vendors = Vendors::default();
        vendors.add_entries(entries, &mut reader);
        assert_eq!(reader.problems, []);
        assert_eq!(vendors.by_account.len(), listed, "an account is there twice");
        for entry in entries {
            assert!(entry.get("source").is_some(), "every fact has its source: {entry:?}");
        }
        assert_eq!(vendors.of("012615275169".parse().unwrap()).unwrap().name, "Tenable");
    }

    #[test]
    fn odd_entries_warn_and_hide_no_others() {
        let list = r#"[
            {"name": "Old", "accounts": ["000011112222"], "enabled": false, "deprecated_date": "2024-01-31"},
            {"name": "Logs", "type": "aws", "accounts": ["777788889999"]},
            {"name": "Typo", "acounts": ["1"]},
            7,
            {"name": "Short", "accounts": ["1234", "444455556666"], "source": [" prose, no address "]},
            {"name": "Logs", "accounts": ["123456789012"]}
        ]"#;
        let mut vendors = Vendors::default();
        let problems = vendors.add_list(&parse_json(list, 8).unwrap());
        let told: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(
            told,
            [
                "a vendor has no `acounts`",
                "a vendor lacks `accounts`",
                "a vendor is a map, not a number",
                "account `1234` is not 12 digits"
            ]
        );
        assert!(problems.iter().all(|problem| problem.severity == Severity::Warning));
        let label = |account: &str| vendors.of(account.parse().unwrap()).map(ToString::to_string);
        assert_eq!(label("000011112222").as_deref(), Some("Old, retired"));
        assert_eq!(label("777788889999").as_deref(), Some("AWS: Logs"));
        assert_eq!(label("444455556666").as_deref(), Some("Short"));
        assert_eq!(vendors.named("logs").len(), 2, "a name may stand twice");
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        let problems = Vendors::default().add_list(&parse_json("{}", 8).unwrap());
        assert_eq!(problems[0].severity, Severity::Error);
    }
}
