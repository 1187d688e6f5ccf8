"""Steps of the @tag studio made again: from the scene and from what each tag stood for, as long as that is there."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from prompt_media.files import layers, store
from prompt_media.imaging import decode, encode
from prompt_media.imaging.picture import Picture
from prompt_media.web.identity import HOUSE
from sessions_app import pictures
from sessions_app.models import Deck, Image, Session, Step, Verdict
from sessions_app.services import composition, recordings, verification, workspace
from sessions_app.services.composition import Wish

pytestmark = pytest.mark.django_db(transaction=True)

STILL = "@bg is the background, @logo in the center of 90x60"
MOVING = "@bg is the background, @logo moves from left to right"


def noise(width: int = 60, height: int = 40) -> bytes:
    """A photo in which every pixel tells."""
    return encode.jpeg(np.random.default_rng(7).integers(0, 256, (height, width, 3), np.uint8), quality=60)


def animation(frames: list) -> bytes:
    """A GIF of these pixels by another encoder."""
    first, *others = (Pillow.fromarray(pixels).convert("P", palette=Pillow.Palette.ADAPTIVE) for pixels in frames)
    first.save(file := BytesIO(), "GIF", save_all=True, append_images=others, duration=100, loop=0, optimize=False)
    return file.getvalue()


@pytest.fixture
def record(session, add):
    """Records one making of the studio, of a photo and a logo: `record(STILL)`; returns the recording."""

    def record(prompt: str, photo: bytes | None = None, **wish: object) -> Session:
        add("bg", data=photo or noise())
        add("logo")
        recording = recordings.start(owner=HOUSE, public_id="film", scope=Deck.Scope.ALL)
        _, job = composition.request(session=session, wish=Wish(prompt, **{"width": 90, "height": 60} | wish))
        job.refresh_from_db()
        assert job.status == "done", job.error
        recordings.stop(owner=HOUSE)
        return recording

    return record


def step_of(recording: Session) -> Step:
    return Step.objects.select_related("image").get(recording=recording)


def verdict(recording: Session) -> Verdict:
    job = verification.request(recording=recording)
    job.refresh_from_db()
    assert job.status == "done", job.error
    return Verdict.objects.select_related("picture").get(step__recording=recording)


def stored(key: str) -> Path:
    return Path(store._source().path(key))


def tamper(recording: Session, **changes: object) -> None:
    step = step_of(recording)
    Step.objects.filter(pk=step.pk).update(recipe=step.recipe | {"scene": step.recipe["scene"] | changes})


@pytest.mark.parametrize(("prompt", "wish"), [(STILL, {}), (MOVING, {"frames": 6, "fps": 10})], ids=["PNG", "GIF"])
def test_what_is_made_again_comes_out_identical(record, prompt, wish):
    found = verdict(record(prompt, **wish))
    assert (found.word, found.reason, found.share) == ("identical", "", 0.0)


def test_a_picture_larger_than_its_layer_is_painted_from_itself(record):
    recording = record(STILL, noise(2400, 40), width=2400, height=40)
    assert step_of(recording).image.width > layers.LONGEST_SIDE
    assert verdict(recording).word == "identical"


def test_no_cache_plays_a_part(record):
    recording = record(STILL)
    black = Picture(np.zeros((40, 60, 3), np.uint8))
    for image in Image.objects.filter(tag__isnull=False):
        layers.keep(image.sha256, black)
    pictures._sprites._kept.clear()
    assert verdict(recording).word == "identical"


def test_a_tag_whose_picture_was_deleted_is_named(record):
    recording = record(STILL)
    workspace.remove_image(image=Image.objects.get(tag__name="logo"))
    found = verdict(recording)
    assert (found.word, found.reason) == (
        "unverifiable", "What @logo stood for is not there any more, not with the same bytes.",
    )  # fmt: skip


@pytest.mark.parametrize("change", [Path.unlink, lambda path: path.write_bytes(noise(9, 9))], ids=["gone", "changed"])
def test_a_file_that_is_not_as_it_was_is_not_painted_from(record, change):
    recording = record(STILL)
    change(stored(Image.objects.get(tag__name="bg").key))
    found = verdict(recording)
    assert (found.word, "@bg" in found.reason) == ("unverifiable", True)


@pytest.mark.parametrize(("owner", "word"), [(HOUSE, "identical"), ("user:7", "unverifiable")])
def test_the_same_picture_elsewhere_will_do_if_it_is_the_owner_s(record, add, session, owner, word):
    recording = record(STILL)
    elsewhere = workspace.open_session(owner=owner)
    add("logo", into=elsewhere)
    add("bg", into=elsewhere, data=noise())
    workspace.close(session=session)
    assert verdict(recording).word == word


def test_a_scene_that_was_changed_drifts_and_it_is_shown_where(record):
    recording = record(STILL)
    tamper(recording, ground="#ff0000", layers=step_of(recording).recipe["scene"]["layers"][1:])
    recipe = step_of(recording).recipe
    Step.objects.update(recipe=recipe | {"ingredients": {"logo": recipe["ingredients"]["logo"]}})

    found = verdict(recording)

    assert (found.word, 0 < found.share <= 1) == ("drifted", True)
    assert found.reason.startswith("Its pictures are those it was made of: its recipe,")
    with Pillow.open(BytesIO(store.read(found.picture.key))) as shown:
        assert shown.size == (90, 60)


def test_a_gif_that_plays_at_another_speed_has_drifted(record):
    recording = record(MOVING, frames=6, fps=10)
    tamper(recording, fps=5)
    found = verdict(recording)
    assert (found.word, found.share, found.picture) == ("drifted", 0, None)
    assert found.reason.endswith(
        "The first frame that differs is number 1; 6 of 6 do. Its pixels are the same, its time is not."
    )


def test_a_gif_that_ends_otherwise_is_shown_by_its_first_other_frame(record):
    recording = record(MOVING, frames=6, fps=10)
    path = stored(step_of(recording).image.key)
    frames = [one.picture.pixels[..., :3].copy() for one in decode.frames(path.read_bytes())]
    for frame in frames[4:]:
        frame[:10, :10] = 7
    path.write_bytes(animation(frames))
    found = verdict(recording)
    assert found.word == "drifted"
    assert found.reason.endswith("The first frame that differs is number 5; 2 of 6 do.")
    with Pillow.open(BytesIO(store.read(found.picture.key))) as shown:
        assert np.asarray(shown.convert("RGB"))[:10, :10, 0].min() > 60
    assert 0 < found.share <= 100 / (90 * 60)


def test_a_gif_that_was_cut_short_or_packed_anew_is_told(record):
    recording = record(MOVING, frames=6, fps=10)
    path = stored(step_of(recording).image.key)
    frames = [one.picture.pixels[..., :3] for one in decode.frames(path.read_bytes())]
    path.write_bytes(animation(frames))
    assert (verdict(recording).word, verdict(recording).reason.split(". ")[-1]) == (
        "identical", "The same frames, packed otherwise.",
    )  # fmt: skip
    path.write_bytes(animation(frames[:4]))
    found = verdict(recording)
    assert (found.word, found.share) == ("drifted", 0)
    assert found.reason.endswith("It has 4 frames; 6 came out.")


def test_a_frame_that_was_changed_on_the_disk_is_found_out(record, picture):
    recording = record(STILL)
    stored(step_of(recording).image.key).write_bytes(picture(size=(90, 60), colour="red"))
    found = verdict(recording)
    assert found.word == "drifted"
    assert found.reason == "The file of its frame was changed after it was recorded: its SHA-256 is another."


@pytest.mark.parametrize(
    ("recipe", "reason"),
    [
        pytest.param({"scene": 7}, "Its recipe is damaged. scene is 7", id="no scene"),
        pytest.param({"ingredients": ["bg"]}, "Its recipe is damaged. ingredients is", id="no ingredients"),
        pytest.param({"ingredients": {"bg": 7}}, "What @bg stood for is not there", id="no digest"),
        pytest.param({"format": "tiff"}, "Its recipe is damaged. 'tiff' cannot be written", id="no format"),
    ],
)
def test_a_recipe_that_is_none_is_not_followed(record, recipe, reason):
    recording = record(STILL)
    step = step_of(recording)
    Step.objects.filter(pk=step.pk).update(recipe=step.recipe | recipe)
    found = verdict(recording)
    assert (found.word, found.reason.startswith(reason)) == ("unverifiable", True), found.reason
