"""A session with pictures in it, made through the same services the doors call."""

from collections.abc import Callable

import pytest

from prompt_media.files.intake import Arrival
from prompt_media.web.identity import HOUSE
from sessions_app.models import Image, Session
from sessions_app.services import uploads, workspace


@pytest.fixture
def session(transactional_db) -> Session:
    return workspace.open_session(owner=HOUSE)


@pytest.fixture
def add(session: Session, worker, picture) -> Callable[..., list[Image]]:
    """Uploads pictures: `add("logo", "bg")` names them; `add(None)` leaves one without a name."""

    def add(*tags: str | None, into: Session = session, data: bytes | None = None, **options: object) -> list[Image]:
        arrivals = [Arrival(f"{tag or 'photo'}.png", data or picture()) for tag in tags]
        job = uploads.take_in(session=into, arrivals=arrivals, tags=tags, **options)
        job.refresh_from_db()
        assert job.status == "done", job.error
        return uploads.made_by(job)

    return add
