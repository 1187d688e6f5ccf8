"""A recording's metadata.json: what its rows tell, never torn, never older than it says."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest
from django.db import transaction

from prompt_media.errors import Unavailable
from prompt_media.files import store
from prompt_media.web.identity import HOUSE
from sessions_app.models import Session, Step
from sessions_app.services import mirrors
from tests.sessions_app import recorded


@pytest.fixture
def recording(transactional_db) -> Session:
    return recorded.recording(owner=HOUSE, public_id="session_1736155234", steps=3)


def file_of(recording: Session) -> dict:
    return json.loads(store.read(f"generation/sessions/{recording.public_id}/metadata.json"))


def test_it_has_the_keys_every_reader_counts_on_in_their_order(recording):
    mirrors.render(recording.pk)

    told = file_of(recording)

    assert list(told) == ["session_id", "created_at", "sequence"]
    assert (told["session_id"], told["created_at"]) == ("session_1736155234", recorded.BEGAN.timestamp())
    assert isinstance(told["created_at"], float)
    assert [list(entry)[:6] for entry in told["sequence"]] == 3 * [
        ["index", "filename", "target_sector", "focus_sector", "prompt", "timestamp"]
    ]
    assert told["sequence"][1] == {
        "index": 1,
        "filename": "0001_TL.png",
        "target_sector": "TL",
        "focus_sector": "BR",
        "prompt": "a small disc, number 2, that fits its surroundings",
        "timestamp": (recorded.BEGAN + 2 * recorded.BETWEEN).timestamp(),
        "status": "made",
        "outside_delta": 0,
        "change": 0.31,
        "seed": 90418,
        "sha256": Step.objects.get(recording=recording, index=1).image.sha256,
    }


def test_what_is_said_in_other_scripts_stays_readable(recording):
    Step.objects.filter(recording=recording, index=0).update(prompt="ein Käfer 🐞", target_sector="")
    mirrors.render_anew(recording.pk)

    assert "ein Käfer 🐞".encode() in store.read(mirrors.key(recording))
    assert file_of(recording)["sequence"][0]["target_sector"] is None


def test_a_change_is_told_once_it_is_committed(recording):
    with transaction.atomic():
        Step.objects.filter(recording=recording).update(prompt="a moth")
        mirrors.tell(recording)
        assert store.size(mirrors.key(recording)) is None

    assert [entry["prompt"] for entry in file_of(recording)["sequence"]] == ["a moth"] * 3
    assert not mirrors.late().exists()


class Clock:
    """Stands for a timer: it runs out when the test says so."""

    waiting: ClassVar[list[Callable[[], None]]] = []

    def __init__(self, seconds: float, then: Callable[[], None]) -> None:
        self.then = then

    def start(self) -> None:
        self.waiting.append(self.then)


def test_changes_that_come_together_are_written_once(recording, monkeypatch):
    written = []
    monkeypatch.setattr(mirrors, "render", written.append)
    monkeypatch.setattr(mirrors, "Timer", Clock)
    soon = mirrors._Soon()

    for _ in range(20):
        soon.write(recording.pk)
    Clock.waiting.pop()()
    assert written == [recording.pk]
    assert not Clock.waiting

    soon.write(recording.pk)
    Clock.waiting.pop()()
    assert written == 2 * [recording.pk]


def test_what_a_crash_left_untold_is_swept_up(recording, monkeypatch):
    monkeypatch.setattr(mirrors._soon, "write", lambda pk: None)
    with transaction.atomic():
        mirrors.tell(recording)

    assert mirrors.sweep() == 1
    assert len(file_of(recording)["sequence"]) == 3
    assert mirrors.sweep() == 0


def test_a_storage_that_is_away_loses_no_change(recording, monkeypatch):
    with monkeypatch.context() as away:
        away.setattr(store, "put", lambda key, data: (_ for _ in ()).throw(Unavailable("Away.")))
        mirrors.sweep()
    assert mirrors.late().exists()

    mirrors.sweep()

    assert len(file_of(recording)["sequence"]) == 3


def test_a_recording_that_has_gone_gets_no_folder(recording):
    pk = recording.pk
    store.discard([found.key for found in store.walk()])
    recording.delete()

    assert not mirrors.render(pk)
    mirrors.render_anew(pk)

    assert next(store.walk(), None) is None


def test_whoever_reads_while_it_is_written_reads_a_whole_one(recording):
    """A writer in one thread, a reader in another: every read is whole, and none is older than the one before."""
    mirrors.render(recording.pk)

    def write() -> None:
        for number in range(40):
            store.put(mirrors.key(recording), mirrors.as_bytes({"number": number, "filling": "x" * 20_000}))

    seen = []
    with ThreadPoolExecutor(1) as writer:
        writing = writer.submit(write)
        while not writing.done():
            seen.append(file_of(recording))
    numbers = [told.get("number", -1) for told in [*seen, file_of(recording)]]

    assert numbers == sorted(numbers)
    assert numbers[-1] == 39
