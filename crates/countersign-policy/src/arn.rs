//! Amazon Resource Names, split as IAM splits them: on the first five colons.

use crate::account::AccountId;

/// The six segments of an ARN. `resource` keeps its colons and slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: &'a str,
    /// `iam`, `sts`, …
    pub service: &'a str,
    /// Empty for IAM and STS.
    pub region: &'a str,
    /// Twelve digits, or empty (S3 buckets), or what the author wrote.
    pub account: &'a str,
    /// Everything after the fifth colon.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits `text`; `None` when it does not start with `arn:` or has fewer than six segments.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut segments = text.splitn(6, ':');
        if segments.next()? != "arn" {
            return None;
        }
        Some(Self {
            partition: segments.next()?,
            service: segments.next()?,
            region: segments.next()?,
            account: segments.next()?,
            resource: segments.next()?,
        })
    }

    /// The account segment, when it is an account id.
    #[must_use]
    pub fn account_id(&self) -> Option<AccountId> {
        self.account.parse().ok()
    }

    /// Splits `role/path/name` into kind, path (with its slashes) and name.
    #[must_use]
    pub fn kind_path_name(&self) -> Option<(&'a str, &'a str, &'a str)> {
        let (kind, rest) = self.resource.split_once('/')?;
        match rest.rsplit_once('/') {
            Some((path, name)) => Some((kind, path, name)),
            None => Some((kind, "", rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_keeps_colons_in_its_resource() {
        let arn = Arn::parse("arn:aws:sns:us-east-1:111122223333:topic:sub").unwrap();
        assert_eq!(arn.resource, "topic:sub");
        assert!(Arn::parse("arn:aws:iam::111122223333").is_none());
    }

    #[test]
    fn a_path_is_not_part_of_the_name() {
        let arn = Arn::parse("arn:aws:iam::111122223333:role/service/team/app").unwrap();
        assert_eq!(arn.kind_path_name(), Some(("role", "service/team", "app")));
    }
}
