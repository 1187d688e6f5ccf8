"""What the schema says is what the doors do: every operation, called as it allows and as it does not.

SCHEMA_EXAMPLES is how many drawn calls each operation gets beside those at the edges of its shapes; the same calls
each time.
"""

import os
from collections.abc import Iterator

import pytest
import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis import Case, Response
from schemathesis.checks import CHECKS, load_all_checks

from tests.contract.calling import served
from tests.contract.lived_in import SECRET, House

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "20"))
# A NUL in a text is refused at every field (test_any_text.py). JSON Schema could only tell so by a pattern at each.
CONFIG = schemathesis.Config.from_dict(
    {"generation": {"allow-x00": False}, "auth": {"openapi": {"token": {"bearer": SECRET}}}}
)
# The refusals of a shape. Whoever keeps to the schema never meets one.
OF_SHAPE = {"invalid", "unprocessable", "unreadable_body", "unsupported_media_type", "not_found", "length_required"}


def told() -> schemathesis.BaseSchema:
    schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True), config=CONFIG)
    schema.app = served
    return schema


def checks() -> list[schemathesis.CheckFunction]:
    """All of them but one: that one takes a 400 of a well-formed call for a mistake, and a prompt can be
    well-formed and name no picture. `is_refused_for_its_content` asks more."""
    load_all_checks()
    return [check for check in CHECKS.get_all() if check.__name__ != "positive_data_acceptance"]


def is_refused_for_its_content(case: Case, response: Response) -> bool:
    """Whether a call that keeps to the schema was understood, and refused for what it asks."""
    return response.json()["code"] not in OF_SHAPE


@pytest.fixture
def house(house: House) -> Iterator[House]:
    """Somebody came through its door: else nothing was seen of the answers."""
    yield house
    assert any(status < 300 for status in house.answers)


schema = told()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    # The house is tidied before each call; and a busy machine is slow.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_the_schema_says_is_what_the_door_does(case: Case, house: House):
    if case.media_type == "multipart/form-data" and isinstance(case.body, str):
        return  # schemathesis sends this one as an empty body, and an empty one is allowed
    response = house.answer(case)
    case.validate_response(response, checks=checks())
    if case.meta.generation.mode.is_positive and response.status_code in range(400, 500):
        assert is_refused_for_its_content(case, response), response.json()
