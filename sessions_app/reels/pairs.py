"""Two recordings side by side: their stills of one number, how far those are alike, and the film of both."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse

from sessions_app.editing import recipe
from sessions_app.models import Session, Step
from sessions_app.reels.stills import Fact, Still, share
from sessions_app.selectors import recordings as selectors
from sessions_app.services import comparison
from sessions_app.services.comparison import Pair

CHUNK = 24
_FIELDS = {
    "image_sha256": "picture",
    "focus_x": "focus",
    "focus_y": "focus",
    "target_row": "target",
    "target_col": "target",
    "grid_size": "grid",
}


@dataclass(frozen=True, slots=True)
class Couple:
    """The stills of one number; None where a recording has ended already."""

    number: int
    one: Still | None
    other: Still | None

    @property
    def says(self) -> str:
        if self.one is None or self.other is None:
            return "only one"
        return "same" if self.one.image.sha256 == self.other.image.sha256 else "differs"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two recordings, and the couple at which one looks, compared pixel by pixel."""

    one: Session
    other: Session
    count: int
    shown: Couple
    found: Pair
    film: Sequence[Couple]

    @property
    def previous(self) -> int:
        return max(1, self.shown.number - 1)

    @property
    def following(self) -> int:
        return min(self.count, self.shown.number + 1)

    @property
    def difference(self) -> str:
        """A picture of where the two differ; empty when there are no two."""
        if self.found.difference is None:
            return ""
        route = reverse("recording-difference", args=[self.one.public_id, self.found.index])
        return f"{route}?to={self.other.public_id}"

    @property
    def says(self) -> str:
        """What was found, in a few words."""
        if self.found.difference is None:
            return self.found.reason
        if self.found.is_identical:
            return "Identical, byte for byte" if self.shown.says == "same" else "The same pixels, packed otherwise"
        return f"{share(self.found.difference.share)} of the pixels differ"

    @property
    def facts(self) -> list[Fact]:
        found = self.found.difference
        measured = (
            [Fact("Pixels that differ", share(found.share)), Fact("Change", f"{found.change:.3f}")] if found else []
        )
        if found and found.box:
            measured.append(Fact("Within", f"{found.box.width} × {found.box.height} at {found.box.x}, {found.box.y}"))
        return [*measured, *self._of_requests()]

    def _of_requests(self) -> list[Fact]:
        """What was asked differently; nothing where one of the two was not asked for a sector."""
        one = self.shown.one.recipe if self.shown.one else None
        other = self.shown.other.recipe if self.shown.other else None
        if one is None or other is None:
            return []
        fields = dict.fromkeys(_FIELDS.get(name, name) for name in recipe.differing(one.asked, other.asked))
        return [Fact("Asked otherwise", ", ".join(fields) or "nothing")]


def compare(one: Session, other: Session, number: int) -> Comparison | None:
    """The two at a step of that number, or the last there is; None when neither has any."""
    count = comparison.length(one, other)
    if not count:
        return None
    at = min(max(number, 1), count)
    couples = _couples(one, other, (at - 1) // CHUNK * CHUNK)
    shown = next((couple for couple in couples if couple.number == at), Couple(at, None, None))
    [*found] = comparison.pairs(one, other, first=at - 1, count=1)
    nothing = Pair(at - 1, None, None, reason="Neither of the two has this step.")
    return Comparison(one, other, count, shown, found[0] if found else nothing, couples)


def _couples(one: Session, other: Session, start: int) -> list[Couple]:
    mine, theirs = ({step.index: Still(step, each) for step in _steps(each, start)} for each in (one, other))
    return [Couple(index + 1, mine.get(index), theirs.get(index)) for index in sorted(mine.keys() | theirs.keys())]


def _steps(recording: Session, start: int) -> QuerySet[Step]:
    return selectors.steps(recording).filter(index__gte=start, index__lt=start + CHUNK)
