//! What kind of action a name stands for, by the verb it begins with.
//!
//! No list of every action of AWS is kept: it grows each week, and a new action must count as the worst its name can mean.
//! A name that begins with no reading verb changes something, unless it is listed as quiet.

use super::pattern::Stem;

/// An action that begins like this only looks.
const READING: &[&str] = &[
    "adminget",
    "adminlist",
    "batchcheck",
    "batchdescribe",
    "batchdetect",
    "batchget",
    "batchlist",
    "batchread",
    "calculate",
    "check",
    "classify",
    "compare",
    "contains",
    "count",
    "describe",
    "detect",
    "discover",
    "download",
    "eshttpget",
    "eshttphead",
    "estimate",
    "evaluate",
    "filter",
    "generate",
    "get",
    "head",
    "list",
    "lookup",
    "preview",
    "query",
    "read",
    "receive",
    "recognize",
    "retrieve",
    "sample",
    "scan",
    "search",
    "select",
    "simulate",
    "synthesize",
    "test",
    "translate",
    "validate",
    "view",
];

/// An action that begins like this changes something; with it a wildcard is told from one that only looks.
const WRITING: &[&str] = &[
    "abort",
    "accept",
    "activate",
    "add",
    "allocate",
    "apply",
    "approve",
    "assign",
    "associate",
    "attach",
    "authorize",
    "batch",
    "bid",
    "build",
    "bundle",
    "cancel",
    "change",
    "claim",
    "clear",
    "close",
    "commit",
    "complete",
    "confirm",
    "connect",
    "copy",
    "create",
    "deactivate",
    "decline",
    "decrease",
    "define",
    "delete",
    "deploy",
    "deprecate",
    "deregister",
    "detach",
    "disable",
    "disassociate",
    "enable",
    "enter",
    "execute",
    "export",
    "failover",
    "force",
    "grant",
    "import",
    "increase",
    "initialize",
    "initiate",
    "insert",
    "install",
    "invite",
    "invoke",
    "leave",
    "lock",
    "merge",
    "modify",
    "monitor",
    "move",
    "open",
    "pass",
    "pause",
    "poll",
    "post",
    "promote",
    "provision",
    "publish",
    "purchase",
    "purge",
    "put",
    "reboot",
    "rebuild",
    "record",
    "reimport",
    "reject",
    "release",
    "remove",
    "rename",
    "renew",
    "reorder",
    "replace",
    "replicate",
    "request",
    "reserve",
    "reset",
    "resize",
    "restart",
    "restore",
    "resume",
    "retire",
    "retry",
    "revoke",
    "rollback",
    "rotate",
    "run",
    "schedule",
    "send",
    "set",
    "share",
    "shutdown",
    "signal",
    "split",
    "start",
    "stop",
    "submit",
    "subscribe",
    "suspend",
    "swap",
    "switch",
    "sync",
    "tag",
    "terminate",
    "toggle",
    "transfer",
    "trigger",
    "unassign",
    "undeploy",
    "unlock",
    "unsubscribe",
    "untag",
    "update",
    "upgrade",
    "upload",
    "verify",
    "withdraw",
    "write",
];

/// Actions that change nothing anybody relies on although their verbs say so: telemetry, the chores of the SSM agent,
/// keys and tokens made for the caller, queries.
const QUIET: &[&str] = &[
    "cloudwatch:putmetricdata",
    "codecommit:gitpull",
    "devops-guru:startcostestimation",
    "dynamodb:partiqlselect",
    "ecr:batchimportupstreamimage",
    "eks-auth:assumeroleforpodidentity",
    "gamelift:resolvealias",
    "iam:passrole",
    "identitystore:ismemberingroups",
    "kms:decrypt",
    "kms:encrypt",
    "kms:reencryptfrom",
    "kms:reencryptto",
    "kms:sign",
    "kms:verify",
    "kms:verifymac",
    "lightsail:isvpcpeered",
    "logs:createloggroup",
    "logs:createlogstream",
    "logs:putlogevents",
    "logs:startlivetail",
    "logs:startquery",
    "logs:stoplivetail",
    "logs:stopquery",
    "mediaconvert:probe",
    "rds-db:connect",
    "sdb:domainmetadata",
    "servicequotas:startquotautilizationreport",
    "ssm:putcomplianceitems",
    "ssm:putconfigurepackageresult",
    "ssm:putinventory",
    "ssm:updateassociationstatus",
    "ssm:updateinstanceassociationstatus",
    "ssm:updateinstanceinformation",
    "verifiedpermissions:isauthorized",
    "verifiedpermissions:isauthorizedwithtoken",
    "wellarchitected:exportlens",
    "xray:canceltraceretrieval",
    "xray:puttelemetryrecords",
    "xray:puttracesegments",
    "xray:starttraceretrieval",
];

/// The same for whole services and for stems that end in a wildcard.
const QUIET_STEMS: &[&str] = &[
    "athena:batch",
    "codedeploy:batch",
    "codestar:verify",
    "config:deliver",
    "ds:verify",
    "ec2messages:",
    "elasticbeanstalk:request",
    "kms:encrypt",
    "kms:reencrypt",
    "lightsail:is",
    "logs:createlog",
    "logs:putlogevent",
    "ssmmessages:",
    "sts:",
    "xray:puttrace",
];

/// Whether one of the actions that begin like this may change something.
pub(super) fn may_write(stem: &Stem) -> bool {
    let text = &*stem.text;
    let is_stem = |quiet: &&&str| text.starts_with(**quiet);
    if stem.is_exact && QUIET.contains(&text) {
        return false;
    }
    let is_wide_quiet = |quiet: &str| quiet.ends_with(':') || !stem.is_exact;
    if QUIET_STEMS.iter().filter(|quiet| is_wide_quiet(quiet)).any(|quiet| is_stem(&quiet)) {
        return false;
    }
    let verb = text.split_once(':').map_or("", |(_, verb)| verb);
    if READING.iter().any(|reading| verb.starts_with(reading)) {
        return false;
    }
    let may_read = !stem.is_exact && READING.iter().any(|reading| reading.starts_with(verb));
    !may_read || WRITING.iter().any(|writing| writing.starts_with(verb))
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Pattern;
    use super::*;

    #[test]
    fn the_verb_says_whether_an_action_writes() {
        let writes = |action: &str| may_write(&Stem::from(&Pattern::new(action)));
        let looks = ["s3:GetObject", "S3:get*", "ec2:Desc*", "kms:Decrypt", "logs:CreateLogGroup", "logs:CreateLog*"];
        for action in looks.iter().chain(&["sts:*", "ec2messages:*", "s3:Ge?Object", "sts:AssumeRole", "s3:Li*"]) {
            assert!(!writes(action), "{action}");
        }
        for action in
            ["s3:*", "*", "s3:PutObject", "ec2:D*", "ec2:*Snapshots", "kms:*", "logs:CreateLogDelivery", "new:Frob"]
        {
            assert!(writes(action), "{action}");
        }
    }
}
