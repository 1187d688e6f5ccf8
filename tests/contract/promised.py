"""Our OpenAPI schema, as schemathesis reads it and calls us by it."""

import schemathesis
from drf_spectacular.generators import SchemaGenerator
from schemathesis.checks import CHECKS, load_all_checks

from tests.contract.calling import served
from tests.contract.lived_in import SECRET

# A NUL in a text is refused at every field (test_any_text.py). JSON Schema could only tell so by a pattern at each.
_CONFIG = schemathesis.Config.from_dict(
    {"generation": {"allow-x00": False}, "auth": {"openapi": {"token": {"bearer": SECRET}}}}
)


def _told() -> schemathesis.BaseSchema:
    schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True), config=_CONFIG)
    schema.app = served
    return schema


def checks(*without: str) -> list[schemathesis.CheckFunction]:
    """All of them but these, and one more: that one takes a 400 of a well-formed call for a mistake, and a prompt can
    be well-formed and name no picture. test_schema.py asks more than it does."""
    load_all_checks()
    return [check for check in CHECKS.get_all() if check.__name__ not in ("positive_data_acceptance", *without)]


schema = _told()
