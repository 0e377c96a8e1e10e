"""One world: the good call, the denial, what diagnose says of it, and the call once it is put right."""

import contextlib
import datetime
import functools
import io
import json
import os
import random
import shlex
import subprocess
import traceback
import urllib.request
from pathlib import Path

import awscli.clidriver
import boto3
import botocore.session
import jwt
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.hazmat.primitives.asymmetric import ec
from totp import totp

from . import diff
from .less import STANDINGS, expected_standing
from .plants import PLANTS
from .scene import REGION, SECRET, SEED, STRANGER

# Reading the models of services anew for each call would take longer than the calls.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)

KEY = ec.generate_private_key(ec.SECP256R1())
JWK = jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "k1", "use": "sig", "alg": "ES256"}
NO_FILE = os.devnull


class Wrong(Exception):
    """What is not as it has to be."""


class Place:
    """A world of the server, made anew for each step, and clients of the accounts in it."""

    def __init__(self, server, name):
        self.url = f"{server}/w/{name}"
        self.clients = {}

    def put(self, document):
        self._send("PUT", "", json.dumps(document))

    def advance(self, seconds):
        self._send("POST", "/advance", str(seconds))

    def _send(self, method, path, body):
        request = urllib.request.Request(self.url + path, body.encode(), method=method)
        try:
            urllib.request.urlopen(request).close()
        except urllib.error.HTTPError as error:
            raise Wrong(f"the world is refused: {error.read().decode()}") from None

    def client(self, service, account):
        """A client of the user `admin`."""
        return self.client_with(service, (account, "test", None))

    def client_with(self, service, credentials):
        if (service, credentials) not in self.clients:
            key, secret, token = credentials
            arguments = {"aws_access_key_id": key, "aws_secret_access_key": secret, "aws_session_token": token}
            client = boto3.client(service, endpoint_url=self.url, region_name=REGION, **arguments)
            if token:
                return client
            self.clients[service, credentials] = client
        return self.clients[service, credentials]


