//! TagOpenIDConnectProvider, UntagOpenIDConnectProvider and ListOpenIDConnectProviderTags.

use super::{ask_on, found, put};
use crate::iam::{reading, tags, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page};
use crate::service::{Call, Operation, Written};
use crate::world::OidcProvider;

pub(in crate::iam) static TAG: Operation = writing("TagOpenIDConnectProvider", tag);
pub(in crate::iam) static UNTAG: Operation = writing("UntagOpenIDConnectProvider", untag);
pub(in crate::iam) static LIST: Operation = reading("ListOpenIDConnectProviderTags", list);

fn tag(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("OpenIDConnectProviderArn", Constraint::ARN);
    let sent = tags::read_required(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:TagOpenIDConnectProvider", arn)?.bringing(&sent).allowed()?;
    let provider = found(call, arn)?;
    let tags = tags::put(&provider.tags, &sent, "OpenIDConnectProvider")?;
    Ok(put(call, OidcProvider { tags, ..provider.clone() }))
}

fn untag(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("OpenIDConnectProviderArn", Constraint::ARN);
    let keys = tags::read_keys(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:UntagOpenIDConnectProvider", arn)?.naming(&keys).allowed()?;
    let provider = found(call, arn)?;
    let tags = tags::without(&provider.tags, &keys);
    Ok(put(call, OidcProvider { tags, ..provider.clone() }))
}

fn list(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("OpenIDConnectProviderArn", Constraint::ARN);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:ListOpenIDConnectProviderTags", arn)?.allowed()?;
    Ok(tags::list(&page, &found(call, arn)?.tags))
}
