"""What is named as the role."""

from . import Expected, plants, sent_for_now

TOLD = Expected(by_policy=False)


def misnamed(cause, wrong, **base):
    @plants(cause, **base)
    def named(scene):
        yield
        yield from sent_for_now(scene, "RoleArn", wrong(scene), TOLD)


misnamed("role-arn-malformed", lambda scene: scene.role_arn.replace("arn:aws:", "arn:"))
misnamed("role-arn-malformed", lambda scene: scene.role_arn.replace(scene.account, ""))
misnamed("role-arn-malformed", lambda scene: scene.role_arn.replace(scene.account, scene.account[:-1]))
misnamed("role-arn-malformed", lambda scene: scene.role_arn.removeprefix("arn:aws:iam::"))
misnamed("role-arn-malformed", lambda scene: scene.role_arn.replace(scene.account, scene.account[1:]), caller="token")
misnamed("target-not-a-role", lambda scene: f"arn:aws:iam::{scene.account}:user/{scene.name}")
misnamed("target-not-a-role", lambda scene: f"arn:aws:iam::{scene.account}:instance-profile/{scene.name}")
# The ARN of a session has not the role's path: which it is somebody has to look up.
misnamed(
    "target-not-a-role", lambda scene: f"arn:aws:sts::{scene.account}:assumed-role/{scene.name}/nightly", path="/"
)
misnamed("target-not-a-role", lambda scene: f"arn:aws:iam::{scene.account}:root")
misnamed("wrong-partition", lambda scene: scene.role_arn.replace("arn:aws:", "arn:aws-us-gov:"), cross=True)
misnamed("wrong-partition", lambda scene: scene.role_arn.replace("arn:aws:", "arn:aws-cn:"), cross=True)


def meant(wrong):
    """The role that is meant is known, and the call names another."""

    @plants("role-not-found")
    def named(scene):
        yield
        scene.said["target_role"] = scene.role_arn
        yield from sent_for_now(scene, "RoleArn", wrong(scene), TOLD)


meant(lambda scene: scene.role_arn + "-prod")
meant(lambda scene: scene.role_arn.replace(scene.name, scene.name.swapcase()))
meant(lambda scene: scene.role_arn.replace(":role/", ":role/old/"))
meant(lambda scene: scene.role_arn.replace(scene.account, "345678901234"))


@plants("role-not-found")
def the_role_is_gone(scene):
    yield
    scene.role_exists = False
    scene.knows -= {"trust"}
    scene.facts["role_exists"] = False
    yield TOLD
    scene.role_exists = True
