"""Files held against rows: every fault is found, and nothing that is right is called wrong."""

import io
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from PIL import Image as Pillow

from prompt_media.errors import NotFound
from prompt_media.files import audit, keepers, store
from prompt_media.files.bucket import BucketStorage
from prompt_media.files.keepers import Fault
from prompt_media.jobs import services as jobs
from prompt_media.web.identity import HOUSE
from sessions_app.models import Image, Session, Step
from sessions_app.services import mirrors, recordings, sectors, uploads, workspace
from tests.engine import servers
from tests.engine.running import free_port
from tests.sessions_app import recorded

Planted = set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Told:
    code: int
    report: dict

    @property
    def findings(self) -> Planted:
        return {(one["fault"], one["key"]) for one in self.report["findings"]}


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with servers.s3(tmp_path_factory.mktemp("bucket") / "s3") as given:
        yield given


@pytest.fixture(
    params=[
        pytest.param("folder", id="folder"),
        pytest.param("s3", id="s3", marks=pytest.mark.xdist_group("servers")),
    ]
)
def storage(request: pytest.FixtureRequest, settings) -> str:
    """Both kinds of storage; each test meets an empty one."""
    if request.param == "s3":
        settings.STORAGES = settings.STORAGES | {"default": servers.as_storage(request.getfixturevalue("bucket"))}
        store.discard([found.key for found in store.walk()])
    return request.param


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as old, and a file without a row is believed at once."""
    monkeypatch.setattr(audit, "SETTLED_AFTER", timedelta(minutes=-1))
    monkeypatch.setattr(audit, "_DELETED_WITHIN_SECONDS", 0)


@pytest.fixture
def check() -> Callable[..., Told]:
    """Runs the command as a program would: `check("--fix")`."""

    def check(*options: str) -> Told:
        out = io.StringIO()
        try:
            call_command("check_storage", "--json", *options, stdout=out)
        except SystemExit as ended:
            return Told(int(ended.code or 0), json.loads(out.getvalue()))
        return Told(0, json.loads(out.getvalue()))

    return check


@pytest.fixture
def several(add, picture) -> Callable[[int], list[Image]]:
    """Uploads so many pictures, no two alike."""
    shades = iter(range(256))

    def several(count: int, **options: object) -> list[Image]:
        return [
            add(None, data=picture("PNG", (40, 30), (shade := next(shades), 255 - shade, 7)), **options)[0]
            for _ in range(count)
        ]

    return several


def plant_missing(image: Image) -> tuple[Fault, str]:
    store.discard([image.key])
    return Fault.MISSING, image.key


def plant_truncated(image: Image) -> tuple[Fault, str]:
    store.put(image.key, store.read(image.key)[:-5])
    return Fault.TRUNCATED, image.key


def plant_damaged(image: Image) -> tuple[Fault, str]:
    data = bytearray(store.read(image.key))
    data[len(data) // 2] ^= 1
    store.put(image.key, bytes(data))
    return Fault.DAMAGED, image.key


def plant_no_thumbnail(image: Image) -> tuple[Fault, str]:
    store.discard([image.thumbnail_key])
    return Fault.NO_THUMBNAIL, image.thumbnail_key


def plant_short_thumbnail(image: Image) -> tuple[Fault, str]:
    store.put(image.thumbnail_key, store.read(image.thumbnail_key)[:-3])
    return Fault.NO_THUMBNAIL, image.thumbnail_key


def plant_misplaced(image: Image) -> tuple[Fault, str]:
    """In another session's folder, row and file agreeing about it."""
    elsewhere = f"uploads/{uuid4()}/{image.name}"
    store.put(elsewhere, store.read(image.key))
    store.discard([image.key])
    Image.objects.filter(pk=image.pk).update(key=elsewhere)
    return Fault.MISPLACED, elsewhere


PLANTS = (
    *(10 * [plant_missing] + 9 * [plant_truncated] + 9 * [plant_damaged]),
    *(5 * [plant_no_thumbnail] + 4 * [plant_short_thumbnail] + 5 * [plant_misplaced]),
)


