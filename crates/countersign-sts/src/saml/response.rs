//! A SAML response, read.

use countersign_policy::condition::date;
use roxmltree::{Document, Node, ParsingOptions};

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
/// An assertion in base64 has 100,000 characters at most, and each node takes several.
const MOST_NODES: u32 = 20_000;

/// What a response says of its user. Times are in seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assertion {
    pub(crate) issuer: String,
    pub(crate) issued: i64,
    pub(crate) name_id: Option<NameId>,
    /// What the bearer has to show; `None` when there is not exactly one, or it lacks a part.
    pub(crate) confirmation: Option<Confirmation>,
    pub(crate) not_before: Option<i64>,
    pub(crate) not_on_or_after: Option<i64>,
    pub(crate) audiences: Vec<String>,
    /// When the provider's own session ends.
    pub(crate) session_end: Option<i64>,
    attributes: Vec<(String, Vec<String>)>,
}

/// Who the user is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameId {
    pub(crate) value: String,
    /// As `saml:sub_type` has it: without the prefix of SAML 2.0.
    pub(crate) format: String,
}

/// For whom and until when the assertion was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Confirmation {
    pub(crate) recipient: String,
    pub(crate) not_on_or_after: i64,
}

impl Assertion {
    /// Reads the one assertion of a successful response; `None` when there is none, or a time is no time.
    pub(crate) fn read(response: &str) -> Option<Self> {
        let document = parse(response)?;
        let root = document.root_element();
        if !root.has_tag_name((PROTOCOL, "Response")) {
            return None;
        }
        let status = one(root, PROTOCOL, "Status").and_then(|status| one(status, PROTOCOL, "StatusCode"));
        if status.is_some_and(|status| status.attribute("Value") != Some(SUCCESS)) {
            return None;
        }
        let assertion = one(root, ASSERTION, "Assertion")?;
        let subject = one(assertion, ASSERTION, "Subject");
        let conditions = one(assertion, ASSERTION, "Conditions");
        let (mut not_before, mut not_on_or_after) = (None, None);
        if let Some(conditions) = conditions {
            not_before = time(conditions, "NotBefore")?;
            not_on_or_after = time(conditions, "NotOnOrAfter")?;
        }
        let restrictions = conditions.into_iter().flat_map(|node| all(node, ASSERTION, "AudienceRestriction"));
        let audiences = restrictions.flat_map(|node| all(node, ASSERTION, "Audience")).map(text).collect();
        let mut session_end = None;
        for statement in all(assertion, ASSERTION, "AuthnStatement") {
            session_end = [session_end, time(statement, "SessionNotOnOrAfter")?].into_iter().flatten().min();
        }
        let attributes = all(assertion, ASSERTION, "AttributeStatement")
            .flat_map(|statement| all(statement, ASSERTION, "Attribute"))
            .map(|attribute| {
                let values = all(attribute, ASSERTION, "AttributeValue").map(text).collect();
                (attribute.attribute("Name").unwrap_or_default().to_owned(), values)
            })
            .collect();
        Some(Self {
            issuer: text(one(assertion, ASSERTION, "Issuer")?),
            issued: time(assertion, "IssueInstant")??,
            name_id: subject.and_then(name_id),
            confirmation: subject.and_then(confirmation),
            not_before,
            not_on_or_after,
            audiences,
            session_end,
            attributes,
        })
    }

    /// Every attribute with its values, in the order they came.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.attributes.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    /// The values of one of AWS's own attributes, `https://aws.amazon.com/SAML/Attributes/…`. Of attributes of one name
    /// the first counts.
    pub(crate) fn of_aws(&self, name: &str) -> &[String] {
        self.attributes().find(|(full, _)| own_name(full) == Some(name)).map_or(&[], |(_, values)| values)
    }

    /// The session tags: `PrincipalTag:{key}` with one value each. `None` when one has none or several.
    pub(crate) fn principal_tags(&self) -> Option<Vec<(&str, &str)>> {
        let tags = self
            .attributes()
            .filter_map(|(full, values)| Some((own_name(full)?.strip_prefix("PrincipalTag:")?, values)));
        tags.map(|(key, values)| match values {
            [value] => Some((key, value.as_str())),
            _ => None,
        })
        .collect()
    }
}

fn own_name(attribute: &str) -> Option<&str> {
    attribute.strip_prefix("https://aws.amazon.com/SAML/Attributes/")
}

pub(super) fn parse(text: &str) -> Option<Document<'_>> {
    Document::parse_with_options(text, ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() }).ok()
}

