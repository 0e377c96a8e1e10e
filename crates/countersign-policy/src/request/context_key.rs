//! The condition keys of AssumeRole calls: their type, how many values they hold, and who sets them.
//!
//! The evaluator needs the arity only; the prover needs to know which contexts can occur (reference: §4 of the
//! semantics, from the IAM User Guide's pages on global and IAM/STS condition keys and the service authorization data).

/// What a key's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// Text.
    String,
    /// An ARN.
    Arn,
    /// A number.
    Numeric,
    /// A point in time.
    Date,
    /// `true` or `false`.
    Bool,
    /// An IP address.
    IpAddress,
}

/// How many values a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arity {
    /// One.
    Single,
    /// A set: needs a set operator.
    Multi,
}

/// Who or what puts the key into the request context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetBy {
    /// `ExternalId`: a parameter of AssumeRole alone.
    ExternalId,
    /// `RoleSessionName`: always there.
    SessionName,
    /// `SourceIdentity` parameter.
    SourceIdentity,
    /// Session tags and what is derived from them.
    SessionTags,
    /// `ProvidedContexts` parameter.
    SessionContext,
    /// Who the caller is: ARN, account, type, user id and name.
    Caller,
    /// Tags and other attributes of the caller that its owner chooses.
    CallerAttribute,
    /// The organization of the caller's account.
    Organization,
    /// Multi-factor authentication of the caller.
    Mfa,
    /// The way the request took: addresses, VPC endpoints.
    Network,
    /// The clock; always there.
    Clock,
    /// Always there, whatever the call.
    Always,
    /// Sometimes there.
    Sometimes,
    /// The AWS service that calls, about the resource it calls for.
    ServiceSource,
    /// The AWS service that calls, about itself.
    ServicePrincipal,
    /// Tags of the role that is assumed.
    RoleTags,
    /// Other facts about the role that is assumed, which no caller chooses.
    RoleProperty,
    /// A SAML assertion.
    Saml,
    /// An OIDC token; the key starts with the provider.
    Oidc,
    /// Exists, but not in AssumeRole calls.
    NotHere,
}

/// One row of the table. A name that ends in `/` stands for a family (`aws:PrincipalTag/…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextKey {
    /// The name in AWS's spelling.
    pub name: &'static str,
    /// The type of its values.
    pub key_type: KeyType,
    /// One value or a set.
    pub arity: Arity,
    /// Where it comes from.
    pub set_by: SetBy,
}

macro_rules! keys {
    ($($name:literal $key_type:ident $arity:ident $set_by:ident;)*) => {
        &[$(ContextKey { name: $name, key_type: KeyType::$key_type, arity: Arity::$arity, set_by: SetBy::$set_by },)*]
    };
}

