"""A recording that somebody deletes while another call is at work with it: that call is told, and nothing breaks."""

import pytest

from prompt_media.web.identity import HOUSE
from sessions_app.models import Session
from sessions_app.selectors import recordings as found
from sessions_app.selectors import studies as shown
from sessions_app.services import recordings, replays
from tests.sessions_app import recorded
from tests.sessions_app.calling import refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("call", "path", "room", "step", "code"),
    [
        ("get", "/api/v1/recordings/lab/", found, "recording", "unknown_recording"),
        ("post", "/api/v1/recordings/lab/studies/", shown, "material", "unknown_recording"),
        ("post", "/session/replay/lab", found, "recording", "unknown_recording"),
        ("post", "/session/replay/lab/fork", replays, "_within", "unknown_recording"),
    ],
)
def test_who_is_at_work_with_it_is_told(client, monkeypatch, call, path, room, step, code):
    recorded.recording(owner=HOUSE, public_id="lab", steps=2)
    real = getattr(room, step)

    def deleted_behind(*arguments: object, **options: object) -> object:
        result = real(*arguments, **options)
        recordings.delete(recording=Session.objects.get(public_id="lab"))
        return result

    monkeypatch.setattr(room, step, deleted_behind)

    refused(client.generic(call.upper(), path), 404, code)
    assert not Session.objects.exists()
