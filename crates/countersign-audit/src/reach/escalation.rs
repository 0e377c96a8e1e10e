//! Ways from what a role may do to more than that.
//!
//! Each row is a set of actions that together are enough; `|` separates actions that do equally well, and `@` names the services to which
//! a role has to be passed, without their `.amazonaws.com`. The facts are those
//! of AWS's service authorization reference and of public research on escalation in IAM. Whether a further role is there to
//! be passed or taken over is not known here: a row says what the permissions are good for.

use std::fmt;

use serde::Serialize;

/// What a way leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gain {
    /// Permissions are granted, to the role itself or to somebody the caller controls.
    Rights,
    /// Credentials of another user are made.
    Credentials,
    /// Another role is assumed, or handed to code of the caller's.
    Role,
    /// Code is put where it runs with a role that is not the caller's.
    Code,
}

impl fmt::Display for Gain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rights => "grant themselves any permission",
            Self::Credentials => "become another user",
            Self::Role => "take on other roles",
            Self::Code => "run code as other roles",
        })
    }
}

/// A way: what it leads to, and the actions it needs.
pub(super) const WAYS: &[(Gain, &str)] = &[
    (Gain::Rights, "iam:AttachRolePolicy"),
    (Gain::Rights, "iam:PutRolePolicy"),
    (Gain::Rights, "iam:CreatePolicyVersion"),
    (Gain::Rights, "iam:SetDefaultPolicyVersion"),
    (Gain::Rights, "iam:AttachUserPolicy"),
    (Gain::Rights, "iam:AttachGroupPolicy"),
    (Gain::Rights, "iam:PutUserPolicy"),
    (Gain::Rights, "iam:PutGroupPolicy"),
    (Gain::Rights, "iam:AddUserToGroup"),
    (Gain::Role, "iam:UpdateAssumeRolePolicy"),
    (Gain::Role, "iam:UpdateSAMLProvider"),
    (Gain::Credentials, "iam:CreateAccessKey"),
    (Gain::Credentials, "iam:CreateLoginProfile"),
    (Gain::Credentials, "iam:UpdateLoginProfile"),
    (Gain::Credentials, "iam:CreateServiceSpecificCredential"),
    (Gain::Rights, "sso:CreateAccountAssignment"),
    (Gain::Rights, "sso:PutInlinePolicyToPermissionSet"),
    (Gain::Rights, "sso:AttachManagedPolicyToPermissionSet"),
    (Gain::Rights, "eks:CreateAccessEntry eks:AssociateAccessPolicy"),
    (Gain::Role, "sts:AssumeRole"),
    (
        Gain::Role,
        "iam:PassRole@lambda lambda:CreateFunction lambda:InvokeFunction|lambda:CreateEventSourceMapping|lambda:CreateFunctionUrlConfig|lambda:AddPermission|lambda:InvokeAsync",
    ),
    (
        Gain::Role,
        "iam:PassRole@lambda lambda:UpdateFunctionConfiguration lambda:InvokeFunction|lambda:UpdateFunctionCode",
    ),
    (Gain::Role, "iam:PassRole@ec2 ec2:RunInstances"),
    (Gain::Role, "iam:PassRole@ec2 ec2:RequestSpotInstances|ec2:RequestSpotFleet|ec2:CreateFleet"),
    (Gain::Role, "iam:PassRole@ec2 ec2:AssociateIamInstanceProfile|ec2:ReplaceIamInstanceProfileAssociation"),
    (
        Gain::Role,
        "iam:PassRole@ec2 autoscaling:CreateLaunchConfiguration|ec2:CreateLaunchTemplate autoscaling:CreateAutoScalingGroup|autoscaling:UpdateAutoScalingGroup",
    ),
    (Gain::Role, "iam:PassRole@ecs-tasks ecs:RunTask"),
    (Gain::Role, "iam:PassRole@ecs-tasks ecs:RegisterTaskDefinition ecs:StartTask|ecs:CreateService|ecs:UpdateService"),
    (Gain::Role, "iam:PassRole@glue glue:CreateDevEndpoint"),
    (Gain::Role, "iam:PassRole@glue glue:CreateJob|glue:UpdateJob glue:StartJobRun|glue:CreateTrigger"),
    (Gain::Role, "iam:PassRole@glue glue:CreateSession glue:RunStatement"),
    (Gain::Role, "iam:PassRole@cloudformation cloudformation:CreateStack|cloudformation:UpdateStack"),
    (Gain::Role, "iam:PassRole@cloudformation cloudformation:CreateChangeSet cloudformation:ExecuteChangeSet"),
    (Gain::Role, "iam:PassRole@cloudformation cloudformation:CreateStackSet cloudformation:CreateStackInstances"),
    (
        Gain::Role,
        "iam:PassRole@sagemaker sagemaker:CreateNotebookInstance sagemaker:CreatePresignedNotebookInstanceUrl",
    ),
    (
        Gain::Role,
        "iam:PassRole@sagemaker sagemaker:CreateTrainingJob|sagemaker:CreateProcessingJob|sagemaker:CreateHyperParameterTuningJob|sagemaker:CreateAutoMLJob",
    ),
    (
        Gain::Role,
        "iam:PassRole@sagemaker sagemaker:CreateUserProfile|sagemaker:CreateDomain sagemaker:CreatePresignedDomainUrl",
    ),
    (Gain::Role, "iam:PassRole@sagemaker sagemaker:CreateModel sagemaker:CreateEndpoint|sagemaker:CreateTransformJob"),
    (
        Gain::Role,
        "iam:PassRole@codebuild codebuild:CreateProject|codebuild:UpdateProject codebuild:StartBuild|codebuild:StartBuildBatch",
    ),
    (Gain::Role, "iam:PassRole@codepipeline codepipeline:CreatePipeline|codepipeline:UpdatePipeline"),
    (
        Gain::Role,
        "iam:PassRole@datapipeline/elasticmapreduce/ec2 datapipeline:CreatePipeline datapipeline:PutPipelineDefinition",
    ),
    (
        Gain::Role,
        "iam:PassRole@states states:CreateStateMachine|states:UpdateStateMachine states:StartExecution|states:StartSyncExecution",
    ),
    (Gain::Role, "iam:PassRole@bedrock bedrock:CreateAgent|bedrock:UpdateAgent bedrock:InvokeAgent"),
    (
        Gain::Role,
        "iam:PassRole@bedrock-agentcore bedrock-agentcore:CreateCodeInterpreter bedrock-agentcore:InvokeCodeInterpreter",
    ),
    (
        Gain::Role,
        "iam:PassRole@bedrock-agentcore bedrock-agentcore:CreateAgentRuntime bedrock-agentcore:InvokeAgentRuntime",
    ),
    (Gain::Role, "iam:PassRole@ecs-tasks/batch batch:RegisterJobDefinition batch:SubmitJob"),
    (Gain::Role, "iam:PassRole@elasticmapreduce/ec2 elasticmapreduce:RunJobFlow"),
    (Gain::Role, "iam:PassRole@emr-serverless emr-serverless:StartJobRun"),
    (
        Gain::Role,
        "iam:PassRole@apprunner/tasks.apprunner/build.apprunner apprunner:CreateService|apprunner:UpdateService",
    ),
    (Gain::Role, "iam:PassRole@ssm ssm:StartAutomationExecution"),
    (Gain::Role, "iam:PassRole@scheduler scheduler:CreateSchedule|scheduler:UpdateSchedule"),
    (Gain::Role, "iam:PassRole@events events:PutRule events:PutTargets"),
    (
        Gain::Role,
        "iam:PassRole@ec2/imagebuilder imagebuilder:CreateInfrastructureConfiguration imagebuilder:CreateImage",
    ),
    (
        Gain::Role,
        "iam:PassRole@elasticbeanstalk/ec2 elasticbeanstalk:CreateEnvironment|elasticbeanstalk:UpdateEnvironment",
    ),
    (Gain::Role, "iam:PassRole@airflow/airflow-env airflow:CreateEnvironment"),
    (Gain::Role, "iam:PassRole@kinesisanalytics kinesisanalytics:CreateApplication kinesisanalytics:StartApplication"),
    (Gain::Role, "iam:PassRole@cognito-identity cognito-identity:SetIdentityPoolRoles"),
    (Gain::Role, "iam:PassRole@transfer transfer:CreateUser|transfer:UpdateUser"),
    (Gain::Role, "iam:PassRole@amplify amplify:CreateApp amplify:StartJob|amplify:StartDeployment"),
    (Gain::Code, "lambda:UpdateFunctionCode"),
    (Gain::Code, "lambda:UpdateFunctionConfiguration"),
    (Gain::Code, "glue:UpdateDevEndpoint"),
    (Gain::Code, "glue:RunStatement"),
    (Gain::Code, "codebuild:StartBuild"),
    (Gain::Code, "codebuild:StartBuildBatch"),
    (Gain::Code, "cloudformation:UpdateStack"),
    (Gain::Code, "cloudformation:CreateChangeSet cloudformation:ExecuteChangeSet"),
    (Gain::Code, "cloudformation:UpdateStackSet"),
    (Gain::Code, "states:UpdateStateMachine"),
    (Gain::Code, "sagemaker:CreatePresignedNotebookInstanceUrl"),
    (Gain::Code, "sagemaker:CreatePresignedDomainUrl"),
    (Gain::Code, "ecs:ExecuteCommand"),
    (Gain::Code, "ssm:SendCommand"),
    (Gain::Code, "ssm:StartSession"),
    (Gain::Code, "ssm:CreateAssociation"),
    (Gain::Code, "ec2-instance-connect:SendSSHPublicKey"),
    (Gain::Code, "ec2-instance-connect:SendSerialConsoleSSHPublicKey"),
    (Gain::Code, "ec2:ModifyInstanceAttribute ec2:StopInstances ec2:StartInstances"),
    (Gain::Code, "elasticmapreduce:AddJobFlowSteps"),
];
