//! CloudTrail events: what the caller's or the owner's trail says of a refused call, and what it cannot say.
//!
//! The event of a denied AssumeRole has no request parameters: what was sent does not stand in it, and neither does a value
//! that a condition saw. From it come the caller, the role (in the message), the code, the time and the way the call took.

use super::{Evidence, Sent};

/// One refused call to STS or IAM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// `AssumeRole`
    pub event_name: String,
    /// `2026-08-01T10:00:00Z`
    pub event_time: String,
    /// The endpoint's region; calls to the global endpoint say us-east-1.
    pub aws_region: Option<String>,
    /// `AccessDenied`
    pub error_code: Option<String>,
    /// The message.
    pub error_message: Option<String>,
    /// The address the call came from, or a service.
    pub source_ip_address: Option<String>,
    /// The VPC endpoint it came through.
    pub vpc_endpoint_id: Option<String>,
    /// The request id.
    pub request_id: Option<String>,
    /// Who called.
    pub user_identity: Option<UserIdentity>,
    /// What was sent: `null` in denials.
    pub request_parameters: Option<RequestParameters>,
}

/// Who called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserIdentity {
    /// `IAMUser`, `AssumedRole`, `AWSAccount`, …
    pub r#type: String,
    /// The ARN; events of another account's callers have none.
    pub arn: Option<String>,
    /// Of a service.
    pub invoked_by: Option<String>,
    /// Of a web identity: the token's subject.
    pub user_name: Option<String>,
}

/// What was sent, in events that have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestParameters {
    /// `RoleArn`
    pub role_arn: Option<String>,
    /// `RoleSessionName`
    pub role_session_name: Option<String>,
    /// `ExternalId`: there if it was sent.
    pub external_id: Option<String>,
    /// `DurationSeconds`
    pub duration_seconds: Option<u32>,
}

impl Event {
    /// Whether it is about a role that was not given.
    pub(crate) fn is_refusal(&self) -> bool {
        let of_role = self.event_name.starts_with("AssumeRole") || self.event_name == "SwitchRole";
        let of_policy = matches!(self.event_name.as_str(), "CreateRole" | "UpdateAssumeRolePolicy");
        self.error_code.is_some() && (of_role || of_policy)
    }
}

impl Evidence {
    /// Takes over what an event says; what is known already stays.
    pub fn add_event(&mut self, event: &Event) {
        let code = event.error_code.as_deref().unwrap_or_default();
        let message = event.error_message.as_deref().unwrap_or_default();
        if self.error_text.is_none() {
            self.error_text = Some(format!("{code}: {message}"));
        }
        self.operation.get_or_insert_with(|| event.event_name.clone());
        let identity = event.user_identity.clone().unwrap_or_default();
        let caller = identity.arn.or(identity.invoked_by).filter(|_| identity.r#type != "WebIdentityUser");
        self.caller = self.caller.take().or(caller);
        if let (Some(subject), "WebIdentityUser") = (&identity.user_name, identity.r#type.as_str())
            && self.facts.claim("sub").is_none()
        {
            self.facts.token_claims.push(("sub".to_owned(), vec![subject.clone()]));
        }
        let keys = &mut self.facts.keys;
        let address = event.source_ip_address.clone().filter(|address| address.parse::<core::net::IpAddr>().is_ok());
        match &event.vpc_endpoint_id {
            Some(endpoint) => keys.push(("aws:SourceVpce".to_owned(), vec![endpoint.clone()])),
            None => keys.extend(address.map(|address| ("aws:SourceIp".to_owned(), vec![address]))),
        }
        self.facts.region = self.facts.region.take().or_else(|| event.aws_region.clone());
        match &event.request_parameters {
            Some(sent) => {
                self.role = self.role.take().or_else(|| sent.role_arn.clone());
                let external_id = || sent.external_id.clone().map_or(Sent::Nothing, Sent::Value);
                self.facts.external_id = self.facts.external_id.clone().or_else(external_id);
                let name = || sent.role_session_name.clone().map_or(Sent::Unknown, Sent::Value);
                self.facts.session_name = self.facts.session_name.clone().or_else(name);
                self.facts.duration_seconds = self.facts.duration_seconds.or(sent.duration_seconds);
            }
            None => self.notes.push(
                "the event has no request parameters, as denials have none: it does not show whether an ExternalId was \
                 sent; the command, the profile or the code does"
                    .to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::read_events;

    const DENIED: &str = r#"{"eventName": "AssumeRole", "errorCode": "AccessDenied", "awsRegion": "eu-west-1",
        "errorMessage": "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/r",
        "sourceIPAddress": "192.0.2.7", "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ann"},
        "requestParameters": null, "responseElements": null}"#;
    const SUCCESS: &str = r#"{"eventName": "AssumeRole", "requestParameters": {"roleArn": "x"}}"#;

    #[test]
    fn refusals_are_found_in_every_shape_of_a_trail() {
        let escaped = serde_json::Value::from(DENIED).to_string();
        for text in [
            DENIED.to_owned(),
            format!("{SUCCESS}\n{DENIED}\n"),
            format!(r#"{{"Records": [{SUCCESS}, {DENIED}]}}"#),
            format!("[{DENIED}, {SUCCESS}]"),
            format!(r#"{{"Events": [{{"EventId": "a", "CloudTrailEvent": {escaped}}}]}}"#),
            format!("{DENIED}{{"),
        ] {
            let found = read_events(&text);
            // The wrapper of `lookup-events` is a list of objects, each with a text.
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].aws_region.as_deref(), Some("eu-west-1"));
        }
    }

    #[test]
    fn a_denial_says_nothing_about_what_was_sent() {
        let mut evidence = Evidence::default();
        evidence.add_event(&read_events(DENIED)[0]);
        assert_eq!(evidence.facts.external_id, Sent::Unknown);
        assert_eq!(evidence.notes.len(), 1);
        assert_eq!(evidence.facts.key("aws:SourceIp").unwrap(), ["192.0.2.7"]);
        let expired = r#"{"eventName": "AssumeRole", "errorCode": "ExpiredToken", "requestParameters": {"roleArn": "arn:aws:iam::444455556666:role/r"}}"#;
        let mut evidence = Evidence::default();
        evidence.add_event(&read_events(expired)[0]);
        assert_eq!((evidence.facts.external_id, evidence.notes.len()), (Sent::Nothing, 0));
    }
}
