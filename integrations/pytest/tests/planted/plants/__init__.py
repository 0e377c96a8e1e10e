"""What is put wrong, by the cause that diagnose is to find. Several functions may plant one cause, each in another way."""

from dataclasses import dataclass

from ..scene import Scene

PLANTS = {}


@dataclass
class Expected:
    """What is to be said of a denial besides its cause."""

    # `proved` where everything was given.
    status: str = "proved"
    # A diff has to be there.
    patch: bool = False
    # Who has to change something, where the plant knows better than the cause.
    side: str | None = None
    # The evaluator can see it: AWS's text or the ARNs are not all there is.
    by_policy: bool = True


class Plant:
    """The ways to plant one cause."""

    def __init__(self):
        self.ways = []

    def start(self, rng):
        way, base = rng.choice(self.ways)
        scene = Scene(rng, **base)
        steps = way(scene)
        next(steps)
        yield scene
        yield next(steps)
        next(steps, None)
        yield


def plants(cause, **base):
    """Marks a way to plant a cause in a scene that is made with `base`."""

    def mark(way):
        PLANTS.setdefault(cause, Plant()).ways.append((way, base))
        return way

    return mark


def for_now(scene, name, wrong, expected):
    """Something about the scene is wrong until it is as before."""
    right = getattr(scene, name)
    setattr(scene, name, wrong)
    yield expected
    setattr(scene, name, right)


def sent_for_now(scene, name, wrong, expected):
    """A parameter of the call is wrong until it is as before."""
    right = scene.call.parameters[name]
    scene.call.parameters[name] = wrong
    yield expected
    scene.call.parameters[name] = right


from . import caller, federation, limits, request, role, trust, write  # noqa: E402, F401
