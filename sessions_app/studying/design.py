"""How a study shows its changes, and within which bounds."""

from dataclasses import dataclass

from prompt_media.errors import Unprocessable

SHOW_MS = range(20, 10_001)
MASK_MS = range(10, 2_001)
LIMIT_MS = range(500, 300_001)
CATCH_TRIALS = range(201)
SEEDS = range(1_000_000_000)
LONGEST_MS = 3_600_000
"""No reaction takes an hour."""
MOST_TRIALS = 500
"""In one sitting, those without a change among them. Nobody sits longer."""


@dataclass(frozen=True, slots=True)
class Design:
    """What a study is set up with. The mask's name is the row's; no seed: one is drawn."""

    name: str = ""
    mask: str = "flicker"
    show_ms: int = 500
    mask_ms: int = 80
    limit_ms: int = 20_000
    catch_trials: int = 0
    seed: int | None = None

    def __post_init__(self) -> None:
        _require("show_ms", self.show_ms, SHOW_MS)
        _require("mask_ms", self.mask_ms, MASK_MS)
        _require("limit_ms", self.limit_ms, LIMIT_MS)
        _require("catch_trials", self.catch_trials, CATCH_TRIALS)
        if self.seed is not None:
            _require("seed", self.seed, SEEDS)


def _require(field: str, value: int, among: range) -> None:
    if value not in among:
        raise Unprocessable(f"{field} can be {among[0]} to {among[-1]:,}.", code="out_of_range", field=field)
