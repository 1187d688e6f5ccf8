"""A lived-in house."""

import pytest

from tests.contract.lived_in import House


@pytest.fixture
def house(transactional_db, settings, monkeypatch, picture) -> House:
    settings.WAIT_SECONDS = 1
    return House(picture, monkeypatch)