fn name_id(subject: Node<'_, '_>) -> Option<NameId> {
    let node = one(subject, ASSERTION, "NameID")?;
    let format = node.attribute("Format").unwrap_or("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified");
    let short = format.strip_prefix("urn:oasis:names:tc:SAML:2.0:nameid-format:").unwrap_or(format);
    Some(NameId { value: text(node), format: short.to_owned() })
}

fn confirmation(subject: Node<'_, '_>) -> Option<Confirmation> {
    let node = one(one(subject, ASSERTION, "SubjectConfirmation")?, ASSERTION, "SubjectConfirmationData")?;
    let recipient = node.attribute("Recipient")?.to_owned();
    Some(Confirmation { recipient, not_on_or_after: time(node, "NotOnOrAfter")?? })
}

fn all<'a, 'i: 'a>(
    node: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.has_tag_name((namespace, name)))
}

/// The child of that name, when there is exactly one.
fn one<'a, 'i>(node: Node<'a, 'i>, namespace: &'static str, name: &'static str) -> Option<Node<'a, 'i>> {
    let mut children = all(node, namespace, name);
    children.next().filter(|_| children.next().is_none())
}

/// All the text in a node: a comment must not cut a name short.
fn text(node: Node<'_, '_>) -> String {
    let texts = node.descendants().filter(Node::is_text).filter_map(|node| node.text());
    texts.collect::<String>().trim().to_owned()
}

/// An attribute that is a time, in seconds; `None` when there is one and it is none.
#[expect(clippy::option_option, reason = "absent and unreadable are two things")]
fn time(node: Node<'_, '_>, attribute: &str) -> Option<Option<i64>> {
    match node.attribute(attribute) {
        None => Some(None),
        Some(text) => date::parse(text.trim()).map(|moment| Some(moment.seconds())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(assertion: &str) -> String {
        format!(
            r#"<p:Response xmlns:p="{PROTOCOL}" xmlns="{ASSERTION}"><p:Status><p:StatusCode Value="{SUCCESS}"/></p:Status><Assertion IssueInstant="2026-11-22T04:10:00Z"><Issuer>https://idp.example</Issuer>{assertion}</Assertion></p:Response>"#
        )
    }

    #[test]
    fn a_comment_does_not_cut_a_name_short() {
        let text = response("<Subject><NameID>admin@example.com<!-- x -->.evil.example</NameID></Subject>");
        assert_eq!(Assertion::read(&text).unwrap().name_id.unwrap().value, "admin@example.com.evil.example");
    }

    #[test]
    fn a_confirmation_is_the_only_one_and_has_both_parts() {
        let data = r#"<SubjectConfirmationData Recipient="r" NotOnOrAfter="2026-11-22T04:15:00Z"/>"#;
        let read = |confirmations: &str| {
            Assertion::read(&response(&format!("<Subject>{confirmations}</Subject>"))).unwrap().confirmation
        };
        let confirmed = |data: &str| format!("<SubjectConfirmation>{data}</SubjectConfirmation>");
        assert_eq!(read(&confirmed(data)).unwrap().recipient, "r");
        assert_eq!(read(&confirmed(data).repeat(2)), None);
        assert_eq!(read(&confirmed(&data.replace("Recipient=\"r\"", ""))), None);
        assert_eq!(read(&confirmed(&data.replace("NotOnOrAfter", "Other"))), None);
        assert_eq!(read(&confirmed(&data.replace("2026-11", "x"))), None);
    }

    #[test]
    fn other_texts_are_no_responses() {
        let good = response("");
        assert!(Assertion::read(&good).is_some());
        let broken = [
            String::new(),
            "<a/>".into(),
            good.replace("p:Response", "p:Request"),
            good.replace(PROTOCOL, "urn:other"),
            good.replace(SUCCESS, "urn:oasis:names:tc:SAML:2.0:status:Requester"),
            good.replace("<Assertion", "<EncryptedAssertion").replace("</Assertion", "</EncryptedAssertion"),
            good.replace("2026-11-22", "today"),
            good.replace("IssueInstant", "Instant"),
            good.replace("Issuer>", "Other>"),
            response("<Conditions NotBefore=\"soon\"/>"),
            response("<AuthnStatement SessionNotOnOrAfter=\"\"/>"),
            response("<Issuer>https://other.example</Issuer>"),
            format!("<!DOCTYPE r [<!ENTITY e \"x\">]>{good}"),
            response(&"<a>".repeat(30_000)),
            response(&"<a/>".repeat(30_000)),
        ];
        for text in broken {
            let shown: String = text.chars().take(300).collect();
            assert_eq!(Assertion::read(&text), None, "{shown}");
        }
        assert_eq!(Assertion::read(&good.replace("</p:Response>", "<Assertion/></p:Response>")), None);
    }
}
