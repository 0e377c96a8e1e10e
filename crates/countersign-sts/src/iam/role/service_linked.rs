//! CreateServiceLinkedRole, DeleteServiceLinkedRole and GetServiceLinkedRoleDeletionStatus.
//!
//! The services whose roles are known are a table: AWS makes up the name, and publishes it in each service's guide. Other
//! services are refused, in words of our own. Nothing here uses such a role, so that its deletion is done at once.

use countersign_policy::document::is_service_principal;
use data_encoding::HEXLOWER;

use super::shape::{self, View};
use super::{SERVICE_PATH, ask_on, found, put};
use crate::iam::permission::ask;
use crate::iam::{arn, no_such_entity, reading, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode};
use crate::service::{Call, Operation, Written};
use crate::world::{Change, DEFAULT_MAX_SESSION_DURATION, Edit, Entity, Policy, Role};

pub(in crate::iam) static CREATE: Operation = writing("CreateServiceLinkedRole", create);
pub(in crate::iam) static DELETE: Operation = writing("DeleteServiceLinkedRole", delete);
pub(in crate::iam) static DELETION_STATUS: Operation = reading("GetServiceLinkedRoleDeletionStatus", deletion_status);

const SUFFIX: Constraint = Constraint::NAME_64;
const TASK_ID: Constraint = Constraint { pattern: None, least: 1, most: 1000 };
const TASK_PREFIX: &str = "task";

/// Whether a service may have several roles, told apart by a suffix.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Roles {
    One,
    Several,
}

/// Services before `.amazonaws.com`, and what follows `AWSServiceRoleFor` in the names of their roles.
const SERVICES: &[(&str, &str, Roles)] = &[
    ("access-analyzer", "AccessAnalyzer", Roles::One),
    ("autoscaling", "AutoScaling", Roles::Several),
    ("backup", "Backup", Roles::One),
    ("batch", "Batch", Roles::One),
    ("cks.kms", "KeyManagementServiceCustomKeyStores", Roles::One),
    ("cloudtrail", "CloudTrail", Roles::One),
    ("config", "Config", Roles::One),
    ("connect", "AmazonConnect", Roles::Several),
    ("custom-resource.application-autoscaling", "ApplicationAutoScaling_CustomResource", Roles::One),
    ("dynamodb.application-autoscaling", "ApplicationAutoScaling_DynamoDBTable", Roles::One),
    ("ecs", "ECS", Roles::One),
    ("ecs.application-autoscaling", "ApplicationAutoScaling_ECSService", Roles::One),
    ("eks", "AmazonEKS", Roles::One),
    ("eks-fargate", "AmazonEKSForFargate", Roles::One),
    ("eks-nodegroup", "AmazonEKSNodegroup", Roles::One),
    ("elasticache", "ElastiCache", Roles::One),
    ("elasticbeanstalk", "ElasticBeanstalk", Roles::One),
    ("elasticfilesystem", "AmazonElasticFileSystem", Roles::One),
    ("elasticloadbalancing", "ElasticLoadBalancing", Roles::One),
    ("email.cognito-idp", "AmazonCognitoIdpEmailService", Roles::One),
    ("es", "AmazonElasticsearchService", Roles::One),
    ("events", "CloudWatchEvents", Roles::One),
    ("guardduty", "AmazonGuardDuty", Roles::One),
    ("inspector2", "AmazonInspector2", Roles::One),
    ("kafka", "Kafka", Roles::One),
    ("lex", "LexBots", Roles::One),
    ("lexv2", "LexV2Bots", Roles::Several),
    ("macie", "AmazonMacie", Roles::One),
    ("malware-protection.guardduty", "AmazonGuardDutyMalwareProtection", Roles::One),
    ("opensearchservice", "AmazonOpenSearchService", Roles::One),
    ("ops.apigateway", "APIGateway", Roles::One),
    ("organizations", "Organizations", Roles::One),
    ("rds", "RDS", Roles::One),
    ("rds.application-autoscaling", "ApplicationAutoScaling_RDSCluster", Roles::One),
    ("redshift", "Redshift", Roles::One),
    ("replication.dynamodb", "DynamoDBReplication", Roles::One),
    ("securityhub", "SecurityHub", Roles::One),
    ("spot", "EC2Spot", Roles::One),
    ("spotfleet", "EC2SpotFleet", Roles::One),
    ("ssm", "AmazonSSM", Roles::One),
    ("sso", "SSO", Roles::One),
    ("support", "Support", Roles::One),
    ("transitgateway", "VPCTransitGateway", Roles::One),
    ("trustedadvisor", "TrustedAdvisor", Roles::One),
];

