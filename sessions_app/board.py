"""What hangs on the board of a study: its changes, its seats and what came of it, as pages show them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prompt_media.imaging.geometry import Box, Size
from prompt_media.web import stretches
from prompt_media.web.stretches import Stretch
from sessions_app.editing import sectors
from sessions_app.models import Image, Session, Sitting, Study
from sessions_app.selectors import results
from sessions_app.selectors import studies as selectors
from sessions_app.studying import design, orders
from sessions_app.studying.design import Design
from sessions_app.studying.signals import Tally

Context = dict[str, Any]
# How many sittings a page lists at first, and with each wish for older ones.
SITTINGS = 50
_RANGES = {
    "show_ms": design.SHOW_MS,
    "mask_ms": design.MASK_MS,
    "limit_ms": design.LIMIT_MS,
    "catch_trials": design.CATCH_TRIALS,
    "seed": design.SEEDS,
}


@dataclass(frozen=True, slots=True)
class Spot:
    """One sector on the map, which is the picture in its own pixels: where it lies, and what was seen in it."""

    name: str
    box: Box
    tally: Tally

    @property
    def middle(self) -> tuple[float, float]:
        return self.box.x + self.box.width / 2, self.box.y + self.box.height / 2

    @property
    def text_size(self) -> float:
        return self.box.width / 6

    @property
    def hit_percent(self) -> int | None:
        return None if self.tally.hit_rate is None else round(100 * self.tally.hit_rate)

    @property
    def veil(self) -> float:
        """How dark it lies on the map, 0 to 1: the less was found in it, the darker."""
        return 0.65 - 0.4 * (self.tally.hit_rate or 0)


@dataclass(frozen=True, slots=True)
class Seat:
    """A sitting, and how many of its trials are over: as many as the results are made of."""

    sitting: Sitting
    over: int
    is_finished: bool


def of(recording: Session, *, chosen: str = "", is_new: bool = False, cursor: str = "") -> Context:
    """A recording's studies with the chosen one, which is the newest when nothing is named, and its sittings from the
    cursor on."""
    listed = list(selectors.studies_of(recording))
    study = None if is_new else next((one for one in listed if str(one.pk) == chosen), listed[0] if listed else None)
    told = {"recording": recording, "studies": listed, "study": study, "ranges": _RANGES, "usual": Design()}
    if study is None:
        return told | {"material": selectors.material(recording), "masks": Study.Mask.choices}
    return told | _chosen(study, cursor)


def seat(sitting: Sitting) -> Context:
    """What a participant's page needs, and nothing of what changes."""
    study = sitting.study
    grid = selectors.grid_of(study)
    return {
        "sitting": sitting,
        "study": study,
        "count": sitting.trials.count(),
        "next": selectors.next_place(sitting),
        "grid": grid,
        "sectors": sectors.names(grid),
        "seconds": study.limit_ms / 1_000,
        "flashes": 1_000 / (study.show_ms + study.mask_ms),
    }


def _chosen(study: Study, cursor: str) -> Context:
    material = selectors.material_of(study)
    over = list(selectors.trials_over(study))
    finished = {trial.sitting_id for trial in over if trial.sitting.finished_at}
    study.finished = len(finished)  # type: ignore[attr-defined]  # counted by studies_of, and by now there may be more
    summary = results.of_trials(over, material.grid)
    picture = _picture(material)
    sittings = _sittings(study, cursor)
    return {
        "material": material,
        "summary": summary,
        "picture": picture,
        "spots": list(_spots(picture, material.grid, dict(summary.sectors))) if picture else [],
        "sittings": sittings,
        "seats": _seats(sittings.rows, Counter(trial.sitting_id for trial in over), finished),
        "trials": len(material.changes) + study.catch_trials,
        "round": orders.sittings_of_a_round(len(material.changes)),
    }


def _sittings(study: Study, cursor: str) -> Stretch[Sitting]:
    """As many as were numbered when the study was read."""
    known = selectors.sittings(study).filter(number__lte=study.sittings_numbered)
    return stretches.cut(known, by="number", size=SITTINGS, cursor=cursor)


def _seats(sittings: Iterable[Sitting], over: Mapping[UUID, int], finished: Set[UUID]) -> list[Seat]:
    return [Seat(one, over.get(one.pk, 0), one.pk in finished) for one in sittings]


def _spots(picture: Image, grid: int, tallies: Mapping[str, Tally]) -> Iterator[Spot]:
    size = Size(picture.width, picture.height)
    for cell in sectors.cells(grid):
        name = sectors.name(cell, grid)
        yield Spot(name, sectors.box(cell, grid, size), tallies[name])


def _picture(material: selectors.Material) -> Image | None:
    """The recording as it looked in the middle of what is shown."""
    if not material.changes:
        return None
    middle = material.changes[len(material.changes) // 2]
    return Image.objects.select_related("session").filter(step__pk=middle.step_id).first()
