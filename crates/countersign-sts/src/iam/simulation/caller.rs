//! Whose call is simulated, and under which policies.

use std::sync::Arc;

use countersign_policy::account::AccountId;
use countersign_policy::arn::Arn;
use countersign_policy::document::PolicyDocument;
use countersign_policy::evaluate::Decision;
use countersign_policy::evaluate::assume_role::{CallerSide, Layer, LayerTrace};
use countersign_policy::request::{Caller, CallerKind, RequestContext};

use super::input::invalid;
use super::labelled::{Labelled, OF_CALLER};
use crate::iam::holder::Kind;
use crate::iam::{group, role, user};
use crate::protocol::{ApiError, ErrorCode};
use crate::service::Call;
use crate::world::{Entity, KeyOwner, Principal};

/// The session of a role whose policies are simulated. It has to have a name.
const SESSION_NAME: &str = "simulation";

/// Who calls in a simulation.
pub(super) struct Simulated {
    pub(super) caller: Caller,
    pub(super) context: RequestContext,
    pub(super) identity: Vec<Labelled>,
    pub(super) boundary: Option<Labelled>,
    scps: Vec<Vec<Arc<PolicyDocument>>>,
    /// AWS's policies of which this world knows a part.
    abridged: Vec<String>,
}

impl Simulated {
    /// A caller of whom nothing is known but its account.
    pub(super) fn nobody(call: &Call<'_>) -> Result<Self, ApiError> {
        let account = call.principal.account;
        let arn = crate::iam::arn(call, "user", "/", SESSION_NAME);
        let caller = Caller::parse(&arn).map_err(|error| invalid(&error.to_string()))?;
        let mut context = RequestContext::new();
        context.set("aws:CurrentTime", [call.now.to_string()]);
        context.set("aws:EpochTime", [call.now.seconds().to_string()]);
        let scps = call.world.service_control(account);
        Ok(Self { caller, context, identity: Vec::new(), boundary: None, scps, abridged: Vec::new() })
    }

    /// The user, role or group of that ARN with its policies. A group calls as nobody in particular.
    pub(super) fn of_source(call: &Call<'_>, arn: &str) -> Result<Self, ApiError> {
        let mut simulated = Self::nobody(call)?;
        let parsed = Arn::parse(arn).filter(|arn| arn.service == "iam");
        let parsed = parsed.filter(|arn| arn.account_id() == Some(call.principal.account));
        let unclear = || invalid(&format!("Invalid Entity Arn: {arn} does not clearly define entity type and name."));
        let (kind, _, name) = parsed.as_ref().and_then(Arn::kind_path_name).ok_or_else(unclear)?;
        let principal = match kind {
            "user" => {
                let user = user::found(call, name)?;
                simulated.policies(call, Kind::User, &user.entity);
                for group in user.groups.iter().filter_map(|name| group::named(call, name)) {
                    simulated.policies(call, Kind::Group, &group.entity);
                }
                call.world.owner(&KeyOwner::User(call.principal.account, name.to_owned()))
            }
            "role" => {
                let role = role::found(call, name)?;
                simulated.policies(call, Kind::Role, &role.entity);
                call.world.role_session(call.principal.account, role, SESSION_NAME)
            }
            "group" => {
                simulated.policies(call, Kind::Group, &group::found(call, name)?.entity);
                None
            }
            _ => return Err(unclear()),
        };
        if let Some(principal) = principal {
            simulated.become_principal(call, principal);
        }
        Ok(simulated)
    }

    /// Lets the user of that ARN call in place of the source. Its policies do not count, as AWS documents.
    pub(super) fn call_as(&mut self, call: &Call<'_>, arn: &str) -> Result<(), ApiError> {
        let refused = || invalid(&format!("CallerArn {arn} is not the ARN of a user."));
        let caller = Caller::parse(arn).map_err(|_| refused())?;
        let CallerKind::User(home) = caller.kind() else { return Err(refused()) };
        let name = arn.rsplit('/').next().unwrap_or_default();
        let known = call.world.owner(&KeyOwner::User(home.account, name.to_owned()));
        match known.filter(|known| known.caller.name() == arn) {
            Some(principal) => self.become_principal(call, principal),
            None => {
                self.add(&RequestContext::for_caller(&caller));
                self.caller = caller;
            }
        }
        Ok(())
    }

