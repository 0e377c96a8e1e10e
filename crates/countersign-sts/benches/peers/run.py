"""Times AssumeRole at `countersign sts`, at `moto_server` and at a bare axum handler, in one run.

Needs boto3 and moto (`requirements.txt`), wrk on the PATH, and cargo. See README.md.
"""

import argparse
import json
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
KEY = Credentials("AKIAU3UKDXOYQEXAMPLE", "an-example-and-no-secret")
CALLS = 256
CONNECTIONS = (1, 8)


def main():
    arguments = parse()
    ours, bare = build(arguments.program)
    print(f"start-up, until the address is printed: {start_up(ours)}")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        with Server([ours, "sts", "--port", "0", "--print-env", "--world", HERE / "world.json"]) as endpoint:
            answer = scratch / "answer.xml"
            answer.write_bytes(one_answer(endpoint.url))
            servers = {"countersign": endpoint, "bare axum": Server([bare, answer])}
            if not arguments.no_moto:
                servers["moto_server"] = Moto()
            try:
                compare(servers, scratch, arguments)
                grow(endpoint, scratch, arguments.calls)
            finally:
                for server in servers.values():
                    server.stop()


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="turns that each server gets")
    parser.add_argument("--seconds", type=int, default=5, help="how long a turn is")
    parser.add_argument("--calls", type=int, default=1_000_000, help="calls after which memory is looked at; 0 for none")
    parser.add_argument("--no-moto", action="store_true", help="leave moto out")
    parser.add_argument("--program", help="a countersign that is built already")
    return parser.parse_args()


def build(program):
    """Release builds of the endpoint and of the bare handler."""
    cargo = ["cargo", "build", "--release", "--quiet"]
    if program is None:
        subprocess.run([*cargo, "-p", "countersign"], cwd=ROOT, check=True)
        program = target(ROOT) / "release/countersign"
    subprocess.run(cargo, cwd=HERE, check=True)
    return program, target(HERE) / "release/bare"


def target(folder):
    metadata = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=folder, check=True, stdout=subprocess.PIPE
    )
    return Path(json.loads(metadata.stdout)["target_directory"])


class Server:
    """A program that prints its URL first."""

    def __init__(self, command):
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
        self.url = re.search(r"http://\S+", self.process.stdout.readline()).group()

    def memory(self):
        """Resident memory, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Moto(Server):
    """moto's server, which tells its port on stderr."""

    def __init__(self):
        program = Path(sys.executable).with_name("moto_server")
        self.process = subprocess.Popen([program, "-p", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                self.url = found.group()
                break
        # It logs every call, and would wait for a reader.
        subprocess.Popen(["cat"], stdin=self.process.stderr, stdout=subprocess.DEVNULL)


def signed(url, count):
    """Headers and bodies of `count` calls, each with a session name of its own."""
    for number in range(count):
        form = {
            "Action": "AssumeRole",
            "Version": "2011-06-15",
            "RoleArn": "arn:aws:iam::111122223333:role/Vendor",
            "RoleSessionName": f"nightly-{number}",
            "ExternalId": "tenant-7f2",
        }
        body = urlencode(form)
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        request = AWSRequest("POST", url + "/", headers=headers, data=body)
        SigV4Auth(KEY, "sts", "us-east-1").add_auth(request)
        yield dict(request.headers) | {"Host": url.removeprefix("http://")}, body


def one_answer(url):
    headers, body = next(signed(url, 1))
    with urlopen(Request(url, body.encode(), headers)) as answer:
        return answer.read()


def wrk(url, scratch, connections, seconds):
    """One turn. Calls are signed right before it: signatures are good for 15 minutes."""
    calls = scratch / "calls"
    with calls.open("w") as lines:
        for headers, body in signed(url, CALLS):
            print("\t".join(f"{name}: {value}" for name, value in headers.items()), body, sep="\n", file=lines)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", HERE / "calls.lua", url, "--", calls]
    output = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout
    turn = json.loads(output.splitlines()[-1])
    if turn["refused"] or turn["broken"]:
        sys.exit(f"error: {turn['refused']} calls were refused and {turn['broken']} broke: nothing was measured")
    return turn | {"rate": turn["requests"] / turn["seconds"]}


def compare(servers, scratch, arguments):
    """The servers take turns, so that what else the machine does hits all; the median turn of each counts."""
    for connections in CONNECTIONS:
        turns = {name: [] for name in servers}
        for _ in range(arguments.rounds):
            for name, server in servers.items():
                turns[name].append(wrk(server.url, scratch, connections, arguments.seconds))
        print(f"\n{connections} connection{'s' * (connections > 1)}, {arguments.rounds} turns of {arguments.seconds} s")
        ours = statistics.median(turn["rate"] for turn in turns["countersign"])
        for name in servers:
            rate, p50, p99 = (statistics.median(turn[what] for turn in turns[name]) for what in ("rate", "p50", "p99"))
            print(f"  {name:<12} {rate:>9.0f} calls/s   p50 {p50:>7.3f} ms   p99 {p99:>7.3f} ms   ours is {ours / rate:.2f} times that")


def grow(endpoint, scratch, calls):
    """Memory while sessions are handed out."""
    if calls == 0:
        return
    print(f"\nmemory: {endpoint.memory():.1f} MiB before")
    done, shown = 0, 0
    while done < calls:
        done += wrk(endpoint.url, scratch, 8, 5)["requests"]
        if done - shown >= calls // 5 or done >= calls:
            shown = done
            print(f"  {endpoint.memory():.1f} MiB after {done} calls more", flush=True)


def start_up(program):
    """From before the process is started until its first line is read."""
    times = []
    for _ in range(40):
        start = time.perf_counter()
        with subprocess.Popen([program, "sts", "--port", "0", "--print-env"], stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            times.append((time.perf_counter() - start) * 1e3)
            process.send_signal(signal.SIGTERM)
    return f"median {statistics.median(times):.1f} ms, slowest of {len(times)} {max(times):.1f} ms"


if __name__ == "__main__":
    main()
