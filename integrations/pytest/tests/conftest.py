from pathlib import Path

import pytest

INTEGRATIONS = Path(__file__).parents[2]


@pytest.fixture
def countersign_world():
    """The vendor, account 999988887777, may assume `Vendor` of its customer 111122223333 with the ExternalId tenant-7f2."""
    return INTEGRATIONS / "world.json"
