//! What AWS's managed policies allow, as far as it decides a level.
//!
//! A row is not the policy: of what only looks, it has a few patterns; of what reads data, writes or escalates, every action
//! that decides. `-` takes actions away; `~` marks actions that the policy grants on resources it names. A policy that is
//! not here is unknown. The documents change; rows are as of AWS's managed policy reference, 2025.

/// The row of a policy, by its path and name.
pub(super) fn row(name: &str) -> Option<&'static str> {
    let at = ROWS.binary_search_by_key(&name, |(name, _)| name).ok()?;
    ROWS.get(at).map(|(_, actions)| *actions)
}

/// Sorted by name.
const ROWS: &[(&str, &str)] = &[
    (
        "AWSBatchFullAccess",
        "batch:* cloudwatch:GetMetricStatistics ec2:Describe* ecs:Describe* ecs:List* iam:List* logs:Describe* \
         logs:GetLogEvents ~iam:PassRole",
    ),
    (
        "AWSBillingReadOnlyAccess",
        "billing:Get* billing:List* budgets:Describe* budgets:View* ce:Describe* ce:Get* ce:List* cur:Describe* \
         payments:Get* payments:List* tax:Get* tax:List*",
    ),
    ("AWSCertificateManagerFullAccess", "acm:*"),
    (
        "AWSCertificateManagerReadOnly",
        "acm:DescribeCertificate acm:GetAccountConfiguration acm:GetCertificate acm:List*",
    ),
    ("AWSCloudFormationFullAccess", "cloudformation:*"),
    (
        "AWSCloudFormationReadOnlyAccess",
        "cloudformation:Describe* cloudformation:Detect* cloudformation:EstimateTemplateCost cloudformation:Get* \
         cloudformation:List* cloudformation:ValidateTemplate",
    ),
    ("AWSCloudShellFullAccess", "cloudshell:*"),
    ("AWSCloudTrail_ReadOnlyAccess", "cloudtrail:Describe* cloudtrail:Get* cloudtrail:List* cloudtrail:LookupEvents"),
    (
        "AWSCodeBuildAdminAccess",
        "codebuild:* codecommit:Get* ecr:Describe* ecr:List* iam:Get* iam:List* logs:GetLogEvents \
         s3:GetBucketLocation s3:ListAllMyBuckets ~ssm:StartSession",
    ),
    (
        "AWSCodeBuildDeveloperAccess",
        "codebuild:BatchGet* codebuild:Describe* codebuild:Get* codebuild:List* codebuild:RetryBuild \
         codebuild:StartBuild codebuild:StartBuildBatch codebuild:StopBuild codecommit:Get* logs:GetLogEvents \
         ~ssm:StartSession",
    ),
    (
        "AWSCodeBuildReadOnlyAccess",
        "codebuild:BatchGet* codebuild:Describe* codebuild:Get* codebuild:List* codecommit:GetBranch \
         codecommit:GetCommit codecommit:GetRepository logs:GetLogEvents",
    ),
    ("AWSCodeCommitFullAccess", "codecommit:* iam:ListUsers ~sns:CreateTopic ~events:PutRule ~events:PutTargets"),
    (
        "AWSCodeCommitPowerUser",
        "codecommit:BatchGet* codecommit:Create* codecommit:Get* codecommit:GitPull codecommit:GitPush \
         codecommit:List* codecommit:Merge* codecommit:Put* codecommit:Update*",
    ),
    (
        "AWSCodeCommitReadOnly",
        "codecommit:BatchDescribe* codecommit:BatchGet* codecommit:Describe* codecommit:Get* codecommit:GitPull \
         codecommit:List*",
    ),
    (
        "AWSCodePipeline_FullAccess",
        "codepipeline:* cloudformation:Describe* codebuild:BatchGetProjects codebuild:CreateProject codedeploy:Get* \
         codedeploy:List* iam:ListRoles iam:PassRole s3:ListAllMyBuckets",
    ),
    ("AWSDenyAll", "!*"),
    (
        "AWSElasticBeanstalkWebTier",
        "xray:PutTraceSegments xray:PutTelemetryRecords xray:Get* ~elasticbeanstalk:PutInstanceStatistics \
         ~logs:CreateLogStream ~logs:PutLogEvents ~s3:Get* ~s3:List* ~s3:PutObject",
    ),
    (
        "AWSElasticBeanstalkWorkerTier",
        "xray:PutTraceSegments xray:PutTelemetryRecords xray:Get* cloudwatch:PutMetricData \
         sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:ReceiveMessage sqs:SendMessage ~dynamodb:DeleteItem \
         ~dynamodb:GetItem ~dynamodb:PutItem ~dynamodb:Query ~dynamodb:Scan ~logs:PutLogEvents ~s3:Get* ~s3:List* \
         ~s3:PutObject",
    ),
    (
        "AWSKeyManagementServicePowerUser",
        "kms:CreateAlias kms:CreateKey kms:DeleteAlias kms:Describe* kms:GenerateRandom kms:Get* kms:List* \
         kms:TagResource kms:UntagResource iam:ListRoles",
    ),
    ("AWSLambdaExecute", "logs:* s3:GetObject s3:PutObject"),
    (
        "AWSLambda_FullAccess",
        "lambda:* iam:GetPolicy iam:GetRole iam:ListRoles iam:PassRole cloudformation:DescribeStacks ec2:Describe* \
         states:DescribeStateMachine ~logs:FilterLogEvents ~logs:GetLogEvents",
    ),
    (
        "AWSLambda_ReadOnlyAccess",
        "lambda:Get* lambda:List* cloudformation:DescribeStacks iam:GetRole iam:ListRoles ~logs:FilterLogEvents \
         ~logs:GetLogEvents",
    ),
    ("AWSOrganizationsFullAccess", "organizations:* account:*"),
    ("AWSOrganizationsReadOnlyAccess", "account:Get* account:List* organizations:Describe* organizations:List*"),
    ("AWSResourceAccessManagerFullAccess", "ram:*"),
    ("AWSSecurityHubFullAccess", "securityhub:* iam:CreateServiceLinkedRole"),
    ("AWSSecurityHubReadOnlyAccess", "securityhub:BatchGet* securityhub:Describe* securityhub:Get* securityhub:List*"),
    ("AWSStepFunctionsFullAccess", "states:*"),
    ("AWSStepFunctionsReadOnlyAccess", "states:Describe* states:GetExecutionHistory states:List*"),
    ("AWSSupportAccess", "support:*"),
    ("AWSWAFFullAccess", "waf:* wafv2:* waf-regional:*"),
    ("AWSWAFReadOnlyAccess", "waf:Get* waf:List* wafv2:Check* wafv2:Describe* wafv2:Get* wafv2:List*"),
    ("AWSXRayDaemonWriteAccess", "xray:PutTraceSegments xray:PutTelemetryRecords xray:Get*"),
    ("AWSXrayWriteOnlyAccess", "xray:PutTraceSegments xray:PutTelemetryRecords xray:Get*"),
    ("AdministratorAccess", "*"),
    ("AmazonAPIGatewayAdministrator", "apigateway:*"),
    ("AmazonAPIGatewayInvokeFullAccess", "execute-api:Invoke execute-api:ManageConnections"),
    (
        "AmazonAthenaFullAccess",
        "athena:* glue:BatchCreatePartition glue:BatchGetPartition glue:CreateDatabase glue:CreateTable \
         glue:DeleteTable glue:GetTable glue:UpdateTable lakeformation:GetDataAccess s3:GetBucketLocation \
         s3:ListAllMyBuckets s3:ListBucket ~s3:GetObject ~s3:PutObject",
    ),
    ("AmazonBedrockFullAccess", "bedrock:* kms:DescribeKey iam:ListRoles ~iam:PassRole"),
    ("AmazonBedrockReadOnly", "bedrock:Get* bedrock:List*"),
    ("AmazonCognitoPowerUser", "cognito-identity:* cognito-idp:* cognito-sync:* iam:ListRoles"),
    (
        "AmazonCognitoReadOnly",
        "cognito-identity:Describe* cognito-identity:Get* cognito-identity:List* cognito-idp:AdminGet* \
         cognito-idp:AdminList* cognito-idp:Describe* cognito-idp:Get* cognito-idp:List*",
    ),
    (
        "AmazonDynamoDBFullAccess",
        "dynamodb:* dax:* lambda:CreateFunction lambda:DeleteFunction lambda:CreateEventSourceMapping lambda:List* \
         datapipeline:CreatePipeline datapipeline:PutPipelineDefinition sns:CreateTopic sns:Subscribe iam:GetRole \
         iam:ListRoles",
    ),
    ("AmazonDynamoDBFullAccess_v2", "dynamodb:* dax:* iam:GetRole iam:ListRoles"),
    (
        "AmazonDynamoDBReadOnlyAccess",
        "dynamodb:BatchGetItem dynamodb:Describe* dynamodb:GetItem dynamodb:GetResourcePolicy dynamodb:List* \
         dynamodb:PartiQLSelect dynamodb:Query dynamodb:Scan dax:Describe* dax:GetItem dax:Query dax:Scan",
    ),
    ("AmazonEC2ContainerRegistryFullAccess", "ecr:* cloudtrail:LookupEvents"),
    (
        "AmazonEC2ContainerRegistryPowerUser",
        "ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:BatchGetImage \
         ecr:Describe* ecr:List* ecr:InitiateLayerUpload ecr:UploadLayerPart ecr:CompleteLayerUpload ecr:PutImage",
    ),
    (
        "AmazonEC2ContainerRegistryPullOnly",
        "ecr:GetAuthorizationToken ecr:BatchGetImage ecr:BatchImportUpstreamImage ecr:GetDownloadUrlForLayer",
    ),
    (
        "AmazonEC2ContainerRegistryReadOnly",
        "ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:BatchGetImage \
         ecr:Describe* ecr:GetRepositoryPolicy ecr:List*",
    ),
    ("AmazonEC2FullAccess", "ec2:* elasticloadbalancing:* cloudwatch:* autoscaling:* iam:CreateServiceLinkedRole"),
    (
        "AmazonEC2ReadOnlyAccess",
        "ec2:Describe* autoscaling:Describe* cloudwatch:Describe* cloudwatch:GetMetricStatistics \
         cloudwatch:ListMetrics elasticloadbalancing:Describe*",
    ),
    (
        "AmazonECS_FullAccess",
        "ecs:* autoscaling:CreateAutoScalingGroup autoscaling:CreateLaunchConfiguration \
         autoscaling:UpdateAutoScalingGroup cloudformation:CreateStack cloudformation:DeleteStack \
         cloudformation:UpdateStack codedeploy:* ec2:RunInstances ec2:Describe* iam:ListRoles iam:PassRole \
         logs:CreateLogGroup logs:FilterLogEvents ~ssm:GetParameter ~ssm:GetParameters ~ssm:GetParametersByPath",
    ),
    (
        "AmazonEKSClusterPolicy",
        "autoscaling:Describe* autoscaling:UpdateAutoScalingGroup ec2:AttachVolume ec2:AuthorizeSecurityGroupIngress \
         ec2:CreateRoute ec2:CreateVolume ec2:DeleteVolume ec2:Describe* elasticloadbalancing:* kms:DescribeKey \
         iam:CreateServiceLinkedRole",
    ),
    (
        "AmazonEKSVPCResourceController",
        "ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces \
         ec2:AttachNetworkInterface ec2:CreateNetworkInterfacePermission ec2:AssignPrivateIpAddresses",
    ),
    ("AmazonEKSWorkerNodePolicy", "ec2:Describe* eks:DescribeCluster eks-auth:AssumeRoleForPodIdentity"),
    (
        "AmazonEKS_CNI_Policy",
        "ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces \
         ec2:AssignPrivateIpAddresses ec2:AttachNetworkInterface ec2:CreateTags ec2:DescribeInstances \
         ec2:DetachNetworkInterface ec2:ModifyNetworkInterfaceAttribute",
    ),
    ("AmazonElastiCacheFullAccess", "elasticache:* ec2:Describe* iam:CreateServiceLinkedRole"),
    ("AmazonElastiCacheReadOnlyAccess", "elasticache:Describe* elasticache:List*"),
    (
        "AmazonElasticFileSystemFullAccess",
        "elasticfilesystem:* cloudwatch:GetMetricData ec2:CreateNetworkInterface ec2:DeleteNetworkInterface \
         ec2:Describe* kms:DescribeKey kms:ListAliases",
    ),
    ("AmazonEventBridgeFullAccess", "events:* pipes:* scheduler:* schemas:* iam:PassRole"),
    (
        "AmazonGuardDutyFullAccess",
        "guardduty:* organizations:Describe* organizations:EnableAWSServiceAccess iam:CreateServiceLinkedRole",
    ),
    ("AmazonGuardDutyReadOnlyAccess", "guardduty:Describe* guardduty:Get* guardduty:List* organizations:Describe*"),
    (
        "AmazonInspector2ReadOnlyAccess",
        "inspector2:BatchGet* inspector2:Describe* inspector2:Get* inspector2:List* inspector2:Search*",
    ),
    ("AmazonKinesisFirehoseFullAccess", "firehose:*"),
    ("AmazonKinesisFullAccess", "kinesis:*"),
    ("AmazonKinesisReadOnlyAccess", "kinesis:Get* kinesis:List* kinesis:Describe*"),
    ("AmazonOpenSearchServiceFullAccess", "es:*"),
    ("AmazonOpenSearchServiceReadOnlyAccess", "es:Describe* es:Get* es:List*"),
    (
        "AmazonRDSDataFullAccess",
        "rds-data:* dbqms:* secretsmanager:CreateSecret secretsmanager:ListSecrets secretsmanager:GetRandomPassword \
         tag:GetResources ~secretsmanager:GetSecretValue ~secretsmanager:PutSecretValue ~secretsmanager:DeleteSecret",
    ),
    (
        "AmazonRDSFullAccess",
        "rds:* pi:* cloudwatch:GetMetricStatistics ec2:Describe* logs:DescribeLogStreams logs:GetLogEvents \
         sns:Publish iam:CreateServiceLinkedRole",
    ),
    (
        "AmazonRDSReadOnlyAccess",
        "rds:Describe* rds:ListTagsForResource ec2:Describe* cloudwatch:Get* cloudwatch:List* logs:DescribeLogStreams \
         logs:GetLogEvents",
    ),
    (
        "AmazonRedshiftFullAccess",
        "redshift:* redshift-serverless:* redshift-data:* ec2:Describe* sns:Get* sns:List* iam:CreateServiceLinkedRole",
    ),
    ("AmazonRoute53FullAccess", "route53:* route53domains:* cloudfront:ListDistributions s3:ListBucket sns:ListTopics"),
    ("AmazonRoute53ReadOnlyAccess", "route53:Get* route53:List* route53:TestDNSAnswer"),
    ("AmazonS3FullAccess", "s3:* s3-object-lambda:*"),
    ("AmazonS3ReadOnlyAccess", "s3:Describe* s3:Get* s3:List* s3-object-lambda:Get* s3-object-lambda:List*"),
    ("AmazonSESFullAccess", "ses:*"),
    ("AmazonSESReadOnlyAccess", "ses:BatchGetMetricData ses:Get* ses:List*"),
    ("AmazonSNSFullAccess", "sns:*"),
    ("AmazonSNSReadOnlyAccess", "sns:Get* sns:List*"),
    ("AmazonSQSFullAccess", "sqs:*"),
    ("AmazonSQSReadOnlyAccess", "sqs:GetQueueAttributes sqs:GetQueueUrl sqs:List*"),
    (
        "AmazonSSMFullAccess",
        "ssm:* logs:* cloudwatch:PutMetricData ds:CreateComputer ds:DescribeDirectories ec2:DescribeInstanceStatus \
         ec2messages:*",
    ),
    (
        "AmazonSSMManagedInstanceCore",
        "ssm:DescribeAssociation ssm:GetDocument ssm:DescribeDocument ssm:GetManifest ssm:GetParameter \
         ssm:GetParameters ssm:ListAssociations ssm:PutInventory ssm:PutComplianceItems ssm:UpdateAssociationStatus \
         ssm:UpdateInstanceInformation ssmmessages:* ec2messages:*",
    ),
    ("AmazonSSMReadOnlyAccess", "ssm:Describe* ssm:Get* ssm:List*"),
    (
        "AmazonSageMakerFullAccess",
        "sagemaker:* iam:ListRoles iam:PassRole ecr:BatchGetImage ecr:GetAuthorizationToken \
         ecr:GetDownloadUrlForLayer logs:CreateLogGroup logs:CreateLogStream logs:GetLogEvents logs:PutLogEvents \
         s3:ListAllMyBuckets ~lambda:InvokeFunction ~s3:DeleteObject ~s3:GetObject ~s3:PutObject \
         ~secretsmanager:GetSecretValue",
    ),
    (
        "AmazonVPCFullAccess",
        "ec2:AuthorizeSecurityGroupIngress ec2:CreateRoute ec2:CreateSecurityGroup ec2:CreateVpc \
         ec2:CreateVpcPeeringConnection ec2:DeleteVpc ec2:Describe* ec2:ModifyVpcAttribute",
    ),
    ("AmazonVPCReadOnlyAccess", "ec2:Describe*"),
    (
        "AutoScalingFullAccess",
        "autoscaling:* cloudwatch:PutMetricAlarm ec2:Describe* elasticloadbalancing:Describe* \
         iam:CreateServiceLinkedRole",
    ),
    ("AutoScalingReadOnlyAccess", "autoscaling:Describe*"),
    ("CloudFrontFullAccess", "cloudfront:* acm:ListCertificates s3:ListAllMyBuckets iam:ListServerCertificates"),
    ("CloudFrontReadOnlyAccess", "cloudfront:Describe* cloudfront:Get* cloudfront:List* acm:ListCertificates"),
    (
        "CloudWatchAgentAdminPolicy",
        "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents cloudwatch:PutMetricData ec2:DescribeTags \
         logs:PutRetentionPolicy xray:PutTraceSegments xray:PutTelemetryRecords xray:Get* ~ssm:GetParameter \
         ~ssm:PutParameter",
    ),
    (
        "CloudWatchAgentServerPolicy",
        "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents cloudwatch:PutMetricData ec2:DescribeTags \
         ec2:DescribeVolumes logs:DescribeLogGroups logs:DescribeLogStreams logs:PutRetentionPolicy \
         xray:PutTraceSegments xray:PutTelemetryRecords xray:Get* ~ssm:GetParameter",
    ),
    ("CloudWatchFullAccess", "cloudwatch:* logs:* sns:* autoscaling:Describe* iam:GetPolicy iam:GetRole"),
    (
        "CloudWatchFullAccessV2",
        "cloudwatch:* logs:* sns:CreateTopic sns:Subscribe autoscaling:Describe* iam:CreateServiceLinkedRole",
    ),
    ("CloudWatchLogsFullAccess", "logs:* cloudwatch:GenerateQuery"),
    (
        "CloudWatchLogsReadOnlyAccess",
        "logs:Describe* logs:FilterLogEvents logs:Get* logs:List* logs:StartLiveTail logs:StartQuery logs:StopQuery \
         logs:TestMetricFilter",
    ),
    (
        "CloudWatchReadOnlyAccess",
        "autoscaling:Describe* cloudwatch:Describe* cloudwatch:Get* cloudwatch:List* logs:Describe* \
         logs:FilterLogEvents logs:Get* logs:List* logs:StartQuery logs:StopQuery logs:TestMetricFilter sns:Get* \
         sns:List*",
    ),
    ("ElasticLoadBalancingFullAccess", "elasticloadbalancing:* ec2:Describe* iam:CreateServiceLinkedRole"),
    ("ElasticLoadBalancingReadOnly", "elasticloadbalancing:Describe* ec2:Describe*"),
    ("IAMFullAccess", "iam:* organizations:Describe* organizations:List*"),
    ("IAMReadOnlyAccess", "iam:Generate* iam:Get* iam:List* iam:Simulate*"),
    ("IAMUserChangePassword", "iam:GetAccountPasswordPolicy"),
    ("PowerUserAccess", "* -account:* -iam:* -organizations:*"),
    (
        "ReadOnlyAccess",
        "athena:BatchGet* athena:Get* athena:List* autoscaling:Describe* cloudformation:Describe* cloudformation:Get* \
         cloudformation:List* cloudtrail:Get* cloudtrail:LookupEvents cloudwatch:Describe* cloudwatch:Get* \
         cloudwatch:List* codecommit:BatchGet* codecommit:Get* codecommit:GitPull codecommit:List* dynamodb:BatchGet* \
         dynamodb:Describe* dynamodb:Get* dynamodb:List* dynamodb:PartiQLSelect dynamodb:Query dynamodb:Scan \
         ec2:Describe* ec2:Get* ecr:BatchCheck* ecr:BatchGet* ecr:Describe* ecr:Get* ecr:List* ecs:Describe* \
         ecs:List* eks:Describe* eks:List* elasticloadbalancing:Describe* glue:BatchGet* glue:Get* glue:List* \
         iam:Generate* iam:Get* iam:List* iam:Simulate* kinesis:Describe* kinesis:Get* kinesis:List* kms:Describe* \
         kms:Get* kms:List* lambda:Get* lambda:List* logs:Describe* logs:FilterLogEvents logs:Get* logs:List* \
         logs:StartQuery organizations:Describe* organizations:List* rds:Describe* rds:Download* rds:List* \
         redshift:Describe* route53:Get* route53:List* s3-object-lambda:Get* s3:Get* s3:List* \
         secretsmanager:Describe* secretsmanager:GetResourcePolicy secretsmanager:List* sns:Get* sns:List* sqs:Get* \
         sqs:List* sqs:Receive* ssm:Describe* ssm:Get* ssm:List* states:Describe* states:GetExecutionHistory \
         states:List* sts:GetCallerIdentity tag:Get*",
    ),
    (
        "ResourceGroupsandTagEditorReadOnlyAccess",
        "resource-groups:Get* resource-groups:List* resource-groups:Search* tag:Get*",
    ),
    (
        "SecretsManagerReadWrite",
        "secretsmanager:* cloudformation:CreateChangeSet cloudformation:ExecuteChangeSet \
         cloudformation:DescribeStacks kms:DescribeKey kms:List* lambda:ListFunctions rds:Describe* \
         ~lambda:CreateFunction ~lambda:InvokeFunction ~lambda:UpdateFunctionConfiguration ~s3:GetObject",
    ),
    (
        "SecurityAudit",
        "autoscaling:Describe* cloudformation:DescribeStack* cloudformation:GetTemplate cloudtrail:Describe* \
         cloudtrail:GetTrailStatus cloudtrail:LookupEvents config:Describe* dynamodb:Describe* dynamodb:List* \
         ec2:Describe* ecr:Describe* ecr:GetRepositoryPolicy ecs:Describe* eks:Describe* \
         elasticloadbalancing:Describe* iam:Generate* iam:Get* iam:List* iam:Simulate* kms:Describe* kms:Get* \
         kms:List* lambda:GetAccountSettings lambda:GetFunctionConfiguration lambda:GetPolicy lambda:List* \
         logs:Describe* rds:Describe* redshift:Describe* route53:Get* route53:List* s3:GetAccountPublicAccessBlock \
         s3:GetBucket* s3:GetEncryptionConfiguration s3:List* secretsmanager:Describe* \
         secretsmanager:GetResourcePolicy secretsmanager:List* sns:Get* sns:List* sqs:GetQueueAttributes sqs:List* \
         ssm:Describe* tag:Get*",
    ),
    ("job-function/Billing", "aws-portal:* billing:* budgets:* ce:* cur:* payments:* purchase-orders:* tax:*"),
    (
        "job-function/ViewOnlyAccess",
        "autoscaling:Describe* cloudformation:DescribeStack* cloudformation:List* cloudtrail:Describe* \
         cloudtrail:LookupEvents cloudwatch:Describe* cloudwatch:List* dynamodb:Describe* dynamodb:List* \
         ec2:Describe* ecs:Describe* ecs:List* elasticloadbalancing:Describe* iam:GetAccountSummary iam:List* \
         kinesis:List* kms:List* lambda:List* logs:Describe* rds:Describe* redshift:Describe* route53:List* \
         s3:ListAllMyBuckets s3:ListBucket secretsmanager:List* sns:List* sqs:List*",
    ),
    ("service-role/AWSAppSyncPushToCloudWatchLogs", "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents"),
    (
        "service-role/AWSCodeDeployRole",
        "autoscaling:CompleteLifecycleAction autoscaling:CreateAutoScalingGroup autoscaling:DeleteLifecycleHook \
         autoscaling:Describe* autoscaling:PutLifecycleHook autoscaling:UpdateAutoScalingGroup ec2:Describe* \
         ec2:TerminateInstances elasticloadbalancing:DeregisterTargets elasticloadbalancing:Describe* \
         elasticloadbalancing:RegisterTargets sns:Publish tag:GetResources",
    ),
    (
        "service-role/AWSConfigRulesExecutionRole",
        "config:BatchGetResourceConfig config:Describe* config:Get* config:List* config:Put* ~s3:GetObject",
    ),
    (
        "service-role/AWSDataLifecycleManagerServiceRole",
        "ec2:CopySnapshot ec2:CreateSnapshot ec2:CreateSnapshots ec2:DeleteSnapshot ec2:Describe* \
         ec2:ModifySnapshotAttribute ~ec2:CreateTags",
    ),
    (
        "service-role/AWSGlueServiceRole",
        "glue:* s3:GetBucketAcl s3:GetBucketLocation s3:ListAllMyBuckets s3:ListBucket ec2:Describe* iam:GetRole \
         iam:GetRolePolicy iam:ListRolePolicies cloudwatch:PutMetricData ~s3:CreateBucket ~s3:DeleteObject \
         ~s3:GetObject ~s3:PutObject ~logs:PutLogEvents",
    ),
    ("service-role/AWSLambdaBasicExecutionRole", "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents"),
    (
        "service-role/AWSLambdaDynamoDBExecutionRole",
        "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents dynamodb:DescribeStream dynamodb:GetRecords \
         dynamodb:GetShardIterator dynamodb:ListStreams",
    ),
    (
        "service-role/AWSLambdaENIManagementAccess",
        "ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces \
         ec2:AssignPrivateIpAddresses ec2:UnassignPrivateIpAddresses",
    ),
    (
        "service-role/AWSLambdaKinesisExecutionRole",
        "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents kinesis:DescribeStream \
         kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards \
         kinesis:ListStreams kinesis:SubscribeToShard",
    ),
    (
        "service-role/AWSLambdaMSKExecutionRole",
        "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents ec2:CreateNetworkInterface \
         ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces kafka:DescribeCluster kafka:GetBootstrapBrokers",
    ),
    ("service-role/AWSLambdaRole", "lambda:InvokeFunction"),
    (
        "service-role/AWSLambdaSQSQueueExecutionRole",
        "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents sqs:DeleteMessage sqs:GetQueueAttributes \
         sqs:ReceiveMessage",
    ),
    (
        "service-role/AWSLambdaVPCAccessExecutionRole",
        "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents ec2:CreateNetworkInterface \
         ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces ec2:AssignPrivateIpAddresses ec2:DescribeSubnets \
         ec2:UnassignPrivateIpAddresses",
    ),
    (
        "service-role/AWSTransferLoggingAccess",
        "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents logs:DescribeLogStreams",
    ),
    (
        "service-role/AmazonAPIGatewayPushToCloudWatchLogs",
        "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents logs:DescribeLogGroups logs:DescribeLogStreams \
         logs:FilterLogEvents logs:GetLogEvents",
    ),
    (
        "service-role/AmazonEBSCSIDriverPolicy",
        "ec2:AttachVolume ec2:CreateSnapshot ec2:CreateTags ec2:CreateVolume ec2:DeleteSnapshot ec2:DeleteVolume \
         ec2:Describe* ec2:DetachVolume ec2:ModifyVolume",
    ),
    (
        "service-role/AmazonEC2ContainerServiceRole",
        "ec2:AuthorizeSecurityGroupIngress ec2:Describe* elasticloadbalancing:DeregisterTargets \
         elasticloadbalancing:Describe* elasticloadbalancing:RegisterTargets",
    ),
    (
        "service-role/AmazonEC2ContainerServiceforEC2Role",
        "ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:BatchGetImage \
         ec2:DescribeTags ecs:CreateCluster ecs:DeregisterContainerInstance ecs:DiscoverPollEndpoint ecs:Poll \
         ecs:RegisterContainerInstance ecs:StartTelemetrySession ecs:Submit* ecs:UpdateContainerInstancesState \
         logs:CreateLogStream logs:PutLogEvents",
    ),
    (
        "service-role/AmazonEC2RoleforSSM",
        "ssm:DescribeAssociation ssm:GetDocument ssm:DescribeDocument ssm:GetManifest ssm:GetParameter \
         ssm:GetParameters ssm:ListAssociations ssm:PutInventory ssm:PutComplianceItems ssm:UpdateAssociationStatus \
         ssm:UpdateInstanceInformation ssmmessages:* ec2messages:* logs:CreateLogGroup logs:CreateLogStream \
         logs:PutLogEvents ds:CreateComputer s3:AbortMultipartUpload s3:GetObject s3:ListBucket s3:PutObject",
    ),
    (
        "service-role/AmazonECSTaskExecutionRolePolicy",
        "ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:BatchGetImage \
         logs:CreateLogStream logs:PutLogEvents",
    ),
    (
        "service-role/AmazonRDSEnhancedMonitoringRole",
        "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents logs:DescribeLogStreams ~logs:PutRetentionPolicy \
         ~logs:GetLogEvents",
    ),
    (
        "service-role/AmazonS3ObjectLambdaExecutionRolePolicy",
        "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents s3-object-lambda:WriteGetObjectResponse",
    ),
    (
        "service-role/AmazonSSMAutomationRole",
        "ssm:* ec2:CreateImage ec2:RunInstances ec2:StartInstances ec2:StopInstances ec2:TerminateInstances \
         ec2:Describe* cloudformation:CreateStack cloudformation:UpdateStack cloudformation:DeleteStack \
         ~lambda:InvokeFunction ~sns:Publish",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_their_names() {
        assert!(ROWS.is_sorted_by(|(one, _), (other, _)| one < other));
        assert_eq!(row("AdministratorAccess"), Some("*"));
        assert_eq!(row("AWSLambdaBasicExecutionRole"), None, "it has a path");
    }

    #[test]
    fn every_word_is_an_action() {
        for (name, actions) in ROWS {
            for word in actions.split(' ') {
                let action = word.trim_start_matches(['-', '~', '!']);
                let is_action = action == "*"
                    || action.split_once(':').is_some_and(|(service, verb)| {
                        let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                        service.chars().all(lower) && !verb.is_empty() && !verb.contains(':')
                    });
                assert!(is_action, "{name}: `{word}`");
            }
        }
    }
}
