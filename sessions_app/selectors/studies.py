"""Questions about studies: which of a recording's steps show a change, and which pictures a trial shows.

Nothing is changed here. Who may see a study is who may see its recording; a sitting is whoever's knows its id.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from prompt_media.errors import NotFound
from sessions_app.editing import sectors
from sessions_app.models import Image, Session, Sitting, Step, Study, Trial
from sessions_app.selectors.recordings import Reach
from sessions_app.studying.design import MOST_TRIALS
from sessions_app.studying.signals import Response


class UnknownStudy(NotFound):
    code = "unknown_study"


class UnknownSitting(NotFound):
    code = "unknown_sitting"


class UnknownTrial(NotFound):
    code = "unknown_trial"


@dataclass(frozen=True, slots=True)
class Change:
    """A step that can be shown: the picture it was made from differs from its own in one sector."""

    step_id: int
    index: int
    sector: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A step that is no trial, and why."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Material:
    """What a study of a recording can show, cut into so many sectors a side."""

    grid: int
    changes: tuple[Change, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """The two pictures of a trial; the same twice when nothing changes."""

    before: Image
    after: Image


def studies_of(recording: Session) -> QuerySet[Study]:
    """The recording's studies, newest first, each with how many sat through it."""
    of_recording = Study.objects.filter(recording=recording).select_related("recording")
    return of_recording.annotate(
        sat=Count("sittings"), finished=Count("sittings", filter=Q(sittings__finished_at__isnull=False))
    ).order_by("-created_at", "-id")


def study(study_id: UUID, reach: Reach) -> Study:
    """The study of that id whose recording is within reach; None reaches everything. Raises UnknownStudy."""
    known = Study.objects.select_related("recording").filter(pk=study_id)
    found = (known if reach is None else known.filter(recording__owner__in=reach)).first()
    if found is None:
        raise UnknownStudy("No study has this id. It goes with its recording.")
    return found


def study_of(recording: Session, study_id: UUID) -> Study:
    """The recording's study of that id. Raises UnknownStudy."""
    found = studies_of(recording).filter(pk=study_id).first()
    if found is None:
        raise UnknownStudy("This recording has no study of this id.")
    return found


def sitting(sitting_id: UUID) -> Sitting:
    """The sitting of that id: who knows it may sit. Raises UnknownSitting."""
    found = Sitting.objects.select_related("study__recording").filter(pk=sitting_id).first()
    if found is None:
        raise UnknownSitting("No sitting has this id. It goes with its study: ask whoever gave you the address.")
    return found


def sittings(study: Study) -> QuerySet[Sitting]:
    """All sittings with how many trials they have and how many are over, the newest first."""
    return (
        Sitting.objects.filter(study=study)
        .annotate(total=Count("trials"), over=Count("trials", filter=Q(trials__answered_at__isnull=False)))
        .order_by("-number")
    )


def sitting_of(study: Study, sitting_id: UUID) -> Sitting:
    """The study's sitting of that id, as `sittings` tells of it. Raises UnknownStudy when it went with its study."""
    found = sittings(study).filter(pk=sitting_id).first()
    if found is None:
        raise UnknownStudy("This study was deleted meanwhile.")
    return found


def trial(sitting: Sitting, place: int) -> Trial:
    """One trial of a sitting. Raises UnknownTrial."""
    there = Trial.objects.filter(sitting=sitting, place=place).select_related("step__image")
    found = there.first() if place < MOST_TRIALS else None  # a number no database has is none of ours
    if found is None:
        raise UnknownTrial(f"This sitting has no trial {place}.")
    return found


def next_place(sitting: Sitting) -> int | None:
    """The place of the trial whose turn it is; None when all are over."""
    open_ones = Trial.objects.filter(sitting=sitting, answered_at=None)
    return open_ones.order_by("place").values_list("place", flat=True).first()


def trials_over(study: Study) -> QuerySet[Trial]:
    """Every trial of the study that is over, sitting by sitting."""
    over = Trial.objects.filter(sitting__study=study, answered_at__isnull=False)
    return over.select_related("sitting").order_by("sitting__number", "place")


def response(trial: Trial) -> Response:
    """A trial as signal detection sees it. One that ran out of time named nothing."""
    return Response(trial.sector, trial.answer if trial.is_answered else "", trial.reaction_ms)


