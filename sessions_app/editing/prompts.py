"""Which prompt a sector gets when a request names none: lists for sectors, used in turn.

The lists come as JSON (`sector_prompts.json`, the page) or as lines (`prompts.txt`). Whose lists they are, and how
often each has been used, is known elsewhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from prompt_media.errors import Unprocessable
from sessions_app.editing import notation, sectors

PAGE, JSON_FILE, TEXT_FILE = "page", "sector_prompts.json", "prompts.txt"
LONGEST, MOST = 4000, 200
DEFAULT = "default"
COMMENT = "#"

SECTORS = frozenset(chain.from_iterable(map(sectors.names, sectors.GRID_SIZES)))
"""What the sectors of all grids are called."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The prompts of each sector that has its own, those of all others, and where they come from."""

    default: tuple[str, ...]
    sectors: Mapping[str, tuple[str, ...]]
    source: str

    def to_json(self) -> dict[str, object]:
        return {"default": list(self.default), "sectors": {name: list(own) for name, own in self.sectors.items()}}


BUILT_IN = Lists(
    default=("add a small ladybug", "add a small red flower", "add a small yellow star", "add a small blue butterfly"),
    sectors={},
    source="built-in",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A prompt, its place from 0 among the `count` of its list, and whose turn it was (a sector's, the default's)."""

    prompt: str
    index: int
    count: int
    source: str
    turn_key: str


def from_json(value: object, source: str = PAGE) -> Lists:
    """`{"default": text or list, "sectors": {"TL": text or list}}`; an empty list is as good as none.

    Raises Unprocessable, naming the field.
    """
    given = notation.fields(value, "prompts")
    for name in given:
        if name not in (DEFAULT, "sectors"):
            raise Unprocessable(f"prompts has {name!r}; it knows default and sectors.", field=str(name))
    own = {name: _list(entry, f"sectors.{name}") for name, entry in _sectors(given.get("sectors", {})).items()}
    default = _list(given.get(DEFAULT, []), DEFAULT)
    return Lists(default or BUILT_IN.default, {name: texts for name, texts in own.items() if texts}, source)


def from_text(text: str) -> Lists:
    """One prompt on a line, # begins a comment; the built-in ones when there is none. Raises Unprocessable."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith(COMMENT)]
    default = _texts(lines, TEXT_FILE)
    return Lists(default, {}, TEXT_FILE) if default else BUILT_IN


def choose(lists: Lists, sector: str, turns: Mapping[str, int]) -> Choice:
    """The prompt whose turn it is, when `turns` tells how many of each list have been used."""
    key = sector if sector in lists.sectors else DEFAULT
    texts = lists.sectors.get(sector, lists.default)
    index = turns.get(key, 0) % len(texts)
    return Choice(texts[index], index, len(texts), lists.source, key)


def _sectors(value: object) -> Mapping[str, object]:
    given = notation.fields(value, "sectors")
    for name in given:
        if name not in SECTORS:
            raise Unprocessable(
                f"sectors has {name!r}; a sector is TL, TC, TR, ML, MC, MR, BL, BC or BR, or r0c0 to r8c8.",
                field=f"sectors.{name}",
            )
    return given


def _list(value: object, path: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return _texts([value], path)
    if not isinstance(value, list | tuple):
        raise notation.refusal(path, value, "a text or a list of texts")
    for index, entry in enumerate(value):
        if not isinstance(entry, str):
            raise notation.refusal(f"{path}[{index}]", entry, "a text")
    return _texts(value, path)


def _texts(lines: Iterable[str], path: str) -> tuple[str, ...]:
    """The lines that say something, without the space around them."""
    said = [(index, line.strip()) for index, line in enumerate(lines) if line.strip()]
    if len(said) > MOST:
        raise Unprocessable(f"{path} has {len(said)} prompts; {MOST} is the most.", field=path)
    return tuple(notation.text(line, f"{path}[{index}]", longest=LONGEST) for index, line in said)
