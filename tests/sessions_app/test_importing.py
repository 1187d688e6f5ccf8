"""Recordings out and in again: the same bytes, the same rows; all of one, or nothing."""

import base64
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from PIL import Image as Pillow

from prompt_media.errors import HouseError
from prompt_media.files import audit, keepers, store
from prompt_media.jobs import services as jobs
from prompt_media.jobs.models import Job
from prompt_media.web.identity import HOUSE
from sessions_app.models import Image, Recording, Session, Step
from sessions_app.services import exporting, importing, mirrors, recordings
from sessions_app.unpacking import manifest, recipes
from sessions_app.unpacking.recipes import Facts, Recipes
from tests.engine import servers
from tests.sessions_app import recorded
from tests.sessions_app.calling import content, post

pytestmark = pytest.mark.django_db(transaction=True)
STEP = ("index", "target_sector", "focus_sector", "prompt", "made_at", "status", "reason", "outside_delta", "change",
        "request_sha256", "recipe", "system")  # fmt: skip
IMAGE = ("name", "key", "media_type", "width", "height", "bytes", "sha256", "has_alpha")


def packed(recording: Session) -> bytes:
    return b"".join(exporting.packed(recording))


def files_of(public_id: str) -> dict[str, bytes]:
    """What lies in the storage of a recording but its thumbnails, which are made anew."""
    roots = (f"generation/sessions/{public_id}", f"generation/inputs/{public_id}")
    return {found.key: store.read(found.key) for root in roots for found in store.walk(root)}


def rows_of(recording: Session) -> list[tuple]:
    steps = recording.steps.values_list(*STEP, *(f"image__{column}" for column in IMAGE))
    inputs = Image.objects.filter(session=recording, step=None).values_list(*IMAGE)
    about = Recording.objects.get(session=recording)
    return [*steps, *inputs, (recording.created_at, recording.name, about.seed, about.steps_numbered)]


@pytest.fixture
def bring_in(worker) -> Callable[..., Job]:
    """Sends an archive and lets a worker come to it."""

    def bring_in(data: bytes, **options: object) -> Job:
        job = importing.take_in(owner=HOUSE, file=ContentFile(data), label="recording.zip", **options)
        job.refresh_from_db()
        return job

    return bring_in


@pytest.fixture
def recording() -> Session:
    made = recorded.recording(owner=HOUSE)
    recordings.rename(recording=made, name="Blick & Ziel")
    mirrors.render_anew(made.pk)
    return made


def plain(session_id: str = "bug_report_xyz", frames: int = 2, **changed: object) -> dict[str, bytes]:
    """A recording as the seed lays it out, of some colours."""
    names = [f"{index:04d}_BR.png" for index in range(frames)]
    sequence = [
        {"index": index, "filename": name, "target_sector": "BR", "focus_sector": "TL", "prompt": "a ladybug",
         "timestamp": 1736155240.123 + index}
        for index, name in enumerate(names)
    ]  # fmt: skip
    told = {"session_id": session_id, "created_at": 1736155234.567, "sequence": sequence, "subject": "P7"} | changed
    return {"metadata.json": json.dumps(told).encode()} | {name: png(place) for place, name in enumerate(names)}


def png(shade: int, format: str = "PNG") -> bytes:
    file = BytesIO()
    Pillow.new("RGB", (12, 9), (40 * shade, 90, 120)).save(file, format)
    return file.getvalue()


def of_another(recipe: dict[str, object]) -> bytes:
    """The recipes of two steps that were made by something else than a sector."""
    steps = tuple(Facts(index, system="scene", recipe=recipe) for index in range(2))
    return recipes.write(Recipes(name="", seed=7, steps=steps))


