"""Steps made again from their recipes: identical, drifted and where, or unverifiable and why."""

import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from prompt_media import backends
from prompt_media.files import layers, store
from prompt_media.generating.protocol import BackendError, Result
from prompt_media.imaging import png
from prompt_media.imaging.picture import Picture
from prompt_media.jobs import runner
from prompt_media.jobs import services as jobs
from prompt_media.web.identity import HOUSE
from sessions_app.models import Image, Step, Verdict
from sessions_app.services import recordings, sectors, verification
from sessions_app.services.sectors import Wish

pytestmark = pytest.mark.django_db(transaction=True)


class Painter:
    """Paints the whole picture in a colour that follows from the seed; `fade` shifts it."""

    def __init__(self, fade=0, **facts):
        procedural = backends.current()
        self.name, self.version, self.capabilities = procedural.name, procedural.version, procedural.capabilities
        self.fade, self.painted, self.finished, self.meanwhile = fade, 0, 0, lambda: None
        for name, value in facts.items():
            setattr(self, name, value)

    def inpaint(self, wish, progress):
        self.painted += 1
        self.meanwhile()
        progress.advance(self.painted, 1000, "one stroke")
        self.finished += 1
        colour = (wish.seed % 200 + self.fade, len(wish.prompt), int(wish.strength * 99))
        return Result(Picture(np.full(wish.picture.pixels.shape, colour, np.uint8)))


class Broken(Painter):
    def inpaint(self, wish, progress):
        raise BackendError("It has no paint left.", permanent=False)


@pytest.fixture
def paints(monkeypatch):
    """Lets the studio ask this backend: `paints(Painter(version="2"))`."""

    def paints(backend):
        monkeypatch.setattr(backends, "current", lambda: backend)
        return backend

    return paints


@pytest.fixture
def shoot(worker, paints, picture):
    """Records steps, each made of the one before: `shoot(3)`."""

    def shoot(count):
        paints(Painter())
        recording = recordings.start(owner=HOUSE, public_id="film")
        data = picture(size=(60, 45), colour="teal")
        for x in (0.1, 0.5, 0.9)[:count]:
            job = sectors.request(owner=HOUSE, demand=sectors.understood(data, Wish(focus_x=x, focus_y=0.1)))
            job.refresh_from_db()
            assert job.status == "done", job.error
            data = store.read(steps(recording)[-1].image.key)
        recordings.stop(owner=HOUSE)
        return recording

    return shoot


@pytest.fixture
def film(shoot):
    return shoot(1)


@pytest.fixture
def trilogy(shoot):
    return shoot(3)


def steps(recording):
    return list(Step.objects.filter(recording=recording).select_related("image", "recording").order_by("index"))


def verified(recording, index=None):
    """The verdicts as words, after the job is done."""
    job = verification.request(recording=recording, index=index)
    job.refresh_from_db()
    assert job.status == "done", job.error
    return [verdict.word for verdict in Verdict.objects.filter(step__recording=recording).order_by("step__index")]


def verdict(recording, index=0):
    verified(recording, index)
    return Verdict.objects.select_related("picture").get(step__recording=recording, step__index=index)


def tamper(recording, index=0, **changes):
    step = steps(recording)[index]
    Step.objects.filter(pk=step.pk).update(recipe=step.recipe | changes)


def stored(key):
    return Path(store._source().path(key))


def verdict_files(settings):
    return [path.name for path in Path(settings.MEDIA_ROOT, "generation", "verdicts").rglob("*") if path.is_file()]


def test_what_is_made_again_comes_out_identical(trilogy):
    assert verified(trilogy) == ["identical"] * 3
    assert set(Verdict.objects.values_list("reason", "share", "picture")) == {("", 0.0, None)}


def test_the_studios_own_backend_makes_the_same_bytes_again(worker, picture):
    recording = recordings.start(owner=HOUSE, public_id="own")
    data = picture(size=(90, 90), colour="teal")
    sectors.request(owner=HOUSE, demand=sectors.understood(data, Wish(focus_x=0.5, focus_y=0.5, prompt="a ladybug")))

    assert verified(recording) == ["identical"]


def test_one_step_is_made_again_by_itself_and_quickly(trilogy, paints):
    again = paints(Painter())

    assert verified(trilogy, 1) == ["identical"]
    assert again.painted == 1
    assert Verdict.objects.get().step.index == 1
    assert jobs_of(trilogy)[-1].queue == "quick"


def test_a_whole_recording_waits_behind_what_people_wait_for(film):
    verified(film)

    assert jobs_of(film)[-1].queue == "bulk"


def jobs_of(recording):
    return list(jobs.Job.objects.filter(subject=recording.subject, kind="verify").order_by("created_at"))


