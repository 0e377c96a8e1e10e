"""The caller's side: what it may do by its own policies, and what limits them."""

from . import Expected, plants
from ..scene import allow, policy
from .trust import pass_identity, pass_tags

PATCHED = Expected(patch=True, side="identity")
HARMLESS = [allow(["s3:GetObject", "s3:ListBucket"]), allow("logs:*"), allow("sts:GetCallerIdentity")]


def may(scene, *statements):
    """The caller's policies, with these and some that are not about the call."""
    noise = scene.rng.sample(HARMLESS, scene.rng.randrange(1, 3))
    statements = [*statements, *noise]
    scene.rng.shuffle(statements)
    scene.identity = [policy(*statements)]
    if scene.rng.random() < 0.3:
        scene.identity.append(policy(allow("dynamodb:GetItem")))


@plants("identity-allow-missing", cross=True)
def no_permission(scene):
    yield
    may(scene)
    yield PATCHED


@plants("identity-allow-missing", cross=False, exact=False)
def no_permission_in_the_account(scene):
    yield
    may(scene)
    yield PATCHED


@plants("identity-resource-mismatch", cross=True)
def another_role(scene):
    yield
    name = scene.rng.choice([scene.role_arn[:-1], scene.role_arn + "s", f"arn:aws:iam::{scene.account}:role/Elsewhere"])
    may(scene, allow(["sts:AssumeRole", "sts:TagSession"], scene.rng.choice([name, [name]])))
    yield PATCHED


@plants("identity-tagsession-missing", cross=True)
def no_permission_for_tags(scene):
    pass_tags(scene)
    scene.also_allow("sts:TagSession")
    may(scene, allow(["sts:AssumeRole", "sts:TagSession"], scene.role_arn))
    yield
    may(scene, allow("sts:AssumeRole", scene.role_arn))
    yield PATCHED


@plants("identity-setsourceidentity-missing", cross=True)
def no_permission_for_source_identities(scene):
    pass_identity(scene)
    scene.also_allow("sts:SetSourceIdentity")
    may(scene, allow(["sts:AssumeRole", "sts:SetSourceIdentity"], scene.role_arn))
    yield
    may(scene, allow("sts:AssumeRole", scene.role_arn))
    yield PATCHED


@plants("identity-explicit-deny")
def a_deny_of_ones_own(scene):
    yield
    statement = {"Effect": "Deny", "Action": scene.rng.choice(["sts:*", "sts:AssumeRole"]), "Resource": scene.rng.choice(["*", scene.role_arn])}
    scene.identity[0]["Statement"].append(statement)
    yield Expected(side="identity")
    scene.identity[0]["Statement"].remove(statement)


@plants("permissions-boundary", cross=True)
def a_boundary_without_it(scene):
    scene.boundary = policy(allow("*"))
    yield
    scene.boundary = policy(allow(["s3:*", "sts:GetCallerIdentity"]))
    yield Expected(side="identity")
    scene.boundary["Statement"].append(allow("sts:*", scene.role_arn))


@plants("permissions-boundary")
def a_boundary_that_denies(scene):
    scene.boundary = policy(allow("*"))
    yield
    scene.boundary = policy(allow("*"), allow("sts:AssumeRole", scene.role_arn) | {"Effect": "Deny"})
    yield Expected(side="identity")
    scene.boundary = policy(allow("*"))


def deny_the_role(scene, **members):
    return policy({"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": scene.role_arn} | members)


@plants("scp-deny")
def an_scp_that_denies(scene):
    scene.organization(scene.caller_account)
    yield
    document = deny_the_role(scene)
    scene.limit(scene.caller_account, "scps", document)
    scene.scps = [document]
    yield Expected(side="organization")
    document["Statement"][0]["Resource"] = f"arn:aws:iam::{scene.account}:role/SomethingElse"


@plants("rcp-deny")
def an_rcp_that_denies(scene):
    scene.organization(scene.account)
    yield
    document = deny_the_role(scene, Principal="*", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-zzzzzzzzzz"}})
    scene.limit(scene.account, "rcps", document)
    scene.rcps = [document]
    scene.facts["principal_org_id"] = scene.organization_of_caller
    yield Expected(side="organization")
    exempt = {"StringNotEquals": {"aws:PrincipalAccount": scene.caller_account}}
    document["Statement"][0]["Condition"] = exempt


@plants("rcp-deny", caller="token")
def a_perimeter_that_forgets_tokens(scene):
    scene.organization(scene.account)
    yield
    document = deny_the_role(
        scene,
        Principal="*",
        Action="sts:AssumeRoleWithWebIdentity",
        Resource="*",
        Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-zzzzzzzzzz"}},
    )
    scene.limit(scene.account, "rcps", document)
    scene.rcps = [document]
    yield Expected(side="organization")
    document["Statement"][0]["Action"] = "sts:AssumeRole"
