"""Web identities: what their token says, and what the role's account knows of who issued it."""

from . import Expected, plants
from ..scene import ACCOUNTS
from .trust import names_another

TOLD = Expected(by_policy=False)
PATCHED = Expected(patch=True, side="trust")


def bind_subject(scene, subject, operator="StringEquals"):
    scene.statement["Condition"] = {"StringEquals": {f"{scene.issuer}:aud": "sts.amazonaws.com"}}
    scene.require(operator, f"{scene.issuer}:sub", subject)


def another_subject(change):
    @plants("oidc-sub-mismatch", caller="token")
    def another(scene):
        subject = scene.claims["sub"]
        bind_subject(scene, subject)
        yield
        bind_subject(scene, change(subject))
        yield PATCHED


another_subject(lambda subject: subject.replace("repo:", "repo:").upper().replace("REPO:", "repo:", 1))
another_subject(lambda subject: ":".join(subject.split(":")[:2]) + ":environment:production")
another_subject(lambda subject: subject.replace("refs/heads/main", "refs/tags/v1"))
another_subject(lambda subject: "repo:other/project:ref:refs/heads/main")


@plants("oidc-sub-mismatch", caller="token")
def another_service_account(scene):
    scene.claims["sub"] = "system:serviceaccount:shop:orders"
    bind_subject(scene, scene.claims["sub"])
    yield
    bind_subject(scene, "system:serviceaccount:" + scene.rng.choice(["shop:payments", "default:orders"]))
    yield PATCHED


@plants("oidc-audience", caller="token")
def the_provider_lists_another(scene):
    yield
    scene.client_ids[:] = ["https://github.com/octo"]
    yield TOLD
    scene.client_ids.append("sts.amazonaws.com")


@plants("oidc-audience", caller="token")
def the_policy_asks_for_another(scene):
    yield
    scene.client_ids.append("app")
    scene.require("StringEquals", f"{scene.issuer}:aud", "app")
    yield PATCHED


@plants("oidc-provider-missing", caller="token")
def there_is_no_provider(scene):
    yield
    kept = dict(scene.providers)
    scene.providers.clear()
    yield TOLD
    scene.providers.update(kept)


def another_account(scene):
    other = next(account for account in ACCOUNTS if account != scene.account)
    return {"Federated": scene.provider.replace(scene.account, other)}


def another_provider(scene):
    return {"Federated": f"arn:aws:iam::{scene.account}:oidc-provider/gitlab.example"}


names_another("trust-federated-provider", another_account, caller="token")
names_another("trust-federated-provider", another_provider, caller="token")
