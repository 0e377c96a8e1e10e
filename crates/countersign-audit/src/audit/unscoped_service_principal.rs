//! A service may use the role for somebody else.

use countersign_policy::document::{Span, Statement};
use countersign_policy::prove::ServiceVerdict;

use super::leak::only_statement;
use super::source_arn_over_match::over_match;
use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};
use crate::fix::Remedy;

pub(super) static AUDIT: Audit = Audit {
    id: "unscoped-service-principal",
    summary: "an AWS service may assume the role on behalf of any account",
    page: include_str!("unscoped_service_principal.md"),
    severity: Severity::Medium,
    confidence: Confidence::Low,
    persona: Persona::Regular,
    check: Check::Role(check),
};

/// Services that only take roles of the account they act in (iam:PassRole), and send no source keys: conditions on those
/// would break the role (auditing §5).
const BOUND_BY_PASS_ROLE: &[&str] = &[
    "ec2",
    "lambda",
    "edgelambda",
    "ecs-tasks",
    "ecs",
    "eks",
    "eks-fargate-pods",
    "eks-nodegroup",
    "pods.eks",
    "batch",
    "spotfleet",
    "autoscaling",
    "application-autoscaling",
    "elasticbeanstalk",
    "elasticmapreduce",
    "codebuild",
    "codedeploy",
    "opsworks",
    "sagemaker",
    "glue",
    "rds",
    "monitoring.rds",
    "tasks.apprunner",
    "build.apprunner",
    "dax",
    "kinesisanalytics",
    "gamelift",
    "elasticloadbalancing",
    "cloudformation",
    "ssm",
    "vmie",
];

/// Services that AWS documents as taking roles for resources of other accounts, and as sending the source keys.
const CROSS_ACCOUNT: &[&str] = &[
    "ssm-incidents",
    "scheduler",
    "pipes",
    "firehose",
    "s3",
    "transfer",
    "cloudtrail",
    "config",
    "bedrock",
    "osis",
    "logs",
];

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    if examined.role.is_service_linked() {
        return;
    }
    for (service, verdict) in &examined.exposed.services {
        let ServiceVerdict::Unbound { request } = verdict else { continue };
        let name = service.split(".amazonaws.com").next().unwrap_or(service);
        if BOUND_BY_PASS_ROLE.contains(&name) || over_match(examined, request).is_some() {
            continue;
        }
        let document = &examined.exposed.document;
        let named = |statement: &Statement| {
            let mut entries = statement.principals.iter().flat_map(|element| &element.entries);
            entries.find(|entry| entry.value.known() == Some(service)).map(|entry| entry.span)
        };
        let Some(span) = document.statements.iter().find_map(named) else { continue };
        if let Some(unknown) = not_in_input(examined, span) {
            let role = &examined.role.name;
            let message = format!(
                "whether the service `{unknown}` can assume `{role}` for a resource of another account depends on which it is"
            );
            let help = "ask for aws:SourceAccount if it is a service that takes roles of other accounts";
            let report = Report::new(span, message, help).witness(Some(request)).severity(Severity::Low);
            reporter.report(report.confidence(Confidence::Low).persona(Persona::Auditor));
            continue;
        }
        let message = format!("`{service}` can assume `{}` for a resource of another account", examined.role.name);
        let help = "add StringEquals on aws:SourceAccount with your account id (and ArnLike on aws:SourceArn), after checking that the service sends them";
        // Most services take only roles of the account they work for.
        let (confidence, persona) = match CROSS_ACCOUNT.contains(&name) {
            true => (Confidence::Medium, Persona::Regular),
            false => (Confidence::Low, Persona::Auditor),
        };
        let unknown = examined.unknown_values(&["aws:SourceArn", "aws:SourceAccount"]);
        if !unknown.is_empty() {
            let (role, depends_on) = (&examined.role.name, unknown.join(", "));
            let message = format!(
                "whether `{service}` can assume `{role}` for a resource of another account depends on {depends_on}"
            );
            let help = "make sure that it names your account";
            let report = Report::new(span, message, help).witness(Some(request)).severity(Severity::Low);
            reporter.report(report.confidence(Confidence::Low).persona(Persona::Auditor));
            continue;
        }
        let bind = only_statement(document, service).map(|statement| Remedy::BindSource { statement });
        let report = Report::new(span, message, help).witness(Some(request)).confidence(confidence);
        reporter.report(report.persona(persona).remedy(bind));
    }
}

/// How the principal there is written, where its name is not in the input.
fn not_in_input(examined: &Examined, span: Span) -> Option<String> {
    let alternatives = examined.role.alternatives.iter().map(|alternative| &alternative.trust);
    let statements = std::iter::once(&examined.role.trust).chain(alternatives).flat_map(|trust| &trust.statements);
    let mut entries = statements.flat_map(|statement| &statement.principals).flat_map(|element| &element.entries);
    let written = entries.find(|entry| entry.span == span)?;
    written.value.known().is_none().then(|| written.value.display())
}
