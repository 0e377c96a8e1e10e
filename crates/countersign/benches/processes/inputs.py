"""What the processes of `run.py` get, made by name: `python inputs.py NAME FOLDER` writes the files there and prints the arguments.

A process of its own, so that what making them takes does not count as the memory of what is measured.
"""

import gzip
import itertools
import json
import sys
from pathlib import Path

COLLECTOR = {"AWS": "arn:aws:iam::111122223333:role/Collector"}
ROLE = "arn:aws:iam::444455556666:role/VendorAccess"
SENTENCE = (
    "User: arn:aws:sts::111122223333:assumed-role/Collector/s1 is not authorized to perform: sts:AssumeRole "
    f"on resource: {ROLE}"
)
DENIED = f"An error occurred (AccessDenied) when calling the AssumeRole operation: {SENTENCE}\n"
ALLOW = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": COLLECTOR}
ASKING = {**ALLOW, "Condition": {"StringEquals": {"sts:ExternalId": "tenant-7f2"}}}
MIB = 1 << 20
MOST = 16_000_000

PASTES, TRAILS, HOSTILE = {}, {}, {}


def named(group, name):
    def add(make):
        group[name] = make
        return make

    return add


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def filled(unit, end, size=10_000):
    """`end` behind as many of `unit` as there is room for."""
    return unit * ((size - len(end)) // len(unit)) + end


def policy(statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def denied_by(folder, trust, *more):
    return [write(folder, "denied.txt", DENIED), "--trust", write(folder, "trust.json", trust), *more]


# Pastes of 10 KB: what stands around the error, and the error.
LOG = "2026-08-01T10:00:00Z INFO collector: fetching page 17 of inventory, took 12 ms, status 200 OK\n"
JSON_LINE = json.dumps({"level": "info", "ts": "2026-08-01T10:00:00Z", "msg": "fetched", "page": 17}) + "\n"
TEXTS = {
    "aws CLI": (LOG, DENIED),
    "STS XML": (
        "<!-- 2026-08-01 a proxy between -->\n",
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n  <Error>\n    <Type>Sender</Type>\n'
        f"    <Code>AccessDenied</Code>\n    <Message>{SENTENCE}</Message>\n  </Error>\n"
        "  <RequestId>0f8e1c2a-1111-4222-8333-444455556666</RequestId>\n</ErrorResponse>\n",
    ),
    "JSON log": (JSON_LINE, json.dumps({"level": "error", "error": DENIED}) + "\n"),
    "boxed Terraform": (
        "aws_instance.worker[3]: Refreshing state... [id=i-0123456789abcdef0]\n",
        "\x1b[31m╷\x1b[0m\n\x1b[31m│\x1b[0m \x1b[1mError: Cannot assume IAM Role\x1b[0m\n│\n│ IAM Role (" + ROLE + ") cannot be assumed.\n"
        f"│ Error: operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: 0f8e, api error AccessDenied: {SENTENCE}\n╵\n",
    ),
    "Java trace": (
        "\tat com.example.collector.Page.fetch(Page.java:117) ~[collector.jar:1.4.2]\n",
        f"Caused by: software.amazon.awssdk.services.sts.model.StsException: {SENTENCE} (Service: Sts, Status Code: 403, Request ID: 0f8e)\n",
    ),
    "nothing of AWS": (LOG, "exit status 1\n"),
}


def add_paste(name, unit, end):
    @named(PASTES, f"paste: {name}")
    def make(folder):
        return [write(folder, "error.txt", filled(unit, end))]


for text_name, (text_unit, text_end) in TEXTS.items():
    add_paste(text_name, text_unit, text_end)

CALLS = {
    "py": ("def page(a, b=1):\n    return {'x': [a, b]}\n\n", f"sts.assume_role(\n    RoleArn='{ROLE}',\n    RoleSessionName='s1',\n)\n"),
    "ts": (
        "export function page(a: number, b = 1): { x: number[] } {\n  return { x: [a, b] };\n}\n",
        f"await client.send(new AssumeRoleCommand({{\n  RoleArn: '{ROLE}',\n  RoleSessionName: 's1',\n}}));\n",
    ),
    "sh": (
        'page() {\n  local a="$1"\n  echo "${a}" | grep -v x >> /tmp/log\n}\n',
        f"aws sts assume-role --role-arn {ROLE} \\\n  --role-session-name s1\n",
    ),
    "tf": ("locals {\n  a = [1, 2]\n}\n", f'provider "aws" {{\n  assume_role {{\n    role_arn = "{ROLE}"\n  }}\n}}\n'),
    "txt": ("def page(a, b=1):\n    return {'x': [a, b]}\n\n", f"sts.assume_role(RoleArn='{ROLE}', RoleSessionName='s1')\n"),
}


def add_call(ending, unit, end, form):
    @named(PASTES, f"paste, policy and call.{ending}, {form}")
    def make(folder):
        call = write(folder, f"call.{ending}", filled(unit, end))
        error = write(folder, "error.txt", filled(LOG, DENIED))
        return [error, "--trust", write(folder, "trust.json", policy([ASKING])), "--call", call, "--format", form]


for (call_ending, (call_unit, call_end)), call_form in itertools.product(CALLS.items(), ["text", "markdown"]):
    add_call(call_ending, call_unit, call_end, call_form)


def event(nth, every):
    """An event; every so-manieth is a refused AssumeRole."""
    caller = f"arn:aws:sts::111122223333:assumed-role/Collector-{nth % 13}/i-{nth:017x}"
    scattered = nth * 0x9E3779B97F4A7C15 % (1 << 64)
    of_call = {"eventName": "GetObject", "requestParameters": {"bucketName": f"example-{nth % 100}", "key": f'a/{scattered:x} "q" {{x}}.json'}}
    if nth % every == 0:
        sentence = f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {ROLE}{nth % 7}"
        of_call = {"eventName": "AssumeRole", "errorCode": "AccessDenied", "errorMessage": sentence, "requestParameters": None}
    head = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLE:i-{nth:017x}",
            "arn": caller,
            "accountId": "111122223333",
            "accessKeyId": f"ASIA{scattered:016X}",
            "sessionContext": {"attributes": {"creationDate": "2026-08-01T09:00:00Z", "mfaAuthenticated": "false"}},
        },
        "eventTime": f"2026-08-{nth % 28 + 1:02}T{nth % 24:02}:{nth % 60:02}:{nth % 59:02}Z",
        "eventSource": "sts.amazonaws.com",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": f"192.0.2.{nth % 250}",
        "userAgent": "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64",
    }
    rest = {"requestID": f"{scattered:032x}", "eventID": f"{nth:032x}", "eventType": "AwsApiCall", "recipientAccountId": "111122223333"}
    return json.dumps({**head, **of_call, "responseElements": None, **rest}, separators=(",", ":"))


