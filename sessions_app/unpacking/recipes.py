"""recipes.json: what a recording of ours holds beyond its metadata, above all how each step can be made again.

A recipe itself is kept as it is here; what it says is judged by the room that made it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sessions_app.unpacking import documents
from sessions_app.unpacking.documents import Document
from sessions_app.unpacking.metadata import LONGEST_PROMPT, MOST_INDEX, MOST_PIXELS, MOST_STEPS, STATUSES
from sessions_app.unpacking.paths import RECIPES
from sessions_app.unpacking.refusals import BadRecording

FORMAT = 1
_MOST_FORMAT = 10**6
_LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Facts:
    """What is kept of one step beside its metadata."""

    index: int
    system: str = "sector"
    status: str = "made"
    reason: str = ""
    outside_delta: int | None = None
    change: float | None = None
    request_sha256: str = ""
    recipe: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipes:
    """What is kept of a recording beside its metadata."""

    name: str
    seed: int
    steps: tuple[Facts, ...]


def write(recipes: Recipes) -> bytes:
    """The file these are kept in. Sorted: some databases give a recipe's names back in an order of their own."""
    return json.dumps({"format": FORMAT, **asdict(recipes)}, indent=1, ensure_ascii=False, sort_keys=True).encode()


def read(data: bytes, indexes: Sequence[int]) -> Recipes:
    """What the file says of the steps of these indexes. Raises BadRecording."""
    told = documents.parse(data, RECIPES)
    if told.whole("format", low=1, high=_MOST_FORMAT) != FORMAT:
        raise BadRecording(f"{RECIPES} has another format: it was made by a newer Prompt Media.")
    steps = tuple(_facts(one) for one in told.objects("steps", most=MOST_STEPS))
    if [one.index for one in steps] != list(indexes):
        raise BadRecording(f"{RECIPES} tells of other steps than metadata.json.")
    return Recipes(told.text("name", most=200), told.whole("seed", low=0, high=_LARGEST_SEED), steps)


def _facts(told: Document) -> Facts:
    return Facts(
        index=told.whole("index", low=0, high=MOST_INDEX),
        system=told.text("system", most=10),
        status=told.one_of("status", STATUSES),
        reason=told.text("reason", most=LONGEST_PROMPT),
        outside_delta=told.whole("outside_delta", low=0, high=MOST_PIXELS) if "outside_delta" in told else None,
        change=told.share("change") if "change" in told else None,
        request_sha256=told.sha256("request_sha256") if told.text("request_sha256", most=64) else "",
        recipe=told.object("recipe").items(),
    )
