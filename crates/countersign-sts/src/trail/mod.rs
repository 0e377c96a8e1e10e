//! CloudTrail: what AWS would have logged of a call, in AWS's shape.
//!
//! A call leaves one event in its caller's account. A role assumed in another account leaves a second one there, with
//! the same `requestID` and `sharedEventID`, which names the caller by its ids only. A denied call is logged in the
//! caller's account alone, without its parameters: the account of the role sees nothing. Calls that fail before their
//! caller is known leave no event.
//!
//! AWS leaves open, and here is assumed: that `AccessDenied` also leaves `resources` out; that other errors keep the
//! parameters, and are named by the exception of the SDKs (`NoSuchEntity` is `NoSuchEntityException`); that a refused web
//! identity or SAML user is logged in the role's account once the policies were asked, and not before.

mod file;
mod identity;
mod parameters;
mod result;

use countersign_policy::account::AccountId;
use countersign_policy::arn::Arn;
use countersign_policy::condition::date::Moment;
use serde::Serialize;
use serde_json::{Map, Value};

pub use file::LogFile;
pub(crate) use result::has_result;

use crate::Record;
use crate::protocol::ErrorCode;
use crate::signature::keyed;
use crate::world::uuid;

/// Where calls to IAM are logged, wherever they were signed for.
const GLOBAL_REGION: &str = "us-east-1";

/// A CloudTrail event.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    event_version: &'static str,
    user_identity: Value,
    event_time: String,
    event_source: String,
    event_name: &'static str,
    aws_region: String,
    #[serde(rename = "sourceIPAddress", skip_serializing_if = "Option::is_none")]
    source_ip_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
    request_parameters: Option<Value>,
    response_elements: Option<Value>,
    #[serde(rename = "requestID")]
    request_id: String,
    #[serde(rename = "eventID")]
    event_id: String,
    #[serde(rename = "sharedEventID", skip_serializing_if = "Option::is_none")]
    shared_event_id: Option<String>,
    read_only: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource>,
    event_type: &'static str,
    management_event: bool,
    recipient_account_id: String,
    event_category: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_details: Option<TlsDetails>,
    #[serde(skip)]
    time: Moment,
}

/// What an operation acted on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    account_id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "ARN")]
    arn: String,
}

/// What is known of the connection. AWS's endpoints also tell version and cipher.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct TlsDetails {
    client_provided_host_header: String,
}

/// Whose log an event is for.
#[derive(Clone, Copy)]
enum Side {
    Caller,
    Role,
}

impl Event {
    /// The account in whose log the event is.
    #[must_use]
    pub fn recipient(&self) -> &str {
        &self.recipient_account_id
    }

    /// The region in whose log the event is.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.aws_region
    }

    /// When the call was.
    #[must_use]
    pub fn time(&self) -> Moment {
        self.time
    }

    /// The event's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.event_id
    }
}

/// The events of a call, the caller's first.
#[must_use]
pub fn events(record: &Record) -> Vec<Event> {
    let Some(operation) = record.operation else { return Vec::new() };
    let role = role(record);
    let role_account = role.and_then(|arn| arn.account_id());
    let error = record.error.as_ref();
    match (record.account(), role_account) {
        (Some(caller), Some(account)) if caller != account && error.is_none() => {
            let shared = Some(event_id(record, "shared"));
            [(Side::Caller, caller), (Side::Role, account)]
                .map(|(side, recipient)| event(record, operation, side, recipient, shared.clone()))
                .into()
        }
        (Some(caller), _) => vec![event(record, operation, Side::Caller, caller, None)],
        (None, Some(account)) if error.is_none() || record.decided.is_some() => {
            vec![event(record, operation, Side::Caller, account, None)]
        }
        (None, _) => Vec::new(),
    }
}

