"""A world, the call that is made there, and what a person in it knows."""

import json

from .call import Call

REGION = "us-east-1"
ACCOUNTS = ["111122223333", "444455556666", "777788889999", "123456789012", "210987654321"]
STRANGER = "999900001111"
OTHER_VENDOR = "888800001111"
ORGANIZATION = "o-a1b2c3d4e5"
ROLES = ["VendorAccess", "Reader", "deploy-role", "DataCollector", "ci.release", "Audit_Read"]
USERS = ["collector", "ann", "ops-bot", "build.agent"]
PATHS = ["/", "/", "/", "/vendors/", "/team/data/"]
SESSIONS = ["nightly-run", "collect", "ann@example.com", "report-7"]
SECRET = "an-example-and-no-secret"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OWN_ISSUERS = ["idp.example", "oidc.example/id/7F2"]
# Of an issuer that many share, IAM wants the subject in the policy.
ISSUERS = [*OWN_ISSUERS, "token.actions.githubusercontent.com"]


def allow(action, resource="*", **members):
    return {"Effect": "Allow", "Action": action, "Resource": resource} | members


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def as_list(value):
    return value if isinstance(value, list) else [value]


class Scene:
    """`caller` is user, session (of a role) or token (a web identity); `cross` says whether the role is of another account."""

    def __init__(self, rng, caller=None, cross=None, exact=None, issuers=ISSUERS, path=None):
        self.rng = rng
        self.caller = caller or rng.choice(["user", "session"])
        home, away = rng.sample(ACCOUNTS, 2)
        cross = rng.random() < 0.75 if cross is None else cross
        self.caller_account, self.account = home, away if cross else home
        self.name, self.path = rng.choice(ROLES), path or rng.choice(PATHS)
        self.own_name = rng.choice(USERS) if self.caller == "user" else rng.choice(["Collector", "app-runner"])
        self.own_session = rng.choice(["worker-1", "i-0a1b2c3d4e5f67890", "pipeline", "bob@example.com"])
        self.tags = {"team": rng.choice(["data", "platform"])}
        self.boundary = self.session_policy = None
        self.organizations, self.scps, self.rcps = {}, [], []
        self.providers, self.claims, self.client_ids = {}, {}, []
        self.has_mfa = self.with_mfa_session = False
        self.root = self.inactive = False
        self.role_exists, self.longest_session = True, None
        self.key = ("AKIA" + "".join(rng.choices("ABCDEFGHJKLMNPQR", k=16)), SECRET)
        # The key and the claims that are really sent, where they are not the caller's own.
        self.sent_key, self.claims_sent, self.wrong_code = None, {}, None
        # A user whose credentials are found first, and users who are there besides.
        self.impostor, self.impostors = None, []
        self.disabled_regions = []
        self.others = {}
        # What happens once the world is there, with IAM clients of its accounts.
        self.events = []
        # What else a person says about the call, as members of a bundle and of its context.
        self.said, self.facts = {}, {}
        self.knows = {"trust", "identity", "request"}
        self.call = Call(rng)
        self.call.parameters = {"RoleArn": self.role_arn, "RoleSessionName": rng.choice(SESSIONS)}
        self.identity = [self._identity()]
        if self.caller == "token":
            self._web(issuers)
        else:
            self._signed(exact)
        self._noise()
        self.layout = rng.choice([{"indent": 2}, {"indent": 4}, {"indent": 2}, {"separators": (",", ":")}, {}])

    @property
    def role_arn(self):
        return f"arn:aws:iam::{self.account}:role{self.path}{self.name}"

    @property
    def own_arn(self):
        """The caller as policies name it."""
        return f"arn:aws:iam::{self.caller_account}:{'user' if self.caller == 'user' else 'role'}/{self.own_name}"

    @property
    def device(self):
        return f"arn:aws:iam::{self.caller_account}:mfa/{self.own_name}"

    @property
    def provider(self):
        return f"arn:aws:iam::{self.account}:oidc-provider/{self.issuer}"

    def _identity(self):
        decoy = f"arn:aws:iam::{self.rng.choice(ACCOUNTS)}:role/Elsewhere"
        resource = self.rng.choice([self.role_arn, [decoy, self.role_arn], f"arn:aws:iam::{self.account}:role/*"])
        actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
        action = self.rng.choice([actions, actions, "sts:*"])
        noise = [allow(["s3:GetObject", "s3:ListBucket"]), allow("logs:*")]
        statements = [allow(action, resource), *self.rng.sample(noise, self.rng.randrange(3))]
        self.rng.shuffle(statements)
        return policy(*statements)

    def _signed(self, exact):
        root = f"arn:aws:iam::{self.caller_account}:root"
        other = f"arn:aws:iam::{OTHER_VENDOR}:root"
        account = [root, self.caller_account, [root, other]]
        exact = self.rng.random() < 0.5 if exact is None else exact
        named = [self.own_arn, [self.own_arn], [other, self.own_arn]]
        self.is_exact = exact
        action = self.rng.choice(["sts:AssumeRole", ["sts:AssumeRole"]])
        self.statement = {
            "Effect": "Allow",
            "Principal": {"AWS": self.rng.choice(named if exact else account)},
            "Action": action,
        }

    def _web(self, issuers):
        self.caller_account = self.account
        self.issuer = self.rng.choice(issuers)
        repository = f"{self.rng.choice(['octo', 'Acme-Org'])}/{self.rng.choice(['app', 'infra.live'])}"
        subject = f"repo:{repository}:ref:refs/heads/main"
        self.claims = {"iss": f"https://{self.issuer}", "aud": "sts.amazonaws.com", "sub": subject}
        self.client_ids = ["sts.amazonaws.com"]
        self.providers = {f"https://{self.issuer}": self.client_ids}
        self.statement = {
            "Effect": "Allow",
            "Principal": {"Federated": self.provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
        }
        self.require("StringEquals", f"{self.issuer}:aud", "sts.amazonaws.com")
        pattern = self.rng.choice([subject, f"repo:{repository}:*", f"repo:{repository}:ref:refs/heads/*"])
        operator = "StringLike" if pattern.endswith("*") else self.rng.choice(["StringEquals", "StringLike"])
        self.require(operator, f"{self.issuer}:sub", pattern)
        self.call.use_web_identity()
        self.identity = []

    def _noise(self):
        """Statements that are not about the call, conditions that hold, roles beside the one that is meant."""
        holding = [
            ("Bool", "aws:SecureTransport", "true"),
            ("DateGreaterThan", "aws:CurrentTime", "2024-01-01T00:00:00Z"),
            ("StringEquals", "aws:RequestedRegion", [REGION, "eu-west-1"]),
            ("IpAddress", "aws:SourceIp", ["127.0.0.0/8", "198.51.100.0/24"]),
        ]
        beside = [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{OTHER_VENDOR}:root"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "another-tenant"}},
            },
        ]
        if self.caller != "token":
            holding += [
                ("StringEquals", "aws:PrincipalAccount", self.caller_account),
                ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{self.caller_account}:*"),
                ("StringEquals", "aws:PrincipalTag/team", self.tags["team"]),
                ("StringEqualsIfExists", "aws:SourceVpce", "vpce-0a1b2c3d"),
            ]
            accounts = [self.caller_account, self.account, OTHER_VENDOR]
            beside.append(
                {
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringNotEquals": {"aws:PrincipalAccount": accounts}},
                }
            )
        self.holding = self.rng.sample(holding, self.rng.choice([0, 0, 1, 2]))
        for condition in self.holding:
            self.require(*condition)
        self.statements = [self.statement, *self.rng.sample(beside, self.rng.choice([0, 0, 1, 2]))]
        self.rng.shuffle(self.statements)
        if self.rng.random() < 0.3:
            for number, statement in enumerate(self.statements):
                self.statements[number] = statement
                statement["Sid"] = f"Statement{number}"
        for name in self.rng.sample(["Elsewhere", "Backup"], self.rng.randrange(3)):
            self.others[name] = policy(
                {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{self.account}:root"}, "Action": "sts:AssumeRole"}
            )

    def require(self, operator, key, value, statement=None):
        """Adds a condition to the statement that is meant for the caller."""
        statement = self.statement if statement is None else statement
        statement.setdefault("Condition", {}).setdefault(operator, {})[key] = value

    def also_allow(self, action, statement=None):
        statement = self.statement if statement is None else statement
        statement["Action"] = [*as_list(statement["Action"]), action]

    def ask_external_id(self, value=None):
        value = value or self.rng.choice(["tenant-7f2", "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "Acme:prod/42", "9217"])
        self.require("StringEquals", "sts:ExternalId", value)
        self.call.parameters["ExternalId"] = value
        return value

    @property
    def trust_text(self):
        return json.dumps({"Version": "2012-10-17", "Statement": self.statements}, **self.layout)

    @property
    def identity_texts(self):
        return [json.dumps(document, **self.layout) for document in self.identity]

    def restore_noise(self):
        """The conditions that hold, where an operator was taken away with all its keys."""
        for condition in self.holding:
            self.require(*condition)

    def holding_region(self, region):
        """Lets the conditions that hold go on doing so in another region."""
        for tests in self.statement.get("Condition", {}).values():
            if "aws:RequestedRegion" in tests:
                tests["aws:RequestedRegion"].append(region)

    def become_the_role(self):
        """The caller is a session of the very role it asks for."""
        self.own_name, self.path = self.name, "/"
        self.call.parameters["RoleArn"] = self.role_arn
        self.identity = [policy(allow("sts:*"))]

    @property
    def organization_of_caller(self):
        members = self.organizations.get(ORGANIZATION, {}).get("accounts", {})
        return ORGANIZATION if self.caller_account in members else None

    def make_the_user_again(self, place):
        """Deletes the user, and makes one of the same name."""
        iam, name = place.client("iam", self.caller_account), {"UserName": self.own_name}
        iam.delete_access_key(**name, AccessKeyId=self.key[0])
        for number in range(len(self.identity)):
            iam.delete_user_policy(**name, PolicyName=f"own-{number}")
        iam.delete_user(**name)
        iam.create_user(**name, Tags=[{"Key": key, "Value": value} for key, value in self.tags.items()])
        for number, text in enumerate(self.identity_texts):
            iam.put_user_policy(**name, PolicyName=f"own-{number}", PolicyDocument=text)
        key = iam.create_access_key(**name)["AccessKey"]
        self.remade = (key["AccessKeyId"], key["SecretAccessKey"], None)
        self.read_trust_again(place)

    def make_the_callers_role_again(self, place):
        """Likewise the role that the caller is a session of."""
        iam, name = place.client("iam", self.caller_account), {"RoleName": self.own_name}
        for number in range(len(self.identity)):
            iam.delete_role_policy(**name, PolicyName=f"own-{number}")
        iam.delete_role(**name)
        tags = [{"Key": key, "Value": value} for key, value in self.tags.items()]
        iam.create_role(**name, AssumeRolePolicyDocument=json.dumps(self.own_trust), Tags=tags)
        for number, text in enumerate(self.identity_texts):
            iam.put_role_policy(**name, PolicyName=f"own-{number}", PolicyDocument=text)
        self.remade = "session"
        self.read_trust_again(place)

    def read_trust_again(self, place):
        """What a person sees of the trust policy now."""
        role = place.client("iam", self.account).get_role(RoleName=self.name)["Role"]
        self.trust_seen = json.dumps(role["AssumeRolePolicyDocument"], **self.layout)

    remade = trust_seen = None

    def organization(self, member, management="555566667777"):
        """An account in an organization; the caller's or the role's."""
        declared = self.organizations.setdefault(
            ORGANIZATION, {"management-account": management, "root": "r-ab12", "accounts": {}}
        )
        return declared["accounts"].setdefault(member, {"guardrails": {"scps": [], "rcps": []}})

    def limit(self, member, kind, document):
        self.organization(member)["guardrails"][kind].append(document)

    @property
    def own_trust(self):
        """The trust policy of the caller's role."""
        return policy({"Effect": "Allow", "Principal": {"AWS": self.caller_account}, "Action": "sts:AssumeRole"})

    def document(self, keys, trust=None, identity=None):
        """The world, with the keys of its token issuers; policies as they were put right, where they were."""
        accounts = {account: {"users": {}, "roles": {}} for account in (self.account, self.caller_account)}
        own = {"tags": self.tags}
        texts = self.identity_texts if identity is None else identity
        own["policies"] = {f"own-{number}": text for number, text in enumerate(texts)}
        if self.boundary:
            own["boundary"] = self.boundary
        home = accounts[self.caller_account]
        if self.root:
            home["root-keys"] = [{"id": self.key[0], "secret": self.key[1]}]
        elif self.caller == "user":
            own["keys"] = [{"id": self.key[0], "secret": self.key[1], "inactive": self.inactive}]
            if self.has_mfa:
                own["mfa-devices"] = [{"serial-number": self.device, "seed": SEED}]
            home["users"][self.own_name] = own
        elif self.caller == "session" and self.own_arn != self.role_arn:
            own["trust-policy"] = self.own_trust
            home["roles"][self.own_name] = own
        if self.role_exists:
            role = {"path": self.path, "trust-policy": trust or self.trust_text}
            if self.longest_session:
                role["max-session-duration"] = self.longest_session
            if self.own_arn == self.role_arn and self.caller == "session":
                role |= own
            accounts[self.account]["roles"][self.name] = role
        for number, name in enumerate([*self.impostors, *filter(None, [self.impostor])]):
            key = {"id": f"AKIAIMPOSTOR{number:08}", "secret": SECRET}
            home["users"][name] = {"keys": [key], "policies": texts}
        for name, other in self.others.items():
            accounts[self.account]["roles"].setdefault(name, {"trust-policy": other})
        accounts[self.account]["oidc-providers"] = {
            issuer: {"client-ids": ids, "jwks": keys} for issuer, ids in self.providers.items()
        }
        accounts[self.account]["disabled-regions"] = self.disabled_regions
        return {"accounts": accounts, "organizations": self.organizations}