def tarred(files: dict[str, bytes], folder: str = "generation/sessions/bug_report_xyz/") -> bytes:
    file = BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(folder + name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def left_over() -> list[str]:
    """Files of anybody's that no row points to."""
    return [
        found.key
        for keeper in keepers.all_of_them()
        for root in keeper.roots
        for found in store.walk(root)
        if not keeper.claimed([found.key])
    ]


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with servers.s3(tmp_path_factory.mktemp("bucket") / "s3") as given:
        yield given


@pytest.fixture
def storage(request: pytest.FixtureRequest, settings) -> None:
    """Both kinds of storage; each test meets an empty one."""
    if request.param == "s3":
        settings.STORAGES = settings.STORAGES | {"default": servers.as_storage(request.getfixturevalue("bucket"))}
        store.discard([found.key for found in store.walk()])


@pytest.mark.parametrize(
    "storage",
    [
        pytest.param("folder", id="folder"),
        pytest.param("s3", id="s3", marks=pytest.mark.xdist_group("servers")),
    ],
    indirect=True,
)
def test_out_and_in_again_it_is_the_same_to_the_byte(storage, recording, bring_in):
    files, rows, archive = files_of("gaze-study-04"), rows_of(Session.objects.get()), packed(recording)
    recordings.delete(recording=recording)
    assert not list(store.walk("generation"))

    job = bring_in(archive)

    assert job.status == "done", job.error
    back = Session.objects.get()
    mirrors.render(back.pk)
    assert rows_of(back) == rows
    assert files_of("gaze-study-04") == files
    assert packed(back) == archive
    assert left_over() == []


def test_the_archive_tells_everything_with_its_hash(recording):
    with ZipFile(BytesIO(packed(recording))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
        assert {info.compress_type for info in archive.infolist()} == {ZIP_STORED}
        assert {info.date_time for info in archive.infolist()} == {(2026, 3, 14, 13, 40, 0)}

    told = manifest.read(files.pop("gaze-study-04/manifest.json"))
    assert {f"gaze-study-04/{path}": one.sha256 for path, one in told.items()} == {
        name: sha256(data).hexdigest() for name, data in files.items()
    }
    assert json.loads(files["gaze-study-04/recipes.json"])["steps"][0]["recipe"]["seed"] == 90417


def test_a_frame_that_is_gone_is_told_before_the_first_byte(recording):
    store.discard(["generation/sessions/gaze-study-04/0001_TL.png"])

    with pytest.raises(HouseError, match="0001_TL.png") as refusal:
        exporting.packed(recording)

    assert (refusal.value.status, refusal.value.code) == (404, "file_gone")


def test_the_seeds_own_tar_is_taken_as_it_is(bring_in):
    files = plain()

    job = bring_in(tarred(files))

    assert importing.told(job) == {
        "session_id": "bug_report_xyz",
        "created_at": 1736155234.567,
        "total_generations": 2,
        "left_out": [],
        "renamed": {},
    }
    recording = Session.objects.get(public_id="bug_report_xyz")
    assert recording.recording.original_metadata.encode() == files["metadata.json"]
    mirrors.render(recording.pk)
    given, told = json.loads(files["metadata.json"]), json.loads(store.read(mirrors.key(recording)))
    assert (told["session_id"], told["created_at"]) == (given["session_id"], given["created_at"])
    for here, there in zip(told["sequence"], given["sequence"], strict=True):
        assert here.items() >= there.items()
        assert store.read(f"generation/sessions/bug_report_xyz/{there['filename']}") == files[there["filename"]]


def test_a_plain_folder_of_ours_still_says_which_step_is_a_fallback(recording, bring_in):
    recording.steps.filter(index=2).update(status=Step.Status.FALLBACK, change=0)
    mirrors.render_anew(recording.pk)
    folder = {key.rpartition("/")[2]: data for key, data in files_of("gaze-study-04").items() if "inputs" not in key}

    assert bring_in(tarred(folder), public_id="again").status == "done"

    back = Session.objects.get(public_id="again")
    assert list(back.steps.values_list("status", flat=True)) == ["made", "made", "fallback", "made"]
    assert back.recording.original_metadata.encode() == folder["metadata.json"]


def test_a_foreign_metadata_stays_word_for_word_through_any_number_of_archives(bring_in):
    files = plain()
    bring_in(tarred(files))
    first = Session.objects.get()
    archive = packed(first)
    recordings.delete(recording=first)

    assert bring_in(archive).status == "done"

    back = Session.objects.get()
    assert back.recording.original_metadata.encode() == files["metadata.json"]
    assert packed(back) == archive


def test_indexes_with_gaps_are_kept_and_the_next_step_comes_behind_them(client, bring_in):
    sequence = [
        {"index": 3, "filename": "0003_BR.png", "target_sector": "BR"},
        {"index": 7, "filename": "0007_TL.jpg", "target_sector": "TL"},
    ]
    metadata = json.dumps({"session_id": "gaps", "created_at": 0, "sequence": sequence}).encode()

    job = bring_in(tarred({"metadata.json": metadata, "0003_BR.png": png(1), "0007_TL.jpg": png(2, "JPEG")}))

    assert job.status == "done", job.error
    recording = Session.objects.get()
    assert list(recording.steps.values_list("index", "image__name", "image__media_type")) == [
        (3, "0003_BR.png", "image/png"),
        (7, "0007_TL.jpg", "image/jpeg"),
    ]
    client.post("/session/replay/gaps", content_type="application/json")
    frames = [client.get("/session/replay/next") for _ in range(3)]
    assert [(one["X-Index"], content(one)) for one in frames[:2]] == [("3", png(1)), ("7", png(2, "JPEG"))]
    assert frames[2].json() == {"status": "complete", "image": None}
    client.post("/session/start?session_id=gaps&resume=true", content_type="application/json")
    wish = {"image_base64": base64.b64encode(png(3)).decode(), "focus_x": 0.1, "focus_y": 0.1}
    assert post(client, "/generate", wish)["X-Index"] == "8"


def test_where_recordings_may_be_longer_more_may_be_written_of_their_steps(bring_in, recording, settings):
    settings.SESSION_FILES = 1_000
    recording.steps.update(system="scene", recipe={"scene": "a" * 2**21})
    data = packed(recording)
    recordings.delete(recording=recording)

    assert bring_in(data).status == "done"


def test_a_frame_of_another_name_is_renamed_and_told(bring_in):
    files = plain()
    metadata = json.loads(files["metadata.json"])
    metadata["sequence"][1]["filename"] = "my second picture.png"
    files = {"metadata.json": json.dumps(metadata).encode(), "0000_BR.png": png(0), "my second picture.png": png(1)}

    job = bring_in(tarred(files | {"notes.txt": b"because"}))

    assert importing.told(job)["renamed"] == {"my second picture.png": "0001_BR.png"}
    assert importing.told(job)["left_out"] == ["notes.txt"]


def test_another_id_may_be_given(bring_in):
    bring_in(tarred(plain()))

    job = bring_in(tarred(plain()), public_id="bug_report_2")

    assert importing.told(job)["session_id"] == "bug_report_2"
    assert Session.objects.count() == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(lambda: b"no archive", "bad_archive", id="no archive"),
        pytest.param(lambda: tarred(plain() | {"0001_BR.png": b"GIF89a"}), "broken_picture", id="a damaged frame"),
        pytest.param(lambda: tarred(plain() | {"0001_BR.png": b"text"}), "unsupported_picture", id="no picture"),
        pytest.param(lambda: tarred(plain("../evil")), "bad_recording_id", id="an id with a path"),
        pytest.param(lambda: tarred(plain("start")), "bad_recording_id", id="a reserved id"),
        pytest.param(lambda: tarred(plain("taken")), "recording_exists", id="an id that is taken"),
        pytest.param(lambda: tarred(plain("TAKEN")), "recording_exists", id="an id that is taken in small letters"),
        pytest.param(
            lambda: tarred(plain() | {"recipes.json": of_another({"seed": 10**400})}),
            "unprocessable",
            id="a seed that is none, of another kind of step",
        ),
        pytest.param(lambda: tarred(plain(frames=9)), "quota", id="more than a recording holds"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(bring_in, settings, data, code):
    settings.SESSION_FILES = 8
    recorded.recording(owner=HOUSE, public_id="taken", steps=1)
    before = {found.key for found in store.walk()}

    job = bring_in(data())

    assert (job.status, job.problem["code"]) == ("failed", code)
    assert job.can_be_retried == (job.problem["status"] == 409)
    assert Session.objects.count() == 1
    assert {found.key for found in store.walk()} == before


def test_a_refused_id_is_refused_at_the_door(bring_in, recording):
    with pytest.raises(HouseError, match="There is a recording called") as refusal:
        bring_in(b"", public_id="GAZE-study-04")

    assert refusal.value.status == 409
    assert Job.objects.count() == 0


def test_whoever_is_second_to_an_id_leaves_the_first_alone(bring_in, monkeypatch):
    """Both were looked at while neither was there."""
    judged = importing.prepare

    def slowly(*given: object, **options: object) -> importing.Ready:
        ready = judged(*given, **options)
        monkeypatch.setattr(importing, "prepare", judged)
        assert bring_in(tarred(plain(frames=3))).status == "done"
        return ready

    monkeypatch.setattr(importing, "prepare", slowly)
    job = bring_in(tarred(plain()))

    assert (job.status, job.problem["code"]) == ("failed", "recording_exists")
    assert Step.objects.count() == 3
    assert not list(audit.findings(fast=False, count_row=int, count_file=int))


def test_an_import_that_is_cancelled_leaves_nothing_behind(bring_in, monkeypatch):
    def cancelled(done: Job, write: Callable[[], None]) -> None:
        jobs.cancel(done)
        raise jobs.Stopped

    monkeypatch.setattr(jobs, "finish", cancelled)
    bring_in(tarred(plain()))

    assert Session.objects.count() == 0
    assert not list(store.walk("generation"))
    assert left_over() == []


def test_what_waits_for_a_worker_is_told_as_somebodys(transactional_db, capsys):
    importing.take_in(owner=HOUSE, file=ContentFile(b"1234"), label="my experiment.zip")

    call_command("usage")

    assert "house  Import of a recording: my experiment.zip" in capsys.readouterr().out
    assert left_over() == []


def test_the_command_takes_archives_and_folders(tmp_path: Path, capsys, recording):
    call_command("export_recording", "gaze-study-04", tmp_path / "out.zip")
    recordings.delete(recording=recording)
    folder = tmp_path / "generation" / "sessions" / "bug_report_xyz"
    folder.mkdir(parents=True)
    for name, data in plain().items():
        (folder / name).write_bytes(data)

    call_command("import_recording", tmp_path / "out.zip", folder)

    assert capsys.readouterr().out.splitlines()[1:] == [
        "gaze-study-04: 4 frames of house",
        "bug_report_xyz: 2 frames of house",
    ]
    assert packed(Session.objects.get(public_id="gaze-study-04")) == (tmp_path / "out.zip").read_bytes()


def test_the_command_says_what_is_wrong_and_keeps_nothing(tmp_path: Path):
    (tmp_path / "a.zip").write_bytes(b"no archive")

    with pytest.raises(CommandError, match=r"neither a ZIP nor a tar.gz.* Nothing of it was kept"):
        call_command("import_recording", tmp_path / "a.zip")
    with pytest.raises(CommandError, match="no active account called ada"):
        call_command("import_recording", tmp_path / "a.zip", "--owner", "ada")
    with pytest.raises(CommandError, match="one id to one recording"):
        call_command("import_recording", tmp_path / "a.zip", tmp_path / "b.zip", "--as", "c")

    assert not list(store.walk())
