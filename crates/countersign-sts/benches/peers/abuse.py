"""What clients do to the endpoint that mean it ill or are broken: how much memory that costs, and whether others are still served.

Needs boto3 and a countersign that is built: `python abuse.py target/release/countersign`. Ends with exit code 1 when a goal is
missed.
"""

import argparse
import resource
import select
import socket
import sys
import time
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from run import HERE, Server, signed

# A healthy client gets its answer within this time, whatever others do.
PATIENCE = 3
MOST_MIB = 200


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--gib", type=float, default=1, help="the size of the largest body")
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Server([arguments.program, "sts", "--port", "0", "--print-env", "--world", HERE / "world.json"]) as server:
        checks = [
            ("healthy", lambda: None),
            (f"a body of {arguments.gib} GiB, sent", lambda: send_body(server, int(arguments.gib * (1 << 30)))),
            ("the same in chunks without end", lambda: send_chunks(server, int(arguments.gib * (1 << 30)))),
            ("500 bodies of 2 MB at once, never finished", lambda: hold(server, 500, large_body(2_000_000, 1_000_000))),
            ("5,000 heads, never finished", lambda: hold(server, 5_000, b"POST / HTTP/1.1\r\nhost: x\r\nx-slow: ")),
            (f"{arguments.connections} idle connections", lambda: hold(server, arguments.connections, b"")),
            (f"{arguments.connections} keep-alive connections", lambda: hold(server, arguments.connections, health())),
            ("25,000 tags", lambda: refused(server, many_tags(), 400)),
            ("50,000 parameters, repeated", lambda: refused(server, "&".join(["a=1"] * 50_000), 404)),
            ("a signature of yesterday", lambda: replay(server)),
        ]
        sys.exit(1 if not all([check(server, *one) for one in checks]) else 0)


def check(server, name, attack):
    """Runs one attack; what it returns is kept until somebody else was served."""
    held = attack()
    start = time.perf_counter()
    served = call(server)
    seconds = time.perf_counter() - start
    memory = server.memory()
    del held
    good = served == 200 and seconds < PATIENCE and memory < MOST_MIB
    print(f"{'ok    ' if good else 'MISSED'} {name}: the next call took {seconds * 1e3:.0f} ms, memory is {memory:.1f} MiB", flush=True)
    return good


def call(server):
    headers, form = next(signed(server.url, 1))
    try:
        with urlopen(Request(server.url, form.encode(), headers), timeout=30) as answer:
            return answer.status
    except HTTPError as error:
        return error.code


def address(server):
    host, port = server.url.removeprefix("http://").rsplit(":", 1)
    return host, int(port)


def connect(server):
    return socket.create_connection(address(server), timeout=30)


def pour(stream, piece, size):
    """Sends until the server has enough."""
    sent = 0
    try:
        while sent < size:
            stream.sendall(piece)
            sent += len(piece)
    except OSError:
        pass
    stream.close()


def send_body(server, size):
    stream = connect(server)
    stream.sendall(f"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {size}\r\n\r\n".encode())
    pour(stream, b"x" * (1 << 20), size)


def send_chunks(server, size):
    stream = connect(server)
    stream.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
    pour(stream, b"100000\r\n" + b"x" * (1 << 20) + b"\r\n", size)


def large_body(announced, sent):
    return f"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {announced}\r\n\r\n".encode() + b"x" * sent


def health():
    return b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"


def hold(server, count, opening):
    """Connections that say something and then nothing more."""
    held = []
    for _ in range(count):
        stream = socket.socket()
        stream.setblocking(False)
        stream.connect_ex(address(server))
        held.append(stream)
        # Not more at once than the socket's queue holds.
        if len(held) % 100 == 0:
            settle(held[-100:])
    settle(held)
    for stream in held:
        try:
            stream.send(opening)
        except OSError:
            pass
    time.sleep(0.5)
    return held


def settle(streams):
    end = time.monotonic() + 2
    poll = select.poll()
    for stream in streams:
        poll.register(stream, select.POLLOUT)
    while time.monotonic() < end and len(poll.poll(50)) < len(streams):
        pass


def many_tags():
    form = next(signed("http://x", 1))[1]
    return form + "".join(f"&Tags.member.{number}.Key=k&Tags.member.{number}.Value=v" for number in range(1, 25_001))


def refused(server, body, expected):
    """The body is signed, so that it gets as far as it can."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from run import KEY

    request = AWSRequest("POST", server.url + "/", data=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    SigV4Auth(KEY, "sts", "us-east-1").add_auth(request)
    try:
        status = urlopen(Request(server.url, body.encode(), dict(request.headers)), timeout=30).status
    except HTTPError as error:
        status = error.code
    if status != expected:
        sys.exit(f"error: answered with {status} in place of {expected}")


def replay(server):
    headers, body = next(signed(server.url, 1))
    headers["X-Amz-Date"] = "20200101T000000Z"
    headers["Authorization"] = headers["Authorization"].replace(time.strftime("%Y%m%d", time.gmtime()), "20200101")
    try:
        status = urlopen(Request(server.url, body.encode(), headers), timeout=30).status
    except HTTPError as error:
        status = error.code
    if status != 403:
        sys.exit(f"error: an old signature was answered with {status}")


if __name__ == "__main__":
    main()