def extras(session: Session) -> list[str]:
    """Files no row points to: with a session and without, whole, cut off and never decoded."""
    return [
        f"uploads/{session.public_id}/{uuid4().hex}.png",
        f"uploads/{session.public_id}/thumbnails/{uuid4().hex}.webp",
        f"output/{session.public_id}/.{uuid4().hex}.part",
        f"output/{uuid4()}/generated_1.png",
        f"incoming/{session.public_id}/{uuid4().hex}",
        f"incoming/{uuid4()}/{uuid4().hex}",
        f"incoming/{session.public_id}/.{uuid4().hex}.part",
        "uploads/loose.png",
    ]


def plant(images: list[Image], session: Session) -> Planted:
    """Fifty faults, one to a file."""
    planted = {(fault.value, key) for fault, key in (how(image) for how, image in zip(PLANTS, images, strict=False))}
    for key in extras(session):
        store.put(key, b"left behind")
        planted.add((Fault.EXTRA.value, key))
    assert len(planted) == 50
    return planted


def test_fifty_planted_faults_are_found_and_nothing_else(storage, no_waiting, session, several, check):
    planted = plant(several(len(PLANTS) + 6), session)

    told = check()

    assert told.findings == planted
    assert (told.code, told.report["still_wrong"]) == (1, 50)
    assert told.report["counts"] == Counter(fault for fault, _ in planted)
    assert check().findings == planted, "looking changes nothing"


def test_a_fast_check_reads_no_file_and_finds_what_sizes_tell(
    storage, no_waiting, session, several, check, monkeypatch
):
    images = several(4)
    planted = {plant_missing(images[0]), plant_truncated(images[1]), plant_no_thumbnail(images[2])}
    plant_damaged(images[3])
    monkeypatch.setattr(store, "opened", lambda key: pytest.fail(f"{key} was read"))

    assert check("--fast").findings == {(fault.value, key) for fault, key in planted}


def test_fixing_leaves_only_what_is_lost(storage, no_waiting, session, several, check):
    images = several(len(PLANTS) + 6)
    planted = plant(images, session)
    lost = {(fault, key) for fault, key in planted if fault in ("missing", "truncated", "damaged")}

    fixed = check("--fix")

    assert fixed.findings == planted
    assert (fixed.code, fixed.report["still_wrong"]) == (1, 28)
    assert check().findings == lost
    assert Image.objects.count() == len(images), "no row was deleted"
    moved = Image.objects.get(pk=images[41].pk)
    assert moved.key == images[41].key
    assert Pillow.open(io.BytesIO(store.read(moved.thumbnail_key))).format == "WEBP"


def test_what_is_lost_can_be_forgotten(no_waiting, several, check):
    images = several(4)
    lost = [plant(image) for plant, image in zip((plant_missing, plant_truncated, plant_damaged), images, strict=False)]

    assert check("--fix", "--forget-lost").code == 0

    assert Image.objects.get() == images[3]
    assert check().findings == set()
    assert all(store.size(key) is None for _, key in lost)


def test_a_lost_picture_is_copied_from_its_twin(no_waiting, add, check):
    lost, _twin = (add(None)[0] for _ in range(2))
    whole = store.read(lost.key)
    plant_damaged(lost)

    assert check("--fix").code == 0

    assert store.read(lost.key) == whole


def test_a_picture_whose_thumbnail_is_lost_with_it_is_brought_back_in_one_go(no_waiting, add, check):
    lost, _twin = (add(None)[0] for _ in range(2))
    plant_missing(lost)
    plant_no_thumbnail(lost)

    assert check("--fix").code == 0
    assert check().code == 0


def test_a_healthy_store_is_clean(storage, no_waiting, several, check):
    several(3)
    assert check().findings == set()
    assert check("--fast").code == 0


def test_what_others_keep_in_the_storage_is_left_alone(storage, no_waiting, several, check):
    several(1)
    theirs = [".gitkeep", "uploads/.gitkeep", "output/README.md", "generated_images/README.md", "gallery/sessions.json"]
    for key in theirs:
        store.put(key, b"not ours")

    assert check("--fix").findings == set()
    assert all(store.size(key) for key in theirs)


def test_a_file_that_was_just_written_may_belong_to_a_row_that_comes(session, check, monkeypatch, settings):
    monkeypatch.setattr(audit, "_DELETED_WITHIN_SECONDS", 0)
    key = f"uploads/{session.public_id}/{uuid4().hex}.png"
    store.put(key, b"young")
    assert check().findings == set()

    os.utime(Path(settings.MEDIA_ROOT, key), (0, 0))

    assert check().findings == {("extra", key)}


