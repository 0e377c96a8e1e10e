//! Principals in trust policies. AWS keeps users and roles as their unique ids, so that one that is deleted and made
//! again is a stranger, and shows ARNs again as long as they exist.

use countersign_policy::account::AccountId;
use countersign_policy::arn::Arn;
use countersign_policy::document::{PolicyDocument, PrincipalEntry, PrincipalKind};

use super::mint::account_in;
use super::{Account, Entity, Policy, World, entity_arn};
use crate::world::access_key::OPEN_USER;

/// The user or role that a trust policy names is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnknownPrincipal(pub(crate) String);

impl World {
    /// The trust policy as AWS keeps it, with the id of every user and role.
    pub(crate) fn with_unique_ids(&self, policy: &Policy) -> Result<Policy, UnknownPrincipal> {
        let mut unknown = None;
        let text = rewrite(policy, |principal| match self.unique_id_of(principal) {
            Some(Ok(id)) => Some(id),
            Some(Err(absent)) => {
                unknown.get_or_insert(absent);
                None
            }
            None => None,
        });
        match unknown {
            Some(absent) => Err(absent),
            None => Ok(text.map_or_else(|| policy.clone(), |text| Policy::new(&text))),
        }
    }

    /// The same for worlds that are declared: who is not declared stays as the ARN, and is matched by it.
    pub(super) fn with_known_ids(&self, policy: &Policy) -> Policy {
        let text = rewrite(policy, |principal| self.unique_id_of(principal)?.ok());
        text.map_or_else(|| policy.clone(), |text| Policy::new(&text))
    }

    /// The text of a trust policy as AWS shows it: the ARNs of those who still exist.
    pub(crate) fn with_arns(&self, policy: &Policy) -> String {
        rewrite(policy, |principal| self.arn_of(principal)).unwrap_or_else(|| policy.text().to_owned())
    }

    /// The id of a user or role by its ARN or that id; `None` for what is neither.
    fn unique_id_of(&self, principal: &str) -> Option<Result<String, UnknownPrincipal>> {
        if is_unique_id(principal) {
            let found = self.arn_of(principal).map(|_| principal.to_owned());
            return Some(found.ok_or_else(|| UnknownPrincipal(principal.to_owned())));
        }
        let arn = Arn::parse(principal).filter(|arn| arn.service == "iam")?;
        let (id, (kind, _, name)) = (arn.account_id()?, arn.kind_path_name()?);
        let entity = match kind {
            "user" => self.find_user(id, name).map(|user| user.into_owned().entity),
            "role" => self.account(id).and_then(|account| account.roles.get(name)).map(|role| role.entity.clone()),
            _ => return None,
        };
        let own = |entity: &Entity| entity_arn(self.partition(id), id, kind, &entity.path, &entity.name) == principal;
        let found = entity.filter(own).map(|entity| entity.id);
        Some(found.ok_or_else(|| UnknownPrincipal(principal.to_owned())))
    }

    /// The ARN of the user or role with this unique id.
    pub(crate) fn arn_of(&self, unique_id: &str) -> Option<String> {
        let entity_of = |id: AccountId, account: &Account| {
            let user = account.users.iter().map(|user| ("user", &user.entity));
            let mut all = user.chain(account.roles.iter().map(|role| ("role", &role.entity)));
            let (kind, entity) = all.find(|(_, entity)| entity.id == unique_id)?;
            Some(entity_arn(&account.settings.partition, id, kind, &entity.path, &entity.name))
        };
        // Ids that were declared need not hold their account.
        let Some(id) = account_in(unique_id) else {
            return self.accounts.iter().find_map(|(id, account)| entity_of(*id, account));
        };
        let open = || {
            let Entity { id: own_id, path, name, .. } = &self.find_user(id, OPEN_USER)?.entity;
            (own_id == unique_id).then(|| entity_arn(self.partition(id), id, "user", path, name))
        };
        let elsewhere = || self.accounts.iter().find_map(|(id, account)| entity_of(*id, account));
        self.account(id).and_then(|account| entity_of(id, account)).or_else(open).or_else(elsewhere)
    }
}

/// Whether a principal is written as the unique id of a user or a role.
fn is_unique_id(principal: &str) -> bool {
    principal.starts_with("AIDA") || principal.starts_with("AROA")
}

/// The text with some of its AWS principals replaced; `None` when none was.
fn rewrite(policy: &Policy, mut replacement: impl FnMut(&str) -> Option<String>) -> Option<String> {
    let text = policy.text();
    let (mut written, mut from) = (String::new(), 0);
    for entry in aws_principals(policy.document()) {
        let Some(new) = entry.value.known().and_then(&mut replacement) else { continue };
        let (start, end) = (entry.span.start as usize, entry.span.end as usize);
        written.push_str(text.get(from..start)?);
        written.push_str(&serde_json::Value::from(new).to_string());
        from = end;
    }
    (from > 0).then(|| written + text.get(from..).unwrap_or_default())
}

/// The AWS principals of a policy, in the order of its text.
fn aws_principals(document: &PolicyDocument) -> impl Iterator<Item = &PrincipalEntry> {
    let elements = document.statements.iter().flat_map(|statement| &statement.principals);
    let entries = elements.flat_map(|element| &element.entries);
    entries.filter(|entry| match entry.kind {
        PrincipalKind::Aws => true,
        PrincipalKind::Everyone | PrincipalKind::Service | PrincipalKind::Federated | PrincipalKind::CanonicalUser => {
            false
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::mint::entity_id;
    use crate::world::{Change, Edit, Role, Strictness};

    const POLICY: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/a/R"]},"Action":"sts:AssumeRole"}]}"#;

    fn world(id: &str) -> World {
        let mut world = World::new(Strictness::Strict);
        let entity = Entity { name: "R".into(), path: "/a/".into(), id: id.into(), ..Entity::default() };
        let role = Role { entity, trust_policy: Policy::new("{}"), description: None, max_session_duration: 3600 };
        world.apply(Change::Role("111122223333".parse().unwrap(), Edit::put(role)));
        world
    }

    #[test]
    fn a_role_is_kept_by_its_id_and_shown_by_its_arn_while_it_exists() {
        let account = "111122223333".parse().unwrap();
        let (first, second) = (entity_id("AROA", account, "1"), entity_id("AROA", account, "2"));
        let kept = world(&first).with_unique_ids(&Policy::new(POLICY)).unwrap();
        assert_eq!(kept.text(), POLICY.replace("arn:aws:iam::111122223333:role/a/R", &first));
        assert_eq!(world(&first).with_arns(&kept), POLICY);
        assert_eq!(world(&second).with_arns(&kept), kept.text());
    }

    #[test]
    fn who_is_not_there_is_named() {
        let absent = POLICY.replace("role/a/R", "role/R");
        let error = world("AROA").with_unique_ids(&Policy::new(&absent)).unwrap_err();
        assert_eq!(error, UnknownPrincipal("arn:aws:iam::111122223333:role/R".into()));
        assert_eq!(world("AROA").with_known_ids(&Policy::new(&absent)).text(), absent);
    }
}
