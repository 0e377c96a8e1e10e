"""A pytest plugin: moto's tests of STS in its server mode, against `countersign sts`.

Each test gets a new world, in place of `/moto-api/reset`. The keys that moto's tests sign with are declared in it. The tests in
`not_as_aws.json` have to fail, and to show what is written there: they assert what AWS does not do.
"""

import json
import os
from pathlib import Path

import freezegun
import pytest
from pytest_countersign import Server

EXPECTED_TO_FAIL = json.loads(Path(__file__).with_name("not_as_aws.json").read_text())
PARTITIONS = {"cn": "aws-cn", "us-isob": "aws-iso-b"}


def unfrozen(*_, **__):
    """AWS refuses calls that are signed in 2012, so the clock goes on. In server mode the tests do not ask for the time."""
    return lambda test: test


# Both before moto and its tests are imported.
freezegun.freeze_time = unfrozen
SERVER = Server(os.environ["COUNTERSIGN"])
os.environ |= {"TEST_SERVER_MODE": "true", "TEST_SERVER_MODE_ENDPOINT": f"{SERVER.url}/w/moto"}


def pytest_unconfigure():
    SERVER.stop()


def pytest_collection_modifyitems(items):
    names = {item.nodeid.split("/")[-1]: item for item in items}
    unknown = EXPECTED_TO_FAIL.keys() - names.keys() - {name.split("[")[0] for name in names}
    assert unknown == set(), f"there are no such tests: {unknown}"
    for name, item in names.items():
        item.expected = EXPECTED_TO_FAIL.get(name) or EXPECTED_TO_FAIL.get(name.split("[")[0])
        if item.expected:
            item.add_marker(pytest.mark.xfail(reason=item.expected["reason"], strict=True))


def pytest_runtest_setup(item):
    """An account lies in one partition, so that the region of a test decides which."""
    region = getattr(item, "callspec", None) and item.callspec.params.get("region") or "us-east-1"
    partition = next((name for start, name in PARTITIONS.items() if region.startswith(f"{start}-")), "aws")
    user = {
        "attached": [f"arn:{partition}:iam::aws:policy/AdministratorAccess"],
        "keys": [{"id": "FOOBARKEY", "secret": "FOOBARSECRET"}],
    }
    world = {"accounts": {"123456789012": {"partition": partition, "users": {"moto": user}}}}
    item.log_start = SERVER.log_size()
    SERVER.world(world, "moto")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.excinfo and item.expected and item.expected["shows"] not in str(call.excinfo.value):
        report.outcome, report.longrepr = "failed", f"fails otherwise than expected: {call.excinfo.value}"
        del report.wasxfail
    if report.when == "call" and report.failed:
        report.sections.append(("countersign: what was refused, and why", SERVER.log_since(item.log_start)))
    return report
