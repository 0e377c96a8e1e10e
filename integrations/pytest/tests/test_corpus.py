"""The decisions of the corpus, asked over HTTP: those of AssumeRole by users and sessions of roles.

The library answers the same cases as they are written in the corpus; `crates/countersign-policy/tests` and `countersign test` hold
it to that. A case that cannot be a call over HTTP is counted by its reason (`pytest -s tests/test_corpus.py` shows the counts).
"""

import collections
import json
import socket
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session
from corpus_call import KEY, REGION, SEED, Inexpressible, Plan
from totp import totp

CORPUS = Path(__file__).parents[3] / "corpus/evaluation"
SPACE = "{https://sts.amazonaws.com/doc/2011-06-15/}"

counts = collections.Counter()
http = URLLib3Session(socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)])


def assume(world, credentials, parameters):
    """The credentials of an AssumeRole, or None when it was denied."""
    body = urlencode({"Action": "AssumeRole", "Version": "2011-06-15"} | parameters)
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = AWSRequest("POST", f"{world.url}/", headers=headers, data=body)
    SigV4Auth(credentials, "sts", REGION).add_auth(request)
    answer = http.send(request.prepare())
    root = ElementTree.fromstring(answer.content)
    if answer.status_code == 200:
        found = root.find(f"{SPACE}AssumeRoleResult/{SPACE}Credentials")
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        return Credentials(*(found.findtext(f"{SPACE}{name}") for name in names))
    code, message = (root.findtext(f"{SPACE}Error/{SPACE}{name}") for name in ("Code", "Message"))
    assert code == "AccessDenied", f"{code}: {message}"
    return None


def is_allowed(server, plan):
    try:
        world = server.world({"accounts": plan.accounts, "organizations": plan.organizations})
    except ValueError as refused:
        raise Inexpressible("IAM takes no such policy") from refused
    caller = Credentials(*KEY)
    if plan.caller_session is not None:
        session = dict(plan.caller_session)
        caller = assume(world, Credentials(session.pop("account"), "test"), session)
        assert caller is not None, f"there is no session of {session}"
    shown = {"SerialNumber": plan.mfa_device, "TokenCode": totp(SEED)} if plan.mfa_device else {}
    answer = assume(world, caller, plan.parameters | shown)
    world.remove()
    return answer is not None


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.json")), ids=lambda path: path.stem)
def test_the_answers_over_http_are_those_of_the_library(path, countersign_server):
    wrong = []
    for case in json.loads(path.read_text()):
        try:
            plan = Plan(case)
            allowed = is_allowed(countersign_server, plan)
        except Inexpressible as reason:
            counts[str(reason)] += 1
        else:
            counts["asked"] += 1
            if allowed != plan.expected():
                wrong.append((case["id"], "allowed" if allowed else "denied"))
    assert wrong == []


def test_most_cases_were_asked():
    for reason, count in counts.most_common():
        print(f"{count:>5} {reason}")
    assert counts["asked"] >= 900
