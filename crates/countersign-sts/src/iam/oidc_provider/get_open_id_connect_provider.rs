//! GetOpenIDConnectProvider.

use countersign_policy::condition::date::Moment;

use super::{ask_on, found};
use crate::iam::{reading, tags};
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation};

pub(in crate::iam) static OPERATION: Operation = reading("GetOpenIDConnectProvider", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("OpenIDConnectProviderArn", Constraint::ARN);
    checks.finish()?;
    ask_on(call, "iam:GetOpenIDConnectProvider", arn)?.allowed()?;
    let provider = found(call, arn)?;
    let mut result = vec![
        Element::leaf("Url", &provider.url),
        Element::texts("ClientIDList", &provider.client_ids),
        Element::texts("ThumbprintList", &provider.thumbprints),
        Element::time("CreateDate", Moment::from_seconds(provider.created)),
    ];
    result.extend(tags::element(&provider.tags));
    Ok(result)
}
