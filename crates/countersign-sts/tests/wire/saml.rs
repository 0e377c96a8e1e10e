//! Writes SAML responses, so that their times follow the clock of the calls. They carry no signature.

use std::collections::BTreeMap;

use countersign_policy::condition::date::Moment;
use data_encoding::BASE64;
use serde::Deserialize;

/// A response. Times are in seconds from the call's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Saml {
    issuer: String,
    issued: i64,
    name_id: String,
    format: String,
    /// Empty for none.
    recipient: String,
    confirmed_until: i64,
    /// Empty for none.
    audience: String,
    not_before: i64,
    not_on_or_after: i64,
    session_end: Option<i64>,
    /// Short names are AWS's own.
    attributes: BTreeMap<String, Vec<String>>,
}

impl Default for Saml {
    fn default() -> Self {
        Self {
            issuer: "https://idp.example/saml".into(),
            issued: 0,
            name_id: "ann".into(),
            format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".into(),
            recipient: "https://signin.aws.amazon.com/saml".into(),
            confirmed_until: 300,
            audience: "urn:amazon:webservices".into(),
            not_before: -60,
            not_on_or_after: 300,
            session_end: None,
            attributes: BTreeMap::new(),
        }
    }
}

impl Saml {
    pub(crate) fn write(&self, now: Moment) -> String {
        let at = |seconds: i64| now.plus_seconds(seconds).to_string();
        let unless_empty = |text: &str, written: String| if text.is_empty() { String::new() } else { written };
        let recipient = unless_empty(&self.recipient, format!(r#" Recipient="{}""#, self.recipient));
        let name_id =
            unless_empty(&self.name_id, format!(r#"<s:NameID Format="{}">{}</s:NameID>"#, self.format, self.name_id));
        let audience = unless_empty(
            &self.audience,
            format!("<s:AudienceRestriction><s:Audience>{}</s:Audience></s:AudienceRestriction>", self.audience),
        );
        let session_end =
            self.session_end.map_or(String::new(), |end| format!(r#" SessionNotOnOrAfter="{}""#, at(end)));
        let attributes: String = self.attributes.iter().map(|(name, values)| attribute(name, values)).collect();
        let (issuer, issued) = (&self.issuer, at(self.issued));
        let (from, to, confirmed) = (at(self.not_before), at(self.not_on_or_after), at(self.confirmed_until));
        BASE64.encode(
            format!(
                r#"<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:s="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{issued}">
  <s:Issuer>{issuer}</s:Issuer>
  <p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></p:Status>
  <s:Assertion ID="_a" Version="2.0" IssueInstant="{issued}">
    <s:Issuer>{issuer}</s:Issuer>
    <s:Subject>
      {name_id}
      <s:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
        <s:SubjectConfirmationData NotOnOrAfter="{confirmed}"{recipient}/>
      </s:SubjectConfirmation>
    </s:Subject>
    <s:Conditions NotBefore="{from}" NotOnOrAfter="{to}">{audience}</s:Conditions>
    <s:AuthnStatement AuthnInstant="{issued}"{session_end}/>
    <s:AttributeStatement>{attributes}</s:AttributeStatement>
  </s:Assertion>
</p:Response>"#
            )
            .as_bytes(),
        )
    }
}

fn attribute(name: &str, values: &[String]) -> String {
    let name = if name.contains('/') || name.contains("oid") {
        name.to_owned()
    } else {
        format!("https://aws.amazon.com/SAML/Attributes/{name}")
    };
    let values: String = values.iter().map(|value| format!("<s:AttributeValue>{value}</s:AttributeValue>")).collect();
    format!(r#"<s:Attribute Name="{name}">{values}</s:Attribute>"#)
}
