//! A first `countersign.toml`, from what an audit sees.
//!
//! It changes no verdict but for own accounts: whatever else it proposes is commented out. A `#` without a blank behind it
//! stands before a setting.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use countersign_policy::account::AccountId;
use countersign_policy::condition::date::Moment;
use countersign_policy::prove::ExternalIdVerdict;

use crate::examine::Examined;
use crate::report::inert;

/// The most roles and the most third parties that are written down.
const MOST: usize = 50;

const SECONDS_PER_YEAR: i64 = 365 * 24 * 60 * 60;

/// The text of a configuration that fits these roles.
#[must_use]
pub fn start(roles: &[Examined], now: Moment) -> String {
    let seen = Seen::of(roles);
    let mut out = String::from(HEAD);
    seen.own_accounts(&mut out);
    seen.organizations(&mut out);
    out.push_str(MINIMA);
    seen.third_parties(&mut out);
    seen.rules(&mut out);
    seen.partner(&mut out, now);
    out.push_str(TAIL);
    out
}

const HEAD: &str = "\
# What `countersign audit` should know. It looks for this file from the audited path upwards.
# A `#` with no blank behind it stands before a setting: take the `#` away to make it count.
";

const MINIMA: &str = "
# Findings below these are held back, and counted.
#min-severity = \"low\"
#min-confidence = \"medium\"
";

const TAIL: &str = "
# An audit that is switched off, for the roles named or for all. Its findings are counted.
#[[disable]]
#audit = \"whole-account-trust\"
#roles = [\"Deploy*\"]
#reason = \"why nobody needs to hear of it\"
";

/// What there is to write down.
#[derive(Default)]
struct Seen<'r> {
    /// Accounts of roles, and how many.
    own: BTreeMap<AccountId, usize>,
    /// Organizations that conditions name.
    organizations: BTreeSet<String>,
    /// Third parties that get in, with their names and the roles.
    parties: BTreeMap<AccountId, (String, BTreeSet<&'r str>)>,
    /// Roles that let third parties in, and which.
    roles: BTreeMap<&'r str, BTreeSet<AccountId>>,
}

impl<'r> Seen<'r> {
    fn of(roles: &'r [Examined]) -> Self {
        let mut seen = Self::default();
        for examined in roles {
            if let Some(account) = examined.account {
                *seen.own.entry(account).or_default() += 1;
            }
            let name = examined.role.name.as_str();
            let get_in = |(_, verdict): &&(_, ExternalIdVerdict)| *verdict != ExternalIdVerdict::Unassumable;
            for (deputy, _) in examined.exposed.deputies.iter().filter(get_in) {
                let Some(account) = deputy.account() else { continue };
                let party = seen.parties.entry(account).or_default();
                party.0 = examined.third_parties.name(deputy).unwrap_or_default();
                party.1.insert(name);
                seen.roles.entry(name).or_default().insert(account);
            }
            let conditions = examined.role.trust.statements.iter().flat_map(|statement| &statement.conditions);
            let names_organization =
                |key: &str| ["aws:PrincipalOrgID", "aws:SourceOrgID"].iter().any(|name| name.eq_ignore_ascii_case(key));
            for value in conditions.filter(|entry| names_organization(&entry.key.value)).flat_map(|entry| &entry.values)
            {
                let id = value.value.known().filter(|id| super::is_organization(id));
                seen.organizations.extend(id.map(str::to_owned));
            }
        }
        seen
    }

    fn own_accounts(&self, out: &mut String) {
        out.push_str("\n# Accounts that are yours, which are no third parties.\n");
        if self.own.is_empty() {
            out.push_str("#own-accounts = [\"111122223333\"]\n");
            return;
        }
        out.push_str("own-accounts = [\n");
        for (account, roles) in &self.own {
            let s = if *roles == 1 { "" } else { "s" };
            let _ = writeln!(out, "    \"{account}\", # {roles} role{s} here");
        }
        out.push_str("]\n");
    }

    fn organizations(&self, out: &mut String) {
        out.push_str(
            "\n# Organizations that are yours. While none is declared, each that a condition names counts as yours.\n",
        );
        let named: Vec<String> = self.organizations.iter().map(|id| quoted(id)).collect();
        let named = if named.is_empty() { quoted("o-a1b2c3d4e5") } else { named.join(", ") };
        let _ = writeln!(out, "#own-organizations = [{named}]");
    }

