"""The plugin itself: worlds, and how a run ends in which something is wrong."""

import os

import pytest
from botocore.exceptions import ClientError

pytest_plugins = ["pytester"]

ONE_ROLE = {
    "accounts": {
        "111122223333": {
            "roles": {
                "Open": {
                    "trust-policy": {
                        "Version": "2012-10-17",
                        "Statement": [
                            {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}
                        ],
                    }
                }
            }
        }
    }
}
OPEN = {"RoleArn": "arn:aws:iam::111122223333:role/Open", "RoleSessionName": "test"}


def test_worlds_do_not_see_each_other(countersign_server):
    one, other = countersign_server.world(ONE_ROLE), countersign_server.world()
    session = one.client("sts").assume_role(**OPEN)["Credentials"]
    with pytest.raises(ClientError, match="AccessDenied"):
        other.client("sts").assume_role(**OPEN)
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        other.client("sts", credentials=session).get_caller_identity()
    one.remove()
    with pytest.raises(ClientError, match="there is no world"):
        one.client("sts").get_caller_identity()


def test_a_snapshot_is_a_world(countersign_server):
    copy = countersign_server.world(countersign_server.world(ONE_ROLE).snapshot())
    assert copy.client("sts").assume_role(**OPEN)["Credentials"]


def test_a_reset_world_is_at_the_time_it_began(countersign_server):
    world = countersign_server.world(ONE_ROLE)
    session = world.client("sts", credentials=world.client("sts").assume_role(**OPEN)["Credentials"])
    world.advance(4000)
    with pytest.raises(ClientError, match="ExpiredToken"):
        session.get_caller_identity()
    world.reset()
    assert session.get_caller_identity()["Account"] == "111122223333"


def test_what_is_wrong_with_a_world_is_told(countersign_server):
    with pytest.raises(ValueError, match="account `1` is not 12 digits"):
        countersign_server.world({"accounts": {"1": {}}})
    with pytest.raises(ValueError, match="number of seconds"):
        countersign_server.world().advance("soon")


def test_a_failure_shows_why_a_call_was_refused(pytester, countersign_program, monkeypatch):
    pytester.makepyfile(
        """
        def test_assume(countersign):
            role = "arn:aws:iam::111122223333:role/Absent"
            countersign.client("sts").assume_role(RoleArn=role, RoleSessionName="test")
        """
    )
    result = pytester.runpytest_subprocess("--countersign", countersign_program)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*what was refused, and why*", "*there is no role arn:aws:iam::111122223333:role/Absent*"])


def test_a_program_that_is_not_there_is_named(pytester):
    pytester.makepyfile("def test_any(countersign): pass")
    result = pytester.runpytest_subprocess("--countersign", "no-such-program")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no program `no-such-program`*"])


def test_a_program_that_does_not_start_says_why(pytester, countersign_program):
    pytester.makepyfile(
        """
        import pytest
        from pytest_countersign import Server

        def test_start(countersign_program):
            with pytest.raises(RuntimeError, match="`no-such-file` does not exist"):
                Server(countersign_program, "--world", "no-such-file")
        """
    )
    pytester.runpytest_subprocess("--countersign", countersign_program).assert_outcomes(passed=1)


def test_variables_lead_away_from_the_users_own_profiles(countersign):
    variables = countersign.variables("999988887777")
    assert variables["AWS_ACCESS_KEY_ID"] == "999988887777"
    assert variables["AWS_CONFIG_FILE"] == variables["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert "AWS_SESSION_TOKEN" not in variables
