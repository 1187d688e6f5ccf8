"""A job in words."""

from datetime import timedelta

import pytest
from django.utils import timezone
from model_bakery import baker

from prompt_media.jobs import cards, faces
from prompt_media.jobs.faces import Face
from prompt_media.jobs.models import Job

pytestmark = pytest.mark.django_db


def job(**values):
    """A job; `started` and `finished` are seconds ago."""
    now = timezone.now()
    ago = {name: values.pop(name) for name in ("started", "finished") if name in values}
    times = {f"{name}_at": now - timedelta(seconds=seconds) for name, seconds in ago.items()}
    return baker.make(Job, kind="test", owner="house", title="GIF, 30 frames", **values, **times)


def card(**values):
    return cards.of([job(**values)])[0]


def test_a_running_job_tells_its_step_how_far_it_is_and_how_long_it_takes():
    running = card(status="running", done=20, total=30, note="Painting frame 20 of 30", started=4)

    assert running.headline == "Painting frame 20 of 30"
    assert running.says == "66 %, about 2.0 s left"


def test_a_job_that_has_hardly_begun_guesses_no_time():
    assert card(status="running", done=1, total=30, started=1).says == "3 %"


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        pytest.param(0, "1st in line", id="first"),
        pytest.param(1, "2nd in line", id="second"),
        pytest.param(2, "3rd in line", id="third"),
        pytest.param(3, "4th in line", id="fourth"),
        pytest.param(10, "11th in line", id="eleventh"),
        pytest.param(20, "21st in line", id="twenty-first"),
    ],
)
def test_a_waiting_job_tells_its_place(ahead, words):
    for _ in range(ahead):
        job()

    assert card().says == words


def test_a_failed_job_tells_why():
    failed = card(status="failed", problem={"detail": "The disk is full."}, started=5, finished=3)

    assert failed.says == "The disk is full."
    assert failed.can_retry
    assert failed.took == "2.0 s"


def test_what_happened_is_told_in_order():
    ended = card(status="done", attempts=2, started=5, finished=3)

    assert [event.words for event in ended.events] == ["Taken in", "A worker began, attempt 2", "Done"]
    assert [event.is_now for event in ended.events] == [False, False, True]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        pytest.param(-1, "0.0 s", id="a clock that went back"),
        pytest.param(0.44, "0.4 s", id="tenths"),
        pytest.param(12.4, "12 s", id="seconds"),
        pytest.param(180, "3 min", id="minutes"),
        pytest.param(7200, "2 h", id="hours"),
    ],
)
def test_lengths_of_time_as_people_say_them(seconds, words):
    assert cards.duration(seconds) == words


def test_each_kind_is_asked_once_for_all_its_faces(monkeypatch):
    asked = []
    monkeypatch.setattr(faces, "_shows", {})
    faces.shows("test", lambda jobs: asked.append(len(jobs)) or {jobs[0].pk: Face("Studio", "/thumbnail", "/result")})
    first, second, other = job(), job(), baker.make(Job, kind="unknown", owner="house")

    found = faces.of([first, other, second])

    assert asked == [2]
    assert found[other.pk] == Face()
    assert sorted(face.place for face in found.values()) == ["", "", "Studio"]