/// Every key this model knows by name.
pub const CONTEXT_KEYS: &[ContextKey] = keys! {
    "sts:ExternalId" String Single ExternalId;
    "sts:RoleSessionName" String Single SessionName;
    "sts:SourceIdentity" String Single SourceIdentity;
    "sts:TransitiveTagKeys" String Multi SessionTags;
    "sts:RequestContext/" String Single SessionContext;
    "sts:RequestContextProviders" Arn Multi SessionContext;
    "sts:DurationSeconds" Numeric Single NotHere;
    "sts:AWSServiceName" String Single NotHere;
    "sts:TaskPolicyArn" Arn Single NotHere;
    "sts:IdentityTokenAudience" String Multi NotHere;
    "sts:SigningAlgorithm" String Single NotHere;
    "aws:SourceIdentity" String Single CallerAttribute;
    "aws:RequestTag/" String Single SessionTags;
    "aws:TagKeys" String Multi SessionTags;
    "aws:PrincipalTag/" String Single CallerAttribute;
    "aws:PrincipalArn" Arn Single Caller;
    "aws:PrincipalAccount" String Single Caller;
    "aws:PrincipalType" String Single Caller;
    "aws:userid" String Single Caller;
    "aws:username" String Single Caller;
    "aws:PrincipalOrgID" String Single Organization;
    "aws:PrincipalOrgPaths" String Multi Organization;
    "aws:PrincipalIsAWSService" Bool Single ServicePrincipal;
    "aws:PrincipalServiceName" String Single ServicePrincipal;
    "aws:PrincipalServiceNamesList" String Multi ServicePrincipal;
    "aws:SourceArn" Arn Single ServiceSource;
    "aws:SourceAccount" String Single ServiceSource;
    "aws:SourceOrgID" String Single ServiceSource;
    "aws:SourceOrgPaths" String Multi ServiceSource;
    "aws:SourceIp" IpAddress Single Network;
    "aws:VpcSourceIp" IpAddress Single Network;
    "aws:SourceVpc" String Single Network;
    "aws:SourceVpcArn" Arn Single Network;
    "aws:SourceVpce" String Single Network;
    "aws:VpceAccount" String Single Network;
    "aws:VpceOrgID" String Single Network;
    "aws:VpceOrgPaths" String Multi Network;
    "aws:MultiFactorAuthPresent" Bool Single Mfa;
    "aws:MultiFactorAuthAge" Numeric Single Mfa;
    "aws:FederatedProvider" String Single CallerAttribute;
    "aws:TokenIssueTime" Date Single CallerAttribute;
    "aws:AssumedRoot" Bool Single CallerAttribute;
    "aws:ChatbotSourceArn" Arn Single Sometimes;
    "aws:Ec2InstanceSourceVpc" String Single CallerAttribute;
    "aws:Ec2InstanceSourcePrivateIPv4" IpAddress Single CallerAttribute;
    "ec2:SourceInstanceArn" Arn Single CallerAttribute;
    "ec2:RoleDelivery" Numeric Single CallerAttribute;
    "lambda:SourceFunctionArn" Arn Single CallerAttribute;
    "ssm:SourceInstanceArn" Arn Single CallerAttribute;
    "identitystore:UserId" String Single CallerAttribute;
    "signin:LoginSessionArn" Arn Single CallerAttribute;
    "aws:CurrentTime" Date Single Clock;
    "aws:EpochTime" Date Single Clock;
    "aws:SecureTransport" Bool Single Always;
    "aws:UserAgent" String Single Always;
    "aws:RequestedRegion" String Single Always;
    "aws:ViaAWSService" Bool Single Always;
    "aws:IsMcpServiceAction" Bool Single Sometimes;
    "aws:CalledVia" String Multi Sometimes;
    "aws:CalledViaFirst" String Single Sometimes;
    "aws:CalledViaLast" String Single Sometimes;
    "aws:CalledViaAWSMCP" String Single Sometimes;
    "aws:Referer" String Single Sometimes;
    "iam:ResourceTag/" String Single RoleTags;
    "aws:ResourceTag/" String Single RoleTags;
    "aws:ResourceAccount" String Single RoleProperty;
    "aws:ResourceOrgID" String Single RoleProperty;
    "aws:ResourceOrgPaths" String Multi RoleProperty;
    "saml:aud" String Single Saml;
    "saml:iss" String Single Saml;
    "saml:doc" String Single Saml;
    "saml:sub" String Single Saml;
    "saml:sub_type" String Single Saml;
    "saml:namequalifier" String Single Saml;
    "saml:edupersonorgdn" String Single Saml;
    "saml:edupersonprimaryaffiliation" String Single Saml;
    "saml:edupersonprimaryorgunitdn" String Single Saml;
    "saml:edupersonprincipalname" String Single Saml;
    "saml:edupersontargetedid" String Single Saml;
    "saml:cn" String Multi Saml;
    "saml:edupersonaffiliation" String Multi Saml;
    "saml:edupersonassurance" String Multi Saml;
    "saml:edupersonentitlement" String Multi Saml;
    "saml:edupersonnickname" String Multi Saml;
    "saml:edupersonorgunitdn" String Multi Saml;
    "saml:edupersonscopedaffiliation" String Multi Saml;
    "saml:eduorghomepageuri" String Multi Saml;
    "saml:eduorgidentityauthnpolicyuri" String Multi Saml;
    "saml:eduorglegalname" String Multi Saml;
    "saml:eduorgsuperioruri" String Multi Saml;
    "saml:eduorgwhitepagesuri" String Multi Saml;
    "saml:commonName" String Multi Saml;
    "saml:givenName" String Multi Saml;
    "saml:mail" String Multi Saml;
    "saml:name" String Multi Saml;
    "saml:organizationStatus" String Multi Saml;
    "saml:primaryGroupSID" String Multi Saml;
    "saml:surname" String Multi Saml;
    "saml:uid" String Multi Saml;
    "saml:x500UniqueIdentifier" String Multi Saml;
};

