"""From the words of a prompt to what will be done; any text at all gives an idea."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

from prompt_media.generating.procedural.chance import Chance
from prompt_media.generating.procedural.words import (
    ADDS,
    CHANGES,
    COLOURS,
    COUNTS,
    OTHER_NAMES,
    PLAIN,
    PLURALS,
    REMOVES,
    SIZES,
    THINGS,
    TONES,
    Colour,
    Thing,
    Tone,
)

MOST_THINGS = 3
_LONGEST = 4000  # characters of a prompt that are read


class Act(Enum):
    ADD = auto()
    CHANGE = auto()
    REMOVE = auto()


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing to draw, and how."""

    name: str
    colour: Colour | None = None
    scale: float = 1.0
    tone: Tone = PLAIN
    count: int = 1

    @property
    def thing(self) -> Thing:
        return THINGS[self.name]

    @property
    def has_a_look(self) -> bool:
        return self.colour is not None or self.tone != PLAIN


@dataclass(frozen=True, slots=True)
class Idea:
    """What to do: draw `things`, or change what is there towards `colour` and `tone`, or take it away."""

    act: Act
    things: tuple[Wanted, ...] = ()
    colour: Colour | None = None
    tone: Tone = PLAIN


def read(prompt: str) -> Idea:
    """What the prompt asks for. Where no word is known, a thing is chosen by the text, the same each time."""
    words = list(_words(prompt))
    if REMOVES & {*words}:
        return Idea(Act.REMOVE)
    things, rest = _things(words)
    is_change = bool(CHANGES & {*words})
    if things:
        # What something is to be turned into is named last.
        return Idea(Act.ADD, things[-1:] if is_change else things)
    text = Chance(0).about(" ".join(words))
    if rest.has_a_look and not ADDS & {*words}:
        return Idea(Act.CHANGE, colour=rest.colour, tone=rest.tone)
    if is_change:
        return Idea(Act.CHANGE, colour=text.one_of("colour", sorted(set(COLOURS.values()))))
    return Idea(Act.ADD, (replace(rest, name=text.one_of("thing", sorted(THINGS))),))


def _words(prompt: str) -> Iterator[str]:
    """Each word in lower case, its plural brought back to one; two words that mean one thing come as one."""
    found = re.findall(r"[\w'’-]+", prompt[:_LONGEST].lower())
    at = 0
    while at < len(found):
        pair = " ".join(found[at : at + 2])
        is_pair = pair in THINGS or pair in REMOVES
        yield pair if is_pair else found[at]
        at += 2 if is_pair else 1


def _things(words: list[str]) -> tuple[tuple[Wanted, ...], Wanted]:
    """The things named, each with the words before it; and what was said beside them, as a thing without a name."""
    things: list[Wanted] = []
    said = Wanted("")
    for word in words:
        name, is_many = _named(word)
        if name:
            count = said.count if said.count > 1 else 3 if is_many else 1
            things.append(replace(said, name=name, count=count))
            said = Wanted("")
        else:
            said = _with(said, word)
    if things and said.colour and things[-1].colour is None:
        things[-1] = replace(things[-1], colour=said.colour)
    return tuple(things[:MOST_THINGS]), said


def _named(word: str) -> tuple[str, bool]:
    """The thing a word names, or nothing, and whether there are several of it."""
    for single, is_many in ((word, False), (PLURALS.get(word, ""), True), (word.removesuffix("s"), word[-1:] == "s")):
        if name := OTHER_NAMES.get(single, single if single in THINGS else ""):
            return name, is_many
    return "", False


def _with(said: Wanted, word: str) -> Wanted:
    """What was said so far, and this word."""
    if word in COLOURS:
        return replace(said, colour=said.colour or COLOURS[word])
    if word in SIZES:
        return replace(said, scale=SIZES[word])
    if word in TONES:
        return replace(said, tone=said.tone.with_(TONES[word]))
    return replace(said, count=COUNTS[word]) if word in COUNTS else said
