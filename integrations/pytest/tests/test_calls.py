"""The diffs that `countersign diagnose` prints for calls, and what the languages of those calls make of them.

The rows are those of `crates/countersign-diagnose/tests/matrix`, whose test says how they are written. Here the program answers,
its diff is applied, and the outcome goes to the language's own parser where one is at hand. Python and the aws CLI go on to make
the call, over a transport that only notes what is sent.
"""

import ast
import json
import os
import shutil
import subprocess
from pathlib import Path
from unittest import mock
from urllib.parse import parse_qs

import awscli.clidriver
import boto3
import botocore.httpsession
import pytest
import yaml
from botocore.awsrequest import AWSResponse
from botocore.configloader import load_config, raw_config_parse

MATRIX = Path(__file__).parents[3] / "crates/countersign-diagnose/tests/matrix"
RIGHT = "acme-1"
ROLE = "arn:aws:iam::111122223333:role/vendor"
CALLER = "arn:aws:sts::444455556666:assumed-role/collector/i-1"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::444455556666:role/collector"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": RIGHT}},
    },
}
ANSWER = f"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>none</SecretAccessKey><SessionToken>none</SessionToken>
<Expiration>2126-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>""".encode()


def sections(path):
    """Of each row its name and its texts by their heads; the call without an ExternalId has none."""
    row = None
    for line in path.read_text().splitlines(keepends=True):
        if line.startswith("=== "):
            if row:
                yield row
            row, head = (line[4:].strip(), {}), ""
        elif line.startswith("--- "):
            head = line[4:].strip()
        else:
            row[1][head] = row[1].get(head, "") + line
    yield row


def cells():
    """The language, the call that is wrong, and the call as it has to be."""
    for path in sorted(MATRIX.glob("*.txt")):
        for name, texts in sections(path):
            if "right" not in texts:
                continue
            right = texts["right"]
            padded = texts.get("padded", right.replace(RIGHT, f" {RIGHT} "))
            for cell, call, wanted in (
                ("missing", texts[""], right),
                ("wrong case", right.replace(RIGHT, "ACME-1"), right),
                ("padded", padded, texts.get("repaired", right)),
            ):
                yield pytest.param(path.stem, call, wanted, id=f"{path.stem}: {name}, {cell}")


def applied(diff, text):
    """The text with a unified diff applied to it."""
    before, after, at = text.splitlines(keepends=True), [], 0
    for line in diff.splitlines(keepends=True):
        mark, rest = line[0], line[1:]
        if line.startswith(("--- ", "+++ ")):
            continue
        if mark == "@":
            start = int(line.split()[1][1:].split(",")[0]) - 1
            after += before[at:start]
            at = start
        elif mark == "+":
            after.append(rest)
        else:
            assert before[at] == rest, "the diff is one of another text"
            after += [rest] if mark == " " else []
            at += 1
    return "".join(after + before[at:])


@pytest.mark.parametrize("kind, call, wanted", list(cells()))
def test_the_diff_makes_a_call_that_its_language_can_read(countersign_program, tmp_path, sent, kind, call, wanted):
    case = {
        "error_text": f"User: {CALLER} is not authorized to perform: sts:AssumeRole on resource: {ROLE}",
        "target_role": ROLE,
        "trust_policy": TRUST,
        "request": {"kind": kind, "text": call},
    }
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case))
    command = [countersign_program, "diagnose", "--case", path, "--format", "json"]
    # 0: the cause is proved.
    answer = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert (answer["before"], answer["after"]) == ("ImplicitDeny", "Allowed")
    mended = applied(answer["causes"][0]["fix"]["diff"], call)
    assert mended == wanted
    read = READERS.get(kind)
    if read is not None:
        read(mended, tmp_path, sent)
    elif kind in PROGRAMS and shutil.which(PROGRAMS[kind][0]):
        subprocess.run(PROGRAMS[kind], input=mended, text=True, check=True, capture_output=True)


# Parsers of languages that nothing is installed for; where there is none, the grammar of the matrix's own test has to do.
PROGRAMS = {
    "go": ["gofmt", "-e"],
    "hcl": ["terraform", "fmt", "-"],
    "php": ["php", "-l"],
    "ruby": ["ruby", "-c"],
    "rust": ["rustfmt", "--edition", "2024"],
}


@pytest.fixture
def sent(monkeypatch):
    """The parameters of each call to STS that is made."""
    calls = []

    def send(self, request):
        calls.append({name: value for name, [value] in parse_qs(request.body, keep_blank_values=True).items()}
                     if isinstance(request.body, str) else dict(request.body))
        return AWSResponse(request.url, 200, {}, Raw())

    class Raw:
        def stream(self, *_, **__):
            yield ANSWER

    monkeypatch.setattr(botocore.httpsession.URLLib3Session, "send", send)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return calls


def made(sent):
    """Whether one call was made, for the role and with the right ExternalId."""
    assert [(call["Action"], call["RoleArn"], call["ExternalId"]) for call in sent] == [("AssumeRole", ROLE, RIGHT)]


class Cli:
    """An `aws` on the PATH that notes its words, for the CLI in this process to run."""

    def __init__(self, folder):
        self.words = folder / "words"
        program = folder / "aws"
        program.write_text(f"#!/bin/bash\nprintf '%s\\0' \"$@\" > '{self.words}'\n")
        program.chmod(0o755)
        self.path = mock.patch.dict(os.environ, PATH=f"{folder}{os.pathsep}{os.environ['PATH']}")

    def run(self):
        assert awscli.clidriver.create_clidriver().main(self.words.read_text().split("\0")[:-1]) == 0


def read_python(text, folder, sent):
    cli = Cli(folder)
    with cli.path:
        exec(compile(ast.parse(text), "call.py", "exec"), {"__name__": "call"})
    if cli.words.exists():
        cli.run()
    made(sent)


def read_shell(text, folder, sent):
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)
    cli = Cli(folder)
    with cli.path:
        subprocess.run(["bash", "-c", text], check=True, capture_output=True)
    cli.run()
    made(sent)


def read_profile(text, folder, _):
    path = folder / "config"
    path.write_text(text)
    profiles = load_config(str(path))["profiles"]
    # In the credentials file sections have the profile's name alone.
    profile = profiles.get("vendor") or raw_config_parse(str(path))["vendor"]
    assert (profile["role_arn"], profile["external_id"]) == (ROLE, RIGHT)


def read_json(text, *_):
    assert RIGHT in leaves(json.loads(text))


def read_yaml(text, *_):
    found = leaves(yaml.safe_load(text))
    scripts = [leaf for leaf in found if "aws sts" in str(leaf)]
    assert RIGHT in found or any("--external-id" in script for script in scripts)
    for script in scripts:
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def leaves(value):
    match value:
        case dict():
            return [leaf for inner in value.values() for leaf in leaves(inner)]
        case list():
            return [leaf for inner in value for leaf in leaves(inner)]
    return [value]


def read_javascript(text, folder, _):
    path = folder / ("call.mjs" if "import " in text else "call.cjs")
    path.write_text(text)
    subprocess.run(["node", "--check", path], check=True, capture_output=True)


TRANSPILE = """
const typescript = require("typescript");
const text = require("node:fs").readFileSync(0, "utf8");
const { diagnostics } = typescript.transpileModule(text, { reportDiagnostics: true });
diagnostics.forEach(problem => console.error(typescript.flattenDiagnosticMessageText(problem.messageText, "\\n")));
process.exit(diagnostics.length);
"""


def read_typescript(text, *_):
    subprocess.run(["node", "-e", TRANSPILE], input=text, text=True, check=True, capture_output=True)


READERS = {
    "javascript": read_javascript,
    "json": read_json,
    "profile": read_profile,
    "python": read_python,
    "shell": read_shell,
    "typescript": read_typescript,
    "yaml": read_yaml,
}
