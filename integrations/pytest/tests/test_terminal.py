"""`countersign diagnose` at a terminal: what it asks, what it makes of the answers, and when it does not ask."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import time
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "crates/countersign/tests/cmd"
ERROR = (FOLDER / "diagnose/error.txt").read_bytes()
TRUST = (FOLDER / "trust.json").read_bytes()
PROMPT = b"> "
CTRL_C, CTRL_D = b"\x03", b"\x04"


@pytest.fixture
def session(countersign_program):
    """Runs the program at a terminal: at each prompt the next answer is typed. Gives what was shown, and the exit code."""

    def run(*arguments, answers=(), environment=None):
        environment = {**{key: os.environ[key] for key in ["PATH", "HOME"] if key in os.environ}, **(environment or {})}
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(FOLDER)
            os.execve(countersign_program, ["countersign", "diagnose", *arguments], {"NO_COLOR": "1", **environment})
        shown = b""
        for answer in answers:
            shown += read_to(terminal, PROMPT)
            os.write(terminal, answer)
        shown += read_to(terminal, None)
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        return shown.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(status)

    return run


def read_to(terminal, mark):
    shown, end = b"", time.monotonic() + 60
    while not (mark and shown.endswith(mark)):
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        assert ready, f"nothing came after {shown!r}"
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            piece = b""
        if not piece:
            assert mark is None, f"it ended after {shown!r}"
            break
        shown += piece
    return shown


def test_it_asks_for_what_separates_the_causes_until_one_is_proved(session):
    shown, code = session("diagnose/error.txt", answers=[b"trust.json\n", b"tenant-7F2\n"])
    assert "? what is the trust policy of `arn:aws:iam::111122223333:role/VendorAccess`?" in shown
    assert "? which ExternalId did the call send?" in shown
    assert "error[external-id-mismatch]" in shown
    assert code == 0


def test_enter_says_that_no_external_id_was_sent(session):
    shown, code = session("diagnose/error.txt", "--trust", "trust.json", answers=[b"\n"])
    assert "error[external-id-missing]" in shown
    assert code == 0


def test_a_pasted_policy_ends_where_it_is_complete(session):
    shown, code = session("diagnose/error.txt", "--external-id", "tenant-9", answers=[TRUST])
    assert "error[external-id-mismatch]" in shown
    assert "--> trust-policy.json:10:" in shown
    assert code == 0


def test_what_is_no_answer_is_said_and_asked_again(session):
    shown, code = session("diagnose/error.txt", "--no-external-id", answers=[b"no-such-file\n", b"trust.json\n"])
    assert "this is no policy" in shown
    assert "error[external-id-missing]" in shown
    assert code == 0


@pytest.mark.parametrize("leave", [CTRL_C, CTRL_D])
def test_leaving_gives_the_answer_so_far(session, leave):
    shown, code = session("diagnose/error.txt", answers=[leave])
    assert "not given: trust-policy" in shown.split(PROMPT.decode())[-1]
    assert "probably[trust-principal-missing]" in shown.split(PROMPT.decode())[-1]
    assert code == 1


def test_with_nothing_it_asks_for_the_error(session):
    shown, code = session(answers=[ERROR + b"\n", b"trust.json\n", b"\n"])
    assert shown.startswith("paste the error as it was printed")
    assert "error[external-id-missing]" in shown
    assert code == 0


def test_with_nothing_and_no_answer_it_says_what_to_give(session):
    shown, code = session(answers=[CTRL_D])
    assert "help:" in shown and "--trust" in shown
    assert code == 2


@pytest.mark.parametrize(
    "arguments, environment",
    [(["--no-input"], {}), (["--format", "json"], {}), (["--format", "markdown"], {}), ([], {"CI": "true"})],
)
def test_it_does_not_ask_where_nobody_answers(session, arguments, environment):
    shown, code = session("diagnose/error.txt", *arguments, environment=environment)
    assert "? what" not in shown
    assert "role-not-found" in shown
    assert code == 1


def test_it_does_not_ask_when_the_output_is_piped(countersign_program):
    primary, secondary = pty.openpty()
    command = [countersign_program, "diagnose", "diagnose/error.txt"]
    done = subprocess.run(command, cwd=FOLDER, stdin=secondary, capture_output=True, text=True, timeout=60)
    os.close(primary)
    os.close(secondary)
    assert "role-not-found" in done.stdout
    assert done.stderr == ""
    assert done.returncode == 1


@pytest.mark.parametrize("end", [CTRL_C, signal.SIGTERM], ids=["ctrl-c", "terminate"])
def test_a_watch_leaves_the_terminal_as_it_was(countersign_program, tmp_path, end):
    log = tmp_path / "log"
    log.write_bytes(b"")
    primary, secondary = pty.openpty()
    before = termios.tcgetattr(secondary)
    command = [countersign_program, "--color", "always", "diagnose", "--watch", str(log)]
    watch = subprocess.Popen(
        command, stdin=secondary, stdout=secondary, stderr=secondary, start_new_session=True, preexec_fn=take_terminal
    )
    shown = read_to(primary, b"ends\r\n")
    log.write_bytes(ERROR)
    shown += read_to(primary, b"--failed\r\n\r\n")
    if end == CTRL_C:
        os.write(primary, end)
    else:
        watch.send_signal(end)
    assert watch.wait(timeout=60) == 1
    assert termios.tcgetattr(secondary) == before
    escapes = [part.split(b"m")[0] for part in shown.split(b"\x1b[")[1:]]
    assert escapes and escapes[-1] == b"0", "the last style is switched off"
    os.close(primary)
    os.close(secondary)


def take_terminal():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
