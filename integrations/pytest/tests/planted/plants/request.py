"""What is wrong with the call itself."""

import json

from . import Expected, for_now, plants, sent_for_now
from ..call import Variable

IN_CALL = Expected(patch=True, side="request")
IN_POLICY = Expected(patch=True, side="trust")
TOLD = Expected(by_policy=False)


@plants("external-id-missing")
def nobody_sends_it(scene):
    scene.ask_external_id()
    yield
    del scene.call.parameters["ExternalId"]
    yield IN_CALL


@plants("external-id-missing", cross=True)
def one_of_two_is_asked_for(scene):
    value = scene.ask_external_id()
    scene.require("StringEquals", "sts:ExternalId", [value, "the-old-one"])
    yield
    del scene.call.parameters["ExternalId"]
    yield IN_CALL


@plants("external-id-missing", cross=True)
def with_session_tags(scene):
    """The message may name sts:TagSession, which is allowed."""
    scene.ask_external_id()
    scene.call.in_code()
    scene.call.parameters["Tags"] = [{"Key": "project", "Value": "blue"}]
    scene.also_allow("sts:TagSession")
    yield
    del scene.call.parameters["ExternalId"]
    yield IN_CALL


def sends_another(sent):
    """A call with an ExternalId that was damaged on its way there."""

    @plants("external-id-mismatch")
    def another(scene):
        value = scene.ask_external_id("Tenant-0f1e2d3c-4B5a-Lima")
        yield
        scene.call.parameters["ExternalId"] = sent(value)
        yield IN_CALL

    return another


sends_another(str.lower)
sends_another(str.upper)
sends_another(lambda value: value[:-5])
sends_another(lambda value: value.replace("-", ""))
sends_another(lambda value: value.replace("0", "O", 1))


def asks_another(required, sent):
    """A policy with an ExternalId that the call does not send, and a call that is right."""

    @plants("external-id-mismatch")
    def another(scene):
        scene.ask_external_id(sent)
        yield
        scene.require("StringEquals", "sts:ExternalId", required)
        yield IN_POLICY

    return another


asks_another("customer-8841-c", "customer-1206-b")
asks_another("Tenant-7f2\n", "Tenant-7f2")
asks_another(" Tenant-7f2", "Tenant-7f2")
asks_another('"Tenant-7f2"', "Tenant-7f2")
asks_another("Tenant\u20117f2", "Tenant-7f2")


def sends_what_cannot_be_sent(damage):
    @plants("external-id-malformed")
    def malformed(scene):
        value = scene.ask_external_id("Tenant-7f2/eu")
        scene.call.in_code()
        yield
        if "$" in damage(value):
            scene.call.in_python()
        yield from sent_for_now(scene, "ExternalId", damage(value), TOLD)

    return malformed


sends_what_cannot_be_sent(lambda value: value + " ")
sends_what_cannot_be_sent(lambda value: f"'{value}'")
sends_what_cannot_be_sent(lambda value: "${EXTERNAL_ID}")
sends_what_cannot_be_sent(lambda value: "")
sends_what_cannot_be_sent(lambda value: "x")
sends_what_cannot_be_sent(lambda value: value.replace("/", "%2F"))
sends_what_cannot_be_sent(lambda value: value.replace("-", "\u2013"))


@plants("external-id-unsupported-api", caller="token")
def web_identities_have_none(scene):
    yield
    scene.require("StringEquals", "sts:ExternalId", "tenant-7f2")
    yield Expected()
    del scene.statement["Condition"]["StringEquals"]["sts:ExternalId"]


@plants("external-id-unsupported-api", caller="token")
def the_operation_has_no_such_parameter(scene):
    scene.call.in_python()
    yield
    scene.call.parameters["ExternalId"] = "tenant-7f2"
    yield TOLD
    del scene.call.parameters["ExternalId"]


@plants("session-name-mismatch")
def another_session_name(scene):
    name = scene.call.parameters["RoleSessionName"]
    operator, pattern = scene.rng.choice([("StringEquals", name), ("StringLike", f"{name[:4]}*")])
    scene.require(operator, "sts:RoleSessionName", pattern)
    yield
    yield from sent_for_now(scene, "RoleSessionName", "test-of-mine", Expected(side="request"))


@plants("session-name-mismatch")
def a_name_that_the_tool_makes_up(scene):
    scene.call.style = "profile"
    scene.call.parameters["RoleSessionName"] = "billing"
    scene.require("StringLike", "sts:RoleSessionName", "billing*")
    yield
    del scene.call.parameters["RoleSessionName"]
    yield Expected(side="request")
    scene.call.parameters["RoleSessionName"] = "billing"


@plants("session-name-mismatch", caller="user")
def the_name_of_the_user(scene):
    scene.call.parameters["RoleSessionName"] = scene.own_name
    scene.require("StringEquals", "sts:RoleSessionName", "${aws:username}")
    yield
    yield from sent_for_now(scene, "RoleSessionName", "laptop", Expected(side="request"))