    fn third_parties(&self, out: &mut String) {
        if self.parties.is_empty() {
            return;
        }
        out.push_str("\n# Third parties that get in today. Those that are yours belong into `own-accounts`.\n");
        for (account, (name, roles)) in self.parties.iter().take(MOST) {
            let name = if name.is_empty() { "of no known vendor" } else { name };
            let first: Vec<String> = roles.iter().take(3).map(|role| inert(role).into_owned()).collect();
            let more = if roles.len() > 3 { format!(" and {} more", roles.len() - 3) } else { String::new() };
            let _ = writeln!(out, "#   {account}  {}: {}{more}", inert(name), first.join(", "));
        }
        if self.parties.len() > MOST {
            let _ = writeln!(out, "#   and {} more", self.parties.len() - MOST);
        }
    }

    fn rules(&self, out: &mut String) {
        out.push_str(
            "\n# The third parties that a role may let in, and no others. They need their ExternalId all the same.\n",
        );
        if self.roles.is_empty() {
            out.push_str("#[[role]]\n#name = \"Metrics*\"\n#vendors = [\"Datadog\"]\n");
        }
        for (role, accounts) in self.roles.iter().take(MOST) {
            let listed: Vec<String> = accounts.iter().map(|account| quoted(account.as_str())).collect();
            let names = accounts.iter().filter_map(|account| self.parties.get(account)).map(|(name, _)| name.as_str());
            let names: BTreeSet<&str> = names.filter(|name| !name.is_empty()).collect();
            let names: Vec<&str> = names.into_iter().collect();
            let who = if names.is_empty() { String::new() } else { format!(" # {}", inert(&names.join(", "))) };
            let _ = writeln!(out, "#[[role]]\n#name = {}\n#vendors = [{}]{who}", quoted(role), listed.join(", "));
        }
    }

    fn partner(&self, out: &mut String, now: Moment) {
        let unknown = self.parties.iter().find(|(_, (name, _))| name.is_empty());
        let account = unknown.map_or("999988887777".to_owned(), |(account, _)| account.to_string());
        let year: String = now.plus_seconds(SECONDS_PER_YEAR).to_string().chars().take("2027-01-31".len()).collect();
        let _ = write!(
            out,
            "
# A third party you know, until a day. Findings name it, and a role that is open to it stays open. If it works for nobody
# but you, say `serves-only-us = true`: such findings are informational then.
#[[partner]]
#name = \"Example\"
#accounts = [\"{account}\"]
#expires = {year}
#reason = \"why it needs access\"
"
        );
    }
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if inert(c.encode_utf8(&mut [0; 4])).len() != c.len_utf8() => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::read;
    use crate::examine::{Options, examine};
    use crate::input::{self, Named};
    use crate::vendor::Vendors;

    const NOW: Moment = Moment::MIN;

    fn roles(text: &str) -> Vec<Examined> {
        let options = Options::at(Moment::from_seconds(1_790_000_000));
        let roles = input::read("a.json", text.as_bytes(), Named::ByUser).roles;
        roles.into_iter().map(|role| examine(role, &options)).collect()
    }

    fn uncommented(text: &str) -> String {
        let setting = |line: &'_ str| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).map(str::to_owned);
        text.lines().map(|line| setting(line).unwrap_or(line.to_owned()) + "\n").collect()
    }

    fn read_all(text: &str) -> crate::config::Config {
        let (config, problems) = read(text, &Vendors::built_in(), NOW);
        assert_eq!(problems, [], "{text}");
        config
    }

    #[test]
    fn what_is_written_can_be_read_with_and_without_its_comments() {
        let role = |name: &str, principal: &str| {
            let name = serde_json::to_string(name).unwrap();
            format!(
                r#"{{"RoleName": {name}, "Arn": "arn:aws:iam::111122223333:role/R", "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{principal}"}}, "Action": "sts:AssumeRole", "Condition": {{"StringLike": {{"aws:PrincipalOrgID": ["o-a1b2c3d4e5", "o-*"]}}}}}}]}}}}"#
            )
        };
        let list = [role("plain", "999988887777"), role("odd\n\"\\\u{7f}\u{202e}]", "464622532012")].join(",");
        let now = Moment::from_seconds(1_790_000_000);
        for roles in [roles(&format!(r#"{{"Roles": [{list}]}}"#)), Vec::new()] {
            let text = start(&roles, now);
            let quiet = read_all(&text);
            assert_eq!(quiet.own_accounts.len(), usize::from(!roles.is_empty()));
            assert!(quiet.roles.is_empty() && quiet.partners.is_empty() && quiet.disabled.is_empty());
            let all = read_all(&uncommented(&text));
            assert_eq!(all.roles.len(), roles.len().max(1), "{text}");
            assert!(roles.iter().all(|role| all.roles.iter().any(|rule| rule.name.matches(&role.role))), "{text}");
            assert_eq!((all.partners.len(), all.disabled.len(), all.own_organizations.len()), (1, 1, 1));
        }
    }
}
