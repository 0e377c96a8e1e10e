"""A call as people write it: Python in several shapes, a command line, a profile."""

import shlex

REGION = "us-east-1"
SHAPES = ["client", "session", "request", "constants", "botocore", "function", "dict-call"]
OPTIONS = {
    "RoleArn": "--role-arn",
    "RoleSessionName": "--role-session-name",
    "ExternalId": "--external-id",
    "DurationSeconds": "--duration-seconds",
    "SerialNumber": "--serial-number",
    "TokenCode": "--token-code",
    "SourceIdentity": "--source-identity",
    "WebIdentityToken": "--web-identity-token",
    "Tags": "--tags",
}
PROFILE = {
    "RoleArn": "role_arn",
    "RoleSessionName": "role_session_name",
    "ExternalId": "external_id",
    "DurationSeconds": "duration_seconds",
}


class Variable:
    """A value that is not written down where the call is: an environment variable."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f'os.environ["{self.name}"]'


class Call:
    """An operation, its parameters by the API's names, and the way it is written."""

    def __init__(self, rng):
        self.rng = rng
        self.operation = "assume_role"
        self.service = "sts"
        self.parameters = {}
        self.region = None
        self.seed = rng.random()
        self.style = rng.choices(["python", "cli", "profile"], [8, 1, 1])[0]
        self.shape = rng.choice(SHAPES)

    def use_web_identity(self):
        self.operation = "assume_role_with_web_identity"
        self.parameters["WebIdentityToken"] = Variable("WEB_IDENTITY_TOKEN")
        self.in_code()

    def in_code(self):
        """As a profile cannot do it."""
        if self.style == "profile":
            self.style = "python"

    def in_python(self):
        self.style = "python"

    @property
    def kind(self):
        return {"python": "python", "cli": "cli", "profile": "ini"}[self.style]

    @property
    def file(self):
        return {"python": "collect.py", "cli": "assume.sh", "profile": "config"}[self.style]

    def text(self):
        return getattr(self, f"_{self.style}")()

    def _cli(self):
        command = ["aws", self.service, self.operation.replace("_", "-")]
        lines = [" ".join(command)]
        for name, value in self.parameters.items():
            lines.append(f"{OPTIONS[name]} {self._word(value)}")
        if self.region:
            lines.append(f"--region {self.region}")
        joint = " \\\n  " if self.seed < 0.6 else " "
        return joint.join(lines) + "\n"

    def _word(self, value):
        if isinstance(value, Variable):
            return f'"${value.name}"'
        if isinstance(value, list):
            return " ".join(f"Key={tag['Key']},Value={tag['Value']}" for tag in value)
        return shlex.quote(str(value))

    def _profile(self):
        lines = ["[default]", f"region = {REGION}", "", "[profile target]", "source_profile = base"]
        if self.region:
            lines.append(f"region = {self.region}")
        lines += [f"{PROFILE[name]} = {value}" for name, value in self.parameters.items()]
        return "\n".join(lines) + "\n"

    def _python(self):
        imports = {"boto3"}
        if self.shape == "botocore":
            imports = {"botocore.session"}
        if any(isinstance(value, Variable) for value in self.parameters.values()):
            imports.add("os")
        head = "".join(f"import {name}\n" for name in sorted(imports)) + "\n"
        return head + getattr(self, "_" + self.shape.replace("-", "_"))()

    def _client_of(self, maker):
        region = f', region_name="{self.region}"' if self.region else ""
        return f'{maker}("{self.service}"{region})'

    def _spelt(self, value):
        # As people write them: in double quotes.
        return f'"{value}"' if isinstance(value, str) and '"' not in value and value.isprintable() else repr(value)

    def _arguments(self, indent, open_with="=", names=lambda name: name):
        return "".join(f"{indent}{names(name)}{open_with}{self._spelt(v)},\n" for name, v in self.parameters.items())

    def _on_one_line(self):
        return ", ".join(f"{name}={self._spelt(value)}" for name, value in self.parameters.items())

    def _client(self):
        call = f"answer = sts.{self.operation}({self._on_one_line()})\n"
        return f"sts = {self._client_of('boto3.client')}\n{call}"

    def _session(self):
        return (
            f'session = boto3.Session(region_name="{self.region or REGION}")\n'
            f'client = session.client("{self.service}")\n\n'
            f"answer = client.{self.operation}(\n{self._arguments('    ')})\n"
        )

    def _request(self):
        entries = self._arguments("    ", ": ", lambda name: f'"{name}"')
        return f"request = {{\n{entries}}}\nsts = {self._client_of('boto3.client')}\nanswer = sts.{self.operation}(**request)\n"

    def _dict_call(self):
        return (
            f"arguments = dict(\n{self._arguments('    ')})\n"
            f"answer = {self._client_of('boto3.client')}.{self.operation}(**arguments)\n"
        )

    def _constants(self):
        names = {"RoleArn": "ROLE_ARN", "ExternalId": "EXTERNAL_ID", "RoleSessionName": "SESSION_NAME"}
        constants = {names[name]: value for name, value in self.parameters.items() if name in names}
        head = "".join(f"{name} = {self._spelt(value)}\n" for name, value in constants.items())
        arguments = ", ".join(f"{name}={names.get(name) or self._spelt(v)}" for name, v in self.parameters.items())
        return f"{head}\nsts = {self._client_of('boto3.client')}\nanswer = sts.{self.operation}({arguments})\n"

    def _botocore(self):
        maker = self._client_of("botocore.session.get_session().create_client")
        return f"sts = {maker}\nanswer = sts.{self.operation}(\n{self._arguments('    ')})\n"

    def _function(self):
        return (
            f"def credentials():\n    sts = {self._client_of('boto3.client')}\n"
            f"    answer = sts.{self.operation}(\n{self._arguments('        ')}    )\n"
            '    return answer\n\n\nif __name__ == "__main__":\n    credentials()\n'
        )