def test_what_waits_for_a_worker_is_not_extra(no_waiting, session, picture, check, monkeypatch):
    monkeypatch.setattr(jobs, "publish", lambda job: None)
    job = uploads.take_in(session=session, arrivals=[uploads.Arrival("a.png", picture())])
    assert check().findings == set()

    jobs.cancel(job)

    assert check().findings == set(), "it may be retried"


def test_a_picture_deleted_while_it_is_looked_at_is_no_fault(no_waiting, several, check, monkeypatch):
    images = several(3)
    real = store.digest

    def delete_first(key: str) -> str:
        if Image.objects.filter(key=key).exists():
            workspace.remove_image(image=Image.objects.get(key=key))
        return real(key)

    monkeypatch.setattr(store, "digest", delete_first)
    assert check().findings == set()
    with pytest.raises(NotFound):
        store.read(images[0].key)


def test_a_session_deleted_while_its_files_are_listed_is_no_fault(no_waiting, session, several, check, monkeypatch):
    several(3)
    real = audit.extras

    def delete_behind(*arguments, **options):
        files = [found.key for found in store.walk("uploads")]
        Session.objects.all().delete()
        yield from real(*arguments, **options)
        store.discard(files)

    monkeypatch.setattr(audit, "extras", delete_behind)
    assert check().findings == set()


def could_not_check(*options: str) -> str:
    with pytest.raises(CommandError) as told:
        call_command("check_storage", *options, stdout=io.StringIO())
    assert told.value.returncode == 2
    return str(told.value)


def test_a_keeper_knows_nothing_of_what_another_answers_for(several):
    keys = [found.key for found in store.walk()] + ["loose.txt", "elsewhere/a/b.png"]

    claims = {keeper.name: keeper.claimed(keys) for keeper in keepers.all_of_them()}

    assert set.intersection(*claims.values()) == set()
    assert set.union(*claims.values()) == set(keys) - {"loose.txt", "elsewhere/a/b.png"}


def test_a_storage_that_is_away_is_not_taken_for_an_empty_one(several, settings):
    several(1)
    Path(settings.MEDIA_ROOT).rename(f"{settings.MEDIA_ROOT}-unmounted")
    assert "mounted" in could_not_check()
    Path(settings.MEDIA_ROOT).mkdir()
    assert "mounted" in could_not_check("--fix", "--forget-lost")
    assert Image.objects.exists()


def test_a_studio_without_any_file_is_clean(db, check):
    assert check().findings == set()


def test_a_bucket_that_does_not_answer_is_told(several, settings):
    several(1)
    environment = servers.environment(free_port())
    settings.STORAGES = settings.STORAGES | {"default": servers.as_storage(environment)}
    assert "not answering" in could_not_check()


def test_forgetting_is_part_of_fixing(db):
    assert "--fix" in could_not_check("--forget-lost")


def test_a_person_is_told_in_lines(no_waiting, several):
    fault, key = plant_missing(several(2)[0])
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_storage", stdout=out)
    line, total = out.getvalue().splitlines()
    assert ended.value.code == 1
    assert line.split()[:2] == [fault.value, key]
    assert "the file is not there" in line
    assert total.startswith("4 pointers, 3 files, 1 wrong")


def test_sessions_of_others_are_not_needed_to_tell_whose_a_file_is(no_waiting, several, check):
    _, key = plant_missing(several(1)[0])
    assert check().report["findings"][0]["holder"] == key.split("/")[1]
    assert Session.objects.get().owner == HOUSE


@pytest.fixture
def recording(transactional_db) -> Session:
    """Five steps with thumbnails, the picture they began with, and the mirror."""
    made = recorded.recording(owner=HOUSE, steps=5)
    mirrors.render(made.pk)
    return made


def in_a_recording(recording: Session) -> Planted:
    """One fault of each kind that a recording can have."""
    frames = [step.image for step in Step.objects.filter(recording=recording).select_related("image")]
    told = mirrors.metadata(recording)
    store.put(mirrors.key(recording), mirrors.as_bytes({**told, "sequence": told["sequence"][:2]}))
    left_behind = [
        f"generation/sessions/{recording.public_id}/0007_TL.png",
        f"generation/sessions/{recording.public_id}/.{uuid4().hex}.part",
        "generation/sessions/nobody/metadata.json",
        "generation/inputs/nobody/a.png",
    ]
    for key in left_behind:
        store.put(key, b"left behind")
    plants = (plant_missing, plant_truncated, plant_damaged, plant_no_thumbnail)
    planted = {(fault.value, key) for fault, key in map(lambda plant, frame: plant(frame), plants, frames)}
    return planted | {("stale", mirrors.key(recording))} | {("extra", key) for key in left_behind}


