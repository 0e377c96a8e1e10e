//! The condition keys that every call has: of its caller, its connection and the time.

use core::net::IpAddr;

use countersign_policy::request::RequestContext;

use crate::service::Call;

/// The keys of the caller and the connection.
pub(crate) fn call_context(call: &Call<'_>) -> RequestContext {
    let mut context = call.principal.context(call.now);
    if let Some(membership) = call.world.membership(call.principal.account) {
        context.set("aws:PrincipalOrgID", [&membership.organization.id]);
        context.set("aws:PrincipalOrgPaths", [membership.path]);
    }
    add_connection(call, &mut context);
    context
}

/// Sets the keys of the connection and the time. STS is reached by TLS alone, so the endpoint says that the call was, as
/// AWS would.
pub(crate) fn add_connection(call: &Call<'_>, context: &mut RequestContext) {
    context.set("aws:SecureTransport", ["true"]);
    context.set("aws:ViaAWSService", ["false"]);
    context.set("aws:RequestedRegion", [call.region]);
    context.set("aws:CurrentTime", [call.now.to_string()]);
    context.set("aws:EpochTime", [call.now.seconds().to_string()]);
    if let Some(address) = call.request.source_ip {
        context.set("aws:SourceIp", [IpAddr::to_canonical(&address).to_string()]);
    }
    if let Some(agent) = call.request.header("user-agent") {
        context.set("aws:UserAgent", [agent]);
    }
}
