"""How a recording can be replayed, what this caller's deck does with it, and what verifying it came to, in words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sessions_app.models import Deck, Verdict
from sessions_app.reels.stills import share


@dataclass(frozen=True, slots=True)
class Way:
    """A mode of replaying: what it is called, what it does, and what its button says."""

    value: str
    name: str
    says: str
    does: str


WAYS = (
    Way(Deck.Mode.CASSETTE, "Cassette", "Serve the stored bytes", "Play"),
    Way(Deck.Mode.VERIFY, "Verify", "Make each again and compare", "Verify"),
    Way(Deck.Mode.STRICT, "Strict", "Refuse a call that differs, naming the field", "Replay strictly"),
    Way(Deck.Mode.FORK, "Fork", "Replay to here, then go on live", "Fork"),
    Way(Deck.Mode.NEW_ONLY, "New only", "Stored where known, made where not", "Replay, make what is new"),
)
_NEXT = {
    Deck.Mode.CASSETTE: "GET /session/replay/next serves its pictures one by one.",
    Deck.Mode.VERIFY: "GET /session/replay/next serves its pictures one by one, each with its verdict.",
    Deck.Mode.STRICT: "Ask on the live page what was asked then; what differs is refused, naming the field.",
    Deck.Mode.FORK: "On the live page its steps are answered from here; what comes behind them is made and recorded.",
    Deck.Mode.NEW_ONLY: "On the live page what is known is answered from here; what is new is made and added.",
}


@dataclass(frozen=True, slots=True)
class Playing:
    """What the caller's deck does with a recording."""

    deck: Deck

    @property
    def words(self) -> str:
        way = next(way for way in WAYS if way.value == self.deck.mode)
        return f"{way.name.lower()}, {self.deck.position} served"

    @property
    def next(self) -> str:
        return _NEXT[Deck.Mode(self.deck.mode)]

    @property
    def goes_live(self) -> bool:
        return self.deck.mode in (Deck.Mode.STRICT, Deck.Mode.FORK, Deck.Mode.NEW_ONLY)


@dataclass(frozen=True, slots=True)
class Cell:
    """Neighbours with the same verdict, in a strip as wide as there are steps and 12 high."""

    word: str
    x: float
    width: float
    y: int
    height: int


# A drift stands out by its height too, and what nobody can tell is thin: colour is not all.
_HEIGHTS = {Verdict.Word.IDENTICAL: 6, Verdict.Word.DRIFTED: 12, Verdict.Word.UNVERIFIABLE: 2}
_LEAST_APART = 40


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What came out when the steps of a recording were made again."""

    steps: int
    found: Sequence[Verdict]

    @property
    def total(self) -> int:
        return len(self.found)

    @property
    def identical(self) -> int:
        return self._count[Verdict.Word.IDENTICAL]

    @property
    def drifted(self) -> int:
        return self._count[Verdict.Word.DRIFTED]

    @property
    def unverifiable(self) -> int:
        return self._count[Verdict.Word.UNVERIFIABLE]

    @property
    def worst(self) -> str:
        """The step that drifted most, and by how much; empty while none has."""
        worst = self._worst
        told = f"step {self.worst_at} by {share(worst.share)}" if worst else ""
        return f"at worst {told}" if self.drifted > 1 else told

    @property
    def worst_at(self) -> int:
        """The number of that step; 0 while none has drifted."""
        return self._worst.step.index + 1 if self._worst else 0

    @property
    def reason(self) -> str:
        """Why what cannot be told cannot be told, if it is the same for all."""
        reasons = {verdict.reason for verdict in self.found if verdict.word == Verdict.Word.UNVERIFIABLE}
        return reasons.pop() if len(reasons) == 1 else ""

    @property
    def says(self) -> str:
        counted = [(self.identical, "identical"), (self.drifted, "drifted"), (self.unverifiable, "unverifiable")]
        return ", ".join(f"{count} {word}" for count, word in counted if count)

    @property
    def cells(self) -> list[Cell]:
        """The strip. Few steps stand apart; many with the same verdict run together."""
        apart = self.steps <= _LEAST_APART
        runs = groupby(self.found, key=lambda verdict: (verdict.word, verdict.step.index if apart else None))
        return [self._cell(list(run)) for _, run in runs]

    @property
    def marks(self) -> str:
        """Where on a track of step numbers something drifted, as the path of a drawing."""
        drifted = [verdict.step.index + 1 for verdict in self.found if verdict.word == Verdict.Word.DRIFTED]
        return "".join(f"M{number} 5v14" for number in drifted)

    @property
    def _worst(self) -> Verdict | None:
        drifted = [verdict for verdict in self.found if verdict.word == Verdict.Word.DRIFTED]
        return max(drifted, key=lambda verdict: verdict.share, default=None)

    @property
    def _count(self) -> Counter[str]:
        return Counter(verdict.word for verdict in self.found)

    def _cell(self, run: Sequence[Verdict]) -> Cell:
        height = _HEIGHTS[Verdict.Word(run[0].word)]
        first, last = run[0].step.index, run[-1].step.index
        gap = 0.08 if self.steps <= _LEAST_APART else 0
        return Cell(run[0].word, first + gap / 2, last + 1 - first - gap, (12 - height) // 2, height)