def send_mfa(scene):
    scene.has_mfa = True
    scene.call.in_code()
    scene.call.parameters["SerialNumber"] = scene.device
    scene.call.parameters["TokenCode"] = Variable("MFA_CODE")


def send_no_mfa(scene):
    del scene.call.parameters["SerialNumber"], scene.call.parameters["TokenCode"]


@plants("mfa-missing", caller="user")
def the_role_asks_for_mfa(scene):
    send_mfa(scene)
    operator, key, value = scene.rng.choice(
        [("Bool", "aws:MultiFactorAuthPresent", "true"), ("NumericLessThan", "aws:MultiFactorAuthAge", "3600")]
    )
    scene.require(operator, key, value)
    yield
    send_no_mfa(scene)
    yield Expected(side="request")
    send_mfa(scene)


@plants("mfa-missing", caller="user", cross=True)
def the_callers_policy_asks_for_mfa(scene):
    scene.has_mfa, scene.with_mfa_session = True, "mfa"
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    without = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    scene.identity[0]["Statement"].append(deny | {"Condition": without})
    scene.call.in_code()
    yield
    yield from for_now(scene, "with_mfa_session", False, Expected(side="request"))


@plants("mfa-missing", caller="user")
def a_session_without_mfa(scene):
    """GetSessionToken was called, and not with a code."""
    scene.has_mfa, scene.with_mfa_session = True, "mfa"
    scene.call.in_code()
    scene.require("Bool", "aws:MultiFactorAuthPresent", "true")
    yield
    yield from for_now(scene, "with_mfa_session", "plain", Expected(side="request"))


@plants("mfa-code-invalid", caller="user")
def a_wrong_code(scene):
    send_mfa(scene)
    scene.require("Bool", "aws:MultiFactorAuthPresent", "true")
    yield
    yield from for_now(scene, "wrong_code", "000000", TOLD)


@plants("mfa-code-invalid", caller="user")
def the_device_of_somebody_else(scene):
    send_mfa(scene)
    scene.require("Bool", "aws:MultiFactorAuthPresent", "true")
    yield
    yield from sent_for_now(scene, "SerialNumber", f"arn:aws:iam::{scene.caller_account}:mfa/somebody", TOLD)


def malformed(name, wrong, right):
    @plants("parameter-malformed")
    def parameter(scene):
        scene.call.in_code()
        scene.call.parameters[name] = right
        if name == "SourceIdentity":
            scene.also_allow("sts:SetSourceIdentity")
        yield
        yield from sent_for_now(scene, name, wrong, TOLD)


malformed("RoleSessionName", "nightly run", "nightly-run")
malformed("RoleSessionName", "x", "xy")
malformed("DurationSeconds", 600, 900)
malformed("SourceIdentity", "ann/ops", "ann")


def malformed_tags(*tags):
    @plants("parameter-malformed")
    def parameter(scene):
        scene.call.in_code()
        scene.call.parameters["Tags"] = [{"Key": "team", "Value": "data"}]
        scene.also_allow("sts:TagSession")
        yield
        yield from sent_for_now(scene, "Tags", [{"Key": key, "Value": "data"} for key in tags], TOLD)


malformed_tags("team", "Team")
malformed_tags("aws:team")


@plants("parameter-malformed")
def a_session_policy_that_is_none(scene):
    scene.call.in_python()
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    good, bad = json.dumps(everything), json.dumps(everything | {"Principal": "*"})
    wrapped = '{"Version": "2012-10-17", "Statement": %s}'
    scene.call.parameters["Policy"] = wrapped % good
    yield
    yield from sent_for_now(scene, "Policy", wrapped % scene.rng.choice([bad, good[:-1]]), TOLD)


@plants("max-session-duration", caller="user")
def longer_than_the_role_allows(scene):
    scene.longest_session = scene.rng.choice([None, 7200, 14400])
    longest = scene.longest_session or 3600
    scene.call.parameters["DurationSeconds"] = longest
    yield
    yield from sent_for_now(scene, "DurationSeconds", scene.rng.choice([longest + 1, 43200]), TOLD)


@plants("role-chain-duration", caller="session")
def longer_than_a_chain_allows(scene):
    scene.longest_session = 43200
    scene.call.parameters["DurationSeconds"] = 3600
    yield
    yield from sent_for_now(scene, "DurationSeconds", scene.rng.choice([3601, 7200, 43200]), TOLD)


@plants("sts-region-disabled")
def a_region_that_is_off(scene):
    scene.call.in_code()
    yield
    scene.call.region = "eu-central-1"
    scene.holding_region("eu-central-1")
    scene.disabled_regions = ["eu-central-1"]
    yield TOLD
    scene.call.region = "us-east-1"