def test_a_tampered_seed_drifts_and_is_named(trilogy, settings):
    tamper(trilogy, 1, seed=7)

    assert verified(trilogy) == ["identical", "drifted", "identical"]
    found = Verdict.objects.select_related("picture").get(word="drifted")
    assert found.reason == (
        "Its recipe was changed after it was recorded: seed in it does not follow from its request."
    )
    assert found.share == pytest.approx(20 * 15 / 2700), "one of nine sectors"
    assert verdict_files(settings) == [found.picture.name]


def test_the_picture_of_a_drift_shows_where(film):
    tamper(film, 0, seed=7)

    shown = Pillow.open(BytesIO(store.read(verdict(film).picture.key))).convert("RGB")

    assert shown.size == (60, 45)
    red, green, _ = shown.getpixel((50, 40))
    assert red > 1.3 * green, "ink in the bottom right"
    others = {shown.getpixel((x, y)) for x in range(60) for y in range(45) if x < 40 or y < 30}
    assert all(max(one) == min(one) for one in others), "and nowhere else"


def test_a_verdict_takes_the_place_of_the_one_before(film, settings):
    seed = steps(film)[0].recipe["seed"]
    for word, tried in (("drifted", 7), ("drifted", 8), ("identical", seed)):
        tamper(film, 0, seed=tried)
        assert verdict(film).word == word

    assert Verdict.objects.count() == 1
    assert verdict_files(settings) == []
    assert not Image.objects.filter(session=film, name__contains="drift").exists()


def test_a_changed_request_is_named(film):
    asked = steps(film)[0].recipe["asked"]
    tamper(film, asked=asked | {"strength": 0.1})

    found = verdict(film)

    assert found.word == "drifted"
    assert "the request in it is not the one that was sent" in found.reason


def test_a_changed_prompt_is_named(film):
    tamper(film, prompt="add something else altogether")

    found = verdict(film)

    assert found.word == "drifted"
    assert "prompt in it is not the step's" in found.reason


def test_a_recipe_that_contradicts_itself_is_not_followed(film):
    tamper(film, target_sector="TL")

    found = verdict(film)

    assert (found.word, found.reason) == (
        "unverifiable", "Its recipe is damaged. target_sector contradicts the rest of the recipe.",
    )  # fmt: skip


def test_a_recipe_of_a_picture_of_another_size_is_not_followed(film):
    told = steps(film)[0].recipe["image"]
    tamper(film, image=told | {"width": 6000, "height": 6000})

    found = verdict(film)

    assert found.word == "unverifiable"
    assert found.reason.startswith("Its recipe is damaged. The picture it was made from has another size")


def test_a_backend_of_another_version_is_named_as_the_cause(film, paints):
    before = backends.current().version
    paints(Painter(fade=30, version="next"))

    found = verdict(film)

    assert found.word == "drifted"
    assert found.reason == f"It was made by version {before} of “procedural”; this is version next."


def test_a_backend_of_another_version_may_still_do_the_same(film, paints):
    paints(Painter(version="next"))

    found = verdict(film)

    assert found.word == "identical"
    assert "this is version next" in found.reason


def test_a_drift_without_a_known_cause_says_so(film, paints):
    paints(Painter(fade=1))

    found = verdict(film)

    assert found.word == "drifted"
    assert "what they stand on (a library) is not" in found.reason


def test_another_backend_cannot_make_it_again(film, paints):
    paints(Painter(name="comfyui"))

    found = verdict(film)

    assert (found.word, found.reason) == (
        "unverifiable", "It was made by “procedural”, and this studio asks “comfyui”.",
    )  # fmt: skip


def test_a_backend_that_never_does_the_same_twice_is_not_asked(film, paints):
    capable = backends.current().capabilities
    dice = paints(Painter(capabilities=replace(capable, is_deterministic=False)))

    found = verdict(film)

    assert found.word == "unverifiable"
    assert "does not give the same picture twice" in found.reason
    assert dice.painted == 0


def test_a_backend_that_fails_proves_nothing(film, paints):
    paints(Broken())

    found = verdict(film)

    assert (found.word, found.reason) == (
        "unverifiable", "The backend made no picture this time. It has no paint left.",
    )  # fmt: skip


def test_what_the_backend_failed_to_make_cannot_be_made_again(worker, paints, picture):
    paints(Broken())
    recording = recordings.start(owner=HOUSE, public_id="fallen")
    sectors.request(owner=HOUSE, demand=sectors.understood(picture(), Wish(focus_x=0.1, focus_y=0.1)))
    paints(Painter())

    assert "Its backend failed when it was recorded" in verdict(recording).reason


def test_a_frame_whose_file_is_gone_cannot_be_compared(film):
    store.discard([steps(film)[0].image.key])

    found = verdict(film)

    assert (found.word, found.reason) == ("unverifiable", "The file of its frame is gone from the storage.")


