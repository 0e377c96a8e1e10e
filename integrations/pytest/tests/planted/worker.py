"""A process that tries one world after the other."""

import os
import traceback
from pathlib import Path

from .plants import PLANTS
from .trial import Place, Trial, Wrong

START = {}


def causes():
    return PLANTS.keys()


def start(server, program, folder):
    own = Path(folder) / str(os.getpid())
    own.mkdir()
    START.update(place=Place(server, f"planted-{os.getpid()}"), program=program, folder=own)


def run(cause, number, left_out=None):
    """What went wrong, with all that is to be seen of it; nothing where all went well."""
    trial = Trial(number, cause, **START)
    try:
        trial.run_with_less(left_out) if left_out else trial.run()
    except Wrong as wrong:
        complaint = str(wrong)
    except Exception:
        complaint = traceback.format_exc()
    else:
        return None
    return "\n\n".join([complaint, *trial.seen()])
