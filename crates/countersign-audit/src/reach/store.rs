//! Data stores, and the actions that read what is in them.

use std::fmt;

use serde::Serialize;

/// Where data lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataStore {
    /// Objects in S3.
    S3,
    /// Items in DynamoDB.
    DynamoDb,
    /// Snapshots of RDS and EBS, by reading, copying out or sharing them.
    Snapshots,
    /// Databases that are asked through an API or with a token of IAM's.
    Databases,
    /// Secrets Manager.
    SecretsManager,
    /// Parameters of Systems Manager.
    SsmParameters,
    /// What is encrypted under KMS keys.
    KmsDecrypt,
    /// CloudWatch logs.
    Logs,
    /// Messages in queues and streams.
    Messages,
    /// Code and container images.
    Code,
}

impl fmt::Display for DataStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::S3 => "S3 objects",
            Self::DynamoDb => "DynamoDB tables",
            Self::Snapshots => "RDS and EBS snapshots",
            Self::Databases => "databases",
            Self::SecretsManager => "secrets",
            Self::SsmParameters => "SSM parameters",
            Self::KmsDecrypt => "what KMS keys encrypt",
            Self::Logs => "CloudWatch logs",
            Self::Messages => "messages in queues and streams",
            Self::Code => "code and images",
        })
    }
}

/// Actions that hand out the content of a store; each one is enough.
pub(super) const READS: &[(DataStore, &[&str])] = &[
    (DataStore::S3, &["s3:GetObject", "s3:GetObjectVersion", "s3-object-lambda:GetObject", "s3express:CreateSession"]),
    (
        DataStore::DynamoDb,
        &[
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:PartiQLSelect",
            "dynamodb:GetRecords",
            "dynamodb:ExportTableToPointInTime",
        ],
    ),
    (
        DataStore::Snapshots,
        &[
            "ebs:GetSnapshotBlock",
            "ec2:ModifySnapshotAttribute",
            "ec2:ModifyImageAttribute",
            "rds:ModifyDBSnapshotAttribute",
            "rds:ModifyDBClusterSnapshotAttribute",
            "rds:StartExportTask",
        ],
    ),
    (
        DataStore::Databases,
        &[
            "rds-data:ExecuteStatement",
            "rds-data:BatchExecuteStatement",
            "rds-db:connect",
            "redshift:GetClusterCredentials",
            "redshift:GetClusterCredentialsWithIAM",
            "redshift-data:ExecuteStatement",
            "redshift-serverless:GetCredentials",
            "athena:GetQueryResults",
            "es:ESHttpGet",
        ],
    ),
    (DataStore::SecretsManager, &["secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"]),
    (
        DataStore::SsmParameters,
        &["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:GetParameterHistory"],
    ),
    (DataStore::KmsDecrypt, &["kms:Decrypt", "kms:ReEncryptFrom"]),
    (
        DataStore::Logs,
        &[
            "logs:GetLogEvents",
            "logs:FilterLogEvents",
            "logs:GetQueryResults",
            "logs:StartLiveTail",
            "logs:GetLogRecord",
            "logs:CreateExportTask",
        ],
    ),
    (DataStore::Messages, &["sqs:ReceiveMessage", "kinesis:GetRecords", "kinesis:SubscribeToShard"]),
    (DataStore::Code, &["lambda:GetFunction", "codecommit:GitPull", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]),
];