fn event(
    record: &Record,
    operation: &'static str,
    side: Side,
    recipient: AccountId,
    shared_event_id: Option<String>,
) -> Event {
    let denied = record.error.as_ref().is_some_and(|error| error.code == ErrorCode::AccessDenied);
    let message = record.error().map(|(_, message)| message.into_owned());
    let name = match side {
        Side::Caller => "caller",
        Side::Role => "role",
    };
    let region = record.region.as_deref().filter(|_| record.service != "iam");
    Event {
        event_version: "1.11",
        user_identity: match side {
            Side::Caller => identity::own(record),
            Side::Role => identity::foreign(record),
        },
        event_time: Moment::from_seconds(record.time.seconds()).to_string(),
        event_source: format!("{}.amazonaws.com", record.service),
        event_name: operation,
        aws_region: region.unwrap_or(GLOBAL_REGION).to_owned(),
        source_ip_address: record.source_ip.map(|address| address.to_string()),
        user_agent: record.user_agent.clone(),
        error_code: record.error.as_ref().map(|error| exception(error.code)),
        error_message: message,
        request_parameters: if denied { None } else { non_empty(parameters::of(record)) },
        response_elements: non_empty(result::of(record)),
        request_id: record.request_id.clone(),
        event_id: event_id(record, name),
        shared_event_id,
        read_only: is_read(operation),
        resources: if denied { Vec::new() } else { resources(record) },
        event_type: "AwsApiCall",
        management_event: true,
        recipient_account_id: recipient.to_string(),
        event_category: "Management",
        tls_details: record.host.clone().map(|host| TlsDetails { client_provided_host_header: host }),
        time: record.time,
    }
}

fn non_empty(members: Map<String, Value>) -> Option<Value> {
    (!members.is_empty()).then_some(Value::Object(members))
}

/// Always the same id for the same endpoint, call and purpose.
fn event_id(record: &Record, purpose: &str) -> String {
    use hmac::Mac as _;
    uuid(&keyed(&record.event_key, &format!("{purpose} {}", record.request_id)).finalize().into_bytes())
}

/// The role that the call was to assume.
fn role(record: &Record) -> Option<Arn<'_>> {
    let assumes = record.operation.is_some_and(|operation| operation.starts_with("AssumeRole"));
    assumes.then(|| record.parameters.get("RoleArn")).flatten().and_then(Arn::parse)
}

/// The role and the SAML provider, by whose leave it was assumed.
fn resources(record: &Record) -> Vec<Resource> {
    let parameter = |name: &str, kind: &'static str| {
        let arn = record.parameters.get(name)?;
        let account_id = Arn::parse(arn)?.account.to_owned();
        Some(Resource { account_id, kind, arn: arn.to_owned() })
    };
    if role(record).is_none() {
        return Vec::new();
    }
    let role = parameter("RoleArn", "AWS::IAM::Role");
    let provider = parameter("PrincipalArn", "AWS::IAM::SAMLProvider");
    role.into_iter().chain(provider).collect()
}

/// AWS counts those that change nothing in the account, and so those that only issue credentials.
fn is_read(operation: &str) -> bool {
    ["Get", "List", "Simulate", "Decode", "Assume"].iter().any(|verb| operation.starts_with(verb))
}

/// An error's name in the log.
fn exception(code: ErrorCode) -> String {
    match code.name() {
        "ValidationError" => "ValidationException".to_owned(),
        name if code == ErrorCode::AccessDenied || name.ends_with("Exception") => name.to_owned(),
        name => format!("{name}Exception"),
    }
}

/// The name of a member in the log: AWS only makes the first letter small, as in `sAMLMetadataDocument`.
fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// A parameter as the log has it: some are numbers or truth values.
fn typed(name: &str, text: &str) -> Value {
    const NUMBERS: &[&str] = &["durationSeconds", "maxItems", "maxSessionDuration", "minimumSessionTokenSize"];
    const TRUTHS: &[&str] = &["onlyAttached", "setAsDefault"];
    let number = || text.parse::<i64>().ok().filter(|_| NUMBERS.contains(&name)).map(Value::from);
    let truth = || text.parse::<bool>().ok().filter(|_| TRUTHS.contains(&name)).map(Value::from);
    number().or_else(truth).unwrap_or_else(|| Value::from(text))
}
