"""One sector of a picture made anew: what is decided, what is kept, and what holds whatever a backend does."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import numpy as np
import pytest

from prompt_media import backends
from prompt_media.errors import HouseError, InvalidInput, Unprocessable
from prompt_media.files import audit, store
from prompt_media.imaging import decode, encode
from prompt_media.imaging.geometry import Box
from prompt_media.jobs import runner, waiting
from prompt_media.jobs import services as jobs
from prompt_media.jobs.models import Job
from prompt_media.web.identity import HOUSE
from sessions_app.editing import prompts
from sessions_app.models import Deck, Image, Session, Step
from sessions_app.services import composition, generations, live, prompting, recordings, retention, sectors, workspace
from sessions_app.services.room import SessionFull
from sessions_app.services.sectors import Made, Wish
from tests.generating.hostile import Hostile
from tests.sessions_app import recorded

TOP_LEFT = Wish(focus_x=0.1, focus_y=0.1)


@pytest.fixture
def backend(monkeypatch) -> Callable[[str], None]:
    """Lets a backend make the pictures that does as it is told."""

    def ask(manner: str) -> None:
        monkeypatch.setattr(backends, "current", lambda: Hostile(f"hostile:{manner}"))

    return ask


@pytest.fixture
def ask(transactional_db, worker, picture) -> Callable[..., Made]:
    def ask(wish: Wish = TOP_LEFT, data: bytes | None = None, **options: str) -> Made:
        demand = sectors.understood(data or picture(), wish)
        job = sectors.request(owner=HOUSE, demand=demand, **options)
        job.refresh_from_db()
        waiting.raise_if_failed(job)
        return sectors.made_by(job)

    return ask


def pixels(data: bytes) -> np.ndarray:
    return decode.picture(data).pixels


def frame(made: Made) -> bytes:
    return store.read(made.image.key)


def test_the_sector_that_faces_the_focus_is_made_anew_and_nothing_else(ask, picture):
    made = ask(data=picture(size=(62, 43)))
    before, after = pixels(picture(size=(62, 43))), pixels(frame(made))
    assert (made.recipe.focus_sector, made.recipe.target_sector, made.recipe.box) == ("TL", "BR", Box(40, 28, 22, 15))
    changed = (before != after).any(axis=2)
    assert changed[28:, 40:].any()
    assert not changed[:28].any()
    assert not changed[:, :40].any()
    assert (made.outside_delta, made.status) == (0, "made")
    assert 0 < made.change < 1


@pytest.mark.parametrize("manner", ["repaint", "alpha", "larger", "smaller", "dot"])
@pytest.mark.parametrize("colour", ["navy", (0, 0, 128, 90)], ids=["opaque", "clear"])
def test_whatever_a_backend_returns_the_rest_stays_as_it_was(ask, backend, picture, manner, colour):
    backend(manner)
    made = ask(data=picture(size=(67, 45), colour=colour))
    before, after = pixels(picture(size=(67, 45), colour=colour)), pixels(frame(made))
    inside = np.zeros(before.shape[:2], bool)
    inside[made.recipe.box.slices] = True
    assert before.shape == after.shape
    assert np.array_equal(before[~inside], after[~inside])
    assert not np.array_equal(before[inside], after[inside])
    assert made.outside_delta == 0
    assert made.change > 0


@pytest.mark.parametrize("manner", ["refuse", "busy", "breaks"])
def test_a_backend_that_fails_gives_the_picture_back_as_it_came(ask, backend, picture, manner):
    backend(manner)
    made = ask()
    assert frame(made) == picture()
    assert (made.status, made.outside_delta, made.change) == ("fallback", 0, 0.0)
    assert made.reason


def test_what_comes_back_of_another_format_is_a_png_of_the_same_pixels(ask, backend, picture):
    backend("refuse")
    made = ask(data=picture("WEBP", (30, 20), "red"))
    assert frame(made).startswith(b"\x89PNG")
    assert np.array_equal(pixels(frame(made)), pixels(picture("WEBP", (30, 20), "red")))


def test_who_would_rather_know_is_told(ask, backend):
    backend("busy")
    with pytest.raises(HouseError) as told:
        ask(on_error=sectors.FAIL)
    assert (told.value.status, told.value.code, told.value.retry_after) == (503, "backend_failed", 7)
    assert Job.objects.get().can_be_retried


def test_a_job_that_failed_goes_through_at_the_second_try(ask, backend, monkeypatch):
    backend("busy")
    with pytest.raises(HouseError):
        ask(on_error=sectors.FAIL)
    monkeypatch.undo()
    job = jobs.retry(Job.objects.get())
    runner.run(str(job.pk))
    assert sectors.made_by(Job.objects.get()).status == "made"


def test_the_same_request_gives_the_same_bytes(ask):
    wish = Wish(focus_x=0.1, focus_y=0.9, prompt="a red star")
    assert frame(ask(wish)) == frame(ask(wish))
    assert frame(ask(Wish(focus_x=0.1, focus_y=0.9, prompt="a red star", seed=3))) != frame(ask(wish))


def test_who_looks_at_the_centre_sees_a_corner_change_always_the_same(ask):
    recordings.start(owner=HOUSE, public_id="first", seed=5)
    centre = Wish(focus_x=0.5, focus_y=0.5, prompt="a dot")
    first = ask(centre).recipe
    assert (first.target_from, first.target_sector in ("TL", "TR", "BL", "BR")) == ("corner", True)
    recordings.start(owner=HOUSE, public_id="again", seed=5)
    assert ask(centre).recipe.target == first.target


@pytest.mark.parametrize(
    ("wish", "target"),
    [
        pytest.param(Wish(1.0, 1.0), "TL", id="the last cell is focused at 1"),
        pytest.param(Wish(0.1, 0.1, target_row=0, target_col=1), "TC", id="a target of the request's own"),
        pytest.param(Wish(0.1, 0.1, grid_size=4), "r3c3", id="four by four"),
        pytest.param(Wish(0.99, 0.5, grid_size=9), "r4c0", id="nine by nine"),
    ],
)
def test_where_it_is_changed(ask, wish, target):
    assert ask(wish).recipe.target_sector == target


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        pytest.param(Wish(-0.01, 0), "focus_x", id="left of it"),
        pytest.param(Wish(0, 1.5), "focus_y", id="below it"),
        pytest.param(Wish(float("nan"), 0), "focus_x", id="no number"),
        pytest.param(Wish(float("inf"), 0), "focus_x", id="no end"),
        pytest.param(Wish(0, 0, grid_size=1), "grid_size", id="no grid"),
        pytest.param(Wish(0, 0, grid_size=10), "grid_size", id="too fine a grid"),
        pytest.param(Wish(0, 0, target_row=1), "target_col", id="a row without its column"),
        pytest.param(Wish(0, 0, target_col=1), "target_row", id="a column without its row"),
        pytest.param(Wish(0, 0, target_row=3, target_col=0), "target_row", id="below the grid"),
        pytest.param(Wish(0, 0, target_row=0, target_col=-1), "target_col", id="left of the grid"),
        pytest.param(Wish(0, 0, strength=1.01), "strength", id="too strong"),
        pytest.param(Wish(0, 0, strength=float("nan")), "strength", id="strong as nothing"),
        pytest.param(Wish(0, 0, seed=-1), "seed", id="a seed below nought"),
        pytest.param(Wish(0, 0, seed=2**63), "seed", id="a seed too large"),
        pytest.param(Wish(0, 0, prompt="x" * 4001), "prompt", id="too long a prompt"),
    ],
)
def test_what_is_out_of_range_is_refused_by_its_name(picture, wish, field):
    with pytest.raises(Unprocessable) as told:
        sectors.understood(picture(), wish)
    assert [error.field for error in told.value.errors] == [field]


@pytest.mark.parametrize("size", [(1, 1), (60, 2)], ids=["a pixel", "two rows"])
def test_a_picture_smaller_than_its_grid_is_refused_in_words(picture, size):
    with pytest.raises(Unprocessable, match=f"{size[0]} × {size[1]} pixels cannot be cut into 3 × 3"):
        sectors.understood(picture(size=size), TOP_LEFT)


def test_an_empty_prompt_is_none(picture):
    with pytest.raises(InvalidInput, match="prompt is empty"):
        sectors.understood(picture(), Wish(0, 0, prompt=" "))


def test_recorded_it_is_a_step_and_what_it_was_made_of_is_kept_once(ask, picture):
    recording = recordings.start(owner=HOUSE, public_id="study")
    first = ask()
    second = ask()
    chained = ask(data=frame(second))
    steps = list(Step.objects.filter(recording=recording))
    assert [(step.index, step.image.name) for step in steps] == [
        (0, "0000_BR.png"),
        (1, "0001_BR.png"),
        (2, "0002_BR.png"),
    ]
    assert [made.step for made in (first, second, chained)] == steps
    assert Image.objects.filter(session=recording, step=None).count() == 1
    assert store.read(f"generation/inputs/study/{sha256(picture()).hexdigest()}.png") == picture()
    assert steps[0].recipe["backend"] == "procedural"
    assert (steps[0].outside_delta, steps[0].request_sha256) == (0, steps[1].request_sha256)


def test_a_frame_is_made_again_from_its_recipe_and_its_picture_alone(ask, picture):
    made = ask()
    again = sectors.paint(recipe=made.recipe, data=picture(), backend=backends.current())
    assert np.array_equal(again.picture.pixels, pixels(frame(made)))


def test_unrecorded_only_the_newest_are_kept(ask, monkeypatch):
    monkeypatch.setattr(live, "NEWEST", 2)
    jobs_done = [ask(Wish(0.1, 0.1, seed=seed)) for seed in range(3)]
    session = Deck.objects.get(owner=HOUSE).live
    assert list(Image.objects.filter(session=session)) == [made.image for made in jobs_done[1:]]
    assert session.generations.count() == 2
    assert store.size(jobs_done[0].image.key) is None


def test_unrecorded_pictures_never_fill_their_session(ask, settings, picture):
    settings.SESSION_MB = 1
    noise = np.random.default_rng(1).integers(0, 256, (300, 500, 3), np.uint8)
    for _ in range(3):
        ask(data=encode.png(noise))
    assert Image.objects.filter(session__kind=Session.Kind.LIVE).count() == 1


def test_what_waits_for_its_turn_is_no_left_over(transactional_db, picture, monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda job: None)
    recordings.start(owner=HOUSE, public_id="study")
    job = sectors.request(owner=HOUSE, demand=sectors.understood(picture(), TOP_LEFT))
    monkeypatch.setattr(audit, "SETTLED_AFTER", timedelta(hours=-1))
    retention.sweep_files()
    assert store.read(job.payload["files"][0]["key"]) == picture()


def test_what_was_sent_goes_when_the_frame_is_there(ask):
    ask()
    assert [found.key for found in store.walk("incoming")] == []


def test_prompts_come_in_turn(ask):
    prompting.replace(owner=HOUSE, lists=prompts.from_json({"default": ["a", "b"], "sectors": {"TL": "c"}}))
    assert [ask().recipe.prompt for _ in range(3)] == ["a", "b", "a"]
    assert ask(Wish(0.9, 0.9)).recipe.prompt == "c"
    prompting.reset(owner=HOUSE)
    assert ask().recipe.prompt == "a"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        pytest.param("sector_prompts.json", '{"default": "a", "sectors": {"BR": ["b", "c"]}}', "b", id="JSON"),
        pytest.param("prompts.txt", "# ours\n\na\nb\n", "a", id="lines"),
    ],
)
def test_the_house_has_prompts_in_files(ask, settings, tmp_path, name, content, told):
    settings.DATA_DIR = tmp_path
    (tmp_path / name).write_text(content)
    recipe = ask().recipe
    assert (recipe.prompt, recipe.prompt_from, recipe.prompt_index) == (told, name, 0)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        pytest.param('{"default": ', "sector_prompts.json cannot be read", id="broken off"),
        pytest.param('{"sectors": {"XX": "a"}}', "sectors has 'XX'", id="no sector"),
    ],
)
def test_a_file_of_prompts_that_cannot_be_read_is_told_and_not_passed_over(db, settings, tmp_path, content, found):
    settings.DATA_DIR = tmp_path
    (tmp_path / "sector_prompts.json").write_text(content)
    with pytest.raises(prompting.BadPrompts, match=found):
        prompting.lists_of(HOUSE)


def test_scope_all_hears_what_the_studio_makes_too(session, add):
    add("logo")
    recording = recordings.start(owner=HOUSE, public_id="all", scope=Deck.Scope.ALL)
    _, job = composition.request(session=session, wish=composition.Wish("@logo in the center", width=60, height=60))
    original = generations.of(job).output
    (step,) = Step.objects.filter(recording=recording)
    assert (step.image.name, step.system, step.target_sector) == ("0000_STUDIO.png", "compose", "")
    assert (step.prompt, step.image.sha256) == ("@logo in the center", original.sha256)
    workspace.close(session=session)
    assert store.read(step.image.key), "a copy stays when its original goes"


def test_what_a_full_recording_cannot_hear_is_not_begun(session, add, settings):
    add("logo")
    recorded.recording(owner=HOUSE, public_id="full", steps=4)
    recordings.start(owner=HOUSE, public_id="full", scope=Deck.Scope.ALL, resume=True)
    settings.SESSION_FILES = 5
    with pytest.raises(SessionFull, match="A recording holds 5 files"):
        composition.request(session=session, wish=composition.Wish("@logo in the center", width=60, height=60))
    assert not Job.objects.filter(kind=composition.KIND).exists()


def test_a_recording_that_was_deleted_meanwhile_stops_nothing(session, add, monkeypatch):
    add("logo")
    recording = recordings.start(owner=HOUSE, public_id="gone", scope=Deck.Scope.ALL)
    monkeypatch.setattr(jobs, "publish", lambda job: None)
    _, job = composition.request(session=session, wish=composition.Wish("@logo in the center", width=60, height=60))
    recordings.delete(recording=recording)
    runner.run(str(job.pk))
    assert generations.of(job).output


def test_nothing_is_recorded_that_was_not_started(session, add):
    add("logo")
    recording = recordings.start(owner=HOUSE, public_id="sectors-only")
    composition.request(session=session, wish=composition.Wish("@logo in the center", width=60, height=60))
    recordings.stop(owner=HOUSE)
    assert not Step.objects.filter(recording=recording).exists()


def test_who_records_into_another_s_recording_is_given_prompts_of_its_own(ask, picture):
    recording = recordings.start(owner=HOUSE, public_id="shared")
    recordings.start(owner="visitor:ann", public_id="shared", resume=True, reach=frozenset([HOUSE]))
    prompting.replace(owner="visitor:ann", lists=prompting.read({"default": "Ann's"}))
    sectors.request(owner="visitor:ann", demand=sectors.understood(picture(), TOP_LEFT))
    assert Step.objects.get(recording=recording).prompt == "Ann's"
