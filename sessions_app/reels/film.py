"""A film: the stills around the playhead, what lies before and behind them, and where the playhead can go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min

from sessions_app.models import Session
from sessions_app.reels.stills import Before, Still
from sessions_app.selectors import recordings as selectors

# So many stills come at once.
CHUNK = 48


@dataclass(frozen=True, slots=True)
class Gap:
    """Stills that are fetched when they come into sight."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Film:
    """A recording with its playhead on the still of the number `at`; 0 is the picture it began with."""

    at: int
    count: int
    began_with: Before | None
    stills: Sequence[Still]
    gaps_before: Sequence[Gap]
    gaps_behind: Sequence[Gap]
    began: datetime
    ended: datetime

    @property
    def first(self) -> int:
        return 0 if self.began_with else 1

    @property
    def span(self) -> int:
        """How far the playhead can go; a track needs a length even where there is but one place."""
        return max(1, self.count - self.first)

    @property
    def previous(self) -> int:
        return max(self.first, self.at - 1)

    @property
    def following(self) -> int:
        return min(self.count, self.at + 1)


def around(recording: Session, at: int) -> Film:
    """The film with its playhead there. The recording has at least one step."""
    times = selectors.known_steps(recording).aggregate(began=Min("made_at"), ended=Max("made_at"))
    count, shown = recording.recording.steps_numbered, chunk_of(at)
    gaps = gaps_of(selectors.known_steps(recording).values_list("index", flat=True), count)
    return Film(
        at=at,
        count=count,
        began_with=began_with(recording),
        stills=chunk(recording, at),
        gaps_before=[gap for gap in gaps if gap.last < shown.start],
        gaps_behind=[gap for gap in gaps if gap.first >= shown.stop],
        **times,
    )


def still(recording: Session, number: int) -> Still | Before:
    """One of them. Raises UnknownFrame."""
    before = began_with(recording) if number == 0 else None
    return before or Still(selectors.known_step(recording, number - 1), recording)


def chunk(recording: Session, number: int) -> list[Still]:
    """The stills that come together with one of them. An import may lack some."""
    shown = chunk_of(number)
    steps = selectors.judged(selectors.known_steps(recording))
    return [Still(step, recording) for step in steps.filter(index__gte=shown.start - 1, index__lt=shown.stop - 1)]


def began_with(recording: Session) -> Before | None:
    """The picture before the first step, when it was kept."""
    first = selectors.known_steps(recording).first()
    image = selectors.made_from(first) if first else None
    return Before(image) if image else None


def first_number(recording: Session) -> int:
    """The number of the first step there is."""
    first = selectors.known_steps(recording).first()
    return first.index + 1 if first else 1


def chunk_of(number: int) -> range:
    """The numbers of those that come together with it."""
    start = (max(number, 1) - 1) // CHUNK * CHUNK + 1
    return range(start, start + CHUNK)


def gaps_of(indices: Iterable[int], count: int) -> list[Gap]:
    """The chunks of a film that hold a step: an import's numbers may lie as far apart as it likes."""
    starts = {chunk_of(index + 1).start for index in indices}
    return [Gap(start, min(start + CHUNK - 1, count)) for start in sorted(starts)]