    fn become_principal(&mut self, call: &Call<'_>, principal: Principal) {
        self.add(&principal.context(call.now));
        if let Some(membership) = call.world.membership(principal.account) {
            self.context.set("aws:PrincipalOrgID", [&membership.organization.id]);
            self.context.set("aws:PrincipalOrgPaths", [membership.path]);
        }
        self.scps = principal.side.scps;
        self.caller = principal.caller;
    }

    fn add(&mut self, context: &RequestContext) {
        for (key, values) in context.iter() {
            self.context.set(key, values);
        }
    }

    fn policies(&mut self, call: &Call<'_>, kind: Kind, entity: &Entity) {
        let account = call.principal.account;
        let inline = entity
            .inline
            .iter()
            .map(|(name, policy)| Labelled::of(format!("{}_{}_{name}", kind.noun(), entity.name), OF_CALLER, policy));
        self.identity.extend(inline);
        self.identity.extend(entity.attached.iter().filter_map(|arn| managed(call, account, arn)));
        let abridged = entity.attached.iter().filter(|arn| call.world.is_abridged(account, arn));
        self.abridged.extend(abridged.cloned());
        if let Some(arn) = &entity.boundary {
            // A boundary that is gone still bounds: an empty document allows nothing.
            let gone = || Labelled::new(arn, OF_CALLER, r#"{"Statement":[]}"#);
            self.boundary = Some(managed(call, account, arn).unwrap_or_else(gone));
        }
    }

    /// Refuses to guess what a policy says of which only a part is known.
    pub(super) fn refuse_abridged(&self, action: &str) -> Result<(), ApiError> {
        let is_known = ["iam:", "sts:"]
            .iter()
            .any(|vendor| action.get(..vendor.len()).is_some_and(|start| start.eq_ignore_ascii_case(vendor)));
        let unknown = self.abridged.first().filter(|_| !is_known);
        unknown.map_or(Ok(()), |arn| {
            let text = format!(
                "{arn} is known here by its statements about iam: and sts: alone; declare it to simulate {action}"
            );
            Err(ApiError::new(ErrorCode::PolicyEvaluation, text))
        })
    }

    pub(super) fn side(&self) -> CallerSide<Arc<PolicyDocument>> {
        let document = |policy: &Labelled| Arc::clone(&policy.document);
        let identity = self.identity.iter().map(document).collect();
        let boundary = self.boundary.as_ref().map(document);
        CallerSide { identity, boundary, scps: self.scps.clone(), ..CallerSide::default() }
    }

    /// The context of a call on that resource: what was sent stays, and the keys of a role are added.
    pub(super) fn context_on(&self, call: &Call<'_>, resource: &str) -> RequestContext {
        let mut added = RequestContext::new();
        if let Some(account) = Arn::parse(resource).and_then(|arn| arn.account_id()) {
            added.set("aws:ResourceAccount", [account.to_string()]);
        }
        for (key, value) in call.world.role(resource).iter().flat_map(|role| &role.entity.tags) {
            added.set(format!("aws:ResourceTag/{key}"), [value]);
            added.set(format!("iam:ResourceTag/{key}"), [value]);
        }
        for (key, values) in self.context.iter() {
            added.set(key, values);
        }
        added
    }

    /// Whether each level of SCPs has a policy that allows, and none that denies; `None` without an organization.
    pub(super) fn levels_allow(&self, traces: &[LayerTrace]) -> Option<bool> {
        let mut answers =
            traces.iter().filter(|trace| trace.layer == Layer::Scp).map(|trace| trace.evaluation.decision);
        // Levels are asked in order, each of its policies once.
        let allows = |level: &Vec<_>| {
            let own: Vec<Decision> = answers.by_ref().take(level.len()).collect();
            own.contains(&Decision::Allowed) && !own.contains(&Decision::ExplicitDeny)
        };
        let levels: Vec<bool> = self.scps.iter().map(allows).collect();
        (!levels.is_empty()).then(|| levels.into_iter().all(|allows| allows))
    }
}

fn managed(call: &Call<'_>, account: AccountId, arn: &str) -> Option<Labelled> {
    let name = arn.rsplit('/').next().unwrap_or_default();
    call.world.managed_policy(account, arn).map(|policy| Labelled::of(name, OF_CALLER, policy))
}
