"""A case of the corpus as a world and a call over HTTP, where it can be one.

The corpus gives each condition key of a call its value. Over HTTP most of them follow from who calls, how and when. So a call
is planned, the keys that the endpoint will set for it are foretold, and where a key that the policy asks for would be another,
the case cannot be put to a server.
"""

import re

KEY = ("AKIACORPUS0000000000", "no secret")
REGION = "us-east-1"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
# The key is there, and its value is not known before the call.
UNKNOWN = object()

ALLOWED = {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}
DENIED = {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}
IDENTITIES = {"allow": [ALLOWED], "none": [], "deny": [ALLOWED, DENIED]}


class Inexpressible(Exception):
    """Why a case cannot be a call."""


class Plan:
    """What has to be there, and what is called."""

    def __init__(self, case):
        self.case = case
        request = case["request"]
        if request["principal_type"] != "AWS":
            raise Inexpressible(f"the caller is a {request['principal_type'].lower()} principal")
        if request["action"].lower() != "sts:assumerole":
            raise Inexpressible("the action is not AssumeRole itself")
        self.context = {key.lower(): values for key, values in request["context"].items()}
        self.accounts, self.organizations = {}, {}
        self.parameters = {"RoleArn": request["resource"]}
        self.caller_session = self.mfa_device = None
        self.foretold = {
            "aws:securetransport": ["true"],
            "aws:viaawsservice": ["false"],
            "aws:requestedregion": [REGION],
            "aws:sourceip": ["127.0.0.1"],
            "aws:currenttime": UNKNOWN,
            "aws:epochtime": UNKNOWN,
            "aws:useragent": UNKNOWN,
        }
        self.caller(request["principal"])
        self.organization(request["principal"])
        self.take_parameters()
        self.role(request["resource"])
        self.others()
        self.check()

    def account(self, arn):
        _, partition, _, _, account, _ = arn.split(":", 5)
        return self.accounts.setdefault(account, {"partition": partition})

    def caller(self, arn):
        _, partition, service, _, account, name = arn.split(":", 5)
        kind, *path = name.split("/")
        last = path.pop() if path else kind
        policies = [{"Version": "2012-10-17", "Statement": IDENTITIES[self.case.get("identity", "allow")]}]
        policies = [policy for policy in policies if policy["Statement"]]
        entity = {"policies": policies, "tags": self.tags("aws:PrincipalTag/")}
        userid = self.one("aws:userid")
        self.foretold |= {"aws:principalaccount": [account], "aws:principalisawsservice": ["false"]}
        for key, value in entity["tags"].items():
            self.foretold[f"aws:principaltag/{key.lower()}"] = [value]
        if (service, kind) == ("iam", "user"):
            entity |= {"path": "/".join(["", *path, ""]), "keys": [{"id": KEY[0], "secret": KEY[1]}]}
            if userid:
                entity["id"] = userid
            self.foretold |= {"aws:principaltype": ["User"], "aws:principalarn": [arn], "aws:username": [last]}
            self.foretold["aws:userid"] = [userid] if userid else UNKNOWN
            if self.one("aws:MultiFactorAuthPresent") == "true" and self.one("aws:MultiFactorAuthAge") in (None, "0"):
                device = f"arn:{partition}:iam::{account}:mfa/{last}"
                entity["mfa-devices"] = [{"serial-number": device, "seed": SEED}]
                self.mfa_device = device
                self.foretold |= {"aws:multifactorauthpresent": ["true"], "aws:multifactorauthage": ["0"]}
            self.account(arn).setdefault("users", {})[last] = entity
        elif (service, kind) == ("sts", "assumed-role") and len(path) == 1:
            role, where = path[0], self.one("aws:PrincipalArn") or ""
            found = re.fullmatch(r"arn:[\w-]+:iam::\d+:role(/(?:.+/)?)([^/]+)", where)
            entity["path"] = found.group(1) if found and found.group(2) == role else "/"
            if userid:
                entity["id"] = userid.split(":")[0]
            trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:*"}
            trust["Action"] = ["sts:AssumeRole", "sts:SetSourceIdentity"]
            entity["trust-policy"] = {"Version": "2012-10-17", "Statement": [trust]}
            self.account(arn).setdefault("roles", {})[role] = entity
            role_arn = f"arn:{partition}:iam::{account}:role{entity['path']}{role}"
            self.caller_session = {"account": account, "RoleArn": role_arn, "RoleSessionName": last}
            self.foretold |= {"aws:principaltype": ["AssumedRole"], "aws:principalarn": [role_arn]}
            self.foretold |= {"aws:multifactorauthpresent": ["false"], "aws:tokenissuetime": UNKNOWN}
            self.foretold["aws:userid"] = [userid] if userid and userid.endswith(f":{last}") else UNKNOWN
            if identity := self.one("aws:SourceIdentity"):
                self.caller_session["SourceIdentity"] = identity
                self.foretold |= {"aws:sourceidentity": [identity], "sts:sourceidentity": UNKNOWN}
        else:
            raise Inexpressible(f"STS refuses every {kind}, whatever the policy")

    def organization(self, arn):
        """The caller's organization, where the path says how it is built."""
        account, path = arn.split(":")[4], self.one("aws:PrincipalOrgPaths")
        organization = self.one("aws:PrincipalOrgID") or (path and path.split("/")[0])
        if organization is None:
            return
        organization, root, *units, _ = (path or f"{organization}/r-root/").split("/")
        parents = [None, *units]
        declared = {"management-account": "555555555555", "root": root}
        declared["units"] = {unit: {"parent": parent} if parent else {} for parent, unit in zip(parents, units)}
        declared["accounts"] = {account: {"unit": units[-1]} if units else {}}
        self.organizations[organization] = declared
        path = "/".join([organization, root, *units, ""])
        self.foretold |= {"aws:principalorgid": [organization], "aws:principalorgpaths": [path]}

    def take_parameters(self):
        names = {"RoleSessionName": NAME, "ExternalId": EXTERNAL_ID, "SourceIdentity": NAME}
        for name, form in names.items():
            key = f"sts:{name}"
            if key.lower() in self.context:
                value = self.one(key)
                if value is None or not form.fullmatch(value):
                    raise Inexpressible(f"STS takes no such {name}")
                self.parameters[name] = value
                self.foretold[key.lower()] = [value]
            elif name == "RoleSessionName":
                raise Inexpressible("STS takes no call without RoleSessionName")
        tags = self.tags("aws:RequestTag/")
        for key in self.context.get("aws:tagkeys", []):
            if key.lower() not in map(str.lower, tags):
                tags[key] = "any"
        for number, (key, value) in enumerate(tags.items(), 1):
            if not re.fullmatch(r"[\w .:/=+\-@]{1,128}", key) or not re.fullmatch(r"[\w .:/=+\-@]{0,256}", value):
                raise Inexpressible("STS takes no such tag")
            self.parameters |= {f"Tags.member.{number}.Key": key, f"Tags.member.{number}.Value": value}
            self.foretold[f"aws:requesttag/{key.lower()}"] = [value]
        if tags:
            self.foretold["aws:tagkeys"] = list(tags)
        for number, key in enumerate(self.context.get("sts:transitivetagkeys", []), 1):
            if key.lower() not in map(str.lower, tags):
                raise Inexpressible("STS takes no transitive key that is no tag")
            self.parameters[f"TransitiveTagKeys.member.{number}"] = key
            self.foretold.setdefault("sts:transitivetagkeys", []).append(key)

    def role(self, arn):
        _, *path, name = arn.split(":", 5)[5].split("/")
        roles = self.account(arn).setdefault("roles", {})
        if name in roles:
            raise Inexpressible("the role assumes itself")
        tags = self.tags("aws:ResourceTag/") | self.tags("iam:ResourceTag/")
        for key, value in tags.items():
            self.foretold |= {f"aws:resourcetag/{key.lower()}": [value], f"iam:resourcetag/{key.lower()}": [value]}
        roles[name] = {"path": "/".join(["", *path, ""]), "tags": tags, "trust-policy": self.case["policy"]}

    def others(self):
        """IAM knows the users and roles that a policy names."""
        for arn in re.findall(r"arn:[\w-]+:(?:iam|sts)::\d{12}:[\w-]+/[\w/+=,.@-]+", str(principals(self.case["policy"]))):
            kind, *path, last = arn.split(":", 5)[5].split("/")
            section, name, path = kind + "s", last, "/".join(["", *path, ""])
            if kind == "assumed-role" and path != "/":
                section, name, path = "roles", path.split("/")[1], "/"
            if section not in ("users", "roles"):
                continue
            there = self.account(arn).setdefault(section, {})
            if name.lower() in (known.lower() for known in there):
                if name not in there:
                    raise Inexpressible("two names differ in their case alone")
                continue
            there[name] = {"path": path}
            if section == "roles":
                nobody = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
                there[name]["trust-policy"] = {"Version": "2012-10-17", "Statement": [nobody]}

    def check(self):
        for key in asked(self.case["policy"]):
            given, foretold = self.context.get(key), self.foretold.get(key)
            if foretold is UNKNOWN or (given is None) != (foretold is None) or sorted(given or []) != sorted(foretold or []):
                raise Inexpressible(f"{key.split('/')[0]} cannot be chosen")
        also = {
            "sts:tagsession": any(name.startswith("Tags.") for name in self.parameters),
            "sts:setsourceidentity": "SourceIdentity" in self.parameters or "sts:sourceidentity" in self.foretold,
        }
        for action, needed in also.items():
            if needed and self.expected() and not alike(self.case["policy"], "sts:assumerole", action):
                raise Inexpressible(f"the call needs {action} too")

    def expected(self):
        """Whether the call is allowed."""
        return self.case.get("final_expected", self.case["expected"]) == "Allow"

    def tags(self, prefix):
        plain = {key: values for key, values in self.case["request"]["context"].items() if key.lower().startswith(prefix.lower())}
        if any(len(values) != 1 for values in plain.values()):
            raise Inexpressible("a tag has one value")
        return {key[len(prefix) :]: values[0] for key, values in plain.items()}

    def one(self, key):
        values = self.context.get(key.lower(), [])
        return values[0] if len(values) == 1 else None


def statements(policy):
    found = policy.get("Statement", [])
    return found if isinstance(found, list) else [found]


def principals(policy):
    return [[statement.get(name) for name in ("Principal", "NotPrincipal")] for statement in statements(policy)]


def asked(policy):
    """The condition keys that a policy asks for, by operators and in variables."""
    keys = set()
    for statement in statements(policy):
        for block in statement.get("Condition", {}).values():
            keys |= {key.lower() for key in block}
            keys |= {found.strip().lower() for found in re.findall(r"\$\{([^},]+)", str(block))}
    return keys - {"*", "?", "$"}


def alike(policy, action, other):
    """Whether every statement speaks of both actions, or of neither."""

    def covers(statement, name):
        patterns = statement.get("Action", statement.get("NotAction", []))
        patterns = [patterns] if isinstance(patterns, str) else patterns
        forms = ("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern.lower()) for pattern in patterns)
        return any(re.fullmatch(form, name) for form in forms)

    return all(covers(statement, action) == covers(statement, other) for statement in statements(policy))