def add_trail(name, ending, every, size=100_000_000):
    @named(TRAILS, name)
    def make(folder):
        path = folder / f"trail.json{ending}"
        with gzip.open(path, "wt", 6) if ending else path.open("w") as file:
            written = file.write('{"Records":[')
            for nth in itertools.count():
                written += file.write(("," if nth else "") + event(nth, every))
                if written > size:
                    break
            file.write("]}")
        return ["--event", str(path)]


add_trail("100 MB of CloudTrail", "", 20)
add_trail("the same, gzip", ".gz", 20)
add_trail("100 MB of refused calls", "", 1)


# Policies that no IAM takes. The longest that is read has 1 MiB.
LONGEST_POLICY = 850_000


def tags(key, count):
    return {"StringEquals": {f"{key}{nth}": f"v{nth}" for nth in range(count)}}


def somebody(nth):
    return {"AWS": f"arn:aws:iam::{111122223333 + nth}:role/R{nth}"}


def effect(nth):
    return {**ALLOW, "Effect": ["Allow", "Deny"][nth % 2]}


def each(make_statement):
    return lambda count: policy([make_statement(nth) for nth in range(count)])


def asking(operator, values):
    return lambda count: policy([{**ALLOW, "Condition": {operator: {"sts:ExternalId": values(count)}}}])


