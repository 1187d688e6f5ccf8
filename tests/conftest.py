"""What every test may use: small real pictures, a place for files, and a worker in the same process."""

import importlib
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest
from django.core.management.color import no_style
from django.db import connection
from django.test import Client, TransactionTestCase
from PIL import Image
from whitenoise.middleware import WhiteNoiseMiddleware

from prompt_media.jobs import runner, services
from sessions_app.services import mirrors
from tests.engine.fixtures import engine, grown

__all__ = ["engine", "grown"]

_NUMBERS = count()
_LONG_SECONDS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who is given ten minutes begins before all others that stand alone. Where chance let it begin last, the other
    process stood idle for a minute."""
    items.sort(key=lambda item: not _is_long(item))


def _is_long(item: pytest.Item) -> bool:
    given = item.get_closest_marker("timeout")
    return given is not None and given.args[0] >= _LONG_SECONDS


@pytest.fixture(scope="session", autouse=True)
def static_files_found_once() -> Iterator[None]:
    """Every new client of Django's makes the middleware anew, which looks for some 270 files each time."""
    search, found = WhiteNoiseMiddleware.add_files_from_finders, dict[str, object]()

    def remember(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            search(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", remember)
        yield


@pytest.fixture(scope="session", autouse=True)
def rows_cleared_and_no_more() -> Iterator[None]:
    """After a test that commits, Django clears all rows and makes content types and permissions anew, which takes more
    than ten times as long: here these stay."""
    stay = {"django_migrations", "django_content_type", "auth_permission"}

    def clear(_: TransactionTestCase) -> None:
        tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - stay
        connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), sorted(tables)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", clear)
        yield


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pytest's own looks through the folders of all tests before it for a number that is free."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    return tmp_path_factory.mktemp(f"{name}{next(_NUMBERS)}", numbered=False)


@pytest.fixture(autouse=True)
def quick_hashes(settings) -> None:
    """Hashing a password is slow on purpose, and nobody guesses these."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def files_of_its_own(settings, tmp_path: Path) -> None:
    """Each test stores its files in a folder that goes with it."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.CACHE_DIR = tmp_path / "cache"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "prompt_media.files.durable.DurableStorage",
            "OPTIONS": {"location": settings.MEDIA_ROOT},
        }
    }


@pytest.fixture(autouse=True)
def mirrors_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that writes half a second later would meet the next test's rows."""
    monkeypatch.setattr(mirrors._soon, "write", mirrors.render)


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """Makes files of one colour: `picture()`, `picture("JPEG", (40, 30), "red")`."""

    def make(format: str = "PNG", size: tuple[int, int] = (60, 40), colour: object = "navy") -> bytes:
        mode = "RGBA" if isinstance(colour, tuple) and len(colour) == 4 else "RGB"
        file = BytesIO()
        Image.new(mode, size, colour).save(file, format)
        return file.getvalue()

    return make


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs each job at the moment it is published, in this process."""
    importlib.import_module("sessions_app.tasks")  # Celery would: it tells the runner who does what
    monkeypatch.setattr(services, "publish", lambda job: runner.run(str(job.pk)))


@pytest.fixture
def client() -> Client:
    """A caller without cookies; server errors are answered, not raised."""
    return Client(raise_request_exception=False)