/// Claims that become condition keys behind an OIDC provider's name.
const OIDC_CLAIMS: &[&str] = &["sub", "aud", "azp", "amr", "oaud", "app_id", "user_id", "id", "email", "iss"];

/// The row for a key, by case-insensitive name (rule C3); `None` for keys this model does not know.
#[must_use]
pub fn lookup(key: &str) -> Option<ContextKey> {
    let family = key.find('/').map(|slash| slash + 1);
    let found = CONTEXT_KEYS.iter().find(|row| {
        if row.name.ends_with('/') {
            family == Some(row.name.len())
                && key.len() > row.name.len()
                && key.get(..row.name.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(row.name))
        } else {
            row.name.eq_ignore_ascii_case(key)
        }
    });
    found.copied().or_else(|| {
        let (_, claim) = oidc_claim(key)?;
        let arity = if claim.eq_ignore_ascii_case("amr") { Arity::Multi } else { Arity::Single };
        Some(ContextKey { name: "", key_type: KeyType::String, arity, set_by: SetBy::Oidc })
    })
}

/// Splits `<provider>:<claim>`, where the provider is a host with an optional path.
#[must_use]
pub fn oidc_claim(key: &str) -> Option<(&str, &str)> {
    let (provider, claim) = key.rsplit_once(':')?;
    let host = provider.split('/').next().unwrap_or_default();
    (host.contains('.') && !claim.is_empty()).then_some((provider, claim))
}

/// Whether the claim is one AWS documents as a condition key.
#[must_use]
pub fn is_documented_claim(claim: &str) -> bool {
    OIDC_CLAIMS.iter().any(|known| known.eq_ignore_ascii_case(claim))
}

/// Whether the key holds a set of values by its nature.
#[must_use]
pub fn is_multivalued(key: &str) -> bool {
    lookup(key).is_some_and(|row| row.arity == Arity::Multi)
}

/// The known key a misspelt one may have meant.
#[must_use]
pub fn nearest(key: &str) -> Option<&'static str> {
    let folded = key.to_ascii_lowercase();
    let after_prefix = folded.split_once(':').map_or(folded.as_str(), |(_, name)| name);
    let scored = CONTEXT_KEYS.iter().filter(|row| !row.name.ends_with('/')).map(|row| {
        let name = row.name.to_ascii_lowercase();
        let own = name.split_once(':').map_or(name.as_str(), |(_, name)| name);
        let common = own.bytes().zip(after_prefix.bytes()).take_while(|(a, b)| a == b).count();
        // The right name under a wrong prefix, or one that goes on after it: `sts:ExternalIdentifier`.
        let by_name = if own == after_prefix || (own.len() >= 8 && common == own.len()) { 1 } else { usize::MAX };
        (crate::similar::distance(&folded, &name).min(by_name), row.name)
    });
    scored
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, name)| *distance <= 2 && name.len() > 4)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_fold_case_and_families_need_a_name() {
        assert_eq!(lookup("STS:externalid").unwrap().set_by, SetBy::ExternalId);
        assert_eq!(lookup("aws:requesttag/Project").unwrap().set_by, SetBy::SessionTags);
        assert!(lookup("aws:RequestTag/").is_none());
        assert!(lookup("aws:ExternalId").is_none());
        assert!(is_multivalued("aws:PrincipalOrgPaths"));
        assert!(is_multivalued("cognito-identity.amazonaws.com:amr"));
        assert!(!is_multivalued("token.actions.githubusercontent.com:sub"));
    }

    #[test]
    fn oidc_keys_name_their_provider() {
        assert_eq!(
            oidc_claim("oidc.eks.eu-west-1.amazonaws.com/id/AB:sub"),
            Some(("oidc.eks.eu-west-1.amazonaws.com/id/AB", "sub"))
        );
        assert_eq!(oidc_claim("aws:PrincipalTag/a.b:c"), None);
    }

    #[test]
    fn misspelt_keys_have_a_nearest() {
        assert_eq!(nearest("aws:ExternalId"), Some("sts:ExternalId"));
        assert_eq!(nearest("sts:ExternalID_"), Some("sts:ExternalId"));
        assert_eq!(nearest("sts:ExternaId"), Some("sts:ExternalId"));
        assert_eq!(nearest("sts:ExternalIdentifier"), Some("sts:ExternalId"));
        assert_eq!(nearest("aws:SomethingElse"), None);
    }
}
