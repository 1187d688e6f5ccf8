"""What came of a study: its answers judged, and as the rows of its sheets."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from sessions_app.editing import sectors
from sessions_app.models import Study, Trial
from sessions_app.selectors import studies
from sessions_app.studying import signals
from sessions_app.studying.sheets import Cell
from sessions_app.studying.signals import Summary, Tally

TRIAL_HEADER = (
    "study", "recording", "sitting", "participant", "trial", "step", "catch", "sector", "answer", "outcome", "right",
    "in_time", "reaction_ms", "answered_at",
)  # fmt: skip
SECTOR_HEADER = (
    "sitting", "participant", "sector", "hits", "misses", "false_alarms", "correct_rejections", "hit_rate",
    "false_alarm_rate", "d_prime", "criterion", "median_ms",
)  # fmt: skip
ANY = "any"
"""What the sheet calls all sectors together: a change was seen, wherever it was put."""


def of(study: Study) -> Summary:
    """The answers of all sittings, judged sector by sector. Sittings that are not over count as far as they got."""
    # The answers first: what was answered has settled the grid.
    return of_trials(list(studies.trials_over(study)), studies.grid_of(study))


def of_trials(trials: Iterable[Trial], grid: int) -> Summary:
    """What these answers come to."""
    return signals.summary([studies.response(trial) for trial in trials], sectors.names(grid))


def trial_rows(study: Study) -> Iterator[tuple[Cell, ...]]:
    """A row for each trial that is over, under TRIAL_HEADER."""
    for trial in studies.trials_over(study).iterator(chunk_size=2_000):
        yield _trial_row(study, trial)


def sector_rows(study: Study) -> Iterator[tuple[Cell, ...]]:
    """Under SECTOR_HEADER a row for each sector and one for any: first of all sittings together, then of each."""
    trials = list(studies.trials_over(study))
    names = sectors.names(studies.grid_of(study))
    yield from _judged((None, None), trials, names)
    for sitting, theirs in groupby(trials, key=lambda trial: trial.sitting):
        yield from _judged((sitting.number, sitting.participant), theirs, names)


def _judged(who: tuple[Cell, ...], trials: Iterable[Trial], names: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
    summary = signals.summary([studies.response(trial) for trial in trials], names)
    for name, tally in (*summary.sectors, (ANY, summary.overall)):
        yield (*who, name, *_tally_cells(tally))


def _trial_row(study: Study, trial: Trial) -> tuple[Cell, ...]:
    judged = studies.response(trial)
    return (
        str(study.pk), study.recording.public_id, trial.sitting.number, trial.sitting.participant, trial.place,
        trial.step_index, trial.is_catch, trial.sector, judged.answer, judged.outcome.value, judged.is_right,
        trial.is_answered, trial.reaction_ms, trial.answered_at.isoformat() if trial.answered_at else None,
    )  # fmt: skip


def _tally_cells(tally: Tally) -> tuple[Cell, ...]:
    return (
        tally.hits, tally.misses, tally.false_alarms, tally.correct_rejections, _short(tally.hit_rate),
        _short(tally.false_alarm_rate), _short(tally.d_prime), _short(tally.criterion), tally.median_ms,
    )  # fmt: skip


def _short(share: float | None) -> float | None:
    return None if share is None else round(share, 6)
