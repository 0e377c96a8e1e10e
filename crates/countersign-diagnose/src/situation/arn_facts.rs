//! ARNs as people write them, complete or not.

/// An ARN taken apart; what it lacks is `None` or empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ArnText<'a> {
    pub(crate) partition: &'a str,
    pub(crate) service: &'a str,
    /// Twelve digits, or `None`.
    pub(crate) account: Option<&'a str>,
    pub(crate) resource: &'a str,
}

impl<'a> ArnText<'a> {
    /// Takes `text` apart, if it has the six parts of an ARN.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let arn = countersign_policy::arn::Arn::parse(text)?;
        let account = arn.account_id().map(|_| arn.account);
        Some(Self { partition: arn.partition, service: arn.service, account, resource: arn.resource })
    }

    /// The role's name: of a role's ARN the last part, of a session's the one before the session.
    pub(crate) fn role_name(&self) -> Option<&'a str> {
        if let Some(rest) = self.resource.strip_prefix("assumed-role/") {
            return rest.split('/').next();
        }
        self.resource.strip_prefix("role/")?.rsplit('/').next()
    }

    /// The session's name.
    pub(crate) fn session_name(&self) -> Option<&'a str> {
        self.resource.strip_prefix("assumed-role/")?.split_once('/').map(|(_, session)| session)
    }
}

/// Regions that an account has to enable before it can use them (AWS General Reference, "Enable or disable AWS Regions").
const OPT_IN_REGIONS: [&str; 17] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
];

/// Whether an account has to enable the region.
pub(crate) fn is_opt_in_region(region: &str) -> bool {
    OPT_IN_REGIONS.contains(&region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_found_in_its_session() {
        let session = ArnText::parse("arn:aws:sts::111122223333:assumed-role/app/i-1").unwrap();
        assert_eq!((session.role_name(), session.session_name()), (Some("app"), Some("i-1")));
        let role = ArnText::parse("arn:aws:iam::111122223333:role/team/app").unwrap();
        assert_eq!((role.role_name(), role.session_name()), (Some("app"), None));
        assert_eq!(ArnText::parse("arn:aws:iam::1234:role/a").unwrap().account, None);
    }
}
