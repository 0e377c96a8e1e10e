"""boto3 against the endpoint."""

import urllib.request

import boto3
import pytest
from botocore.exceptions import ClientError
from totp import totp

VENDOR = "arn:aws:iam::111122223333:role/Vendor"
READER = "arn:aws:iam::111122223333:role/Reader"
COLLECTOR = ("AKIAU3UKDXOYQEXAMPLE", "an-example-and-no-secret")
ANN = ("AKIAU3UKDXOYSEXAMPLE", "another-example-and-no-secret")
ANNS_DEVICE = "arn:aws:iam::111122223333:mfa/ann"
ANNS_SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

DENIED = (
    "User: arn:aws:iam::999988887777:user/collector is not authorized to perform: sts:AssumeRole "
    f"on resource: {VENDOR}"
)


@pytest.fixture
def collector(countersign):
    return countersign.client("sts", key=COLLECTOR)


def refused(call, **parameters):
    """The code, message and status of a call that is refused."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    return response["Error"]["Code"], response["Error"]["Message"], response["ResponseMetadata"]["HTTPStatusCode"]


def assume(sts, **parameters):
    call = {"RoleArn": VENDOR, "RoleSessionName": "nightly", "ExternalId": "tenant-7f2"} | parameters
    return sts.assume_role(**call)


def test_the_external_id_opens_the_role(countersign, collector):
    answer = assume(collector)
    assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts::111122223333:assumed-role/Vendor/nightly"
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
    identity = countersign.client("sts", credentials=answer["Credentials"]).get_caller_identity()
    assert identity["Arn"] == answer["AssumedRoleUser"]["Arn"]
    assert identity["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]


@pytest.mark.parametrize("external_id", [None, "Tenant-7F2", "tenant-7f3"])
def test_no_other_external_id_does(collector, external_id):
    parameters = {"RoleArn": VENDOR, "RoleSessionName": "nightly"}
    if external_id is not None:
        parameters["ExternalId"] = external_id
    assert refused(collector.assume_role, **parameters) == ("AccessDenied", DENIED, 403)


def test_an_absent_role_looks_like_a_closed_one(collector):
    absent = "arn:aws:iam::111122223333:role/Absent"
    code, message, _ = refused(collector.assume_role, RoleArn=absent, RoleSessionName="nightly", ExternalId="tenant-7f2")
    assert (code, message) == ("AccessDenied", DENIED.replace(VENDOR, absent))


def test_out_of_the_box_callers_are_admin(countersign):
    identity = countersign.client("sts", account="999988887777").get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == ("999988887777", "arn:aws:iam::999988887777:user/admin")
    assert assume(countersign.client("sts", account="999988887777"))["Credentials"]
    wrong = countersign.client("sts", key=("999988887777", "guess"))
    assert refused(wrong.get_caller_identity)[0] == "SignatureDoesNotMatch"


def test_a_session_is_bound_to_its_token(countersign, collector):
    first, second = assume(collector)["Credentials"], assume(collector, RoleSessionName="weekly")["Credentials"]
    mixed = first | {"SessionToken": second["SessionToken"]}
    code, message, status = refused(countersign.client("sts", credentials=mixed).get_caller_identity)
    assert (code, message, status) == (
        "InvalidClientTokenId",
        "The security token included in the request is invalid",
        403,
    )


def test_roles_are_chained_for_an_hour(countersign, collector):
    vendor = countersign.client("sts", credentials=assume(collector, DurationSeconds=7200)["Credentials"])
    chained = vendor.assume_role(RoleArn=READER, RoleSessionName="second")
    assert chained["AssumedRoleUser"]["Arn"].endswith("assumed-role/Reader/second")
    too_long = {"RoleArn": READER, "RoleSessionName": "second", "DurationSeconds": 7200}
    assert refused(vendor.assume_role, **too_long)[0] == "ValidationError"
    assert refused(collector.assume_role, RoleArn=READER, RoleSessionName="direct")[0] == "AccessDenied"


def test_a_session_ends(countersign, collector):
    sts = countersign.client("sts", credentials=assume(collector, DurationSeconds=900)["Credentials"])
    countersign.advance(600)
    assert sts.get_caller_identity()["Account"] == "111122223333"
    countersign.advance(300)
    expired = ("ExpiredToken", "The security token included in the request is expired", 403)
    assert refused(sts.get_caller_identity) == expired
    assert refused(sts.assume_role, RoleArn=READER, RoleSessionName="second") == expired
    # Keys do not end, and clients still sign by the clock of the machine.
    assert assume(collector)["Credentials"]


def test_tags_and_session_policies_are_taken(collector):
    answer = assume(
        collector,
        Tags=[{"Key": "team", "Value": "Ärzte und Söhne"}],
        TransitiveTagKeys=["team"],
        Policy='{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}',
    )
    assert 0 < answer["PackedPolicySize"] <= 100


def test_a_source_identity_needs_its_permission(countersign, collector):
    assert refused(assume, sts=collector, SourceIdentity="ann")[0] == "AccessDenied"
    admin = countersign.client("sts", account="999988887777")
    assert assume(admin, SourceIdentity="ann")["SourceIdentity"] == "ann"


def test_every_violation_is_told_at_once(collector):
    # botocore would find these before they are sent.
    config = boto3.session.Config(parameter_validation=False)
    sts = boto3.client(
        "sts",
        endpoint_url=collector.meta.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=COLLECTOR[0],
        aws_secret_access_key=COLLECTOR[1],
        config=config,
    )
    code, message, status = refused(sts.assume_role, RoleArn="x", RoleSessionName="y", DurationSeconds=1)
    assert (code, status) == ("ValidationError", 400)
    assert message.startswith("3 validation errors detected: ")


def test_mfa_opens_what_asks_for_it(countersign):
    sts = countersign.client("sts", key=ANN)
    call = {"RoleArn": "arn:aws:iam::111122223333:role/Guarded", "RoleSessionName": "ann"}
    assert refused(sts.assume_role, **call)[0] == "AccessDenied"
    shown = {"SerialNumber": ANNS_DEVICE, "TokenCode": totp(ANNS_SEED)}
    assert sts.assume_role(**call, **shown)["Credentials"]
    assert refused(sts.assume_role, **call, **shown)[1] == "MultiFactorAuthentication failed with invalid MFA one time pass code. "
    session = sts.get_session_token(SerialNumber=ANNS_DEVICE, TokenCode=totp(ANNS_SEED, steps=1))
    assert countersign.client("sts", credentials=session["Credentials"]).assume_role(**call)["Credentials"]


def test_get_session_token(countersign):
    session = countersign.client("sts", key=ANN).get_session_token(DurationSeconds=900)["Credentials"]
    sts = countersign.client("sts", credentials=session)
    assert sts.get_caller_identity()["Arn"] == "arn:aws:iam::111122223333:user/ann"
    assert refused(sts.get_session_token)[0] == "AccessDenied"


def test_get_access_key_info(countersign, collector):
    session = assume(collector)["Credentials"]
    answer = countersign.client("sts", key=ANN).get_access_key_info(AccessKeyId=session["AccessKeyId"])
    assert answer["Account"] == "111122223333"


def test_a_presigned_url_says_who_signed_it(countersign, collector):
    url = collector.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    with urllib.request.urlopen(url) as answer:
        assert b"<Arn>arn:aws:iam::999988887777:user/collector</Arn>" in answer.read()


def test_code_that_makes_its_own_clients_finds_the_world(countersign_environment, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", COLLECTOR[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", COLLECTOR[1])
    assert boto3.Session().client("sts").get_caller_identity()["Arn"].endswith("user/collector")


def test_every_region_is_taken(countersign):
    identity = countersign.client("sts", account="999988887777", region="eu-west-3").get_caller_identity()
    assert identity["Account"] == "999988887777"
