"""What the operator sees: logs, the trail, metrics."""

import gzip
import json
import os
import re
import signal
import subprocess
import threading
import urllib.request
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from prometheus_client.parser import text_string_to_metric_families

WORLD = Path(__file__).parents[2] / "world.json"
ROLE = "arn:aws:iam::111122223333:role/Vendor"
VENDOR = "999988887777"
ONCE = Config(retries={"total_max_attempts": 1})


class Running:
    """A server of its own, whose files are under a folder."""

    def __init__(self, program, folder, *arguments):
        self.folder = folder
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [program, "sts", "--port", "0", "--print-env", "--world", WORLD, *arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        first = self.process.stdout.readline()
        self.url = first.strip().removeprefix("export AWS_ENDPOINT_URL_STS=")

    def client(self, service, account=VENDOR, **arguments):
        credentials = {"aws_access_key_id": account, "aws_secret_access_key": "test"} | arguments
        return boto3.client(service, endpoint_url=self.url, region_name="eu-west-1", config=ONCE, **credentials)

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as answer:
            return answer.read().decode()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait()
        self.process.stdout.close()
        return code

    def lines(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def events(self):
        """The events of all files, by the account in whose log they are."""
        found = {}
        for path in (self.folder / "trail").rglob("*"):
            # A file that is being written begins with a dot; nobody takes it for one of CloudTrail's.
            if path.is_file() and not path.name.startswith("."):
                name = path.relative_to(self.folder / "trail")
                whole = r"AWSLogs/(\d{12})/CloudTrail/([a-z0-9-]+)/(\d{4})/(\d\d)/(\d\d)/"
                whole += r"\1_CloudTrail_\2_\3\4\5T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz"
                match = re.fullmatch(whole, str(name))
                assert match, f"{name} is not how CloudTrail names files"
                records = json.loads(gzip.decompress(path.read_bytes()))["Records"]
                for record in records:
                    assert (record["recipientAccountId"], record["awsRegion"]) == match.group(1, 2)
                found.setdefault(match[1], []).extend(records)
        return found


@pytest.fixture
def start(countersign_program, tmp_path):
    running = []

    def start(*arguments):
        running.append(Running(countersign_program, tmp_path, *arguments))
        return running[-1]

    yield start
    for server in running:
        server.process.kill()
        server.process.wait()
        server.process.stdout.close()


def refused(function, **parameters):
    with pytest.raises(ClientError) as caught:
        function(**parameters)
    return caught.value.response


def test_no_secret_is_in_a_log_or_on_the_page(start):
    server = start("--log-format", "json")
    sts, iam = server.client("sts"), server.client("iam", "111122223333")
    answer = sts.assume_role(RoleArn=ROLE, RoleSessionName="s1", ExternalId="tenant-7f2")["Credentials"]
    session = {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }
    server.client("sts", **session).get_caller_identity()
    presigned = server.client("sts", **session).generate_presigned_url("get_caller_identity", HttpMethod="GET")
    with urllib.request.urlopen(presigned) as got:
        assert got.status == 200
    refused(server.client("sts", **session | {"aws_secret_access_key": "wrong-secret-7"}).get_caller_identity)
    wrong_token = session | {"aws_session_token": "wrong-token-8" + answer["SessionToken"]}
    refused(server.client("sts", **wrong_token).get_caller_identity)

    mfa = {"RoleArn": ROLE, "RoleSessionName": "s1", "SerialNumber": f"arn:aws:iam::{VENDOR}:mfa/ann"}
    refused(sts.assume_role, TokenCode="918273", **mfa)
    # Texts of AWS's repeat what is wrong: here that is the secret.
    refused(sts.assume_role, TokenCode="65x748", **mfa)
    contexts = [{"ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter", "ContextAssertion": "assertion-443"}]
    refused(sts.assume_role, RoleArn=ROLE, RoleSessionName="s1", ProvidedContexts=contexts)
    token = {"RoleArn": ROLE, "RoleSessionName": "s1", "WebIdentityToken": "eyJ0b2tlbi03NzEi.e30.c2ln"}
    refused(sts.assume_role_with_web_identity, **token)
    saml = {"RoleArn": ROLE, "PrincipalArn": "arn:aws:iam::111122223333:saml-provider/x"}
    refused(sts.assume_role_with_saml, SAMLAssertion="c2FtbC1hc3NlcnRpb24tODgy", **saml)
    refused(sts.decode_authorization_message, EncodedMessage="encoded-message-551")

    iam.create_user(UserName="carl")
    key = iam.create_access_key(UserName="carl")["AccessKey"]
    refused(server.client("iam", "111122223333").update_user, UserName="nobody", NewUserName="somebody")

    def try_to(operation, **parameters):
        """Whether the operation is there or not, what it was sent is a secret."""
        try:
            return getattr(iam, operation)(**parameters)
        except ClientError:
            return None

    try_to("create_login_profile", UserName="carl", Password="Passw0rd-first-991!")
    try_to("update_login_profile", UserName="carl", Password="Passw0rd-other-992!")
    try_to("change_password", OldPassword="Passw0rd-old-993!", NewPassword="Passw0rd-new-994!")
    device = try_to("create_virtual_mfa_device", VirtualMFADeviceName="carl")
    serial = "arn:aws:iam::111122223333:mfa/carl"
    codes = {"AuthenticationCode1": "135791", "AuthenticationCode2": "246802"}
    try_to("enable_mfa_device", UserName="carl", SerialNumber=serial, **codes)

    secrets = [
        answer["SecretAccessKey"],
        answer["SessionToken"],
        key["SecretAccessKey"],
        presigned.split("X-Amz-Signature=")[1].split("&")[0],
        *["wrong-secret-7", "wrong-token-8", "918273", "65x748", "assertion-443", "eyJ0b2tlbi03NzEi"],
        *["c2FtbC1hc3NlcnRpb24tODgy", "encoded-message-551", "Passw0rd", "135791", "246802"],
    ]
    if device:
        secrets.append(device["VirtualMFADevice"]["Base32StringSeed"].decode())
    decisions = server.get("/_countersign/decisions")
    metrics = server.get("/_countersign/metrics")
    assert server.end() == 0
    log = server.log.read_text()
    calls = len(server.lines())
    assert calls == len(json.loads(decisions)["decisions"]) >= 18
    assert ROLE in log and "65x748" not in log
    for secret in secrets:
        for where in (log, decisions, metrics):
            assert secret not in where
            assert json.dumps(secret)[1:-1] not in where


def test_a_line_tells_of_a_call_and_why(start):
    server = start("--log-format", "json")
    sts = server.client("sts")
    refusal = refused(sts.assume_role, RoleArn=ROLE, RoleSessionName="s1", ExternalId="tenant-7F2")
    request = urllib.request.Request(server.url, b"Action=\x1b[2J%E2%80%AE%C2%9B&Version=2011-06-15")
    request.add_header("user-agent", "\x9b31m")
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request)
    assert server.end() == 0
    raw = server.log.read_bytes().decode()
    assert not any(mark in raw for mark in "\x1b\x9b\u202e")
    denied, odd = server.lines()
    assert denied["request_id"] == refusal["ResponseMetadata"]["RequestId"]
    assert (denied["operation"], denied["outcome"], denied["error"]["code"]) == ("AssumeRole", "denied", "AccessDenied")
    assert denied["caller"]["arn"] == f"arn:aws:iam::{VENDOR}:user/admin"
    assert denied["role"] == {"arn": ROLE, "exists": True}
    assert denied["reason"]["statement"]["conditions"] == [
        {
            "operator": "StringEquals",
            "key": "sts:ExternalId",
            "required": ["tenant-7f2"],
            "sent": ["tenant-7F2"],
            "matched": False,
        }
    ]
    assert (odd["operation"], odd["outcome"], odd["caller"]) == (None, "refused", None)
    assert odd["parameters"]["Action"] == "\x1b[2J\u202e\x9b"


def test_metrics_are_what_prometheus_reads(start):
    server = start()
    sts = server.client("sts")
    sts.get_caller_identity()
    sts.get_caller_identity()
    refused(sts.assume_role, RoleArn=ROLE, RoleSessionName="s1")
    for action in ("Nonsense", "MoreNonsense", 'Bad"\n} 1'):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(server.url, f"Action={action}&Version=2011-06-15".encode())
    families = {family.name: family for family in text_string_to_metric_families(server.get("/_countersign/metrics"))}
    calls = {
        (sample.labels["operation"], sample.labels["code"]): sample.value
        for sample in families["countersign_calls"].samples
    }
    assert calls == {("GetCallerIdentity", "OK"): 2, ("AssumeRole", "AccessDenied"): 1, ("unknown", "InvalidAction"): 3}
    duration = families["countersign_call_duration_seconds"]
    assert duration.type == "histogram"
    buckets = [sample.value for sample in duration.samples if sample.name.endswith("_bucket")]
    assert buckets == sorted(buckets) and buckets[-1] == 6
    values = {sample.name: sample.value for sample in duration.samples}
    assert values["countersign_call_duration_seconds_count"] == 6 and values["countersign_call_duration_seconds_sum"] > 0
    assert families["countersign_connections"].samples[0].value >= 1
    assert families["countersign_uptime_seconds"].samples[0].value > 0
    assert families["process_start_time_seconds"].samples[0].value > 1_700_000_000


def test_the_trail_has_both_accounts_of_a_success_and_the_caller_of_a_denial(start, tmp_path):
    server = start("--trail", str(tmp_path / "trail"))
    sts = server.client("sts")
    answer = sts.assume_role(RoleArn=ROLE, RoleSessionName="s1", ExternalId="tenant-7f2")
    refusal = refused(sts.assume_role, RoleArn=ROLE, RoleSessionName="s1")
    server.client("iam", "111122223333").create_role(RoleName="New", AssumeRolePolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": VENDOR}, "Action": "sts:AssumeRole"}],
    }), MaxSessionDuration=7200, Tags=[{"Key": "team", "Value": "blue"}])
    assert server.end() == 0
    events = server.events()
    success, denial = events[VENDOR]
    twin, created = sorted(events["111122223333"], key=lambda event: event["eventSource"], reverse=True)
    assert success["requestID"] == twin["requestID"] == answer["ResponseMetadata"]["RequestId"]
    assert success["sharedEventID"] == twin["sharedEventID"] and success["eventID"] != twin["eventID"]
    assert success["requestParameters"] == {"roleArn": ROLE, "roleSessionName": "s1", "externalId": "tenant-7f2"}
    assert success["responseElements"]["credentials"]["accessKeyId"] == answer["Credentials"]["AccessKeyId"]
    assert (success["userIdentity"]["type"], twin["userIdentity"]["type"]) == ("IAMUser", "AWSAccount")
    assert denial["requestID"] == refusal["ResponseMetadata"]["RequestId"]
    assert (denial["errorCode"], denial["requestParameters"], denial["responseElements"]) == ("AccessDenied", None, None)
    assert (created["eventName"], created["awsRegion"], created["readOnly"]) == ("CreateRole", "us-east-1", False)
    assert created["requestParameters"]["maxSessionDuration"] == 7200
    assert created["requestParameters"]["tags"] == [{"key": "team", "value": "blue"}]
    assert created["responseElements"]["role"]["roleName"] == "New"
    assert answer["Credentials"]["SecretAccessKey"] not in json.dumps(events)