class Trial:
    def __init__(self, number, cause, place, program, folder):
        self.rng = random.Random(f"{number}/{cause}")
        self.cause, self.place, self.program, self.folder = cause, place, program, Path(folder)
        plant = PLANTS[cause]
        self.scene = None
        self.steps = plant.start(self.rng)
        self.shown = []

    def run(self):
        """Every step; `Wrong` says which went another way."""
        self.scene = next(self.steps)
        self.make()
        self.expect_success("the good call is refused: the plant is wrong")
        names = ("RoleArn", "RoleSessionName", "ExternalId")
        self.good = {name: value for name, value in self.scene.call.parameters.items() if name in names}
        self.expected = next(self.steps)
        self.make()
        error = self.attempt()
        if error is None:
            raise Wrong("what is put wrong is allowed: the plant is wrong, or the endpoint")
        self.show("error", error)
        diagnosis = self.diagnose(error)
        self.judge(diagnosis)
        self.repair(diagnosis)
        self.expect_success("the repaired call is refused")
        self.refuse_strangers()

    def seen(self):
        """The world and the call as they are now, and what was said of them."""
        if self.scene is None:
            return
        document = self.scene.document({"keys": "left out"})
        for what, text in [("world", json.dumps(document, indent=2)), ("call", self.scene.call.text()), *self.shown]:
            yield f"--- {what}\n{text}"

    def run_with_less(self, left_out):
        """The denial, diagnosed without one kind of evidence: nothing but the planted cause may be proved."""
        self.scene = next(self.steps)
        self.expected = next(self.steps)
        self.make()
        self.scene.knows = self.scene.knows - {left_out}
        error = self.attempt()
        if error is None:
            raise Wrong("what is put wrong is allowed: the plant is wrong, or the endpoint")
        self.show("error", error)
        diagnosis = self.diagnose(error)
        causes = diagnosis["causes"]
        proved = [cause["id"] for cause in causes if cause["status"] == "proved"]
        if set(proved) - {self.cause}:
            raise Wrong(f"proved without the {left_out}, and not planted: {proved}")
        found = [cause["id"] for cause in causes]
        standing = "proved" if proved else "first" if found[:1] == [self.cause] else "named" if self.cause in found else "open"
        least = expected_standing(self.cause, left_out)
        if STANDINGS.index(standing) > STANDINGS.index(least):
            raise Wrong(f"without the {left_out} it is to be {least}, and is {standing}; found are {found}")

    def show(self, what, text):
        self.shown.append((what, text if isinstance(text, str) else json.dumps(text, indent=2)))

    def make(self, **put_right):
        """The scene as a world, and the caller's session where it has one."""
        scene = self.scene
        document = scene.document({"keys": [JWK]}, **put_right)
        is_own = scene.own_arn == scene.role_arn
        if is_own:
            # To be a session of the very role, somebody has to get in first.
            role = document["accounts"][scene.account]["roles"][scene.name]
            trust, role["trust-policy"] = role["trust-policy"], scene.own_trust
        self.place.put(document)
        # Sessions of an earlier world are worth nothing here.
        scene.remade = None
        if is_own:
            iam = self.place.client("iam", scene.account)
            scene.events = [lambda _: iam.update_assume_role_policy(RoleName=scene.name, PolicyDocument=trust)]
        self.credentials = self.sign_in()
        for event in scene.events:
            event(self.place)
        if scene.remade == "session":
            self.credentials = self.sign_in()
        elif scene.remade:
            self.credentials = scene.remade

    def sign_in(self):
        scene = self.scene
        if scene.caller == "token":
            return None
        if scene.impostor:
            return ("AKIAIMPOSTOR00000000", SECRET, None)
        if scene.caller == "user":
            if not scene.with_mfa_session:
                return (*(scene.sent_key or scene.key), None)
            sts = self.place.client_with("sts", (scene.key[0], SECRET, None))
            with_code = {"SerialNumber": scene.device, "TokenCode": totp(SEED, -1)} if scene.with_mfa_session == "mfa" else {}
            return self.session_of(sts.get_session_token(**with_code))
        sts = self.place.client("sts", scene.caller_account)
        request = {"RoleArn": scene.own_arn, "RoleSessionName": scene.own_session}
        if scene.session_policy:
            request["Policy"] = json.dumps(scene.session_policy)
        return self.session_of(sts.assume_role(**request))

    @staticmethod
    def session_of(answer):
        credentials = answer["Credentials"]
        return (credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])

    def expect_success(self, complaint):
        error = self.attempt()
        if error is not None:
            raise Wrong(f"{complaint}:\n{error}")

    text = None

    def attempt(self):
        """Makes the call as it is written. What is printed when it is refused, or nothing."""
        call = self.scene.call
        text = call.text() if self.text is None else self.text
        with environment(self.variables()):
            boto3.DEFAULT_SESSION = None
            try:
                return getattr(self, f"run_{call.style}")(text)
            except (ClientError, BotoCoreError) as error:
                return self.printed(error)

    def printed(self, error):
        """A person has the traceback, the line of a log, or the text alone."""
        name = f"{type(error).__module__}.{type(error).__qualname__}"
        forms = [
            lambda: "".join(traceback.format_exception(error)),
            lambda: f"{name}: {error}",
            lambda: f"2026-03-01 10:00:00,123 ERROR collector could not sign in: {error}",
            lambda: str(error),
        ]
        return self.rng.choice(forms)()

    def variables(self):
        place = {
            "AWS_ENDPOINT_URL_STS": self.place.url,
            "AWS_ENDPOINT_URL_IAM": self.place.url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": NO_FILE,
            "AWS_SHARED_CREDENTIALS_FILE": NO_FILE,
            "HOME": str(self.folder),
        }
        keys = {}
        if self.credentials:
            names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
            keys = {name: value for name, value in zip(names, self.credentials) if value}
        if self.scene.claims:
            keys["WEB_IDENTITY_TOKEN"] = self.scene.token_sent(self.token(self.scene.claims | self.scene.claims_sent))
        if self.scene.has_mfa:
            keys["MFA_CODE"] = self.scene.wrong_code or totp(SEED)
        return place | keys

    @staticmethod
    def token(claims):
        now = int(datetime.datetime.now().timestamp())
        claims = {"iat": now, "exp": now + 600} | claims
        return jwt.encode(claims, KEY, algorithm="ES256", headers={"kid": "k1"})

    def run_python(self, text):
        exec(compile(text, self.scene.call.file, "exec"), {"__name__": "__main__"})

    def run_cli(self, text):
        words = shlex.split(os.path.expandvars(text.replace("\\\n", " ")))
        output, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            status = awscli.clidriver.create_clidriver().main(words[1:])
        return None if status == 0 else errors.getvalue()

    def run_profile(self, text):
        config, credentials = self.folder / "config", self.folder / "credentials"
        config.write_text(text)
        names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        lines = [f"{name} = {value}" for name, value in zip(names, self.credentials) if value]
        credentials.write_text("\n".join(["[base]", *lines, ""]))
        os.environ |= {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}
        boto3.Session(profile_name="target").client("sts").get_caller_identity()

    def bundle(self, error):
        scene, bundle = self.scene, {"error_text": error}
        if "trust" in scene.knows:
            bundle["trust_policy"] = scene.trust_seen or scene.trust_text
        if "identity" in scene.knows and scene.identity:
            bundle["identity_policy"] = scene.identity_texts
        if "request" in scene.knows:
            bundle["request"] = {"kind": scene.call.kind, "name": scene.call.file, "text": scene.call.text()}
        limits = {"permissions_boundary": scene.boundary, "session_policy": scene.session_policy}
        limits |= {"scp": scene.scps, "rcp": scene.rcps}
        bundle |= {name: limit for name, limit in limits.items() if limit}
        if scene.claims:
            claims = scene.claims | {"aud": scene.claims.get("aud")}
            scene.facts = {"token_claims": claims} | scene.facts
        if scene.facts:
            bundle["context"] = scene.facts
        return bundle | scene.said

    def diagnose(self, error):
        """By the program, from files and options or from a bundle."""
        bundle = self.bundle(error)
        self.show("evidence", {name: value for name, value in bundle.items() if name != "error_text"})
        command = [self.program, "diagnose", "--format", "json"]
        by_options = not bundle.keys() & {"context", "caller", "target_role"} and self.rng.random() < 0.4
        if by_options:
            command += self.options(bundle)
        else:
            command += ["--case", self.file("case.json", json.dumps(bundle))]
        # The journal of whoever runs the tests is none of theirs.
        own = os.environ | {"XDG_STATE_HOME": str(self.folder)}
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, env=own)
        if done.returncode not in (0, 1):
            printed = done.stderr.decode() + done.stdout.decode()
            raise Wrong(f"`{' '.join(command)}` answers {done.returncode}: {printed}")
        diagnosis = json.loads(done.stdout)
        status = {"proved": 0}.get(diagnosis["status"], 1)
        if done.returncode != status:
            raise Wrong(f"the answer is {diagnosis['status']}, and the exit status {done.returncode}")
        self.show("diagnosis", diagnosis)
        return diagnosis

    def options(self, bundle):
        command = [self.file("error.txt", bundle["error_text"])]
        if "trust_policy" in bundle:
            command += ["--trust", self.file("trust-policy.json", bundle["trust_policy"])]
        for number, text in enumerate(bundle.get("identity_policy", [])):
            command += ["--identity", self.file(f"identity-{number}.json", text)]
        if "request" in bundle:
            command += ["--call", self.file(bundle["request"]["name"], bundle["request"]["text"])]
        single = {"permissions_boundary": "--boundary", "session_policy": "--session-policy"}
        for name, option in single.items():
            if name in bundle:
                command += [option, self.file(f"{name}.json", json.dumps(bundle[name]))]
        for name in ("scp", "rcp"):
            for number, document in enumerate(bundle.get(name, [])):
                command += [f"--{name}", self.file(f"{name}-{number}.json", json.dumps(document))]
        return command

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def judge(self, diagnosis):
        causes = diagnosis["causes"]
        found = (causes[0]["id"] if causes else None, diagnosis["status"])
        wanted = (self.cause, self.expected.status)
        if found != wanted:
            raise Wrong(f"planted {wanted}, diagnosed {found}")
        also = [cause["id"] for cause in causes[1:] if cause["status"] == "proved"]
        if also:
            raise Wrong(f"also proved, and not planted: {also}")
        if diagnosis["before"] == "Allowed" and self.expected.by_policy:
            raise Wrong("the evaluator allows what the endpoint denies")
        if self.expected.side not in (None, causes[0]["side"]):
            raise Wrong(f"{causes[0]['side']} is to change, and not {self.expected.side}")

    def repair(self, diagnosis):
        """Makes the change that diagnose proposes; where it is advice, the plant does what was advised."""
        first = diagnosis["causes"][0]
        patch = first["fix"]["diff"]
        if self.expected.patch and patch is None:
            raise Wrong("there is no diff")
        if patch is None:
            next(self.steps, None)
            self.make()
            return
        target, call = self.patched(patch), self.scene.call
        if target == call.file:
            self.text = self.filled_in(diff.apply(patch, call.text()))
            self.show("patched call", self.text)
            self.make()
        elif "trust" in target:
            text = diff.apply(patch, self.scene.trust_seen or self.scene.trust_text)
            self.show("patched trust policy", text)
            if self.rng.random() < 0.5 and not self.scene.trust_seen:
                return self.make(trust=text)
            iam = self.place.client("iam", self.scene.account)
            iam.update_assume_role_policy(RoleName=self.scene.name, PolicyDocument=text)
        else:
            texts = self.scene.identity_texts
            texts[0:1] = [diff.apply(patch, texts[0] if texts else "")]
            self.show("patched identity policy", texts[0])
            self.put_identity(texts)

    def filled_in(self, text):
        """What only its owner knows: which device it is, and what it shows."""
        return text.replace("<DEVICE>", self.scene.device.rsplit("/", 1)[-1]).replace("<CODE>", totp(SEED))

    @staticmethod
    def patched(patch):
        return patch.splitlines()[1].removeprefix("+++ b/").rsplit("/", 1)[-1]

    def put_identity(self, texts):
        scene = self.scene
        if self.rng.random() < 0.5:
            return self.make(identity=texts)
        iam = self.place.client("iam", scene.caller_account)
        if scene.caller == "user":
            iam.put_user_policy(UserName=scene.own_name, PolicyName="own-0", PolicyDocument=texts[0])
        else:
            iam.put_role_policy(RoleName=scene.own_name, PolicyName="own-0", PolicyDocument=texts[0])

    def refuse_strangers(self):
        """The account of somebody else must not have been let in, whatever it knows of the call."""
        if self.scene.call.operation != "assume_role":
            return
        try:
            self.place.client("sts", STRANGER).assume_role(**{"RoleSessionName": "stranger"} | self.good)
        except ClientError as error:
            if error.response["Error"]["Code"] == "AccessDenied":
                return
            raise
        raise Wrong("the repair lets a stranger in")


@contextlib.contextmanager
def environment(variables):
    kept = dict(os.environ)
    for name in list(os.environ):
        # The path of its own models is the aws CLI's.
        if name.startswith("AWS_") and name != "AWS_DATA_PATH":
            del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)
