"""A lived-in house, the same before every call."""

from collections.abc import Iterator

import pytest

from tests.contract.lived_in import House


@pytest.fixture
def house(transactional_db, settings, monkeypatch, picture) -> Iterator[House]:
    settings.WAIT_SECONDS = 1
    house = House(picture, monkeypatch)
    yield house
    assert any(status < 300 for status in house.answers), "no call came through, so nothing was seen of the answers"
