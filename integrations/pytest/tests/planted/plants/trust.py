"""What is wrong with the role's trust policy."""

from . import Expected, plants
from ..scene import ORGANIZATION, OTHER_VENDOR, OWN_ISSUERS

PATCHED = Expected(patch=True, side="trust")
SOMEBODY = [f"arn:aws:iam::{OTHER_VENDOR}:root", OTHER_VENDOR]


def names_another(cause, principal, **base):
    """The policy names a principal that is not the caller."""

    @plants(cause, **base)
    def named(scene):
        yield
        scene.statement["Principal"] = principal(scene)
        yield PATCHED


names_another("trust-principal-missing", lambda scene: {"AWS": scene.rng.choice([*SOMEBODY, SOMEBODY])})
names_another("trust-principal-missing", lambda scene: {"Service": "ecs-tasks.amazonaws.com"}, caller="user")


@plants("trust-principal-missing", exact=True, cross=True)
def another_user_of_the_account_is_named(scene):
    yield
    scene.impostors = ["release-manager"]
    scene.statement["Principal"] = {"AWS": f"arn:aws:iam::{scene.caller_account}:user/release-manager"}
    yield PATCHED


@plants("trust-principal-orphaned", caller="user", exact=True)
def the_user_was_made_again(scene):
    scene.statement["Principal"] = {"AWS": scene.own_arn}
    scene.call.in_code()
    yield
    scene.events = [scene.make_the_user_again]
    yield PATCHED


@plants("trust-principal-orphaned", caller="session", exact=True)
def the_role_was_made_again(scene):
    scene.statement["Principal"] = {"AWS": scene.own_arn}
    scene.call.in_code()
    yield
    scene.events = [scene.make_the_callers_role_again]
    yield PATCHED


def another_session(scene):
    session = f"arn:aws:sts::{scene.caller_account}:assumed-role/{scene.own_name}/another-session"
    return {"AWS": scene.rng.choice([session, [session]])}


names_another("trust-principal-session-arn", another_session, caller="session", exact=True)


@plants("trust-action-mismatch")
def an_operation_for_web_identities(scene):
    yield
    wrong = scene.rng.choice(["sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"])
    scene.statement["Action"] = scene.rng.choice([wrong, [wrong]])
    yield PATCHED


@plants("trust-action-mismatch", caller="token")
def an_operation_for_signed_calls(scene):
    yield
    scene.statement["Action"] = scene.rng.choice(["sts:AssumeRole", ["sts:AssumeRole"]])
    yield PATCHED


def pass_tags(scene):
    scene.call.in_code()
    scene.call.parameters["Tags"] = [{"Key": "project", "Value": "blue"}, {"Key": "stage", "Value": "prod"}]


def pass_identity(scene):
    scene.call.in_code()
    scene.call.parameters["SourceIdentity"] = "ann"


@plants("trust-tagsession-missing")
def tags_are_not_allowed(scene):
    pass_tags(scene)
    before = scene.statement["Action"]
    scene.also_allow("sts:TagSession")
    if scene.rng.random() < 0.3:
        scene.ask_external_id()
    yield
    scene.statement["Action"] = before
    yield PATCHED


@plants("trust-setsourceidentity-missing")
def a_source_identity_is_not_allowed(scene):
    pass_identity(scene)
    before = scene.statement["Action"]
    scene.also_allow("sts:SetSourceIdentity")
    if scene.rng.random() < 0.3:
        scene.ask_external_id()
    yield
    scene.statement["Action"] = before
    yield PATCHED


def deny(scene, condition=None, principal=None):
    action = scene.rng.choice(["sts:*", "sts:AssumeRole"])
    statement = {"Effect": "Deny", "Principal": {"AWS": principal or "*"}, "Action": action}
    if condition:
        statement["Condition"] = condition
    scene.statements.insert(scene.rng.randrange(len(scene.statements) + 1), statement)
    return statement


@plants("trust-explicit-deny")
def the_caller_is_denied(scene):
    yield
    statement = deny(scene, principal=scene.rng.choice([scene.own_arn, f"arn:aws:iam::{scene.caller_account}:root"]))
    yield Expected()
    scene.statements.remove(statement)


@plants("external-id-missing")
def a_negated_condition_is_true_of_an_absent_key(scene):
    yield
    statement = deny(scene, {"StringNotEquals": {"sts:ExternalId": "tenant-7f2"}})
    yield Expected()
    scene.statements.remove(statement)


@plants("trust-explicit-deny", cross=True)
def the_account_is_not_among_those_that_may(scene):
    yield
    statement = deny(scene, {"StringNotEquals": {"aws:PrincipalAccount": [scene.account, OTHER_VENDOR]}})
    yield Expected()
    scene.statements.remove(statement)


@plants("condition-key-wrong")
def the_key_is_misspelt(scene):
    value = scene.ask_external_id()
    yield
    del scene.statement["Condition"]["StringEquals"]["sts:ExternalId"]
    scene.require("StringEquals", scene.rng.choice(["sts:ExternaId", "sts:ExternalIds"]), value)
    yield PATCHED


@plants("condition-key-wrong", caller="token", issuers=OWN_ISSUERS)
def the_key_is_an_arn(scene):
    condition = scene.statement["Condition"]
    yield
    claim, operator = scene.rng.choice(
        [(key, operator) for operator, tests in condition.items() for key in tests if key.startswith(scene.issuer)]
    )
    value = condition[operator].pop(claim)
    head = scene.rng.choice(["https://", f"arn:aws:iam::{scene.account}:oidc-provider/"])
    scene.require(operator, f"{head}{claim}", value)
    yield PATCHED