def test_a_step_whose_original_is_gone_cannot_be_made_again(trilogy):
    store.discard([steps(trilogy)[0].image.key])

    found = verdict(trilogy, 1)

    assert (found.word, found.reason) == (
        "unverifiable", "The file of the picture it was made from is gone from the storage.",
    )  # fmt: skip


def test_a_step_whose_original_was_never_kept_cannot_be_made_again(film):
    Image.objects.filter(session=film, step=None).delete()

    assert verdict(film).reason == "The picture it was made from is not kept in this recording."


def test_an_original_that_was_changed_is_not_painted_on(film, picture):
    stored(Image.objects.get(session=film, step=None).key).write_bytes(picture(colour="red"))

    found = verdict(film)

    assert found.word == "unverifiable"
    assert "was changed: its SHA-256 is another" in found.reason


def test_a_frame_that_was_changed_on_the_disk_is_found_out(film, picture):
    stored(steps(film)[0].image.key).write_bytes(picture(size=(60, 45), colour="red"))

    found = verdict(film)

    assert (found.word, found.share) == ("drifted", 1.0)
    assert found.reason == "The file of its frame was changed after it was recorded: its SHA-256 is another."
    assert found.picture is not None


def test_a_frame_that_is_no_picture_any_more_has_drifted(film):
    stored(steps(film)[0].image.key).write_bytes(b"this is no picture")

    found = verdict(film)

    assert (found.word, found.share, found.picture) == ("drifted", 1.0, None)
    assert "Its frame cannot be read." in found.reason


def test_the_same_pixels_packed_otherwise_are_identical_and_it_says_so(film):
    path = stored(steps(film)[0].image.key)
    Pillow.open(path).save(path, "PNG", compress_level=9)

    found = verdict(film)

    assert found.word == "identical"
    assert f"The same pixels, packed otherwise: not by this machine's encoder, {png.packer}." in found.reason


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        pytest.param({"recipe": {}}, "It has no recipe", id="imported without one"),
        pytest.param({"recipe": {"asked": 7}}, "Its recipe is damaged. asked is 7", id="no recipe at all"),
        pytest.param({"system": "foreign"}, "It was made by another system (foreign)", id="a stranger's"),
        pytest.param({"system": "compose"}, "Its recipe is damaged. scene is missing", id="no scene of the studio's"),
    ],
)
def test_a_step_that_cannot_be_made_again_tells_why(film, columns, reason):
    Step.objects.filter(recording=film, index=0).update(**columns)

    found = verdict(film)

    assert found.word == "unverifiable"
    assert found.reason.startswith(reason)


def test_work_that_was_broken_off_goes_on_where_it_stopped(trilogy, paints, monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda job: None)
    job = verification.request(recording=trilogy)
    first, second = Painter(), Painter()
    first.meanwhile = lambda: sys.exit() if first.painted == 2 else None  # as a worker ends that is told to stop

    paints(first)
    with pytest.raises(SystemExit):
        runner.run(str(job.pk))
    assert Verdict.objects.count() == 1
    paints(second)
    runner.run(str(job.pk))

    assert second.painted == 2, "what was judged already is not made again"
    assert Verdict.objects.filter(word="identical").count() == 3


def test_a_cancelled_job_stops_in_the_middle_of_a_step(trilogy, paints, monkeypatch):
    monkeypatch.setattr(runner, "_SECONDS_BETWEEN_WRITES", 0)
    again = paints(Painter())
    again.meanwhile = lambda: jobs.cancel(jobs_of(trilogy)[-1])

    job = verification.request(recording=trilogy)
    job.refresh_from_db()

    assert (job.status, again.painted, again.finished, Verdict.objects.count()) == ("cancelled", 1, 0, 0)


def test_a_recording_that_is_deleted_meanwhile_leaves_nothing_behind(trilogy, paints, settings):
    tamper(trilogy, 0, seed=7)
    again = paints(Painter())
    again.meanwhile = lambda: recordings.delete(recording=trilogy)

    job = verification.request(recording=trilogy)
    job.refresh_from_db()

    assert job.status == "cancelled"
    assert (Verdict.objects.count(), verdict_files(settings)) == (0, [])


def test_a_verdict_can_be_waited_for(trilogy):
    tamper(trilogy, 1, seed=7)

    assert verification.of(steps(trilogy)[0]).word == "identical"
    assert verification.of(steps(trilogy)[1]).picture.session == trilogy


def test_layers_of_frames_play_no_part(film):
    """What is compared is the stored file, not what a cache says of it."""
    step = steps(film)[0]
    layers.keep(step.image.sha256, Picture(np.zeros((45, 60, 3), np.uint8)))

    assert verdict(film).word == "identical"
