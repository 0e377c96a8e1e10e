"""How long `countersign diagnose` takes from the start of the process, and how much memory, for ordinary and for hostile input.

Needs programs that are built for release; several are set beside each other: `python run.py target/release/countersign`. Linux
only. What is measured is written to a temporary folder, one input at a time. Ends with exit code 1 when the last program misses a
goal.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import inputs

# The goals: seconds and MiB. Of ordinary input it is the clock that counts, in the fastest run; of hostile input, which runs once,
# the processor's time, so that what else the machine does is not counted.
PASTES = (0.05, 64)
TRAILS = (3, 64)
HOSTILE = (3, 256)
# What takes longer is ended.
LONGEST = 60


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", nargs="+")
    parser.add_argument("--only", default="", help="a part of the names of what is measured")
    parser.add_argument("--runs", type=int, default=7, help="runs of each; of hostile input there is one")
    arguments = parser.parse_args()
    print(*arguments.programs)
    print("| input | goal |" + " time | CPU | memory | exit |" * len(arguments.programs))
    print("| --- | --- |" + " --- | --- | --- | --- |" * len(arguments.programs))
    met = True
    for group, goal, runs in [(inputs.PASTES, PASTES, arguments.runs), (inputs.TRAILS, TRAILS, arguments.runs), (inputs.HOSTILE, HOSTILE, 1)]:
        for name in (name for name in group if arguments.only in name):
            met &= measure(arguments.programs, name, goal, runs)
    sys.exit(0 if met else 1)


def measure(programs, name, goal, runs):
    """Prints a row; says whether the last program was good enough."""
    with tempfile.TemporaryDirectory() as folder:
        making = [sys.executable, str(Path(__file__).with_name("inputs.py")), name, folder]
        made = json.loads(subprocess.run(making, check=True, capture_output=True).stdout)
        cells, met = [], True
        # In turns, so that what else the machine does hits them all.
        taken = [[run([program, "diagnose", "--no-input", *made]) for program in programs] for _ in range(runs)]
        for turns in zip(*taken):
            seconds, cpu, mib, exits = (min(one) if at < 2 else max(one) for at, one in enumerate(zip(*turns)))
            met = (cpu if goal == HOSTILE else seconds) <= goal[0] and mib <= goal[1] and exits in ("0", "1", "2")
            cells.append(f" {spoken(seconds)} | {spoken(cpu)} | {mib:.0f} MiB | {exits}{'' if met else ' MISSED'} |")
    print(f"| {name} | {spoken(goal[0])}, {goal[1]} MiB |{''.join(cells)}", flush=True)
    return met


def run(command):
    """Seconds of the clock and of the processor, MiB, and how it ended."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    timer = threading.Timer(LONGEST, child.kill)
    timer.start()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    timer.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, str(child.returncode)


def spoken(seconds):
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


if __name__ == "__main__":
    main()