@plants("condition-key-wrong", caller="token", issuers=OWN_ISSUERS)
def audience_and_subject_are_swapped(scene):
    subject, audience = f"{scene.issuer}:sub", f"{scene.issuer}:aud"
    scene.statement["Condition"] = {"StringEquals": {audience: "sts.amazonaws.com"}}
    yield
    scene.statement["Condition"] = {"StringEquals": {subject: "sts.amazonaws.com"}}
    yield PATCHED


@plants("condition-key-never-present")
def only_services_have_it(scene):
    yield
    key, value = scene.rng.choice(
        [("aws:SourceArn", f"arn:aws:ec2:us-east-1:{scene.account}:instance/*"), ("sts:DurationSeconds", "3600")]
    )
    operator = "NumericLessThanEquals" if key.startswith("sts:") else "ArnLike"
    scene.require(operator, key, value)
    yield Expected(side="trust")
    del scene.statement["Condition"][operator][key]
    if not scene.statement["Condition"][operator]:
        del scene.statement["Condition"][operator]


@plants("condition-key-never-present")
def only_tokens_bring_it(scene):
    yield
    key = scene.rng.choice(["saml:aud", "accounts.google.com:aud"])
    scene.require("StringEquals", key, "https://signin.aws.amazon.com/saml")
    yield Expected(side="trust")
    scene.statement["Condition"].pop("StringEquals")
    scene.restore_noise()


@plants("wildcard-in-stringequals")
def a_pattern_for_session_names(scene):
    scene.call.parameters["RoleSessionName"] = "nightly-run"
    scene.require("StringLike", "sts:RoleSessionName", "nightly-*")
    yield
    scene.statement["Condition"].pop("StringLike")
    scene.require("StringEquals", "sts:RoleSessionName", "nightly-*")
    yield PATCHED


@plants("wildcard-in-stringequals", caller="token")
def a_pattern_for_subjects(scene):
    yield
    scene.statement["Condition"].pop("StringLike", None)
    repository = scene.claims["sub"].split(":")[1]
    pattern = scene.rng.choice([f"repo:{repository}:*", f"repo:{repository}:ref:*"])
    scene.require("StringEquals", f"{scene.issuer}:sub", pattern)
    yield PATCHED


@plants("wildcard-in-stringequals")
def a_pattern_for_principals(scene):
    yield
    pattern = scene.rng.choice([scene.own_arn[:-3] + "*", f"arn:aws:iam::{scene.caller_account}:*"])
    scene.require("StringEquals", "aws:PrincipalArn", pattern)
    yield PATCHED


@plants("mfa-on-machine-principal", caller="session")
def machines_have_no_mfa(scene):
    scene.own_session = scene.rng.choice(["i-0a1b2c3d4e5f67890", "botocore-session-1760000000", "1700000000000000000"])
    yield
    scene.require("Bool", "aws:MultiFactorAuthPresent", "true")
    yield Expected(side="trust")
    scene.statement["Condition"].pop("Bool")


@plants("source-network")
def another_address(scene):
    yield
    scene.require("IpAddress", "aws:SourceIp", ["198.51.100.0/24"])
    scene.facts["source_ip"] = "127.0.0.1"
    yield Expected()
    scene.require("IpAddress", "aws:SourceIp", ["198.51.100.0/24", "127.0.0.1/32"])


@plants("source-network")
def another_way(scene):
    yield
    scene.require("StringEquals", "aws:SourceVpce", "vpce-0a1b2c3d")
    scene.facts["aws:SourceVpce"] = None
    yield Expected()
    del scene.statement["Condition"]["StringEquals"]["aws:SourceVpce"]
    scene.require("IpAddress", "aws:SourceIp", "127.0.0.1")


@plants("org-id-mismatch", cross=True)
def another_organization(scene):
    scene.organization(scene.caller_account)
    scene.require("StringEquals", "aws:PrincipalOrgID", ORGANIZATION)
    yield
    scene.require("StringEquals", "aws:PrincipalOrgID", "o-zzzzzzzzzz")
    scene.facts["principal_org_id"] = ORGANIZATION
    yield Expected(side="trust")
    scene.require("StringEquals", "aws:PrincipalOrgID", ["o-zzzzzzzzzz", ORGANIZATION])


@plants("org-id-mismatch", cross=True)
def no_organization(scene):
    yield
    scene.require("StringEquals", "aws:PrincipalOrgID", ORGANIZATION)
    scene.facts["principal_org_id"] = None
    yield Expected(side="trust")
    scene.organization(scene.caller_account)


@plants("trust-condition-not-met")
def another_tag(scene):
    yield
    scene.require("StringEquals", "aws:PrincipalTag/team", "finance")
    scene.facts["aws:PrincipalTag/team"] = scene.tags["team"]
    yield Expected(side="trust")
    scene.tags["team"] = "finance"


@plants("trust-condition-not-met")
def another_session_tag(scene):
    pass_tags(scene)
    scene.also_allow("sts:TagSession")
    scene.require("StringEquals", "aws:RequestTag/project", "blue")
    yield
    scene.require("StringEquals", "aws:RequestTag/project", ["green", "red"])
    yield Expected(side="trust")
    scene.call.parameters["Tags"][0]["Value"] = "green"


@plants("trust-condition-not-met")
def another_kind_of_caller(scene):
    yield
    kind = "AssumedRole" if scene.caller == "user" else "User"
    scene.require("StringEquals", "aws:PrincipalType", kind)
    yield Expected(side="trust")
    scene.require("StringEquals", "aws:PrincipalType", ["AssumedRole", "User"])

