"""Programs with tokens, as tests of the gate have them."""

from tests.access.conftest import bearing

__all__ = ["bearing"]
