"""What answers come to: hits and false alarms of each sector, sensitivity and criterion.

Each sector is judged as a detector of its own: a trial in which it changed is its signal, every other trial is noise;
naming it says yes. An answer that names another sector, or none in time, says no. Over all sectors, yes is any sector's
name and noise a trial in which nothing changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist, median

_NORMAL = NormalDist()


class Outcome(StrEnum):
    """What one trial came to."""

    HIT = "hit"
    ELSEWHERE = "wrong sector"
    MISS = "miss"
    FALSE_ALARM = "false alarm"
    CORRECT_REJECTION = "correct rejection"


@dataclass(frozen=True, slots=True)
class Response:
    """One trial that is over: where it changed and what was named; "" is nowhere."""

    sector: str
    answer: str
    reaction_ms: float | None = None

    @property
    def outcome(self) -> Outcome:
        if not self.sector:
            return Outcome.FALSE_ALARM if self.answer else Outcome.CORRECT_REJECTION
        if not self.answer:
            return Outcome.MISS
        return Outcome.HIT if self.answer == self.sector else Outcome.ELSEWHERE

    @property
    def is_right(self) -> bool:
        """Whether its sector was named, or rightly none."""
        return self.answer == self.sector


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a change was there and was named, and how often not."""

    hits: int
    misses: int
    false_alarms: int
    correct_rejections: int
    median_ms: float | None = None
    """Of the hits whose time is known."""

    @property
    def signals(self) -> int:
        return self.hits + self.misses

    @property
    def noise(self) -> int:
        return self.false_alarms + self.correct_rejections

    @property
    def hit_rate(self) -> float | None:
        return self.hits / self.signals if self.signals else None

    @property
    def false_alarm_rate(self) -> float | None:
        return self.false_alarms / self.noise if self.noise else None

    @property
    def d_prime(self) -> float | None:
        """Sensitivity; None while either rate is unknown."""
        return d_prime(*self._corrected) if self.signals and self.noise else None

    @property
    def criterion(self) -> float | None:
        """Above 0 for who rather says no; None while either rate is unknown."""
        return criterion(*self._corrected) if self.signals and self.noise else None

    @property
    def _corrected(self) -> tuple[float, float]:
        """Both rates, log-linear (M. J. Hautus, Behavior Research Methods 27, 1995): never 0 or 1, whose z has no end.

        It is done always, not for those two alone: so the bias it brings is the same for everybody.
        """
        return (self.hits + 0.5) / (self.signals + 1), (self.false_alarms + 0.5) / (self.noise + 1)


@dataclass(frozen=True, slots=True)
class Summary:
    """A study's answers: each sector by itself, and all together."""

    sectors: tuple[tuple[str, Tally], ...]
    overall: Tally
    trials: int
    right: int

    @property
    def share_right(self) -> float | None:
        """Of all trials, those whose sector was named, or rightly none."""
        return self.right / self.trials if self.trials else None


def d_prime(hit_rate: float, false_alarm_rate: float) -> float:
    """z(hits) - z(false alarms): how far apart a signal and its absence are, in standard deviations."""
    return _NORMAL.inv_cdf(hit_rate) - _NORMAL.inv_cdf(false_alarm_rate)


def criterion(hit_rate: float, false_alarm_rate: float) -> float:
    """c: where the line between yes and no lies, from the middle between the two."""
    return -(_NORMAL.inv_cdf(hit_rate) + _NORMAL.inv_cdf(false_alarm_rate)) / 2


def summary(responses: Sequence[Response], names: Sequence[str]) -> Summary:
    """What these answers come to, sector by sector in the order of `names`."""
    right = sum(one.is_right for one in responses)
    sectors = tuple((name, of_sector(responses, name)) for name in names)
    return Summary(sectors, detected(responses), len(responses), right)


def of_sector(responses: Iterable[Response], name: str) -> Tally:
    """One sector as a detector of its own changes."""
    return _tally((one.sector == name, one.answer == name, one.reaction_ms) for one in responses)


def detected(responses: Iterable[Response]) -> Tally:
    """Whether it was seen that anything changed, wherever it was put."""
    return _tally((bool(one.sector), bool(one.answer), one.reaction_ms) for one in responses)


def _tally(told: Iterable[tuple[bool, bool, float | None]]) -> Tally:
    """Counts of (it was there, it was named, the time)."""
    trials = list(told)
    times = [ms for was_there, was_named, ms in trials if was_there and was_named and ms is not None]
    pairs = [(was_there, was_named) for was_there, was_named, _ in trials]
    return Tally(
        hits=pairs.count((True, True)),
        misses=pairs.count((True, False)),
        false_alarms=pairs.count((False, True)),
        correct_rejections=pairs.count((False, False)),
        median_ms=median(times) if times else None,
    )
