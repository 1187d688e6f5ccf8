"""Uploads become pictures: decoded once, re-encoded, numbered, all of them or none."""

import os
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from prompt_media.files import keepers, layers, sandbox, store
from prompt_media.files.intake import Arrival
from prompt_media.imaging import decode, encode
from prompt_media.jobs import runner
from prompt_media.jobs import services as jobs
from prompt_media.jobs.models import Job
from sessions_app import selectors
from sessions_app.models import Image
from sessions_app.services import room, uploads, workspace


def files_below(settings) -> list[str]:
    root = Path(settings.MEDIA_ROOT)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_a_picture_is_stored_with_its_facts(session, add, picture):
    (photo,) = add("logo", data=picture("PNG", (60, 40), (0, 0, 128, 100)))
    stored = store.read(photo.key)
    assert (photo.width, photo.height, photo.media_type, photo.has_alpha) == (60, 40, "image/png", True)
    assert (photo.bytes, photo.sha256) == (len(stored), sha256(stored).hexdigest())
    assert photo.key == f"uploads/{session.public_id}/{photo.name}"


def test_what_is_stored_is_not_what_was_sent(session, add):
    """Metadata go, the orientation they told is applied."""
    sent = BytesIO()
    exif = Pillow.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "A camera maker"
    Pillow.new("RGB", (80, 20), "red").save(sent, "JPEG", exif=exif)
    (photo,) = add(None, data=sent.getvalue())
    kept = Pillow.open(BytesIO(store.read(photo.key)))
    assert (kept.size, kept.format, dict(kept.getexif())) == ((20, 80), "JPEG", {})


def test_what_came_without_loss_is_kept_without_loss(add):
    pixels = np.random.default_rng(7).integers(0, 256, (40, 50, 4), np.uint8)
    sent = BytesIO()
    Pillow.fromarray(pixels).save(sent, "PNG")
    (photo,) = add(None, data=sent.getvalue())
    with Pillow.open(BytesIO(store.read(photo.key))) as kept:
        assert np.array_equal(np.asarray(kept), pixels)


def test_what_came_with_loss_is_kept_at_quality_95(add, picture):
    (photo,) = add(None, data=picture("JPEG", (64, 64)))
    reference = BytesIO()
    Pillow.new("RGB", (8, 8)).save(reference, "JPEG", quality=95)
    with Pillow.open(BytesIO(store.read(photo.key))) as kept, Pillow.open(reference) as known:
        assert kept.quantization == known.quantization
        assert [layer[1:3] for layer in kept.layer] == [(1, 1)] * 3  # colour at its full resolution


def test_the_same_picture_twice_is_two_pictures(session, add, picture):
    """Each can be named and deleted by itself; neither takes the other's file along."""
    first, second = add("one", "two", data=picture())
    assert first.sha256 == second.sha256
    assert len({first.key, second.key}) == 2
    workspace.remove_image(image=first)
    assert store.read(second.key)
    assert layers.layer(second.sha256, second.key).size.width == second.width


def test_a_thumbnail_fits_into_512_pixels(add, picture):
    (photo,) = add(None, data=picture("JPEG", (1600, 800)))
    with Pillow.open(BytesIO(store.read(photo.thumbnail_key))) as thumbnail:
        assert (thumbnail.size, thumbnail.format) == ((512, 256), "WEBP")


def test_nothing_but_pictures_and_thumbnails_is_left(session, add, settings):
    (photo,) = add(None)
    assert files_below(settings) == sorted([photo.key, photo.thumbnail_key])


def test_an_upload_is_decoded_once_in_its_life(session, add, monkeypatch):
    decoded = []
    for place, real in ((sandbox, sandbox.picture), (decode, decode.picture)):
        monkeypatch.setattr(place, "picture", lambda *args, real=real: decoded.append(os.getpid()) or real(*args))
    (photo,) = add("logo")
    layers.layer(photo.sha256, photo.key)
    assert decoded == [os.getpid()]  # and then once more in the child, which tells nobody


def test_the_layer_of_a_photo_is_the_one_that_any_other_machine_makes_of_its_file(add):
    noise = np.random.default_rng(1).integers(0, 256, (40, 60, 3), np.uint8)
    (photo,) = add("photo", data=encode.jpeg(noise, quality=60))
    kept = layers.layer(photo.sha256, photo.key).pixels.copy()
    layers.drop(photo.sha256)
    assert photo.media_type == "image/jpeg"
    assert np.array_equal(layers.layer(photo.sha256, photo.key).pixels, kept)


def test_a_lost_layer_is_made_again_from_the_stored_file(add):
    (photo,) = add("logo")
    layers.drop(photo.sha256)
    assert layers.layer(photo.sha256, photo.key).size.width == photo.width


def test_one_broken_file_keeps_the_whole_upload_out(session, worker, picture, settings):
    good = picture("JPEG", (300, 300))
    job = uploads.take_in(session=session, arrivals=[Arrival("a.jpg", good), Arrival("b.jpg", good[: len(good) // 2])])
    job.refresh_from_db()
    assert job.status == "failed"
    assert job.problem["status"] == 415
    assert not Image.objects.exists()
    assert files_below(settings) == []


def test_a_worker_killed_before_it_could_refuse_leaves_the_file_to_the_next(session, worker, picture, monkeypatch):
    class Killed(BaseException):
        pass

    fail = jobs.fail

    def killed(*_: object) -> None:
        monkeypatch.setattr(jobs, "fail", fail)
        raise Killed

    monkeypatch.setattr(jobs, "fail", killed)
    whole = picture("JPEG", (300, 300))
    with pytest.raises(Killed):
        uploads.take_in(session=session, arrivals=[Arrival("a.jpg", whole[: len(whole) // 2])])
    job = Job.objects.get()
    Job.objects.update(lease_until=job.created_at)
    runner.run(str(job.pk))

    job.refresh_from_db()
    assert (job.attempts, job.problem["status"]) == (2, 415)
    assert job.payload["files"] == []
    claimed = [claim for keeper in keepers.all_of_them() for claim in keeper.claims()]
    assert claimed == [], "a backup looks for what is claimed"


def test_numbers_are_never_given_twice(session, add):
    first, second = add(None, None)
    workspace.remove_image(image=second)
    (third,) = add(None)
    assert (first.number, third.number) == (1, 3)


def test_a_full_session_takes_no_more(session, add, settings):
    settings.SESSION_FILES = 2
    add(None)
    with pytest.raises(room.SessionFull):
        add(None, None)
    assert selectors.uploads(session).count() == 1


def test_the_cache_of_layers_keeps_to_its_size(add, settings, picture):
    settings.CACHE_MB = 1
    for shade in range(4):
        add(None, data=picture("JPEG", (400, 400), (shade, 0, 0)))
    kept = list((settings.CACHE_DIR / "layers").glob("*.npy"))
    assert 0 < sum(path.stat().st_size for path in kept) <= 1024 * 1024
    assert len(kept) == 2