def test_a_recording_s_faults_are_found_and_mended_as_far_as_they_can_be(storage, no_waiting, recording, check):
    planted = in_a_recording(recording)
    lost = {(fault, key) for fault, key in planted if fault in ("missing", "truncated", "damaged")}

    assert check().findings == planted
    assert check("--fix", "--forget-lost").findings == planted

    assert check().findings == lost
    assert json.loads(store.read(mirrors.key(recording))) == mirrors.metadata(recording)
    assert Step.objects.filter(recording=recording).count() == 5, "a recording has no gaps"


def test_a_recording_whose_folder_was_removed_by_hand_gets_its_mirror_back(storage, no_waiting, recording, check):
    store.discard_folder(f"generation/sessions/{recording.public_id}")

    told = check("--fix")

    assert ("missing", mirrors.key(recording)) in told.findings
    assert store.size(mirrors.key(recording))
    assert check().report["counts"] == {"missing": 5}


@pytest.fixture
def chain(transactional_db, worker, picture) -> Session:
    """Three frames, each made from the one before, and the first from a picture that is kept beside them."""
    made = recordings.start(owner=HOUSE, public_id="chain")
    data = picture(size=(60, 60))
    for number in range(3):
        demand = sectors.understood(data, sectors.Wish(focus_x=number / 3, focus_y=0.1))
        job = sectors.request(owner=HOUSE, demand=demand)
        job.refresh_from_db()
        data = store.read(sectors.made_by(job).image.key)
    return made


def test_frames_that_were_lost_are_painted_again_by_their_recipes(storage, no_waiting, chain, check):
    folder = f"generation/sessions/{chain.public_id}"
    before = {found.key: store.digest(found.key) for found in store.walk(folder)}
    store.discard_folder(folder)

    fixed = check("--fix")

    assert fixed.report["counts"] == {"missing": 4}
    assert (fixed.code, fixed.report["still_wrong"]) == (0, 0)
    assert {found.key: store.digest(found.key) for found in store.walk(folder)} == before


def test_a_frame_that_would_come_out_otherwise_stays_lost(no_waiting, chain, check):
    lost = Step.objects.get(recording=chain, index=1)
    Step.objects.filter(pk=lost.pk).update(recipe=lost.recipe | {"seed": lost.recipe["seed"] + 1})
    plant_missing(lost.image)

    assert check("--fix").code == 1
    assert store.size(lost.image.key) is None


def test_a_mirror_that_is_about_to_be_written_is_no_fault(no_waiting, recording, check):
    Step.objects.filter(recording=recording).update(prompt="a moth")
    Session.objects.filter(pk=recording.pk).update(revision=9)
    assert check().code == 0

    mirrors.sweep()

    assert check().code == 0
    assert Session.objects.get(pk=recording.pk).mirrored_revision == 9


def test_a_lost_picture_a_step_was_made_from_can_be_forgotten(no_waiting, recording, check):
    plant_missing(kept := recording.images.get(step=None))

    assert check("--fix", "--forget-lost").code == 0
    assert not Image.objects.filter(pk=kept.pk).exists()


def test_on_s3_a_key_that_is_taken_stays_whose_it_is(bucket, settings):
    settings.STORAGES = settings.STORAGES | {"default": servers.as_storage(bucket)}
    key = f"generation/sessions/{uuid4()}/0000_BR.png"
    store.put_new(key, b"first")

    with pytest.raises(FileExistsError):
        store.put_new(key, b"second")

    assert store.read(key) == b"first"


def test_on_s3_the_server_itself_decides_a_race(bucket, settings, monkeypatch):
    """Both looked before the first was there."""
    settings.STORAGES = settings.STORAGES | {"default": servers.as_storage(bucket)}
    key = f"generation/sessions/{uuid4()}/0000_BR.png"
    store.put_new(key, b"first")
    monkeypatch.setattr(BucketStorage, "exists", lambda storage, name: False)

    with pytest.raises(FileExistsError):
        store.put_new(key, b"second")

    assert store.read(key) == b"first"