POLICIES = {
    "keys of the caller's tags": lambda count: policy([{**ALLOW, "Condition": tags("aws:PrincipalTag/k", count)}]),
    "keys of session tags": lambda count: policy([{**ALLOW, "Condition": tags("aws:RequestTag/k", count)}]),
    "keys nobody knows": lambda count: policy([{**ALLOW, "Condition": tags("made:key", count)}]),
    "keys that a Deny asks for": lambda count: policy([ASKING, {**effect(1), "Condition": tags("aws:PrincipalTag/k", count)}]),
    "statements for others": each(lambda nth: {**effect(nth), "Principal": somebody(nth)}),
    "statements that allow others": each(lambda nth: {**ALLOW, "Principal": somebody(nth + 1)}),
    "statements with an ExternalId": each(lambda nth: {**effect(nth), "Condition": {"StringEquals": {"sts:ExternalId": f"t{nth}"}}}),
    "statements with a tag each": each(lambda nth: {**effect(nth), "Condition": {"StringLike": {f"aws:PrincipalTag/k{nth}": f"*t{nth}*"}}}),
    "statements with an ARN each": each(lambda nth: {**ALLOW, "Condition": {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::*:role/{nth}*"}}}),
    "statements for anybody": each(lambda nth: {**effect(nth), "Principal": "*", "Condition": {"StringLike": {"aws:PrincipalArn": f"*{nth}*"}}}),
    "statements with an address each": each(lambda nth: {**effect(nth), "Condition": {"IpAddress": {"aws:SourceIp": f"10.{nth % 250}.{nth // 250}.0/24"}}}),
    "statements, all the same": each(lambda nth: ASKING),
    "principals": lambda count: policy([{**ASKING, "Principal": {"AWS": [somebody(nth)["AWS"] for nth in range(count)]}}]),
    "values": asking("StringEquals", lambda count: [f"tenant-{nth}" for nth in range(count)]),
    "patterns": asking("StringLike", lambda count: [f"*a{nth}*b*" for nth in range(count)]),
    "variables": asking("StringLike", lambda count: ["${aws:PrincipalTag/k%d}" % nth for nth in range(count)]),
    "stars": asking("StringLike", lambda count: "*a" * count),
    "actions": lambda count: policy([{**ASKING, "Action": [f"sts:A{nth}*b" for nth in range(count)]}]),
    "brackets": lambda count: "[" * count,
}


def add_policies(name, make_policy):
    @named(HOSTILE, f"trust: 1,500 {name}")
    def make(folder):
        return denied_by(folder, make_policy(1_500))

    @named(HOSTILE, f"trust: nearly 1 MiB of {name}")
    def make_long(folder):
        return denied_by(folder, make_policy(1_500 * LONGEST_POLICY // len(make_policy(1_500))))


for policy_name, policy_maker in POLICIES.items():
    add_policies(policy_name, policy_maker)


def add_hostile(name):
    return named(HOSTILE, name)


def add_identities(name, count, make_statement):
    @add_hostile(f"{count} identity policies, 15 MB: {name}")
    def make(folder):
        size = 15_000_000 // count // len(json.dumps(make_statement(99, 99)) + ", ")
        texts = [policy([make_statement(nth, one) for one in range(size)]) for nth in range(count)]
        options = [["--identity", write(folder, f"i{nth}.json", text)] for nth, text in enumerate(texts)]
        return denied_by(folder, policy([ASKING]), *itertools.chain.from_iterable(options))


OWN = {"Effect": "Allow", "Action": "sts:*"}
for identities in [15, 300]:
    add_identities("other roles", identities, lambda nth, one: {**OWN, "Resource": f"arn:aws:iam::*:role/r{nth:03}-{one:05}"})
    add_identities("keys", identities, lambda nth, one: {**OWN, "Resource": "*", "Condition": {"StringEquals": {f"aws:PrincipalTag/k{nth:03}-{one:05}": "v"}}})


@add_hostile("16 MB of identity policy")
def identity(folder):
    statements = [{**OWN, "Resource": f"arn:aws:iam::*:role/r-{nth}"} for nth in range(190_000)]
    return denied_by(folder, policy([ASKING]), "--identity", write(folder, "identity.json", policy(statements)))


def add_bundle(name, make_bundle):
    @add_hostile(f"bundle of 16 MB: {name}")
    def make(folder):
        return ["--case", write(folder, "case.json", json.dumps(make_bundle()))]


add_bundle("error text", lambda: {"error_text": filled(LOG, DENIED, MOST - 400_000)})
add_bundle("policy of statements", lambda: {"error_text": DENIED, "trust_policy": {"Statement": [ASKING] * 80_000}})
add_bundle("policy as a text", lambda: {"error_text": DENIED, "trust_policy": policy([ASKING] * 60_000)})
add_bundle("code", lambda: {"error_text": DENIED, "request": {"kind": "python", "text": filled(*CALLS["py"], 14_000_000)}})
add_bundle("code of no kind", lambda: {"error_text": DENIED, "request": {"text": filled(*CALLS["py"], 14_000_000)}})
add_bundle("session tags", lambda: {"error_text": DENIED, "trust_policy": {"Statement": [ASKING]}, "context": {"session_tags": {f"k{nth}": f"v{nth}" for nth in range(500_000)}}})
add_bundle("claims", lambda: {"error_text": DENIED, "trust_policy": {"Statement": [ASKING]}, "context": {"token_claims": {f"k{nth}": f"v{nth}" for nth in range(500_000)}}})
add_bundle("claims of a federated call", lambda: {
    "error_text": "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    "operation": "AssumeRoleWithWebIdentity",
    "trust_policy": {"Statement": [{**ALLOW, "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "arn:aws:iam::444455556666:oidc-provider/oidc.example.com"}}]},
    "context": {"token_claims": {f"k{nth}": f"v{nth}" for nth in range(500_000)}},
})
add_bundle("brackets", lambda: {"error_text": "[" * 15_000_000})


def add_text(name, make_text):
    @add_hostile(f"error of 16 MB: {name}")
    def make(folder):
        return [write(folder, "error.txt", make_text()[:MOST])]


def repeated(unit):
    return lambda: unit * (MOST // len(unit))


add_text("tiny events", repeated('{"errorCode":"x","eventName":"AssumeRole"}\n'))
add_text("tiny events in a list", lambda: "[" + ",".join(['{"errorCode":"x","eventName":"AssumeRole"}'] * 360_000) + "]")
add_text("nested JSON", repeated('{"a":'))
add_text("nested lists", repeated("["))
add_text("JSON in JSON", repeated('[{"message":"{'))
add_text("errors", repeated(DENIED))
add_text("openings of errors", repeated("User: a "))
add_text("escapes", repeated("\x1b["))
add_text("quotes", repeated('"'))
add_text("one word", repeated("a"))
add_text("XML", repeated("<Error><Code>"))
add_text("entities", repeated("&amp;"))


def add_code(name, ending, make_text):
    @add_hostile(f"call: {name}")
    def make(folder):
        return denied_by(folder, policy([ASKING]), "--call", write(folder, f"call.{ending}", make_text()[:MOST]))


SIZE = 10_000_000
for code_ending, (code_unit, code_end) in {
    **CALLS,
    "go": ("func page(a int, b int) []int {\n\treturn []int{a, b}\n}\n", ""),
    "java": ("class Page {\n  int[] of(int a, int b) { return new int[] {a, b}; }\n}\n", ""),
    "rs": ("fn page(a: u32, b: u32) -> [u32; 2] {\n    [a, b]\n}\n", ""),
    "cs": ("class Page { int[] Of(int a, int b) { return new[] { a, b }; } }\n", ""),
    "rb": ("def page(a, b = 1)\n  { x: [a, b], y: 'text' }\nend\n", ""),
    "php": ("<?php\nfunction page($a, $b = 1) {\n  return ['x' => [$a, $b]];\n}\n?>\n", ""),
    "yaml": ("- name: page\n  run: make x\n", ""),
}.items():
    add_code(f"10 MB of {code_ending}", code_ending, lambda unit=code_unit, end=code_end: filled(unit, end, SIZE))
    if code_end:
        add_code(f"10 MB of calls in {code_ending}", code_ending, lambda end=code_end: end * (SIZE // len(end)))

add_code("10 MB of roles in json", "json", lambda: json.dumps({f"k{nth}": {"role_arn": ROLE} for nth in range(130_000)}))

for deep_name, deep_ending, deep_unit in [
    ("HCL", "tf", "a {\n"),
    ("HCL lists", "tf", "a = [[[["),
    ("CloudFormation", "json", '{"Resources":'),
    ("YAML by blanks", "yaml", None),
    ("YAML lists", "yaml", "- "),
    ("YAML flow", "yaml", "["),
    ("Python", "py", "f("),
    ("JavaScript", "js", "f(["),
    ("shell", "sh", "$( "),
    ("shell strings", "sh", '"$(a '),
    ("Ruby", "rb", '"#{'),
]:
    if deep_unit:
        add_code(f"deep {deep_name}, 100 KB", deep_ending, lambda unit=deep_unit: unit * (100_000 // len(unit)))
        add_code(f"deep {deep_name}, 10 MB", deep_ending, lambda unit=deep_unit: unit * (SIZE // len(unit)))
    else:
        add_code(f"deep {deep_name}, 10 MB", deep_ending, lambda: "".join(" " * nth + "a:\n" for nth in range(4_400)))

for template_ending, make_template in [
    ("tf", lambda: "a = " + "[" * 1_000_000),
    ("json", lambda: '{"Resources":' * 800_000),
    ("yaml", lambda: "Resources: " + "[" * 1_000_000),
    ("yml", lambda: "".join(" " * nth + "a:\n" for nth in range(4_400))),
]:

    def add_template(ending, make_text):
        @add_hostile(f"template: deep, .{ending}")
        def make(folder):
            trust = write(folder, f"trust.{ending}", make_text())
            return [write(folder, "denied.txt", DENIED), "--trust", trust, "--role", "VendorAccess"]

    add_template(template_ending, make_template)


def add_profiles(name, source):
    @add_hostile(f"profiles: 10,000 sections, {name}")
    def make(folder):
        section = lambda nth: f"[profile p{nth}]\nrole_arn = arn:aws:iam::444455556666:role/R{nth}\nsource_profile = p{source(nth)}\n"  # noqa: E731
        path = write(folder, "config", "".join(section(nth) for nth in range(10_000)))
        return denied_by(folder, policy([ASKING]), "--call", path, "--call-kind", "ini", "--profile", "p0")


add_profiles("a chain of 5,000", lambda nth: min(nth + 1, 5_000))
add_profiles("a chain of 10,000", lambda nth: min(nth + 1, 9_999))
add_profiles("a cycle", lambda nth: (nth + 1) % 5_000)

if __name__ == "__main__":
    print(json.dumps({**PASTES, **TRAILS, **HOSTILE}[sys.argv[1]](Path(sys.argv[2]))))