def test_files_come_while_the_server_runs(start, tmp_path):
    server = start("--trail", str(tmp_path / "trail"), "--trail-every", "0")
    for number in (1, 2):
        server.client("sts").get_caller_identity()
        while len(server.events().get(VENDOR, [])) < number:
            pass
    assert len(list((tmp_path / "trail").rglob("*.json.gz"))) == 2
    assert server.end() == 0
    assert len(server.events()[VENDOR]) == 2


def test_what_was_answered_before_the_end_is_in_the_trail_and_the_log(start, tmp_path):
    server = start("--log-format", "json", "--trail", str(tmp_path / "trail"))
    answered, enough = set(), threading.Event()

    def call():
        sts = server.client("sts")
        try:
            while True:
                answer = sts.assume_role(RoleArn=ROLE, RoleSessionName="s1", ExternalId="tenant-7f2")
                answered.add(answer["ResponseMetadata"]["RequestId"])
                if len(answered) >= 200:
                    enough.set()
        except BotoCoreError:
            # The server is gone.
            enough.set()

    callers = [threading.Thread(target=call) for _ in range(8)]
    for caller in callers:
        caller.start()
    enough.wait()
    assert server.end() == 0
    for caller in callers:
        caller.join()
    assert len(answered) >= 200
    assert answered <= {line["request_id"] for line in server.lines()}
    events = server.events()
    for account in (VENDOR, "111122223333"):
        assert answered <= {event["requestID"] for event in events[account]}


def test_a_trail_that_cannot_be_written_is_said_at_once(countersign_program, tmp_path):
    (tmp_path / "file").write_text("")
    arguments = [countersign_program, "sts", "--port", "0", "--trail", str(tmp_path / "file" / "trail")]
    done = subprocess.run(arguments, capture_output=True, text=True, env=os.environ | {"NO_COLOR": "1"})
    assert done.returncode == 2
    assert "cannot make the folder" in done.stderr
