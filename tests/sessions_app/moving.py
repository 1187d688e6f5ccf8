"""A studio in which everything moves at once: work begins, ends, fails and is tried again, a tag goes to another
picture, a recording grows, a replay is moved, somebody answers.

Rows alone, written as the services write them: what is read here is read in between, dozens of times for each page.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from PIL import Image as Pillow

from prompt_media.files import store
from prompt_media.jobs.models import Job
from sessions_app.models import (
    Deck,
    Generation,
    GenerationInput,
    Image,
    Recording,
    Session,
    Sitting,
    Step,
    Study,
    Tag,
    Trial,
    Verdict,
)
from sessions_app.services import studies, workspace
from sessions_app.studying.design import Design
from tests.sessions_app import recorded

# Each behind what it points to.
_MODELS: tuple[type[Model], ...] = (
    Job, Session, Recording, Generation, Image, Tag, GenerationInput, Step, Verdict, Deck, Study, Sitting, Trial,
)  # fmt: skip
STATES = {
    "begins": ("queued", "running"),
    "ends": ("running", "done"),
    "fails": ("running", "failed"),
    "again": ("failed", "queued"),
    "waits": ("queued", "queued"),
    "stopped": ("queued", "cancelled"),
    "done": ("done", "done"),
}
"""What becomes of each making of the session, by its name."""
_NO_ROOM = {"status": 409, "code": "quota", "title": "", "detail": "No room left.", "errors": []}


@dataclass(slots=True)
class Studio:
    """Everything of one owner. `move` changes all of it in one transaction."""

    owner: str
    session: Session
    fresh: Session
    makings: dict[str, Generation] = field(default_factory=dict)
    upload: Job | None = None
    forgotten: Job | None = None
    proof: Job | None = None
    recordings: dict[str, Session] = field(default_factory=dict)
    study: Study | None = None
    sitting: Sitting | None = None

    @property
    def names(self) -> dict[str, object]:
        """What stands in addresses."""
        jobs = {f"job_{name}": made.job_id for name, made in self.makings.items()}
        return jobs | {
            "session": self.session.public_id,
            "study": self.study and self.study.pk,
            "sitting": self.sitting and self.sitting.pk,
            "new_study": Study.objects.values_list("pk", flat=True).get(name="new"),
            "output": self.makings["done"].outputs.get().name,
        }

    def move(self) -> None:
        with transaction.atomic():
            self._jobs()
            self._tags()
            self._recordings()
            self._study()
            Session.objects.filter(pk=self.session.pk).update(name="another name")
            self._decks()

    def _jobs(self) -> None:
        for name, made in self.makings.items():
            _set(made.job_id, STATES[name][1])
        picture(self.fresh)
        picture(self.session, made_by=self.makings["ends"])
        new = picture(self.session)
        Job.objects.filter(pk=self.upload.pk).update(payload={**self.upload.payload, "names": [new.name]})
        _set(self.upload.pk, "done")
        Job.objects.filter(pk=self.forgotten.pk).delete()
        making(self.recordings["other"], "running")

    def _tags(self) -> None:
        Tag.objects.filter(session=self.session, name="dot").update(name="point", folded="point")
        Tag.objects.filter(session=self.session, name="old").delete()
        spare = self.session.images.get(number=4)
        Tag.objects.filter(session=self.session, name="spot").update(image=spare)

    def _recordings(self) -> None:
        for name in ("lab", "empty"):
            grow(self.recordings[name])
        for _ in range(2):
            grow(self.recordings["coarse"], grid=4)
        _judge(self.recordings["lab"], 1)
        _set(self.proof.pk, "done")
        Session.objects.filter(public_id="other").update(name="Renamed")
        recorded_empty(self.owner, "new")

    def _study(self) -> None:
        now = timezone.now()
        Trial.objects.filter(sitting=self.sitting).update(is_answered=True, answer="TL", answered_at=now)
        Sitting.objects.filter(pk=self.sitting.pk).update(finished_at=now)
        seat(self.study)
        seat(Study.objects.get(name="new"))
        Study.objects.create(recording=self.recordings["lab"], owner=self.owner, name="added", seed=1)

    def _decks(self) -> None:
        """Who does nothing begins to record and to replay; who does stops recording, and has been served all."""
        deck = Deck.objects.filter(owner=self.owner).first() or Deck(owner=self.owner)
        was_idle = deck.recording_id is None
        deck.recording = Session.objects.get(public_id="new") if was_idle else None
        deck.replaying, deck.position = self.recordings["lab"], 0 if was_idle else 3
        deck.mode, deck.prompts, deck.turns = Deck.Mode.NEW_ONLY, {"default": ["a leaf"]}, {}
        deck.save()


class Change:
    """What an act changes, row by row: to be done and taken back as often as one likes, and faster than the act."""

    def __init__(self, act: Callable[[], object]) -> None:
        before = _rows()
        act()
        after = _rows()
        stay = before.keys() & after.keys()
        moved = [key for key in before if key in stay and _columns(before[key]) != _columns(after[key])]
        self._new = [row for key, row in after.items() if key not in stay]
        self._gone = [row for key, row in before.items() if key not in stay]
        self._before = [before[key] for key in moved]
        self._after = [after[key] for key in moved]
        self._is_done = True

    def do(self) -> None:
        _write(gone=self._gone, new=self._new, changed=self._after)
        self._is_done = True

    def undo(self) -> None:
        if self._is_done:
            _write(gone=self._new, new=self._gone, changed=self._before)
        self._is_done = False


def _write(*, gone: Iterable[Model], new: Iterable[Model], changed: Iterable[Model]) -> None:
    # Raw: each as it was, with the time at which it came to be, and without what hangs on it.
    with transaction.atomic():
        for model, rows in groupby(gone, key=type):
            found = model._default_manager.filter(pk__in=[row.pk for row in rows])
            found._raw_delete(found.db)  # type: ignore[attr-defined]  # none of its stubs
        for row in changed:
            row.save_base(raw=True, force_update=True)
        for row in new:
            row.save_base(raw=True, force_insert=True)


def _rows() -> dict[tuple[type[Model], object], Model]:
    return {(model, row.pk): row for model in _MODELS for row in model._default_manager.order_by("pk")}


def _columns(row: Model) -> dict[str, object]:
    return {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}


def furnished(owner: str) -> Studio:
    """A session with four pictures and something in every state of work; four recordings, two studies."""
    session = workspace.open_session(owner=owner)
    studio = Studio(owner, session, fresh=workspace.open_session(owner=owner))
    for tag in ("dot", "spot", "old", ""):
        image = picture(session)
        if tag:
            Tag.objects.create(session=session, image=image, name=tag, folded=tag)
    # The oldest first, as whoever is tried again keeps its place.
    for name in sorted(STATES, key=lambda name: name != "again"):
        studio.makings[name] = making(session, STATES[name][0])
    picture(session, made_by=studio.makings["done"])
    session.refresh_from_db()
    _furnish_jobs(studio)
    _furnish_recordings(studio)
    return studio


def _furnish_jobs(studio: Studio) -> None:
    files = [{"key": "incoming/a/b", "label": "new.png", "bytes": 100}]
    studio.upload = job(
        studio.session, "running", kind="upload", payload={"session": studio.session.pk, "files": files, "bytes": 100}
    )
    studio.forgotten = Job.objects.create(kind="compose", owner=studio.owner, title="PNG", status="cancelled")


def _furnish_recordings(studio: Studio) -> None:
    for name, steps in {"lab": 2, "other": 2, "coarse": 1}.items():
        tile = Pillow.new("RGB", (12, 12), "#4a6a8a")
        studio.recordings[name] = recorded.recording(owner=studio.owner, public_id=name, steps=steps, picture=tile)
    studio.recordings["empty"] = recorded_empty(studio.owner, "empty")
    lab = studio.recordings["lab"]
    studio.study = studies.set_up(recording=lab, owner=studio.owner, design=Design(name="run"))
    studio.sitting = seat(studio.study)
    studies.set_up(recording=studio.recordings["coarse"], owner=studio.owner, design=Design(name="new"))
    _judge(lab, 0)
    studio.proof = job(lab, "running", kind="verify", payload={"recording": lab.pk, "index": None}, queue="bulk")


def job(session: Session, status: str, **columns: Any) -> Job:
    told = {"kind": "compose", "title": "PNG, 64 × 64", "owner": session.owner, "subject": session.subject}
    made = Job.objects.create(**told | columns)
    _set(made.pk, status)
    made.refresh_from_db()
    return made


def _set(pk: object, status: str) -> None:
    now = timezone.now()
    Job.objects.filter(pk=pk).update(
        status=status,
        done=1 if status == "running" else 0,
        total=4 if status == "running" else 0,
        problem=_NO_ROOM if status == "failed" else None,
        started_at=None if status == "queued" else now,
        finished_at=None if status in Job.LIVE else now,
    )


def making(session: Session, status: str, **columns: Any) -> Generation:
    """A generation with the job that makes it, of the first picture."""
    number = Generation.objects.filter(session=session).count() + 1
    made = Generation.objects.create(
        session=session, number=number, job=job(session, status), prompt="Put @dot on 64x64", format="png",
        width=64, height=64, **columns,
    )  # fmt: skip
    first = session.images.get(number=1)
    GenerationInput.objects.create(generation=made, image=first, tag="dot", sha256=first.sha256)
    return made


def picture(session: Session, **columns: Any) -> Image:
    """A row without a file."""
    Session.objects.filter(pk=session.pk).update(images_numbered=session.images.count() + 1)
    number = session.images.count() + 1
    name = f"{number:04}.png"
    place = "generation/sessions" if session.kind == Session.Kind.RECORDING else "uploads"
    sizes = {"width": 8, "height": 8, "bytes": 100, "media_type": "image/png", "sha256": f"{session.pk}-{number}"}
    return Image.objects.create(
        session=session, number=number, name=name, key=f"{place}/{session.public_id}/{name}", **sizes | columns
    )


def recorded_empty(owner: str, public_id: str) -> Session:
    return recorded.recording(owner=owner, public_id=public_id, steps=0, picture=Pillow.new("RGB", (12, 12)))


def grow(recording: Session, *, grid: int = 3) -> None:
    """One step more, made of the picture the recording began with."""
    index = Recording.objects.get(session=recording).steps_numbered
    first = Image.objects.filter(session=recording).earliest("number")
    image = picture(recording, width=first.width, height=first.height)
    store.put(image.key, b"x" * image.bytes)
    recipe = {"image": {"sha256": first.sha256}, "asked": {"grid_size": grid}}
    sector = "TR" if grid == 3 else f"r0c{index}"
    Step.objects.create(
        recording=recording, index=index, image=image, target_sector=sector, made_at=timezone.now(), recipe=recipe
    )
    Recording.objects.filter(session=recording).update(steps_numbered=index + 1)


def _judge(recording: Session, index: int) -> None:
    step = Step.objects.get(recording=recording, index=index)
    Verdict.objects.create(step=step, word="identical", at=timezone.now() - timedelta(seconds=1))


def seat(study: Study) -> Sitting:
    return studies.open_sitting(study=study)
