"""What people set roles up with, by boto3: IAM, and STS upon what IAM made."""

import json

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"


def trust(principal, **condition):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = {"StringEquals": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(action, resource="*"):
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def countersign_world():
    return None


@pytest.fixture
def iam(countersign):
    return countersign.client("iam", account=ACCOUNT)


def code_of(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


def key_of(iam, user):
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def test_a_role_lives_and_dies(iam):
    role = iam.create_role(
        RoleName="Vendor",
        Path="/partners/",
        Description="for the vendor",
        MaxSessionDuration=7200,
        AssumeRolePolicyDocument=trust({"AWS": "999988887777"}, **{"sts:ExternalId": "tenant-7f2"}),
        Tags=[{"Key": "team", "Value": "data"}],
    )["Role"]
    assert role["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/partners/Vendor"
    assert role["RoleId"].startswith("AROA")
    # botocore decodes the document.
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"] == "tenant-7f2"
    assert code_of(iam.create_role, RoleName="vendor", AssumeRolePolicyDocument=trust({"AWS": "*"})) == "EntityAlreadyExists"
    assert iam.get_role(RoleName="Vendor")["Role"]["MaxSessionDuration"] == 7200

    iam.put_role_policy(RoleName="Vendor", PolicyName="read", PolicyDocument=allow("s3:GetObject"))
    assert iam.get_role_policy(RoleName="Vendor", PolicyName="read")["PolicyDocument"]["Statement"][0]["Action"] == "s3:GetObject"
    policy = iam.create_policy(PolicyName="write", PolicyDocument=allow("s3:PutObject"))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="Vendor", PolicyArn=policy)
    assert iam.list_role_policies(RoleName="Vendor")["PolicyNames"] == ["read"]
    assert [found["PolicyArn"] for found in iam.list_attached_role_policies(RoleName="Vendor")["AttachedPolicies"]] == [policy]

    assert code_of(iam.delete_role, RoleName="Vendor") == "DeleteConflict"
    iam.delete_role_policy(RoleName="Vendor", PolicyName="read")
    iam.detach_role_policy(RoleName="Vendor", PolicyArn=policy)
    iam.delete_policy(PolicyArn=policy)
    iam.delete_role(RoleName="Vendor")
    assert code_of(iam.get_role, RoleName="Vendor") == "NoSuchEntity"


def test_a_role_that_iam_made_is_assumed(countersign, iam):
    document = trust({"AWS": "999988887777"}, **{"sts:ExternalId": "tenant-7f2"})
    role = iam.create_role(RoleName="Vendor", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    sts = countersign.client("sts", account="999988887777")
    call = {"RoleArn": role, "RoleSessionName": "nightly"}
    assert code_of(sts.assume_role, **call) == "AccessDenied"
    assert sts.assume_role(**call, ExternalId="tenant-7f2")["AssumedRoleUser"]["Arn"].endswith("Vendor/nightly")
    iam.update_assume_role_policy(RoleName="Vendor", PolicyDocument=trust({"AWS": "555555555555"}))
    assert code_of(sts.assume_role, **call, ExternalId="tenant-7f2") == "AccessDenied"


def test_a_user_that_is_made_again_is_somebody_else(countersign, iam):
    def make():
        iam.create_user(UserName="ann")
        iam.put_user_policy(UserName="ann", PolicyName="sts", PolicyDocument=allow("sts:AssumeRole"))
        return countersign.client("sts", key=key_of(iam, "ann"))

    sts = make()
    arn = f"arn:aws:iam::{ACCOUNT}:user/ann"
    role = iam.create_role(RoleName="Anns", AssumeRolePolicyDocument=trust({"AWS": arn}))["Role"]["Arn"]
    call = {"RoleArn": role, "RoleSessionName": "ann"}
    assert sts.assume_role(**call)["Credentials"]

    for key in iam.list_access_keys(UserName="ann")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName="ann", PolicyName="sts")
    iam.delete_user(UserName="ann")
    assert code_of(sts.assume_role, **call) == "InvalidClientTokenId"
    assert code_of(make().assume_role, **call) == "AccessDenied"
    shown = iam.get_role(RoleName="Anns")["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"]
    assert shown.startswith("AIDA")


def test_what_iam_refuses_in_a_trust_policy(iam):
    for document in ["{", trust({"AWS": f"arn:aws:iam::{ACCOUNT}:user/nobody"}), allow("sts:AssumeRole")]:
        assert code_of(iam.create_role, RoleName="R", AssumeRolePolicyDocument=document) == "MalformedPolicyDocument"


def test_an_inactive_key_does_not_sign(countersign, iam):
    iam.create_user(UserName="ann")
    key = key_of(iam, "ann")
    assert countersign.client("sts", key=key).get_caller_identity()["Arn"].endswith(":user/ann")
    iam.update_access_key(UserName="ann", AccessKeyId=key[0], Status="Inactive")
    assert code_of(countersign.client("sts", key=key).get_caller_identity) == "InvalidClientTokenId"


def test_lists_come_in_pages(iam):
    for number in range(5):
        iam.create_role(RoleName=f"R{number}", Path="/many/", AssumeRolePolicyDocument=trust({"AWS": ACCOUNT}))
    iam.create_role(RoleName="Other", AssumeRolePolicyDocument=trust({"AWS": ACCOUNT}))
    pages = list(iam.get_paginator("list_roles").paginate(PathPrefix="/many/", PaginationConfig={"PageSize": 2}))
    assert [len(page["Roles"]) for page in pages] == [2, 2, 1]
    assert [role["RoleName"] for page in pages for role in page["Roles"]] == [f"R{number}" for number in range(5)]


def test_permissions_decide_in_iam_too(countersign, iam):
    iam.create_user(UserName="ann")
    iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=allow("iam:GetUser"))
    ann = countersign.client("iam", key=key_of(iam, "ann"))
    assert ann.get_user()["User"]["UserName"] == "ann"
    assert code_of(ann.list_users) == "AccessDenied"


def test_an_instance_profile_has_its_role(iam):
    iam.create_role(RoleName="App", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    iam.create_instance_profile(InstanceProfileName="App")
    iam.add_role_to_instance_profile(InstanceProfileName="App", RoleName="App")
    profile = iam.get_instance_profile(InstanceProfileName="App")["InstanceProfile"]
    assert [role["RoleName"] for role in profile["Roles"]] == ["App"]
    assert code_of(iam.delete_role, RoleName="App") == "DeleteConflict"


def test_waiters_find_what_they_wait_for(iam):
    iam.create_role(RoleName="App", AssumeRolePolicyDocument=trust({"AWS": ACCOUNT}))
    iam.get_waiter("role_exists").wait(RoleName="App", WaiterConfig={"Delay": 0, "MaxAttempts": 1})


def test_what_there_is_is_counted(iam):
    iam.create_role(RoleName="App", AssumeRolePolicyDocument=trust({"AWS": ACCOUNT}))
    assert iam.get_account_summary()["SummaryMap"]["Roles"] == 1
