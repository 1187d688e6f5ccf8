"""What hangs on the board of a study: its changes, its seats and what came of it, as pages show them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sessions_app.editing import sectors
from sessions_app.models import Image, Session, Sitting, Study
from sessions_app.selectors import results
from sessions_app.selectors import studies as selectors
from sessions_app.studying import design, orders
from sessions_app.studying.design import Design
from sessions_app.studying.signals import Tally

Context = dict[str, Any]
# How many sittings a page lists; programs list them all.
SITTINGS = 50
_RANGES = {
    "show_ms": design.SHOW_MS,
    "mask_ms": design.MASK_MS,
    "limit_ms": design.LIMIT_MS,
    "catch_trials": design.CATCH_TRIALS,
    "seed": design.SEEDS,
}
_UNIT = 1_000


@dataclass(frozen=True, slots=True)
class Spot:
    """One sector on the map: where it lies, of a side of 1,000, and what was seen there."""

    name: str
    x: float
    y: float
    side: float
    changes: int
    tally: Tally

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.side / 2, self.y + self.side / 2

    @property
    def hit_percent(self) -> int | None:
        return None if self.tally.hit_rate is None else round(100 * self.tally.hit_rate)


def of(recording: Session, *, chosen: str = "", is_new: bool = False) -> Context:
    """A recording's studies with the chosen one, which is the newest when nothing is named."""
    listed = list(selectors.studies_of(recording))
    study = None if is_new else next((one for one in listed if str(one.pk) == chosen), listed[0] if listed else None)
    told = {"recording": recording, "studies": listed, "study": study, "ranges": _RANGES, "usual": Design()}
    if study is None:
        return told | {"material": selectors.material(recording), "masks": Study.Mask.choices}
    return told | _chosen(study)


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


def _chosen(study: Study) -> Context:
    material = selectors.material_of(study)
    summary = results.of(study)
    sittings = selectors.sittings(study)
    return {
        "material": material,
        "summary": summary,
        "map": list(_map(material, dict(summary.sectors))),
        "picture": _picture(material),
        "sittings": sittings[:SITTINGS],
        "more": max(0, study.sittings_numbered - SITTINGS),
        "trials": len(material.changes) + study.catch_trials,
        "round": orders.sittings_of_a_round(len(material.changes)),
    }


def _map(material: selectors.Material, tallies: dict[str, Tally]) -> Iterator[Spot]:
    side = _UNIT / material.grid
    for cell in sectors.cells(material.grid):
        name = sectors.name(cell, material.grid)
        changes = sum(one.sector == name for one in material.changes)
        yield Spot(name, cell.column * side, cell.row * side, side, changes, tallies[name])


def _picture(material: selectors.Material) -> Image | None:
    """The recording as it looked in the middle of what is shown."""
    if not material.changes:
        return None
    middle = material.changes[len(material.changes) // 2]
    return Image.objects.select_related("session").filter(step__pk=middle.step_id).first()
