"""Operations, parameters, answers and error codes against the models of the APIs that botocore brings."""

import json
from pathlib import Path

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

CASES = sorted((Path(__file__).parents[3] / "crates/countersign-sts/tests/wire/cases").glob("*.json"))
MODELS = {service: botocore.session.get_session().get_service_model(service) for service in ("sts", "iam")}

# Every operation of both APIs can answer these: no operation's model lists them.
COMMON_ERRORS = {
    "AccessDenied",
    "ExpiredToken",
    "IncompleteSignature",
    "InvalidAction",
    "InvalidClientTokenId",
    "MalformedQueryString",
    "MissingAuthenticationToken",
    "MissingParameter",
    "SignatureDoesNotMatch",
    "Throttling",
    "UnknownOperationException",
    "ValidationError",
}
# What single operations answer beside their models: faults of session tags, a key and a boundary that there are not.
UNLISTED_ERRORS = {
    "AssumeRole": {"InvalidParameterValue"},
    "AssumeRoleWithSAML": {"InvalidParameterValue"},
    "AssumeRoleWithWebIdentity": {"InvalidParameterValue"},
    "CreateRole": {"NoSuchEntity"},
    "GetFederationToken": {"InvalidParameterValue"},
    "GetAccessKeyLastUsed": {"NoSuchEntity"},
}

# Texts that are documents themselves, into which cases look.
DOCUMENTS = {"DecodedMessage", "WebIdentityToken"}


def calls():
    for path in CASES:
        file = json.loads(path.read_text())
        for call in file["calls"]:
            model = MODELS[call.get("service", file.get("service", "sts"))]
            yield pytest.param(model, call, id=f"{path.stem}: {call['fact']}")


def operation_of(model, call):
    action = call.get("send", {}).get("Action")
    return model.operation_model(action) if action in model.operation_names else None


def name_of(shape, default):
    return shape.serialization.get("name", default)


def shape_of_parameter(shape, parts):
    """The shape that a parameter such as `Tags.member.1.Key` is for."""
    if not parts:
        return shape
    first, *rest = parts
    if shape.type_name == "structure":
        members = {name_of(member, name): member for name, member in shape.members.items()}
        return shape_of_parameter(members[first], rest) if first in members else None
    if shape.type_name == "list" and first == name_of(shape.member, "member") and rest and rest[0].isdigit():
        return shape_of_parameter(shape.member, rest[1:])
    return None


def missing(shape, names, before=""):
    """Required members of the structures that `names` begin, which `names` do not have."""
    found = []
    if shape.type_name == "structure":
        for name in shape.members:
            full = before + name_of(shape.members[name], name)
            inside = [other for other in names if other == full or other.startswith(f"{full}.")]
            if inside:
                found += missing(shape.members[name], inside, f"{full}.")
            elif name in shape.required_members:
                found.append(full)
    elif shape.type_name == "list":
        member = f"{before}{name_of(shape.member, 'member')}."
        numbers = {name.removeprefix(member).split(".")[0] for name in names if name.startswith(member)}
        for number in sorted(numbers):
            found += missing(shape.member, names, f"{member}{number}.")
    return found


def shapes_under(shape, seen=()):
    yield shape
    if shape is None or shape.name in seen:
        return
    inner = shape.members.values() if shape.type_name == "structure" else [getattr(shape, "member", None)]
    for member in inner:
        if member is not None:
            yield from shapes_under(member, (*seen, shape.name))


def has_element(shape, parts):
    """Whether elements lie in each other as the parts say; a number is a member of a list, or an entry of a map."""
    if not parts:
        return True
    first, *rest = parts
    if shape.type_name == "structure":
        members = {name_of(member, name): member for name, member in shape.members.items()}
        return first in members and (first in DOCUMENTS or has_element(members[first], rest))
    if shape.type_name == "list":
        return first.isdigit() and has_element(shape.member, rest)
    if shape.type_name == "map":
        return first.isdigit() and rest in ([], [name_of(shape.key, "key")], [name_of(shape.value, "value")])
    return False


def test_cases_are_there():
    assert len(list(calls())) >= 200


@pytest.mark.parametrize(("model", "call"), list(calls()))
def test_a_case_is_one_of_the_model(model, call):
    operation, answer = operation_of(model, call), call["answer"]
    if operation is None:
        # A call as bytes, or of an operation that there is not.
        assert "raw" in call or answer.get("error") in COMMON_ERRORS
        return
    names = [name for name in call["send"] if name not in ("Action", "Version")]
    shape = operation.input_shape
    if "error" in answer:
        modelled = {error.metadata.get("error", {}).get("code", error.name) for error in operation.error_shapes}
        assert answer["error"] in modelled | COMMON_ERRORS | UNLISTED_ERRORS.get(operation.name, set())
        return
    assert [name for name in names if shape is None or shape_of_parameter(shape, name.split(".")) is None] == []
    assert shape is None or missing(shape, names) == []
    # The element that a result without members has.
    empty = f"{operation.name}Response/{operation.name}Result"
    for element in answer["result"].keys() - {empty}:
        parts = element.split("/")
        places = [shape for shape in shapes_under(operation.output_shape) if shape is not None]
        assert any(has_element(place, parts) for place in places), element


def error_code(world, service, operation):
    """What a signed call without parameters is answered."""
    model = MODELS[service]
    body = f"Action={operation}&Version={model.api_version}"
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = AWSRequest("POST", f"{world.url}/", headers=headers, data=body)
    SigV4Auth(Credentials("111111111111", "test"), service, "us-east-1").add_auth(request)
    answer = URLLib3Session().send(request.prepare())
    found = [code for code in ("InvalidAction", "ServiceFailure") if f"<Code>{code}</Code>".encode() in answer.content]
    return found[0] if found else None


def test_every_operation_of_sts_is_there(countersign):
    names = MODELS["sts"].operation_names
    assert [name for name in names if error_code(countersign, "sts", name) is not None] == []
