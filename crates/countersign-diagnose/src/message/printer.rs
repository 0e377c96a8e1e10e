//! Which tool printed a denial, by the words that it always puts around STS's sentence.

/// What printed a denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Printer {
    /// Terraform and OpenTofu.
    Terraform,
    /// The AWS CDK.
    Cdk,
    /// GitHub's step that configures credentials.
    GitHubAction,
    /// Vault.
    Vault,
    /// The SDK for PHP.
    Php,
    /// The SDK for Ruby.
    Ruby,
    /// The SDK for .NET.
    DotNet,
    /// The SDKs for Java.
    Java,
    /// The SDK for Rust.
    Rust,
    /// The SDKs for JavaScript.
    JavaScript,
    /// The SDKs for Go.
    Go,
    /// botocore, and so the aws CLI.
    Botocore,
    /// STS's answer as XML.
    Xml,
    /// STS's answer as JSON.
    Json,
    /// Nothing that shows.
    Nothing,
}

/// The words of each, in the order in which one wraps the next. No value of a call can hold them: each has a character that
/// names, ARNs and ids have not.
const SIGNS: &[(&str, Printer)] = &[
    (") cannot be assumed", Printer::Terraform),
    ("Cannot assume IAM Role", Printer::Terraform),
    ("Could not assume role in target account", Printer::Cdk),
    ("Could not assume role with ", Printer::GitHubAction),
    ("Retry AssumeRole: attempt", Printer::GitHubAction),
    ("* Error assuming role: ", Printer::Vault),
    ("Error executing \"", Printer::Php),
    ("Aws::STS::Errors::", Printer::Ruby),
    ("Error calling AssumeRole for role ", Printer::DotNet),
    ("AmazonSecurityTokenServiceException: ", Printer::DotNet),
    ("(Service: AWSSecurityTokenService;", Printer::Java),
    ("(Service: Sts,", Printer::Java),
    ("unhandled error (", Printer::Rust),
    ("$metadata", Printer::JavaScript),
    ("    at ", Printer::JavaScript),
    ("operation error STS: ", Printer::Go),
    ("api error ", Printer::Go),
    ("status code: ", Printer::Go),
    ("An error occurred (", Printer::Botocore),
    ("Parameter validation failed:", Printer::Botocore),
    ("<Code>", Printer::Xml),
    ("\"Code\":", Printer::Json),
    ("\"__type\":", Printer::Json),
];

/// Who wrote the words before and behind a sentence.
pub(super) fn of(before: &str, behind: &str) -> Printer {
    let found = SIGNS.iter().find(|(sign, _)| before.contains(sign) || behind.contains(sign));
    found.map_or(Printer::Nothing, |(_, printer)| *printer)
}
