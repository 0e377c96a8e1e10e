//! From the text of `countersign.toml` to a [`Config`], with every mistake at its place.

use std::collections::{BTreeMap, BTreeSet};

use countersign_policy::account::AccountId;
use countersign_policy::arn::Arn;
use countersign_policy::assumptions::Assumption;
use countersign_policy::condition::date::{self, Moment};
use countersign_policy::document::{Node, Problem, Span, Value};

use super::given::given;
use super::{Config, Customers, Disabled, Partner, Party, RolePattern, RoleRule, is_organization, toml};
use crate::audit::{AUDITS, by_id};
use crate::finding::{Confidence, Severity};
use crate::node_reader::{Members, NodeReader, suggest};
use crate::vendor::Vendors;

const KEYS: &[&str] = &[
    "own-accounts",
    "own-organizations",
    "min-severity",
    "min-confidence",
    "partner",
    "role",
    "disable",
    "assumptions",
    "cloudformation",
    "terraform",
];
const PARTNER: &[&str] = &["name", "accounts", "role", "expires", "reason", "serves-only-us"];
const ROLE: &[&str] = &["name", "vendors"];
const DISABLE: &[&str] = &["audit", "roles", "reason"];

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// Reads a configuration. `vendors` gives the names that roles may list, and `now` decides which partners have expired.
///
/// With an error among the problems the configuration is not to be used: what it leaves out is not known.
#[must_use]
pub fn read(text: &str, vendors: &Vendors, now: Moment) -> (Config, Vec<Problem>) {
    let (root, syntax) = toml::parse(text);
    let mut reader =
        Reader { nodes: NodeReader::default(), vendors, now, parties: BTreeMap::new(), config: Config::default() };
    if syntax.is_empty() {
        reader.root(&root);
    }
    let mut problems = syntax;
    problems.append(&mut reader.nodes.problems);
    problems.sort_by_key(|problem| problem.span);
    (reader.config, problems)
}

struct Reader<'v> {
    nodes: NodeReader,
    vendors: &'v Vendors,
    now: Moment,
    /// Every partner by name, expired ones as `None`.
    parties: BTreeMap<String, Option<Party>>,
    config: Config,
}

