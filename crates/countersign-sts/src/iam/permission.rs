//! Whether the caller's policies allow an action of IAM, and the texts of their refusals.
//!
//! IAM's texts say which kind of policy refused. Where several kinds do, AWS names one and does not document which; here
//! an explicit Deny comes before a missing Allow, and among each the kinds come in the order in which AWS documents their
//! evaluation: SCPs, identity policies, the boundary, session policies.

use std::collections::BTreeMap;

use countersign_policy::assumptions::Assumptions;
use countersign_policy::evaluate::assume_role::{Layer, LayerTrace};
use countersign_policy::evaluate::{Decision, by_caller_side};
use countersign_policy::request::{Request, RequestContext};

use crate::connection::call_context;
use crate::protocol::{ApiError, ErrorCode};
use crate::record::Decided;
use crate::service::Call;
use crate::signature::SessionPrincipal;

const ORDER: [Layer; 4] = [Layer::Scp, Layer::Identity, Layer::PermissionsBoundary, Layer::Session];

/// What a call asks to do: an action on a resource, with the condition keys of the call.
pub(super) struct Asked<'a, 'c> {
    call: &'a Call<'c>,
    action: &'static str,
    resource: String,
    /// How messages name the resource.
    shown: String,
    context: RequestContext,
}

/// Asks for `action`, such as `iam:CreateRole`, on the resource of this ARN. Nothing is decided before [`Asked::allowed`].
pub(super) fn ask<'a, 'c>(call: &'a Call<'c>, action: &'static str, resource: String) -> Asked<'a, 'c> {
    let mut context = call_context(call);
    let account = call.principal.account;
    context.set("aws:ResourceAccount", [account.to_string()]);
    if let Some(membership) = call.world.membership(account) {
        context.set("aws:ResourceOrgID", [&membership.organization.id]);
        context.set("aws:ResourceOrgPaths", [membership.path]);
    }
    Asked { call, action, shown: resource.clone(), resource, context }
}

impl Asked<'_, '_> {
    /// Messages name the resource like this, such as `role R`.
    pub(super) fn shown_as(self, shown: impl Into<String>) -> Self {
        Self { shown: shown.into(), ..self }
    }

    /// A condition key of this call.
    pub(super) fn with(mut self, key: &str, value: &str) -> Self {
        self.context.set(key, [value]);
        self
    }

    /// The same, where there is a value.
    pub(super) fn with_any(self, key: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// The tags that the call brings.
    pub(super) fn bringing(mut self, tags: &[(&str, &str)]) -> Self {
        for (key, value) in tags {
            self.context.set(format!("aws:RequestTag/{key}"), [*value]);
        }
        let keys: Vec<&str> = tags.iter().map(|(key, _)| *key).collect();
        self.naming(&keys)
    }

    /// The keys of tags that the call names.
    pub(super) fn naming(mut self, keys: &[&str]) -> Self {
        if !keys.is_empty() {
            self.context.set("aws:TagKeys", keys.iter().copied());
        }
        self
    }

    /// The tags that the resource has.
    pub(super) fn tagged(mut self, tags: &BTreeMap<String, String>) -> Self {
        for (key, value) in tags {
            self.context.set(format!("aws:ResourceTag/{key}"), [value]);
            self.context.set(format!("iam:ResourceTag/{key}"), [value]);
        }
        self
    }

    /// Refuses callers whose policies do not allow it.
    ///
    /// Sessions of GetSessionToken may call IAM with MFA only, and federated users may not at all, whatever their policies
    /// say; AWS answers them as if it did not know the token.
    pub(super) fn allowed(self) -> Result<(), ApiError> {
        let session = self.call.principal.session.as_ref();
        let may_call = session.is_none_or(|session| match session.principal {
            SessionPrincipal::Root { .. } | SessionPrincipal::User { .. } => session.mfa_at.is_some(),
            SessionPrincipal::FederatedUser { .. } => false,
            SessionPrincipal::Role { .. } | SessionPrincipal::AssumedRoot { .. } => true,
        });
        if !may_call {
            let text = "The security token included in the request is invalid";
            return Err(ApiError::new(ErrorCode::InvalidClientTokenId, text));
        }
        let Self { call, action, resource, shown, context } = self;
        let caller = call.principal.caller.clone();
        let request = Request { caller, action: action.to_owned(), role: resource, context };
        let (decision, traces) = by_caller_side(&request, &call.principal.side, Assumptions::default());
        let answer = match decision {
            Decision::Allowed => Ok(()),
            Decision::ImplicitDeny | Decision::ExplicitDeny => {
                let (caller, because) = (&request.caller, reason(action, decision, &traces));
                let text =
                    format!("User: {caller} is not authorized to perform: {action} on resource: {shown} {because}");
                Err(ApiError::new(ErrorCode::AccessDenied, text))
            }
        };
        call.decided.replace(Some(Decided::by_caller_side(request, decision, traces)));
        answer
    }
}

/// Why it is denied, as AWS ends its texts.
fn reason(action: &str, decision: Decision, traces: &[LayerTrace]) -> String {
    let says = |layer: Layer, decision: Decision| {
        traces.iter().any(|trace| trace.layer == layer && trace.evaluation.decision == decision)
    };
    if let Some(layer) = ORDER.into_iter().find(|layer| says(*layer, Decision::ExplicitDeny)) {
        let article = if layer == Layer::Identity { "an" } else { "a" };
        return format!("with an explicit deny in {article} {}", name(layer));
    }
    // An SCP that does not allow counts as an explicit denial, without a statement that denies.
    let layer = match decision {
        Decision::ExplicitDeny => Layer::Scp,
        Decision::Allowed | Decision::ImplicitDeny => {
            let is_there =
                |layer: &Layer| *layer == Layer::Identity || traces.iter().any(|trace| trace.layer == *layer);
            let refuses = |layer: &Layer| is_there(layer) && !says(*layer, Decision::Allowed);
            ORDER.into_iter().filter(|layer| *layer != Layer::Scp).find(refuses).unwrap_or(Layer::Identity)
        }
    };
    format!("because no {} allows the {action} action", name(layer))
}

fn name(layer: Layer) -> &'static str {
    match layer {
        Layer::Identity => "identity-based policy",
        Layer::PermissionsBoundary => "permissions boundary",
        Layer::Session => "session policy",
        Layer::Scp => "service control policy",
        Layer::Trust | Layer::Rcp => "resource-based policy",
    }
}
