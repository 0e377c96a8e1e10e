//! Attributes of resources and data sources: what the configuration says, and what AWS makes of it.

use std::rc::Rc;

use countersign_policy::document::{Span, Text};

use super::block::Block;
use super::conversion::{Pieces, to_text};
use super::evaluator::{Evaluator, Instance, Mode, Outcome, Scope};
use super::reference::{Handle, Referred};
use super::value::{Kind, Value};
use crate::symbol::{OWN_ACCOUNT, OWN_ORGANIZATION, OWN_PARTITION, URL_SUFFIX};

impl Evaluator<'_> {
    /// What `TYPE.NAME` or `data.TYPE.NAME` refers to.
    pub(super) fn resource(
        &self,
        instance: &Rc<Instance>,
        is_data: bool,
        (kind, name): (&str, &str),
        span: Span,
    ) -> Outcome {
        let address = format!("{}{}{kind}.{name}", instance.address, if is_data { "data." } else { "" });
        let Some(block) = block(instance, is_data, kind, name) else { return Ok(Value::unknown(address, span)) };
        let expansion = self.expansion(instance, block, &address);
        self.instances(&expansion, span, |suffix, repetition| {
            let address = format!("{address}{suffix}");
            if !self.handles.borrow().contains_key(&address) {
                let referred = Referred {
                    instance: Rc::clone(instance),
                    is_data,
                    kind: kind.into(),
                    name: name.into(),
                    repetition,
                    address: address.clone(),
                };
                self.handles.borrow_mut().insert(address.clone(), Handle::Resource(Rc::new(referred)));
            }
            Value::unknown(address, span)
        })
    }

    pub(super) fn resource_attribute(&self, referred: &Referred, name: &str, span: Span) -> Outcome {
        let address = format!("{}.{name}", referred.address);
        let Some(block) = block(&referred.instance, referred.is_data, &referred.kind, &referred.name) else {
            return Ok(Value::unknown(address, span));
        };
        if referred.is_data && &*referred.kind == "aws_iam_policy_document" && matches!(name, "json" | "minified_json")
        {
            return self
                .in_mode(Mode::EveryWay, || self.once(&address, span, || self.policy_document(referred, block)));
        }
        self.once(&address, span, || {
            if let Some(text) = self.computed(referred, block, name)? {
                return Ok(Value::text(text, span));
            }
            match block.attribute(name) {
                Some(attribute) => {
                    let value = self.attribute_value(attribute, &referred.scope())?;
                    Ok(if value.kind == Kind::Null { Value::unknown(address.clone(), span) } else { value })
                }
                None => Ok(Value::unknown(address.clone(), span)),
            }
        })
    }

    /// An attribute AWS sets, as far as it follows from the configuration.
    fn computed(&self, referred: &Referred, block: &Block, name: &str) -> Outcome<Option<Text>> {
        let hole = |name: &str| Ok(Some(Text::default().with_hole(name)));
        let kind = &*referred.kind;
        match (referred.is_data, kind, name) {
            // Another provider may be of another account.
            (true, "aws_caller_identity", _) | (_, "aws_organizations_organization", _)
                if self.is_elsewhere(referred, block) =>
            {
                Ok(None)
            }
            (_, _, "arn") if kind.starts_with("aws_iam_") && self.is_elsewhere(referred, block) => Ok(None),
            (true, "aws_caller_identity", "account_id" | "id") => hole(OWN_ACCOUNT),
            (true, "aws_caller_identity", "arn") => {
                // Whoever runs Terraform is of the account it is run for.
                let unknown = Text::default().with_hole(format!("{}.arn", referred.address));
                let slash = Text::literal("/");
                Ok(Some(own_arn("sts", true, "assumed-role", &[&slash, &unknown, &slash, &unknown])))
            }
            (true, "aws_partition", "partition" | "id") => hole(OWN_PARTITION),
            (true, "aws_partition", "dns_suffix") => hole(URL_SUFFIX),
            // Elsewhere than in China every service is called like this, and most are there.
            (true, "aws_service_principal", "name" | "id") => {
                let service = self.configured_text(referred, block, "service_name")?;
                Ok(service.map(|service| service.with_literal(".amazonaws.com")))
            }
            (_, "aws_organizations_organization", "id") => hole(OWN_ORGANIZATION),
            (false, "aws_iam_role" | "aws_iam_user" | "aws_iam_group", "id") => {
                self.own_name(referred, block).map(Some)
            }
            (false, "aws_iam_role" | "aws_iam_user" | "aws_iam_group" | "aws_iam_policy", "arn") => {
                let path = self.configured_text(referred, block, "path")?.unwrap_or_else(|| Text::literal("/"));
                let name = self.own_name(referred, block)?;
                let kind = kind.strip_prefix("aws_iam_").unwrap_or(kind);
                Ok(Some(own_arn("iam", true, kind, &[&path, &name])))
            }
            (true, "aws_iam_role" | "aws_iam_user", "arn") => {
                // Its path is not known.
                let unknown = Text::default().with_hole(format!("{}.arn", referred.address));
                let kind = kind.strip_prefix("aws_iam_").unwrap_or(kind);
                Ok(Some(own_arn("iam", true, kind, &[&Text::literal("/"), &unknown])))
            }
            (_, "aws_iam_openid_connect_provider", "arn") if block.attribute("arn").is_none() => {
                let Some(url) = self.configured_text(referred, block, "url")? else { return Ok(None) };
                let url =
                    match url.lossy().starts_with("https://") && url.holes().first().is_none_or(|hole| hole.at >= 8) {
                        true => without_start(&url, "https://".len()),
                        false => url,
                    };
                Ok(Some(own_arn("iam", true, "oidc-provider", &[&Text::literal("/"), &url])))
            }
            (false, "aws_iam_saml_provider", "arn") => {
                let name = self.own_name(referred, block)?;
                Ok(Some(own_arn("iam", true, "saml-provider", &[&Text::literal("/"), &name])))
            }
            (_, "aws_s3_bucket", "arn") => {
                let bucket = self.configured_text(referred, block, "bucket")?;
                Ok(bucket.map(|bucket| own_arn("s3", false, "", &[&bucket])))
            }
            _ => Ok(None),
        }
    }

    fn is_elsewhere(&self, referred: &Referred, block: &Block) -> bool {
        self.provider_of(&referred.instance, block) != *self.provider.borrow()
    }

    /// The `name` of a resource, or a hole for it.
    pub(super) fn own_name(&self, referred: &Referred, block: &Block) -> Outcome<Text> {
        let name = self.configured_text(referred, block, "name")?;
        Ok(name.unwrap_or_else(|| Text::default().with_hole(format!("{}.name", referred.address))))
    }

    /// The text of an attribute that is set.
    pub(super) fn configured_text(&self, referred: &Referred, block: &Block, name: &str) -> Outcome<Option<Text>> {
        let Some(attribute) = block.attribute(name) else { return Ok(None) };
        let value = self.settle(self.attribute_value(attribute, &referred.scope())?);
        Ok(to_text(&value).ok().filter(|text| text.known() != Some("")))
    }
}

