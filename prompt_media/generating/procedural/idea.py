"""From the words of a prompt to what will be done; any text at all gives an idea."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

from prompt_media.generating.procedural.chance import Chance
from prompt_media.generating.procedural.shapes import Ink
from prompt_media.generating.procedural.words import (
    ADDS,
    CHANGES,
    COLOURS,
    COUNTS,
    OTHER_NAMES,
    PART_OF,
    PARTS,
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
class Accent:
    """A look of its own for what is drawn with one ink. No colour: the one it has anyway."""

    ink: Ink
    colour: Colour | None
    tone: Tone = PLAIN


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing to draw, and how."""

    name: str
    colour: Colour | None = None
    scale: float = 1.0
    tone: Tone = PLAIN
    count: int = 1
    accents: tuple[Accent, ...] = ()

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

    def grown(self, by: float) -> "Idea":
        """The same with its things so much larger."""
        return replace(self, things=tuple(replace(one, scale=one.scale * by) for one in self.things))


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
    said, is_joined = Wanted(""), False
    for word in words:
        name, is_many = _named(word)
        if things and (ink := _ink(word, name, things[-1].name, is_joined=is_joined)):
            things[-1], said = _accented(things[-1], ink, said), Wanted("")
        elif name:
            count = said.count if said.count > 1 else 3 if is_many else 1
            things.append(replace(said, name=name, count=count))
            said, is_joined = Wanted(""), False
        else:
            said, is_joined = _with(said, word), is_joined or word in PART_OF
    if things and said.colour and things[-1].colour is None:
        things[-1] = replace(things[-1], colour=said.colour)
    return tuple(things[:MOST_THINGS]), said


def _ink(word: str, name: str, owner: str, *, is_joined: bool) -> Ink | None:
    """The ink of the owner's part that a word names. A part that is another thing too is that, unless it is joined."""
    if name and name != owner and not is_joined:
        return None
    parts = PARTS.get(owner, {})
    return next((parts[single] for single, _ in _singles(word) if single in parts), None)


def _accented(owner: Wanted, ink: Ink, said: Wanted) -> Wanted:
    """The owner with a part that looks as it is said. Where that is its main part, its own colour goes to the rest."""
    if not said.has_a_look:
        return owner
    if ink is not Ink.MAIN or said.colour is None:
        return replace(owner, accents=(*owner.accents, Accent(ink, said.colour, said.tone)))
    accents = (Accent(Ink.MAIN, None, said.tone), *owner.accents)
    rest = (Accent(Ink.SECOND, owner.colour),) if owner.colour else ()
    return replace(owner, colour=said.colour, accents=(*rest, *accents))


def _named(word: str) -> tuple[str, bool]:
    """The thing a word names, or nothing, and whether there are several of it."""
    for single, is_many in _singles(word):
        if name := OTHER_NAMES.get(single, single if single in THINGS else ""):
            return name, is_many
    return "", False


def _singles(word: str) -> tuple[tuple[str, bool], ...]:
    """What a word may be the plural of, and whether it is one then."""
    return (word, False), (PLURALS.get(word, ""), True), (word.removesuffix("s"), word[-1:] == "s")


def _with(said: Wanted, word: str) -> Wanted:
    """What was said so far, and this word."""
    if word in COLOURS:
        return replace(said, colour=said.colour or COLOURS[word])
    if word in SIZES:
        return replace(said, scale=SIZES[word])
    if word in TONES:
        return replace(said, tone=said.tone.with_(TONES[word]))
    return replace(said, count=COUNTS[word]) if word in COUNTS else said
