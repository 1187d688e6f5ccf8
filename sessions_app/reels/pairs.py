"""Two recordings side by side: their stills of one number, how far those are alike, and the film of both."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import QuerySet
from django.urls import reverse

from sessions_app.editing import recipe
from sessions_app.models import Session, Step
from sessions_app.reels import film
from sessions_app.reels.film import Gap
from sessions_app.reels.stills import Fact, Still, share
from sessions_app.selectors import recordings as selectors
from sessions_app.services import comparison
from sessions_app.services.comparison import Pair

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

    @property
    def difference(self) -> str:
        """A picture of where the two differ; empty when there are no two."""
        if self.one is None or self.other is None:
            return ""
        route = reverse("recording-difference", args=[self.one.recording.public_id, self.number - 1])
        return f"{route}?to={self.other.recording.public_id}"

    @property
    def told(self) -> str:
        """For the comparison's script: what it shows of the two without asking."""
        sides = {"one": self.one and self.one.seen, "other": self.other and self.other.seen}
        at = next((side["at"] for side in sides.values() if side), None)
        words = {"number": self.number, "at": at, "difference": self.difference, "isSame": self.says == "same"}
        return json.dumps(words | sides, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Reel:
    """The film of both, as long as the longer one: the couples around the playhead, what lies before and behind them,
    and at which numbers the two are not the same."""

    couples: Sequence[Couple]
    gaps_before: Sequence[Gap]
    gaps_behind: Sequence[Gap]
    differing: Sequence[int]

    @property
    def marks(self) -> str:
        """Where on a track of step numbers the two differ, as the path of a drawing: each run of them is a line."""
        runs = groupby(enumerate(self.differing), lambda placed: placed[1] - placed[0])
        ends = [[number for _, number in run] for _, run in runs]
        return "".join(f"M{run[0]} 12H{run[-1]}" for run in ends)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two recordings, and the couple at which one looks, compared pixel by pixel."""

    one: Session
    other: Session
    count: int
    shown: Couple
    found: Pair

    @property
    def previous(self) -> int:
        return max(1, self.shown.number - 1)

    @property
    def following(self) -> int:
        return min(self.count, self.shown.number + 1)

    @property
    def span(self) -> int:
        """How far the playhead can go; a track needs a length even where there is but one place."""
        return max(1, self.count - 1)

    @property
    def film(self) -> Reel:
        mine, theirs = (_digests(each) for each in (self.one, self.other))
        shown, indices = film.chunk_of(self.shown.number), sorted(mine.keys() | theirs.keys())
        gaps = film.gaps_of(indices, self.count)
        return Reel(
            couples=couples(self.one, self.other, self.shown.number),
            gaps_before=[gap for gap in gaps if gap.last < shown.start],
            gaps_behind=[gap for gap in gaps if gap.first >= shown.stop],
            differing=[index + 1 for index in indices if mine.get(index) != theirs.get(index)],
        )

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
    [shown] = _couples(one, other, range(at, at + 1)) or [Couple(at, None, None)]
    return Comparison(one, other, count, shown, _compared(shown))


def _compared(shown: Couple) -> Pair:
    mine, theirs = (still.step if still else None for still in (shown.one, shown.other))
    if mine is None and theirs is None:
        return Pair(shown.number - 1, None, None, reason="Neither of the two has this step.")
    return comparison.pair(shown.number - 1, mine, theirs)


def couples(one: Session, other: Session, number: int) -> list[Couple]:
    """The couples that come together with that of one number."""
    return _couples(one, other, film.chunk_of(number))


def _couples(one: Session, other: Session, numbers: range) -> list[Couple]:
    mine, theirs = ({step.index: Still(step, each) for step in _steps(each, numbers)} for each in (one, other))
    return [Couple(index + 1, mine.get(index), theirs.get(index)) for index in sorted(mine.keys() | theirs.keys())]


def _steps(recording: Session, numbers: range) -> QuerySet[Step]:
    return selectors.known_steps(recording).filter(index__gte=numbers.start - 1, index__lt=numbers.stop - 1)


def _digests(recording: Session) -> dict[int, str]:
    """What names each step's picture, by the step's index."""
    return dict(selectors.known_steps(recording).values_list("index", "image__sha256"))
