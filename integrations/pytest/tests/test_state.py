"""A world in a file: a server that is killed at any moment has lost nothing that it said was done."""

import json
import os
import random
import threading

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pytest_countersign import Server

ACCOUNT = "111122223333"
ROUNDS = 6
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}],
    }
)


@pytest.fixture
def start(countersign_program, tmp_path):
    servers = []

    def start():
        servers.append(Server(countersign_program, "--state", str(tmp_path / "world")))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def client(server, service, **credentials):
    credentials = credentials or {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "test"}
    return boto3.client(service, endpoint_url=server.url, region_name="us-east-1", config=ONCE, **credentials)


class Writer(threading.Thread):
    """Makes, changes and deletes roles until the server is gone, and remembers what it was told."""

    def __init__(self, server, prefix, known):
        super().__init__()
        self.iam = client(server, "iam")
        self.prefix = prefix
        self.known = known
        # The write that had no answer, if there is one: it may be done or not.
        self.unanswered = None
        self.written = threading.Semaphore(0)

    def run(self):
        try:
            for number in range(100_000):
                self.write(f"{self.prefix}-{number}", number)
                self.written.release()
        except (BotoCoreError, ClientError):
            self.written.release()

    def write(self, name, number):
        self.unanswered = name
        role = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]
        self.known[name] = (role["RoleId"], None)
        self.iam.update_role(RoleName=name, Description=f"the {number}th")
        self.known[name] = (role["RoleId"], f"the {number}th")
        if number % 3 == 0:
            self.iam.delete_role(RoleName=name)
            del self.known[name]
        self.unanswered = None


def roles(server):
    pages = client(server, "iam").get_paginator("list_roles").paginate()
    return {role["RoleName"]: (role["RoleId"], role.get("Description")) for page in pages for role in page["Roles"]}


def test_what_was_acknowledged_outlives_a_kill(start):
    chance = random.Random(4)
    known = {}
    ids = set()
    server = start()
    for turn in range(ROUNDS):
        before = dict(known)
        writers = [Writer(server, f"r{turn}-{at}", {}) for at in range(3)]
        for writer in writers:
            writer.start()
        for _ in range(chance.randrange(1, 40)):
            writers[0].written.acquire(timeout=20)
        os.kill(server._process.pid, 9)
        for writer in writers:
            writer.join()
        server = start()
        found = roles(server)
        open_ended = {writer.unanswered for writer in writers} - {None}
        for writer in writers:
            known |= writer.known
        assert len(known) > len(before)
        settled = {name: role for name, role in known.items() if name not in open_ended}
        assert {name: role for name, role in found.items() if name not in open_ended} == settled
        # What had no answer is as it was before the write, or after it.
        for name in open_ended:
            if name in known:
                assert name not in found or found[name][0] == known[name][0]
        known = found
        new = {role_id for role_id, _ in found.values()}
        assert len(new) == len(found)
        ids |= new


def test_sessions_and_keys_outlive_a_kill(start):
    server = start()
    iam = client(server, "iam")
    iam.create_role(RoleName="R", AssumeRolePolicyDocument=TRUST)
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    role = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/R", "RoleSessionName": "s1"}
    session = client(server, "sts").assume_role(**role)["Credentials"]
    os.kill(server._process.pid, 9)
    server = start()
    ann = client(
        server, "sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    ).get_caller_identity()
    assert ann["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/ann"
    of_session = {
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }
    known = client(server, "sts", **of_session).get_caller_identity()
    assert known["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/R/s1"
    # Ids and keys of the next run are others.
    again = client(server, "sts").assume_role(**role)["Credentials"]
    assert again["AccessKeyId"] != session["AccessKeyId"]
    assert again["SessionToken"] != session["SessionToken"]
