"""Policies that IAM does not take."""

import json

from . import Expected, plants
from ..scene import policy

TOLD = Expected(by_policy=False)


def write(scene, statement):
    """The call is one of IAM's."""
    scene.call.in_python()
    scene.call.service, scene.call.operation = "iam", "update_assume_role_policy"
    scene.identity = [policy({"Effect": "Allow", "Action": "iam:*", "Resource": "*"})]
    scene.knows = {"request"}
    scene.call.parameters = {"RoleName": scene.name, "PolicyDocument": json.dumps(policy(statement))}


@plants("invalid-principal-at-write", caller="user", cross=False)
def a_principal_that_is_not_there(scene):
    lead = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    write(scene, lead | {"Principal": {"AWS": scene.own_arn}})
    yield
    missing = scene.rng.choice(["role/NotYet", "user/left-last-year"])
    write(scene, lead | {"Principal": {"AWS": f"arn:aws:iam::{scene.account}:{missing}"}})
    yield TOLD
    scene.others["NotYet"] = policy(lead | {"Principal": {"AWS": scene.account}})
    scene.impostors = ["left-last-year"]


@plants("malformed-policy-at-write", caller="user", cross=False)
def a_policy_with_a_mistake(scene):
    good = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": scene.account}}
    write(scene, good)
    yield
    bad = [good | {"Resource": "*"}, {"Effect": "Allow", "Action": "sts:AssumeRole"}, good | {"Action": "s3:GetObject"}]
    write(scene, scene.rng.choice(bad))
    scene.knows, scene.trust_seen = {"request", "trust"}, scene.call.parameters["PolicyDocument"]
    yield TOLD
    write(scene, good)
