//! From chosen values to a request that can be made.

use super::super::class::{CallerClass, Shape, principal_text};
use super::super::value::Chosen;
use super::{Node, Search};
use crate::evaluate::Principal;
use crate::request::{Caller, Request, RequestContext, caller::Home};

impl Search<'_> {
    /// The caller for a principal ARN and a user id that were chosen.
    pub(super) fn caller(&self, arn: Option<&str>, user_id: Option<&str>) -> Caller {
        let unnamed_session = self.unnamed_session();
        let session =
            user_id.and_then(|id| id.split_once(':')).map_or(unnamed_session.as_str(), |(_, session)| session);
        let unnamed = |arn: &str| {
            let parsed = crate::arn::Arn::parse(arn)?;
            let (kind, path, name) = parsed.kind_path_name()?;
            if kind != "role" {
                return Caller::parse(arn).ok();
            }
            let home = Home { partition: parsed.partition.to_owned(), account: parsed.account_id()? };
            Some(match self.representative.role_and_session() {
                // A named session keeps its name.
                Some((_, fixed)) if fixed != "?" => Caller::role_session(&home, path, name, fixed),
                _ => Caller::role_session(&home, path, name, session),
            })
        };
        let caller = match arn {
            Some(arn) => unnamed(arn),
            None => self.default_arn().as_deref().and_then(unnamed),
        };
        let caller = caller.unwrap_or_else(|| self.representative.clone());
        match user_id.map(|id| id.split(':').next().unwrap_or_default()) {
            Some(id) if id.starts_with("AROA") || id.starts_with("AIDA") => caller.with_unique_id(id),
            _ => caller,
        }
    }

    /// A session name no principal names.
    fn unnamed_session(&self) -> String {
        let named = |name: &str| {
            self.profile
                .named
                .iter()
                .any(|named| matches!(named, Principal::RoleSession(arn) if arn.ends_with(&format!("/{name}"))))
        };
        let mut names = (1..).map(|n| if n == 1 { "session".to_owned() } else { format!("session{n}") });
        names.find(|name| !named(name)).unwrap_or_default()
    }

    /// The ARN shown for a caller whose ARN no condition asks about.
    fn default_arn(&self) -> Option<String> {
        let profile = self.profile;
        let home = self.representative.home()?;
        let kind = match profile.shape {
            Shape::User => "user",
            Shape::FederatedUser => "federated-user",
            Shape::RoleSession => "role",
            Shape::Service | Shape::Federated => return None,
        };
        match profile.class {
            CallerClass::Named(principal @ Principal::Role { .. }) => Some(principal_text(principal)),
            CallerClass::Named(_) | CallerClass::Service(_) | CallerClass::Federated(_) => None,
            CallerClass::Account { .. } | CallerClass::AnyAccount { .. } | CallerClass::Organization { .. } => {
                let taken = |name: &str| {
                    profile
                        .named
                        .iter()
                        .any(|named| principal_text(named).to_ascii_lowercase().ends_with(&format!("/{name}")))
                };
                let name = (1..)
                    .map(|n| if n == 1 { "caller".to_owned() } else { format!("caller{n}") })
                    .find(|name| !taken(name))?;
                let service = if kind == "federated-user" { "sts" } else { "iam" };
                Some(format!("arn:{}:{service}::{}:{kind}/{name}", home.partition, home.account))
            }
        }
    }

    /// The request the chosen values make, with the keys that follow from them.
    pub(super) fn request(&self, chosen: &[Chosen], node: Option<&Node>) -> Request {
        let value = |name: &str| {
            let at = self.keys.iter().position(|key| key.name.eq_ignore_ascii_case(name))?;
            chosen.get(at).and_then(Chosen::single)
        };
        let caller = match node {
            None => self.representative.clone(),
            Some(_) => match (self.profile.shape, value("aws:PrincipalServiceName")) {
                (Shape::Service, Some(name)) => Caller::service(name),
                _ => self.caller(value("aws:PrincipalArn"), value("aws:userid")),
            },
        };
        let mut context = RequestContext::for_caller(&caller);
        for (key, value) in self.keys.iter().zip(chosen) {
            match value {
                Chosen::Values(values) => context.set(key.name, values.iter().cloned()),
                Chosen::Absent => context.remove(key.name),
            }
        }
        complete(&mut context);
        Request { caller, action: self.profile.action.to_owned(), role: self.profile.setting.role_arn.clone(), context }
    }
}

/// Adds the keys that follow from others, so that the request is one that can be made.
fn complete(context: &mut RequestContext) {
    let tags: Vec<String> = context
        .iter()
        .filter_map(|(key, _)| {
            key.get(..15).filter(|prefix| prefix.eq_ignore_ascii_case("aws:RequestTag/")).and_then(|_| key.get(15..))
        })
        .map(str::to_owned)
        .collect();
    let list = |context: &RequestContext, key: &str| context.get(key).map(<[String]>::to_vec).unwrap_or_default();
    let transitive = list(context, "sts:TransitiveTagKeys");
    let mut keys = list(context, "aws:TagKeys");
    for tag in tags.iter().chain(&transitive) {
        if !keys.iter().any(|key| key.eq_ignore_ascii_case(tag)) {
            keys.push(tag.clone());
        }
    }
    for key in &keys {
        if !tags.iter().any(|tag| tag.eq_ignore_ascii_case(key)) {
            context.set(format!("aws:RequestTag/{key}"), ["x"]);
        }
    }
    if !keys.is_empty() {
        context.set("aws:TagKeys", keys);
    }
    // A required parameter of every AssumeRole call.
    if context.get("sts:RoleSessionName").is_none() {
        context.set("sts:RoleSessionName", ["session"]);
    }
    if context.get("aws:MultiFactorAuthAge").is_some() {
        context.set("aws:MultiFactorAuthPresent", ["true"]);
    }
    if let Some([path]) = context.get("aws:PrincipalOrgPaths")
        && let Some((organization, _)) = path.split_once('/')
        && context.get("aws:PrincipalOrgID").is_none()
    {
        let organization = organization.to_owned();
        context.set("aws:PrincipalOrgID", [organization]);
    }
    if let Some([now]) = context.get("aws:CurrentTime")
        && let Some(time) = crate::condition::date::parse(now)
    {
        context.set("aws:EpochTime", [time.seconds().to_string()]);
    }
}