impl Referred {
    pub(super) fn scope(&self) -> Scope<'_> {
        Scope::of(&self.instance, &self.repetition)
    }
}

pub(super) fn block<'i>(instance: &'i Instance, is_data: bool, kind: &str, name: &str) -> Option<&'i Block> {
    let blocks = if is_data { &instance.folder.data } else { &instance.folder.resources };
    blocks.get(&(kind.into(), name.into()))
}

/// An ARN in the owner's partition, and account unless the service does without.
fn own_arn(service: &str, in_account: bool, kind: &str, parts: &[&Text]) -> Text {
    let mut arn = Pieces::default();
    arn.literal("arn:");
    arn.hole(OWN_PARTITION);
    arn.literal(&format!(":{service}::"));
    if in_account {
        arn.hole(OWN_ACCOUNT);
    }
    arn.literal(":");
    arn.literal(kind);
    parts.iter().for_each(|part| arn.text(part));
    arn.finish()
}

/// The text without its first bytes, which are known.
fn without_start(text: &Text, bytes: usize) -> Text {
    let mut out = Pieces::default();
    let mut left = bytes;
    for piece in super::conversion::pieces(text) {
        match piece {
            super::conversion::Piece::Literal(literal) => {
                out.literal(literal.get(left.min(literal.len())..).unwrap_or_default());
                left = left.saturating_sub(literal.len());
            }
            super::conversion::Piece::Hole(name) => out.hole(name),
        }
    }
    out.finish()
}
