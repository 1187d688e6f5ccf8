import pytest

from tests.soak.diary import Diary


@pytest.fixture
def diary():
    return Diary()
