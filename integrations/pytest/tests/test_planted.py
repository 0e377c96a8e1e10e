"""Denials of the endpoint feed straight into `countersign diagnose`: the cause that was planted is the cause that is found, and
the call that was put right succeeds."""

import concurrent.futures
import multiprocessing
import os
from pathlib import Path

import pytest
from planted import worker

WORLDS = 500
CAUSES = Path(__file__).parents[3] / "crates/countersign-diagnose/src/cause"
# What no client can bring about at the endpoint.
NOT_HERE = {
    "eventual-consistency": "changes count at once",
    "opt-in-region-caller": "every region is accepted",
    "trust-service-principal": "no service calls",
    "vpce-policy": "there is no VPC endpoint",
}


def planted():
    """Every cause in turn, so that all have their share."""
    causes = sorted(worker.causes())
    return [(causes[number % len(causes)], number) for number in range(WORLDS)]


def planted_with_less():
    """Every cause once more for each kind of evidence, which is left out. The numbers go on."""
    trials = [(cause, left_out) for cause in sorted(worker.causes()) for left_out in ("identity", "request", "trust")]
    return [(cause, WORLDS + number, left_out) for number, (cause, left_out) in enumerate(trials)]


@pytest.fixture(scope="session")
def trials(countersign_server, countersign_program, tmp_path_factory):
    """What came of every world, by its number. They are tried in processes of their own: a call has its environment."""
    folder = tmp_path_factory.mktemp("planted")
    start = (countersign_server.url, countersign_program, str(folder))
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(
        os.cpu_count(), mp_context=context, initializer=worker.start, initargs=start
    ) as pool:
        whole = {number: pool.submit(worker.run, cause, number) for cause, number in planted()}
        yield whole | {trial: pool.submit(worker.run, *trial) for trial in planted_with_less()}


def test_every_cause_is_planted():
    pages = {page.stem.replace("_", "-") for page in CAUSES.glob("*.md")}
    assert worker.causes() | NOT_HERE.keys() == pages
    assert not worker.causes() & NOT_HERE.keys()


@pytest.mark.parametrize(("cause", "number"), planted(), ids=lambda value: str(value))
def test_what_was_planted_is_found(trials, cause, number):
    wrong = trials[number].result()
    assert wrong is None, f"{cause} in world {number}:\n{wrong}"


@pytest.mark.parametrize(("cause", "number", "left_out"), planted_with_less(), ids=lambda value: str(value))
def test_with_less_nothing_else_is_proved(trials, cause, number, left_out):
    wrong = trials[cause, number, left_out].result()
    assert wrong is None, f"{cause} in world {number}, without the {left_out}:\n{wrong}"
