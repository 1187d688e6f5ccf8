"""The studio that has outgrown its laptop: the same code on PostgreSQL and S3, asked through the public routes."""

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import psycopg
import pytest
from django.utils import timezone
from PIL import Image

from prompt_media.files import store
from tests.engine import servers
from tests.engine.calling import Caller, open_session
from tests.engine.grown import Grown
from tests.engine.running import wait_for

pytestmark = pytest.mark.xdist_group("grown")

STILL = {"prompt": "Set @scenery as background and @dot as front image"}
MOVING = {"prompt": "@scenery is the background, @dot moves from left to right", "frames": 12}


@pytest.fixture
def caller(grown: Grown) -> Iterator[Caller]:
    with closing(Caller(*grown.ports)) as caller:
        yield caller


@pytest.fixture
def session(caller: Caller, picture) -> str:
    return open_session(
        caller, {"scenery.jpg": picture("JPEG", (400, 300)), "dot.png": picture("PNG", (90, 90), "red")}
    )


def make(caller: Caller, session: str, wish: dict[str, object]) -> dict:
    made = caller.post(f"/session/{session}/generate/", wish)
    assert made.status == 201, made.data
    return made.json


def test_pictures_are_made_and_every_byte_comes_back(caller, session):
    still, moving = (make(caller, session, wish) for wish in (STILL, MOVING))
    with Image.open(io.BytesIO(caller.get(still["url"]).data)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1080, 1080))
    with Image.open(io.BytesIO(caller.get(moving["url"]).data)) as animation:
        assert (animation.format, animation.n_frames) == ("GIF", 12)

    told = caller.get(f"/session/{session}/").json
    for shown in [*told["files"], *told["outputs"]]:
        assert len(caller.get(shown["url"]).data) == shown["bytes"]
        assert caller.get(shown["thumbnail_url"]).data.startswith(b"RIFF")
    packed = caller.post(f"/session/{session}/zip/", {"include_uploads": True})
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    assert ZipFile(io.BytesIO(packed.data)).testzip() is None
    assert len(ZipFile(io.BytesIO(packed.data)).namelist()) == 4


def test_files_lie_in_the_bucket_and_nowhere_else(grown, caller, session):
    made = make(caller, session, STILL)

    # What was set aside for the worker is cleared away a moment after the answer.
    wait_for(lambda: not [key for key in grown.stored(session) if "incoming" in key], what="nothing set aside")
    kept = grown.stored(session)
    assert f"output/{session}/{Path(made['url']).name}" in kept
    # Two uploads and one picture, each with its thumbnail.
    assert len(kept) == 6
    assert not [path for machine in grown.machines for path in (machine.home / "media").rglob("*") if path.is_file()]


def test_a_deleted_session_takes_its_files_out_of_the_bucket(grown, caller, session):
    make(caller, session, MOVING)

    assert caller.delete(f"/session/{session}/").status == 200

    assert caller.get(f"/session/{session}/").status == 404
    assert not grown.stored(session)


def test_a_file_that_is_gone_from_the_bucket_is_told_as_gone(grown, caller, session):
    made = make(caller, session, STILL)
    servers.remove(grown.environment, f"output/{session}/{Path(made['url']).name}")

    missing = caller.get(made["url"])

    assert (missing.status, missing.json["code"]) == (404, "file_gone")


def test_what_a_crash_left_in_the_bucket_is_found_and_removed(grown, settings):
    settings.STORAGES = settings.STORAGES | {"default": servers.as_storage(grown.environment)}
    store.put("output/nobody/a.png", b"a picture")
    store.put("output/nobody/thumbnails/a.webp", b"its thumbnail")

    assert "nobody" in store.folders("output")
    assert store.last_change("output/nobody") > timezone.now() - timedelta(minutes=1)
    store.discard_folder("output/nobody")

    assert not grown.stored("nobody")
    assert "nobody" not in store.folders("output")


def test_rows_are_in_postgres(grown, caller, session):
    with psycopg.connect(grown.environment["DATABASE_URL"]) as database:
        found = database.execute("SELECT count(*) FROM sessions_app_session WHERE public_id = %s", [session]).fetchone()

    assert found == (1,)
    assert not list(grown.home.rglob("*.sqlite3"))
