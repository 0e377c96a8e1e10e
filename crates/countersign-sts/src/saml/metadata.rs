//! The metadata that an identity provider publishes, and that a SAML provider is made of.

use countersign_policy::condition::date::{self, Moment};
use roxmltree::Node;

use super::response::parse;

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// What IAM wants to find in metadata.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// When it ends; `None` when it does not say.
    pub(crate) valid_until: Option<Moment>,
}

impl Metadata {
    /// Reads metadata; `None` for texts that are not the metadata of an identity provider with a certificate to verify
    /// its signatures by. The certificate itself is not read.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let document = parse(text)?;
        let entity = document.descendants().find(|node| node.has_tag_name((METADATA, "EntityDescriptor")))?;
        entity.attribute("entityID").filter(|issuer| !issuer.is_empty())?;
        let role = entity.children().find(|node| node.has_tag_name((METADATA, "IDPSSODescriptor")))?;
        let mut keys = role.children().filter(|node| node.has_tag_name((METADATA, "KeyDescriptor")));
        keys.find(|key| key.attribute("use") != Some("encryption") && has_certificate(*key))?;
        let valid_until = match entity.attribute("validUntil") {
            Some(text) => Some(date::parse(text.trim())?),
            None => None,
        };
        Some(Self { valid_until })
    }
}

fn has_certificate(key: Node<'_, '_>) -> bool {
    let mut certificates = key.descendants().filter(|node| node.has_tag_name((SIGNATURE, "X509Certificate")));
    certificates.any(|node| node.text().is_some_and(|text| !text.trim().is_empty()))
}

/// The `entityID` in a provider's metadata: the issuer of its assertions.
pub(crate) fn entity_id(metadata: &str) -> Option<String> {
    let document = parse(metadata)?;
    let entity = document.descendants().find(|node| node.has_tag_name((METADATA, "EntityDescriptor")))?;
    entity.attribute("entityID").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_names_its_issuer() {
        let one = format!(r#"<EntityDescriptor xmlns="{METADATA}" entityID="https://idp.example"/>"#);
        assert_eq!(entity_id(&one).as_deref(), Some("https://idp.example"));
        let several = format!(r#"<m:EntitiesDescriptor xmlns:m="{METADATA}">{one}</m:EntitiesDescriptor>"#);
        assert_eq!(entity_id(&several).as_deref(), Some("https://idp.example"));
        assert_eq!(entity_id("<EntityDescriptor entityID='x'/>"), None);
    }

    #[test]
    fn metadata_has_an_issuer_a_certificate_and_an_end_that_is_a_date() {
        let whole = format!(
            "<EntityDescriptor xmlns='{METADATA}' entityID='https://idp.example' validUntil='2030-01-02T03:04:05Z'>\
             <IDPSSODescriptor><KeyDescriptor use='signing'><KeyInfo xmlns='{SIGNATURE}'><X509Data>\
             <X509Certificate>MIIC</X509Certificate></X509Data></KeyInfo></KeyDescriptor></IDPSSODescriptor>\
             </EntityDescriptor>"
        );
        let valid_until = |text: &str| Metadata::read(text).map(|metadata| metadata.valid_until);
        assert_eq!(valid_until(&whole), Some(date::parse("2030-01-02T03:04:05Z")));
        assert_eq!(valid_until(&whole.replace(" validUntil='2030-01-02T03:04:05Z'", "")), Some(None));
        assert!(valid_until(&whole.replace(" use='signing'", "")).is_some());
        for broken in [
            whole.replace("2030-01-02", "soon"),
            whole.replace("MIIC", " "),
            whole.replace("'signing'", "'encryption'"),
            whole.replace("IDPSSO", "SPSSO"),
            whole.replace("https://idp.example", ""),
            whole.replace("</EntityDescriptor>", ""),
            "text".to_owned(),
        ] {
            assert_eq!(Metadata::read(&broken), None, "{broken}");
        }
    }
}