def pair(trial: Trial) -> Pair:
    """The pictures of a trial. Raises UnknownTrial when the recording has lost them."""
    step = trial.step
    before = None if step is None else step.image if trial.is_catch else _made_from(step)
    if step is None or before is None:
        raise UnknownTrial("The pictures of this trial are not in the recording any more.")
    return Pair(before, step.image)


def grid_of(study: Study) -> int:
    """Into how many sectors a side its pictures are cut."""
    shown = Step.objects.filter(trials__sitting__study=study, trials__is_catch=False).first()
    return (_grid(shown) if shown else None) or material(study.recording).grid


def material_of(study: Study) -> Material:
    """What the study shows. From its first sitting on that is settled, also when the recording goes on."""
    first = Trial.objects.filter(sitting__study=study, sitting__number=1, is_catch=False, step__isnull=False)
    return material(study.recording, settled=set(first.values_list("step_id", flat=True)))


def material(recording: Session, *, settled: Set[int] = frozenset()) -> Material:
    """Which of the recording's steps show a change, and why the others do not. Settled: these steps alone, if any."""
    steps = list(Step.objects.filter(recording=recording).select_related("image").order_by("index"))
    looked_at = list(_looked_at(steps, _by_content(recording), settled))
    grid = _most_common(one.grid for one in looked_at if not one.reason)
    changes = (one.step for one in looked_at if not one.reason and one.grid == grid)
    left_out = (one for one in looked_at if one.reason or one.grid != grid)
    return Material(
        grid,
        tuple(Change(step.pk, step.index, step.target_sector) for step in changes),
        tuple(LeftOut(one.step.index, one.reason or _cut_otherwise(one.grid, grid)) for one in left_out),
    )


def _by_content(recording: Session) -> dict[str, Image]:
    """The recording's pictures by their bytes; of equal ones the first."""
    return {image.sha256: image for image in Image.objects.filter(session=recording).order_by("-number")}


@dataclass(frozen=True, slots=True)
class _Looked:
    """A step with its grid, and why it shows no change; "" when it does."""

    step: Step
    grid: int | None
    reason: str


def _looked_at(steps: Sequence[Step], known: Mapping[str, Image], settled: Set[int]) -> Iterator[_Looked]:
    previous: Image | None = None
    for step in steps:
        named = _input_sha256(step)
        before = known.get(named) if named else previous
        is_late = bool(settled) and step.pk not in settled
        yield _Looked(
            step, _grid(step), _reason(step, before) or ("It is not in the first sitting." if is_late else "")
        )
        previous = step.image


def _most_common(grids: Iterable[int | None]) -> int:
    counted = Counter(grid for grid in grids if grid)
    return counted.most_common(1)[0][0] if counted else sectors.NAMED_GRID


def _cut_otherwise(grid: int | None, common: int) -> str:
    return f"It is cut into {grid} × {grid} sectors, and most are into {common} × {common}."


def _reason(step: Step, before: Image | None) -> str:
    after = step.image
    if step.status == Step.Status.FALLBACK:
        return "The backend failed, so its picture is the one it came from."
    if not step.target_sector:
        return "It was not aimed at a sector."
    if _grid(step) is None:
        return f"It names a sector, {step.target_sector}, of no grid that is known here."
    if before is None:
        return "The picture it was made from is not in the recording."
    if (before.width, before.height) != (after.width, after.height):
        return "The picture it was made from has another size."
    if before.sha256 == after.sha256 or step.change == 0:
        return "Nothing changed in it."
    return ""


def _made_from(step: Step) -> Image | None:
    """The picture a step was made from; where its recipe names none, the frame before it."""
    pictures = Image.objects.filter(session_id=step.recording_id)
    if named := _input_sha256(step):
        return pictures.filter(sha256=named).order_by("number").first()
    return pictures.filter(step__index__lt=step.index).order_by("-step__index").first()


def _input_sha256(step: Step) -> str | None:
    """What its recipe says it was made from; a step from another program has none."""
    match step.recipe:
        case {"image": {"sha256": str(named)}}:
            return named
    return None


def _grid(step: Step) -> int | None:
    """The grid its sector is one of: what its recipe asked for, else the one whose names these are."""
    match step.recipe:
        case {"asked": {"grid_size": int(asked)}} if asked in sectors.GRID_SIZES:
            grid = asked
        case _:
            grid = sectors.NAMED_GRID
    return grid if step.target_sector in sectors.names(grid) else None
