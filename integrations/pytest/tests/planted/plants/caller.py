"""Who calls, and with what."""

from . import Expected, for_now, plants
from ..scene import policy

TOLD = Expected(by_policy=False)


@plants("credentials-invalid", caller="user")
def an_unknown_key(scene):
    yield
    yield from for_now(scene, "sent_key", ("AKIAQQQQQQQQQQQQQQQQ", scene.key[1]), TOLD)


@plants("credentials-invalid", caller="user")
def a_wrong_secret(scene):
    yield
    yield from for_now(scene, "sent_key", (scene.key[0], "somebody-elses-secret"), TOLD)


@plants("credentials-invalid", caller="user")
def a_key_that_is_off(scene):
    yield
    yield from for_now(scene, "inactive", True, TOLD)


@plants("credentials-invalid", caller="session")
def a_session_that_is_over(scene):
    yield
    yield from for_now(scene, "events", [lambda place: place.advance(3600)], TOLD)


@plants("credentials-invalid", caller="token")
def a_token_that_is_over(scene):
    yield
    yield from for_now(scene, "claims_sent", {"exp": 1_700_000_000}, TOLD)


def spoilt(damage):
    @plants("identity-token-rejected", caller="token")
    def a_spoilt_token(scene):
        yield
        yield from for_now(scene, "token_sent", damage, TOLD)


# No token at all, no JWT, and a JWT that somebody else signed.
spoilt(lambda token: "opaque-access-token")
spoilt(lambda token: token.replace(".", "", 1))
spoilt(lambda token: ".".join([*token.split(".")[:2], token.split(".")[2][::-1]]))


@plants("root-caller", caller="user")
def root(scene):
    yield
    yield from for_now(scene, "root", True, TOLD)


@plants("session-credentials", caller="user")
def a_session_asks_for_a_session(scene):
    scene.call.operation = "get_session_token"
    scene.call.in_python()
    scene.call.parameters = {}
    scene.knows = {"request"}
    yield
    yield from for_now(scene, "with_mfa_session", "plain", TOLD)


@plants("wrong-caller-identity", caller="user", exact=True)
def other_credentials_won(scene):
    yield
    scene.impostor = "intern"
    scene.said["caller"] = scene.own_arn
    yield Expected()
    scene.impostor = None


@plants("trust-self-assume-missing", caller="session", cross=False, exact=True)
def the_role_itself(scene):
    scene.become_the_role()
    scene.statement["Principal"] = {"AWS": [scene.own_arn, f"arn:aws:iam::{scene.account}:root"]}
    yield
    scene.statement["Principal"] = {"AWS": scene.rng.choice(["arn:aws:iam::888800001111:root", "888800001111"])}
    yield Expected()
    scene.statement["Principal"] = {"AWS": [scene.own_arn, "888800001111"]}


@plants("session-policy", caller="session")
def a_session_that_was_cut_down(scene):
    yield
    scene.session_policy = policy({"Effect": "Allow", "Action": ["s3:*", "logs:*"], "Resource": "*"})
    yield Expected()
    scene.session_policy["Statement"].append({"Effect": "Allow", "Action": "sts:*", "Resource": scene.role_arn})


@plants("session-policy", caller="session")
def a_session_with_a_deny(scene):
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    scene.session_policy = policy(everything)
    yield
    scene.session_policy = policy(everything, {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": scene.role_arn})
    yield Expected()
    scene.session_policy = policy(everything)
