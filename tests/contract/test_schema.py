"""What the schema says is what the doors do: every operation, called as it allows and as it does not.

SCHEMA_EXAMPLES is how many drawn calls each operation gets beside those at the edges of its shapes; the same calls
each time.
"""

import os
import re
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from django.urls import Resolver404, resolve
from hypothesis import HealthCheck, settings
from schemathesis import Case, Response

from tests.contract.lived_in import House
from tests.contract.promised import checks, schema

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "20"))
# The refusals of a shape. Whoever keeps to the schema never meets one.
OF_SHAPE = {"invalid", "unprocessable", "unreadable_body", "unsupported_media_type", "not_found", "length_required"}


def is_refused_for_its_content(case: Case, response: Response) -> bool:
    """Whether a call that keeps to the schema was understood, and refused for what it asks."""
    return response.json()["code"] not in OF_SHAPE


def is_at_another_door(case: Case) -> bool:
    """Whether another operation answers at the address as drawn: what is no session's id may be a recording's."""
    try:
        found = resolve(unquote(case.formatted_path))
    except (Resolver404, UnicodeDecodeError):
        return False
    here = "/" + re.sub(r"<.+?:(.+?)>", r"{\1}", found.route)
    return here.rstrip("/") != case.path.rstrip("/")


@pytest.fixture
def house(house: House) -> Iterator[House]:
    """Somebody came through its door: else nothing was seen of the answers."""
    yield house
    assert any(status < 300 for status in house.answers)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    # The house is tidied before each call; and a busy machine is slow.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_the_schema_says_is_what_the_door_does(case: Case, house: House):
    if case.media_type == "multipart/form-data" and (case.body is None or isinstance(case.body, str)):
        return  # schemathesis sends these as an empty body, and an empty one is allowed
    if is_at_another_door(case):
        return
    response = house.answer(case)
    case.validate_response(response, checks=checks())
    if case.meta.generation.mode.is_positive and response.status_code in range(400, 500):
        assert is_refused_for_its_content(case, response), response.json()
