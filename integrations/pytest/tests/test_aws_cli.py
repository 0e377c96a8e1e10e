"""The aws CLI against the endpoint."""

import json
import subprocess
import sys

import pytest

VENDOR = "arn:aws:iam::111122223333:role/Vendor"
READER = "arn:aws:iam::111122223333:role/Reader"
COLLECTOR = ("AKIAU3UKDXOYQEXAMPLE", "an-example-and-no-secret")
ASSUME = ["sts", "assume-role", "--role-arn", VENDOR, "--role-session-name", "nightly"]

PROFILES = f"""
[profile collector]
region = us-east-1
aws_access_key_id = {COLLECTOR[0]}
aws_secret_access_key = {COLLECTOR[1]}

[profile vendor]
region = us-east-1
role_arn = {VENDOR}
source_profile = collector
external_id = tenant-7f2
role_session_name = from-profile

[profile forgot]
region = us-east-1
role_arn = {VENDOR}
source_profile = collector

[profile miscased]
region = us-east-1
role_arn = {VENDOR}
source_profile = collector
external_id = TENANT-7F2

[profile reader]
region = us-east-1
role_arn = {READER}
source_profile = vendor
"""


class Failed(Exception):
    pass


@pytest.fixture
def aws(countersign, tmp_path):
    """Runs a command, as the key of the vendor unless a profile or credentials are given, and reads its answer."""
    config = tmp_path / "config"
    config.write_text(PROFILES)

    def run(*arguments, profile=None, **caller):
        variables = countersign.variables(**caller or {"key": COLLECTOR})
        if profile is not None:
            arguments = [*arguments, "--profile", profile]
            # Keys in the environment would win.
            del variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]
        # Sessions of profiles are cached in the home folder.
        home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "AWS_CONFIG_FILE": str(config)}
        # Started as its script does, which has another name on each system.
        program = [sys.executable, "-c", "import awscli.clidriver, sys; sys.exit(awscli.clidriver.main())"]
        done = subprocess.run(
            [*program, *arguments, "--output", "json"], env=variables | home, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise Failed(done.stderr.strip())
        return json.loads(done.stdout) if done.stdout else None

    return run


def denied(caller, role=VENDOR):
    return (
        "(AccessDenied) when calling the AssumeRole operation: "
        f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}"
    )


COLLECTOR_ARN = "arn:aws:iam::999988887777:user/collector"


def test_assume_role(aws):
    answer = aws(*ASSUME, "--external-id", "tenant-7f2")
    assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts::111122223333:assumed-role/Vendor/nightly"
    identity = aws("sts", "get-caller-identity", credentials=answer["Credentials"])
    assert identity["Arn"] == answer["AssumedRoleUser"]["Arn"]


@pytest.mark.parametrize("external_id", [[], ["--external-id", "Tenant-7f2"]])
def test_assume_role_without_the_external_id(aws, external_id):
    with pytest.raises(Failed) as failed:
        aws(*ASSUME, *external_id)
    assert str(failed.value).endswith(denied(COLLECTOR_ARN))


def test_a_session_ends(aws, countersign):
    session = aws(*ASSUME, "--external-id", "tenant-7f2", "--duration-seconds", "900")["Credentials"]
    countersign.advance(900)
    with pytest.raises(Failed, match=r"\(ExpiredToken\) .* is expired$"):
        aws("sts", "get-caller-identity", credentials=session)


def test_a_profile_sends_its_external_id(aws):
    identity = aws("sts", "get-caller-identity", profile="vendor")
    assert identity["Arn"] == "arn:aws:sts::111122223333:assumed-role/Vendor/from-profile"


@pytest.mark.parametrize("profile", ["forgot", "miscased"])
def test_a_profile_without_the_external_id(aws, profile):
    with pytest.raises(Failed) as failed:
        aws("sts", "get-caller-identity", profile=profile)
    assert str(failed.value).endswith(denied(COLLECTOR_ARN))


def test_profiles_chain_roles(aws):
    identity = aws("sts", "get-caller-identity", profile="reader")
    assert identity["Arn"].startswith("arn:aws:sts::111122223333:assumed-role/Reader/")
    with pytest.raises(Failed) as failed:
        aws("sts", "assume-role", "--role-arn", READER, "--role-session-name", "direct", profile="collector")
    assert str(failed.value).endswith(denied(COLLECTOR_ARN, READER))


def test_a_secret_that_is_wrong(aws):
    with pytest.raises(Failed, match=r"\(SignatureDoesNotMatch\)"):
        aws("sts", "get-caller-identity", key=(COLLECTOR[0], "guess"))


def test_a_role_is_made_and_assumed(aws):
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "999988887777"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "by-cli"}},
            }
        ],
    }
    create = ["iam", "create-role", "--role-name", "Made", "--assume-role-policy-document", json.dumps(trust)]
    role = aws(*create, account="111122223333")["Role"]
    assert role["AssumeRolePolicyDocument"] == trust
    assume = ["sts", "assume-role", "--role-arn", role["Arn"], "--role-session-name", "nightly"]
    with pytest.raises(Failed) as failed:
        aws(*assume)
    assert str(failed.value).endswith(denied(COLLECTOR_ARN, role["Arn"]))
    assert aws(*assume, "--external-id", "by-cli")["AssumedRoleUser"]["Arn"].endswith("Made/nightly")
    with pytest.raises(Failed, match=r"\(EntityAlreadyExists\)"):
        aws(*create, account="111122223333")
    assert aws("iam", "delete-role", "--role-name", "Made", account="111122223333") is None
