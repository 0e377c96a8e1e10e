import boto3

sts = boto3.client("sts")
reply = sts.assume_role(
    RoleArn="arn:aws:iam::111122223333:role/VendorAccess",
    RoleSessionName="run-1",
)