fn create(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let service = checks.required("AWSServiceName", Constraint::NAME_128);
    let description = checks.optional("Description", Constraint::ROLE_DESCRIPTION);
    let suffix = checks.optional("CustomSuffix", SUFFIX);
    checks.finish()?;
    let name = role_name(service, suffix)?;
    let path = format!("{SERVICE_PATH}{service}/");
    ask(call, "iam:CreateServiceLinkedRole", arn(call, "role", &path, &name))
        .with("iam:AWSServiceName", service)
        .allowed()?;
    if super::named(call, &name).is_some() {
        let text = format!("Service role name {name} has been taken in this account, please try a different suffix.");
        return invalid_input(text);
    }
    let trust_policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":["{service}"]}},"Action":["sts:AssumeRole"]}}]}}"#
    );
    let entity = Entity {
        path,
        name,
        id: call.mint.entity_id("AROA", call.principal.account),
        created: call.now.seconds(),
        ..Entity::default()
    };
    let role = Role {
        entity,
        trust_policy: Policy::new(&trust_policy),
        description: description.map(str::to_owned),
        max_session_duration: DEFAULT_MAX_SESSION_DURATION,
    };
    let result = vec![Element::parent("Role", shape::members(call, &role, View::Created))];
    Ok(Written { result, ..put(call, role) })
}

fn role_name(service: &str, suffix: Option<&str>) -> Result<String, ApiError> {
    let stem = service.strip_suffix(".amazonaws.com").filter(|_| is_service_principal(service));
    let known = stem.and_then(|stem| SERVICES.iter().find(|(known, _, _)| *known == stem));
    let Some((_, name, roles)) = known else {
        return invalid_input(format!("The service-linked role of {service} is not known to this endpoint."));
    };
    match suffix {
        None => Ok(format!("AWSServiceRoleFor{name}")),
        Some(suffix) if *roles == Roles::Several => Ok(format!("AWSServiceRoleFor{name}_{suffix}")),
        Some(_) => invalid_input(format!("Custom suffix is not allowed for {service}")),
    }
}

fn delete(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("RoleName", Constraint::NAME_64);
    checks.finish()?;
    ask_on(call, "iam:DeleteServiceLinkedRole", name).allowed()?;
    let role = found(call, name)?;
    if !role.entity.path.starts_with(SERVICE_PATH) {
        return Err(no_such_entity(format!("The role with name {name} cannot be found.")));
    }
    let start = call.mint.request_id();
    let about = format!("{TASK_PREFIX}{}{}/{start}", role.entity.path, role.entity.name);
    let task = format!("{about}-{}", seal(call, &about));
    let changes = vec![Change::Role(call.principal.account, Edit::remove(role))];
    Ok(Written { result: vec![Element::leaf("DeletionTaskId", task)], changes })
}

/// A task is known by the seal in its id: a role is gone as soon as its deletion has an id.
fn deletion_status(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let task = checks.required("DeletionTaskId", TASK_ID);
    checks.finish()?;
    let known = task.rsplit_once('-').filter(|(about, given)| seal(call, about) == *given);
    let role = known.and_then(|(about, _)| about.strip_prefix(TASK_PREFIX)?.rsplit_once('/'));
    let resource = role.map_or("/", |(path_and_name, _)| path_and_name);
    ask(call, "iam:GetServiceLinkedRoleDeletionStatus", arn(call, "role", resource, "")).allowed()?;
    match role {
        Some(_) => Ok(vec![Element::leaf("Status", "SUCCEEDED")]),
        None => Err(no_such_entity(format!("Deletion task {task} cannot be found."))),
    }
}

fn seal(call: &Call<'_>, about: &str) -> String {
    let key = call.mint.derived_key(&format!("deletion {} {about}", call.principal.account));
    HEXLOWER.encode(&key).chars().take(12).collect()
}

fn invalid_input<T>(text: impl Into<String>) -> Result<T, ApiError> {
    Err(ApiError::new(ErrorCode::InvalidInput, text))
}