impl Reader<'_> {
    fn root(&mut self, root: &Node) {
        let Some(members) = self.nodes.members(root, "the configuration", KEYS) else { return };
        if let Some(node) = members.get("own-accounts") {
            self.config.own_accounts = self.accounts(node, "own-accounts");
        }
        for node in self.listed(members.get("own-organizations"), "own-organizations") {
            self.organization(node);
        }
        self.config.min_severity = members.get("min-severity").and_then(|node| self.word(node, Severity::WORDS));
        self.config.min_confidence = members.get("min-confidence").and_then(|node| self.word(node, Confidence::WORDS));
        for node in self.listed(members.get("partner"), "partner") {
            self.partner(node);
        }
        for node in self.listed(members.get("role"), "role") {
            self.role(node);
        }
        for node in self.listed(members.get("disable"), "disable") {
            self.disable(node);
        }
        if let Some(node) = members.get("assumptions") {
            self.assumptions(node);
        }
        self.config.given = given(members, &mut self.nodes);
    }

    fn organization(&mut self, node: &Node) {
        let Some(id) = self.text(node, "own-organizations") else { return };
        if !is_organization(&id) {
            let help = "write the id as in o-a1b2c3d4e5; accounts stand in `own-accounts`";
            return self.nodes.error(node.span, format!("`{id}` is no organization id"), Some(help));
        }
        self.config.own_organizations.insert(id);
    }

    fn partner(&mut self, node: &Node) {
        let Some(members) = self.nodes.members(node, "a partner", PARTNER) else { return };
        let name = self.required_text(members, "a partner", "name");
        let reason = self.required_text(members, "a partner", "reason");
        let party = self.party(members);
        let expires = self.nodes.required(members, "a partner", "expires").and_then(|node| {
            let day = self.text(node, "expires")?;
            let end = date::parse(&day).filter(|_| day.len() == "2027-01-31".len());
            let help = "write the last day it counts, as in 2027-01-31";
            if end.is_none() {
                self.nodes.error(node.span, format!("`{day}` is no date"), Some(help));
            }
            Some((node.span, day, end?.plus_seconds(SECONDS_PER_DAY)))
        });
        let mut customers = match members.get("serves-only-us").map(|node| (node.span, &node.value)) {
            None | Some((_, Value::Bool(false))) => Customers::Many,
            Some((_, Value::Bool(true))) => Customers::OnlyUs,
            Some((span, _)) => {
                self.nodes.error(span, "`serves-only-us` is true or false", None);
                Customers::Many
            }
        };
        let (Some(name), Some(reason), Some(party), Some((span, expires, end))) = (name, reason, party, expires) else {
            return;
        };
        if let (Customers::OnlyUs, Some(vendor)) = (customers, self.vendor_of(&party)) {
            let message = format!("partner `{name}` is {vendor}, which serves many customers");
            let place = members.get("serves-only-us").map_or(node.span, |node| node.span);
            self.nodes.warning(place, message, "remove `serves-only-us`: it does not count here");
            customers = Customers::Many;
        }
        let is_expired = end <= self.now;
        if is_expired {
            let message = format!("partner `{name}` expired on {expires} and no longer counts");
            self.nodes.warning(
                span,
                message,
                "if it still needs access, write a later day; if not, remove the partner",
            );
        }
        let in_force = (!is_expired).then(|| party.clone());
        if self.parties.insert(name.clone(), in_force).is_some() {
            let help = "give each partner a name of its own";
            self.nodes.error(node.span, format!("there are two partners `{name}`"), Some(help));
        }
        if !is_expired {
            self.config.partners.push(Partner { name, party, expires, reason, customers });
        }
    }

    /// The `accounts` or the `role` of a partner.
    fn party(&mut self, members: Members<'_>) -> Option<Party> {
        match (members.get("accounts"), members.get("role")) {
            (Some(node), None) => {
                let accounts = self.accounts(node, "accounts");
                if let Some(own) = accounts.intersection(&self.config.own_accounts).next() {
                    let message = format!("account {own} cannot be a partner's and your own");
                    self.nodes.error(node.span, message, Some("remove it here or from `own-accounts`"));
                }
                Some(Party::Accounts(accounts))
            }
            (None, Some(node)) => {
                let arn = self.text(node, "role")?;
                let is_role = |arn: Arn<'_>| {
                    (arn.service, arn.region) == ("iam", "")
                        && arn.account_id().is_some()
                        && arn.resource.starts_with("role/")
                };
                if !Arn::parse(&arn).is_some_and(is_role) {
                    let help = "write it as in arn:aws:iam::111122223333:role/Collector";
                    self.nodes.error(node.span, format!("`{arn}` is not the ARN of a role"), Some(help));
                    return None;
                }
                Some(Party::Role(arn))
            }
            _ => {
                let help = "say either which `accounts` are the partner's, or which `role`";
                let start = Span { end: members.span.start + 1, ..members.span };
                self.nodes.error(start, "a partner has `accounts` or a `role`, and not both", Some(help));
                None
            }
        }
    }

    fn vendor_of(&self, party: &Party) -> Option<String> {
        let accounts: Vec<AccountId> = match party {
            Party::Accounts(accounts) => accounts.iter().copied().collect(),
            Party::Role(arn) => Arn::parse(arn).and_then(|arn| arn.account_id()).into_iter().collect(),
        };
        accounts.into_iter().find_map(|account| self.vendors.of(account)).map(ToString::to_string)
    }

    fn role(&mut self, node: &Node) {
        let Some(members) = self.nodes.members(node, "a role", ROLE) else { return };
        let name = self.required_text(members, "a role", "name");
        let vendors = self.nodes.required(members, "a role", "vendors");
        let mut allowed = Vec::new();
        for vendor in self.listed(vendors, "vendors") {
            allowed.extend(self.text(vendor, "vendors").and_then(|text| self.allowed(vendor, &text)));
        }
        if let (Some(name), Some(_)) = (name, vendors) {
            self.config.roles.push(RoleRule { name: RolePattern::new(&name), vendors: allowed });
        }
    }

    /// Who is meant by an account id, the name of a partner, or that of a vendor.
    fn allowed(&mut self, node: &Node, text: &str) -> Option<Party> {
        if let Ok(account) = text.parse() {
            return Some(Party::Accounts(BTreeSet::from([account])));
        }
        if let Some(party) = self.parties.get(text) {
            return party.clone();
        }
        let accounts: BTreeSet<AccountId> = self.vendors.named(text).into_iter().collect();
        if accounts.is_empty() {
            let names: Vec<&str> = self.parties.keys().map(String::as_str).chain(self.vendors.names()).collect();
            let near = Some(suggest(text, &names)).filter(|help| help.starts_with("write"));
            let help = near.unwrap_or_else(|| {
                "write its account id, or add it as a partner; `--vendors` makes further names known".to_owned()
            });
            self.nodes.error(
                node.span,
                format!("`{text}` is no account id and no known vendor or partner"),
                Some(&help),
            );
            return None;
        }
        Some(Party::Accounts(accounts))
    }

    fn disable(&mut self, node: &Node) {
        let Some(members) = self.nodes.members(node, "a disabled audit", DISABLE) else { return };
        let reason = self.required_text(members, "a disabled audit", "reason");
        let id = self.nodes.required(members, "a disabled audit", "audit");
        let audit = id.and_then(|node| {
            let id = self.text(node, "audit")?;
            let audit = by_id(&id);
            if audit.is_none() {
                let ids: Vec<&str> = AUDITS.iter().map(|audit| audit.id).collect();
                let near = Some(suggest(&id, &ids)).filter(|help| help.starts_with("write"));
                let help = near.unwrap_or_else(|| "`countersign explain` lists them all".to_owned());
                self.nodes.error(node.span, format!("there is no audit `{id}`"), Some(&help));
            }
            audit
        });
        let mut roles = Vec::new();
        for node in self.listed(members.get("roles"), "roles") {
            roles.extend(self.text(node, "roles").map(|pattern| RolePattern::new(&pattern)));
        }
        if members.get("roles").is_some() && roles.is_empty() {
            let place = members.get("roles").map_or(node.span, |node| node.span);
            self.nodes.error(place, "`roles` names no role", Some("name some, or leave `roles` out to mean all"));
        }
        if let (Some(audit), Some(reason)) = (audit, reason) {
            self.config.disabled.push(Disabled { audit: audit.id, roles, reason });
        }
    }

    fn assumptions(&mut self, node: &Node) {
        for member in self.nodes.entries(node, "assumptions") {
            let named = Assumption::ALL.iter().copied().find(|assumption| assumption.name() == &*member.key);
            let Some(assumption) = named else {
                let names: Vec<&str> = Assumption::ALL.iter().map(|assumption| assumption.name()).collect();
                let message = format!("there is no assumption `{}`", member.key);
                self.nodes.error(member.key_span, message, Some(&suggest(&member.key, &names)));
                continue;
            };
            match (self.text(&member.value, assumption.name()).as_deref(), assumption.other_reading()) {
                (Some("other"), Some(_)) => self.config.assumptions = self.config.assumptions.with_other(assumption),
                (None | Some("default"), _) => {}
                (Some("other"), None) => {
                    let help = format!("it is always read so: {}", assumption.default_reading());
                    let message = format!("`{assumption}` has no other reading");
                    self.nodes.error(member.value.span, message, Some(&help));
                }
                (Some(text), other) => {
                    let other = other.map_or(String::new(), |other| format!(", or \"other\": {other}"));
                    let help = format!("write \"default\": {}{other}", assumption.default_reading());
                    let message = format!("`{text}` is no reading of `{assumption}`");
                    self.nodes.error(member.value.span, message, Some(&help));
                }
            }
        }
    }

    fn accounts(&mut self, node: &Node, what: &str) -> BTreeSet<AccountId> {
        let mut accounts = BTreeSet::new();
        for node in self.listed(Some(node), what) {
            let Some(text) = self.text(node, what) else { continue };
            match text.parse::<AccountId>() {
                Ok(account) => {
                    accounts.insert(account);
                }
                Err(error) => {
                    let help = "write the account id in full, with its leading zeros";
                    self.nodes.error(node.span, error.to_string(), Some(help));
                }
            }
        }
        accounts
    }

    /// The elements of a list. What should be one and is not is a problem.
    fn listed<'n>(&mut self, node: Option<&'n Node>, what: &str) -> &'n [Node] {
        let Some(node) = node else { return &[] };
        let elements = node.as_array();
        if elements.is_none() {
            let help = match what {
                "partner" | "role" | "disable" => format!("write `[[{what}]]`, in double brackets"),
                _ => "write it in brackets, as in [\"…\"]".to_owned(),
            };
            self.nodes.error(node.span, format!("`{what}` is a list, not {}", node.kind_name()), Some(&help));
        }
        elements.unwrap_or_default()
    }

    fn required_text(&mut self, members: Members<'_>, what: &str, name: &str) -> Option<String> {
        let node = self.nodes.required(members, what, name)?;
        let text = self.text(node, name)?;
        if text.trim().is_empty() {
            self.nodes.error(node.span, format!("the `{name}` of {what} is empty"), None);
            return None;
        }
        Some(text)
    }

    /// A text in quotes. A number is none: an account id would lose its zeros.
    fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = node.as_str();
        if text.is_none() {
            let message = format!("`{what}` is a text in quotes, not {}", node.kind_name());
            self.nodes.error(node.span, message, None);
        }
        text.map(str::to_owned)
    }

    fn word<T: Copy>(&mut self, node: &Node, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(node, "the minimum")?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let help = format!("write one of {}", names.join(", "));
            self.nodes.error(node.span, format!("`{text}` is no such grade"), Some(&help));
        }
        found.map(|(_, value)| *value)
    }
}
