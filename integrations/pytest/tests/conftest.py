from pathlib import Path
from xml.etree import ElementTree

import pytest
import pytest_countersign

INTEGRATIONS = Path(__file__).parents[2]


@pytest.fixture
def countersign_world():
    """The vendor, account 999988887777, may assume `Vendor` of its customer 111122223333 with the ExternalId tenant-7f2."""
    return INTEGRATIONS / "world.json"


@pytest.fixture(autouse=True)
def modelled_answers(monkeypatch):
    """Every answer has the elements that botocore's model says, and no others: botocore itself reads over both."""
    plain = pytest_countersign.Session.client

    def checking(self, *arguments, **named):
        client = plain(self, *arguments, **named)
        client.meta.events.register("before-parse", check)
        return client

    monkeypatch.setattr(pytest_countersign.Session, "client", checking)


def check(operation_model, response_dict, **_):
    if response_dict["status_code"] >= 300:
        return
    name, shape = operation_model.name, operation_model.output_shape
    root = ElementTree.fromstring(response_dict["body"])
    space = f"{{{operation_model.service_model.metadata['xmlNamespace']}}}"
    assert root.tag == f"{space}{name}Response"
    if shape is None:
        assert [child.tag for child in root] == [f"{space}ResponseMetadata"]
        return
    assert [child.tag for child in root] == [f"{space}{name}Result", f"{space}ResponseMetadata"]
    check_element(root[0], shape, space)


def check_element(element, shape, space):
    if shape.type_name == "structure":
        members = {member.serialization.get("name", key): member for key, member in shape.members.items()}
        found = [child.tag.removeprefix(space) for child in element]
        assert len(set(found)) == len(found), f"{element.tag} has an element twice: {found}"
        for child, name in zip(element, found):
            assert name in members, f"{element.tag} has no element {name}"
            check_element(child, members[name], space)
        required = {shape.members[key].serialization.get("name", key) for key in shape.required_members}
        assert required <= set(found), f"{element.tag} lacks {required - set(found)}"
    elif shape.type_name == "list":
        for child in element:
            assert child.tag == f"{space}member"
            check_element(child, shape.member, space)
    elif shape.type_name == "map":
        for child in element:
            names = [shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")]
            assert (child.tag, [part.tag for part in child]) == (f"{space}entry", [f"{space}{name}" for name in names])
            check_element(child[1], shape.value, space)
    else:
        assert len(element) == 0, f"{element.tag} is no text"


def pytest_terminal_summary(terminalreporter):
    """How often each cause was planted, and found."""
    counts = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            name = report.nodeid.rpartition("::")[2]
            if report.when == "call" and name.startswith("test_what_was_planted_is_found["):
                cause = name.partition("[")[2].rpartition("-")[0]
                counts.setdefault(cause, {"passed": 0, "failed": 0})[outcome] += 1
    if counts:
        shown = [
            f"{cause} {each['passed']}" + (f" (and not {each['failed']})" if each["failed"] else "")
            for cause, each in sorted(counts.items())
        ]
        found = sum(each["passed"] for each in counts.values())
        terminalreporter.write_line(f"causes planted and found, {found} of {sum(map(sum, (e.values() for e in counts.values())))}: " + ", ".join(shown))
