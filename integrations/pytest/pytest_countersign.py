"""A local AWS STS and IAM endpoint for tests: one `countersign sts` for the run, one world for each test.

    import pytest

    @pytest.fixture
    def countersign_world():
        return {"accounts": {"111122223333": {"roles": {"Vendor": {"trust-policy": {...}}}}}}

    def test_the_external_id_is_needed(countersign):
        sts = countersign.client("sts", account="999988887777")
        with pytest.raises(sts.exceptions.ClientError, match="AccessDenied"):
            sts.assume_role(RoleArn="arn:aws:iam::111122223333:role/Vendor", RoleSessionName="test")

What the endpoint's operator would see of refusals, is shown with a test that fails.
"""

import itertools
import json
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import pytest

REGION = "us-east-1"
SERVICES = ("sts", "iam")


class Session(boto3.Session):
    """A boto3 session whose STS and IAM are a world."""

    def __init__(self, url, **arguments):
        super().__init__(**arguments)
        self._world_url = url

    def client(self, service_name, *arguments, **named):
        if service_name in SERVICES:
            named.setdefault("endpoint_url", self._world_url)
        return super().client(service_name, *arguments, **named)

    def resource(self, service_name, *arguments, **named):
        if service_name in SERVICES:
            named.setdefault("endpoint_url", self._world_url)
        return super().resource(service_name, *arguments, **named)


class World:
    """Accounts of its own, at a URL of its own."""

    def __init__(self, server, name):
        self.url = f"{server.url}/w/{name}"
        self._server = server
        self._log_start = server.log_size()

    def reset(self):
        """Makes it what it was at first."""
        _send("POST", f"{self.url}/reset")

    def advance(self, seconds):
        """Moves its clock on: sessions end. Clients go on signing by the clock of the machine."""
        _send("POST", f"{self.url}/advance", str(seconds))

    def snapshot(self):
        """All of it, for `Server.world`."""
        return json.loads(_send("GET", f"{self.url}/snapshot"))

    def remove(self):
        """Forgets it."""
        _send("DELETE", self.url)

    def refusals(self):
        """What was refused so far, and why: the client sees only AWS's text."""
        return self._server.log_since(self._log_start)

    def session(self, account="111111111111", *, key=None, credentials=None, region=REGION):
        """A session of the user `admin` of `account`, of `key` (an id and its secret), or of what STS answered."""
        return Session(self.url, region_name=region, **_credentials(account, key, credentials))

    def client(self, service, account="111111111111", *, key=None, credentials=None, region=REGION, **arguments):
        """A client of `sts` or `iam`, for the same callers as `session`."""
        session = self.session(account, key=key, credentials=credentials, region=region)
        return session.client(service, **arguments)

    def variables(self, account="111111111111", *, key=None, credentials=None, region=REGION):
        """The environment variables that lead any SDK and the aws CLI here, and away from the user's own profiles."""
        names = {
            "aws_access_key_id": "AWS_ACCESS_KEY_ID",
            "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
            "aws_session_token": "AWS_SESSION_TOKEN",
        }
        found = {names[name]: value for name, value in _credentials(account, key, credentials).items()}
        return found | {
            "AWS_ENDPOINT_URL_STS": self.url,
            "AWS_ENDPOINT_URL_IAM": self.url,
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def _credentials(account, key, credentials):
    if credentials is not None:
        return {
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials["SessionToken"],
        }
    access_key_id, secret = key or (account, "test")
    return {"aws_access_key_id": access_key_id, "aws_secret_access_key": secret}


def _send(method, url, body=""):
    request = urllib.request.Request(url, body.encode(), method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        raise ValueError(error.read().decode().strip()) from None


class Server:
    """`countersign sts`, from its start to `stop`."""

    def __init__(self, program, *arguments):
        self._numbers = itertools.count(1)
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [program, "sts", "--port", "0", "--print-env", "--log", *arguments],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        first = self._process.stdout.readline().strip()
        prefix = "export AWS_ENDPOINT_URL_STS="
        if not first.startswith(prefix):
            self.stop()
            raise RuntimeError(f"`{program} sts` did not start: {self.log_since(0)}")
        self.url = first.removeprefix(prefix)

    def world(self, document=None, name=None):
        """A new world: of a document as `countersign sts --world` takes it, of the path of one, or of a snapshot."""
        if document is None:
            text = ""
        elif isinstance(document, (str, os.PathLike)):
            text = Path(document).read_text()
        else:
            text = json.dumps(document)
        name = name or f"pytest-{next(self._numbers)}"
        _send("PUT", f"{self.url}/w/{name}", text)
        return World(self, name)

    def log_size(self):
        return os.fstat(self._log.fileno()).st_size

    def log_since(self, size):
        """What was refused since the log had this size, and why."""
        return os.pread(self._log.fileno(), self.log_size() - size, size).decode(errors="replace")

    def stop(self):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()


def pytest_addoption(parser):
    parser.addoption(
        "--countersign",
        metavar="PROGRAM",
        help="the countersign program; else what $COUNTERSIGN names, or the one on the PATH",
    )


@pytest.fixture(scope="session")
def countersign_program(request):
    """Where the program is."""
    program = request.config.getoption("--countersign") or os.environ.get("COUNTERSIGN") or "countersign"
    found = shutil.which(program)
    if found is None:
        pytest.fail(f"there is no program `{program}`: install countersign, or name it with --countersign", pytrace=False)
    return found


@pytest.fixture(scope="session")
def countersign_server(countersign_program):
    """The server that has the worlds."""
    server = Server(countersign_program)
    yield server
    server.stop()


@pytest.fixture
def countersign_world():
    """What exists when a test begins: a document as `countersign sts --world` takes it, or the path of one."""
    return None


@pytest.fixture
def countersign(countersign_server, countersign_world):
    """A world of its own."""
    world = countersign_server.world(countersign_world)
    yield world
    world.remove()


@pytest.fixture
def countersign_environment(countersign, monkeypatch):
    """A world that clients find by themselves, for code that makes its own."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in countersign.variables().items():
        monkeypatch.setenv(name, value)
    return countersign


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    world = getattr(item, "funcargs", {}).get("countersign")
    if report.when == "call" and report.failed and world is not None:
        report.sections.append(("countersign: what was refused, and why", world.refusals()))
    return report
