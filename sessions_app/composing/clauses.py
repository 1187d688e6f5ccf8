"""Which words belong to which tag.

A sentence is cut at commas, at "and", "with", "while" and "but", and before a further tag. Each piece belongs to its
own tag; a piece without a tag belongs to the tag before it, or, where none was named yet, to the one that follows.
Tags named in one breath ("@a and @b on the left") share their words. A picture that bears another ("@logo on @BG in
the top right") stands apart: what follows is said of the other. What the words ask for is told in wishes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from sessions_app.composing import relations
from sessions_app.composing.meanings import Fade, Filling, Glue, Go, Heading, Hop, Part, Share, Spot, Still, Turn
from sessions_app.composing.phrases import Named, Phrase
from sessions_app.composing.relations import LAYING, TELLING_APART, Pile, Rest, bearers, is_of, is_told_apart
from sessions_app.composing.scene import Role

TELLING = (Spot, Part, Filling, Share, Go, Heading, Turn, Hop, Fade, Still)
CUTS = (Glue.COMMA, Glue.LIST, Glue.SPLIT, Glue.STOP)
"""What cuts a text, the weaker before the stronger."""
MOST_IN_ONE_BREATH = 20
"""Pictures that share words: without a limit, a long list of tags and a long list of words would multiply."""
JOINTS = (*TELLING_APART, Glue.OF, Glue.ON, Glue.AT, Glue.TO, Glue.FROM, Glue.FOR, Glue.AS)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch between two cuts, with the words before and after its tag, if it has one.

    `link` is the cut before it; None where only a further tag made one. `bears` is the word by which the tag is said to
    bear the pictures spoken of before.
    """

    start: int
    end: int
    tag: Phrase | None
    before: tuple[Phrase, ...]
    after: tuple[Phrase, ...]
    link: Glue | None
    bears: Phrase | None = None


@dataclass(slots=True)
class Bound:
    """A tag and all that is said about it in one go. `is_more`: only a further stretch of the clause before, its words
    stand there."""

    tag: Phrase
    start: int
    end: int
    words: list[Phrase] = field(default_factory=list)
    is_more: bool = False


LARGE = 0.6
"""The share of "large": what is said to be so may well be a background."""

Chain = Sequence[Piece]
"""Pieces whose tags are named in one breath; a piece without a tag is alone in its chain."""


def bind(text: str, phrases: Sequence[Phrase]) -> tuple[list[Bound], list[Rest]]:
    """What is said about each tag, in the order of the text, and which picture lies on which.

    A tag that is spoken of twice comes twice.
    """
    binder = _Binder()
    sentence: list[Piece] = []
    for piece in _pieces(text, phrases):
        if piece.link is Glue.STOP:
            binder.hear(_chains(sentence))
            sentence = []
        sentence.append(piece)
    binder.hear(_chains(sentence))
    return binder.bound, binder.pile.rests


class _Binder:
    """Listens to one sentence after the other, and remembers who was spoken of last."""

    def __init__(self) -> None:
        self.bound: list[Bound] = []
        self.pile = Pile()
        self.sentence: list[Bound] = []
        self.spoken_of: list[Bound] = []
        self.ground: list[Bound] = []
        self.waiting: list[Piece] = []
        self.common: list[Phrase] = []

    def hear(self, sentence: Sequence[Chain]) -> None:
        begun, borne = False, False
        self.common = []
        for chain, upcoming in zip(sentence, _upcoming(sentence), strict=True):
            if chain[0].bears is not None:
                self._bear(chain[0], chain[0].bears)
                borne = True
            elif chain[0].tag is not None:
                self.sentence = self.sentence if begun else []
                self._name(chain, upcoming)
                begun = True
            elif upcoming and (self.waiting or not begun or self._is_meant_for(upcoming, chain[0])):
                self.waiting.append(chain[0])
            else:
                self._add(chain[0])
        if borne and not begun:
            self.spoken_of = self.ground
        self.pile.stop()

    def _bear(self, piece: Piece, link: Phrase) -> None:
        """A picture that lies under another; what is said next is not said of it."""
        if piece.tag:
            self.ground = [Bound(piece.tag, self._start(piece), piece.end, [*piece.before, *piece.after])]
            self.bound.extend(self.ground)
            self.pile.bear(piece.tag, link)

    def _name(self, chain: Chain, upcoming: Piece | None) -> None:
        first, last = chain[0], chain[-1]
        own, others = self._words(chain)
        self.spoken_of = [
            Bound(piece.tag, piece.start, piece.end, list(own if piece is first else others))
            for piece in chain
            if piece.tag
        ]
        self.spoken_of[0].start = self._start(first)
        self.waiting = []
        self.bound.extend(self.spoken_of)
        self.sentence.extend(self.spoken_of)
        joined = upcoming.tag if upcoming and upcoming.link is None else None
        self.pile.name([bound.tag for bound in self.spoken_of], first.before, last.after, joined)

    def _words(self, chain: Chain) -> tuple[Sequence[Phrase], Sequence[Phrase]]:
        """What is said of the first picture of a chain, and what of each other."""
        early = [phrase for piece in self.waiting for phrase in _closed(piece)]
        before, after = [*early, *chain[0].before], chain[-1].after
        if not self.sentence and before and before[0].meaning in (Glue.ALL, Glue.BOTH):
            self.common, before = before, []
        common = self.common if len(self.sentence) < MOST_IN_ONE_BREATH else []
        own, others = ([*before, *after], []) if len(chain) == 1 else _divided(before, after)
        return [*common, *own], [*common, *others]

    def _start(self, piece: Piece) -> int:
        """Where a clause begins: with what waited for it, unless another clause stands between."""
        shown = self.bound[-1].end if self.bound else 0
        return next((waited.start for waited in self.waiting if waited.start >= shown), piece.start)

    def _add(self, piece: Piece) -> None:
        """A piece without a tag, said about whoever was spoken of last."""
        if not self.spoken_of:
            self.waiting.append(piece)
        elif is_telling(piece.after):
            meant = self._meant_by(piece.after)
            for bound in meant:
                bound.words.extend((_comma(piece), *piece.after))
            self._show(piece, self.ground[-1] if meant is self.ground else self.spoken_of[-1])

    def _show(self, piece: Piece, speaker: Bound) -> None:
        if self.bound[-1].tag is speaker.tag:
            self.bound[-1].end = piece.end
        else:
            self.bound.append(Bound(speaker.tag, piece.start, piece.end, is_more=True))

    def _meant_by(self, words: Sequence[Phrase]) -> Sequence[Bound]:
        """Whom a piece without a tag is about: whoever was named last, unless it begins with "both" or "they"."""
        if words[0].meaning is Glue.ALL:
            return self.sentence[-MOST_IN_ONE_BREATH:]
        if words[0].meaning is Glue.BOTH:
            return self.sentence[-2:]
        follows = bool(self.ground) and self.bound[-1] is self.ground[-1]
        return self.ground if follows and relations.is_ground_talk(words) else self.spoken_of

    def _is_meant_for(self, upcoming: Piece, piece: Piece) -> bool:
        """The "on the left" of "in the background put @BG, and on the left, put @logo"."""
        bare = not is_telling(upcoming.before + upcoming.after)
        return bare and has_place(piece.after) and has_place(self.spoken_of[-1].words)


def is_telling(words: Sequence[Phrase]) -> bool:
    return any(isinstance(word.meaning, TELLING) for word in words)


def has_place(words: Sequence[Phrase]) -> bool:
    return any(isinstance(word.meaning, Spot | Part) for word in words)


def is_placing(words: Sequence[Phrase]) -> bool:
    """Do these words give a picture a place or a way of its own, so that it is no background unless it is called so?"""
    return any(
        isinstance(word.meaning, Spot | Go | Heading | Turn | Hop)
        or word.meaning == Part(Role.FRONT)
        or (isinstance(word.meaning, Share) and word.meaning.value < LARGE)
        for word in words
    )


def _divided(before: Sequence[Phrase], after: Sequence[Phrase]) -> tuple[list[Phrase], list[Phrase]]:
    """Words around tags that are named in one breath: those of the first tag, and those of each other.

    "Rotate @a and @b" turns both, "a rotating @a and @b" only the first; a background is one picture's part; and
    where there is a place on both sides ("on the left @a and @b on the right") each side keeps its own.
    """
    is_background = any(word.meaning == Part(Role.BACKGROUND) for word in before)
    if is_background or (has_place(before) and has_place(after)):
        return list(before), list(after)
    shared = [*(word for word in before if not _is_adjective(word)), *after]
    return [*(word for word in before if _is_adjective(word)), *shared], shared


def _is_adjective(word: Phrase) -> bool:
    return isinstance(word.meaning, Share | Still | Filling) or word.text.endswith(("ing", "ed"))


def _upcoming(sentence: Sequence[Chain]) -> list[Piece | None]:
    """For each chain, the first tagged piece after it."""
    found: list[Piece | None] = []
    nearest: Piece | None = None
    for chain in reversed(sentence):
        found.append(nearest)
        nearest = chain[0] if chain[0].tag and not chain[0].bears else nearest
    return found[::-1]


def _chains(sentence: Sequence[Piece]) -> list[Chain]:
    chains: list[list[Piece]] = []
    for piece in sentence:
        if chains and len(chains[-1]) < MOST_IN_ONE_BREATH and _is_joined(chains[-1][-1], piece):
            chains[-1].append(piece)
        else:
            chains.append([piece])
    return [part for chain in chains for part in _ended_by_and(chain)]


def _is_joined(before: Piece, piece: Piece) -> bool:
    if before.tag is None or piece.tag is None or before.bears or piece.bears or piece.link not in CUTS[:2]:
        return False
    between = (*before.after, *piece.before)
    behind_it = any(word.meaning is Glue.BEHIND_IT for word in piece.after)
    return not behind_it and not is_telling(between) and not is_told_apart(between)


def _ended_by_and(chain: list[Piece]) -> Iterator[Chain]:
    """ "@a, @b and @c" is one breath, "@a, @b, @c" is three."""
    length = max((index for index, piece in enumerate(chain) if index and piece.link is Glue.LIST), default=0) + 1
    yield chain[:length]
    yield from ([piece] for piece in chain[length:])


def _pieces(text: str, phrases: Sequence[Phrase]) -> Iterator[Piece]:
    start, held, link = 0, list[Phrase](), Glue.STOP
    for phrase in (*phrases, Phrase(len(text), len(text), "", Glue.STOP)):
        cut = _cut(phrase)
        if cut is None:
            held.append(phrase)
            continue
        if held:
            yield from _parted(text, Piece(start, phrase.start, None, (), tuple(held), link))
        link = cut if held else max(link, cut, key=CUTS.index)
        start, held = phrase.end, []


def _cut(phrase: Phrase) -> Glue | None:
    return phrase.meaning if isinstance(phrase.meaning, Glue) and phrase.meaning in CUTS else None


def _parted(text: str, whole: Piece) -> Iterator[Piece]:
    """A piece for each tag; one that bears another picture parts the words before it from those after."""
    words, first, start = whole.after, 0, whole.start
    for bearer in bearers(words):
        kept = words[first : bearer.link + (words[bearer.link].meaning not in LAYING)]
        bearing = words[bearer.link + 1]
        if kept:
            part = replace(whole, start=start, end=bearing.start, after=kept, link=None if first else whole.link)
            yield from _told(text, part, is_rest=first > 0)
            start = bearing.start
        end = words[bearer.end].start if bearer.end < len(words) else whole.end
        before, after = words[bearer.link + 1 : bearer.tag], words[bearer.tag + 1 : bearer.end]
        link = None if first or kept else whole.link
        yield _trimmed(text, Piece(start, end, words[bearer.tag], before, after, link, words[bearer.link]))
        first, start = bearer.end, end
    if words[first:]:
        link = None if first else whole.link
        yield from _told(text, replace(whole, start=start, after=words[first:], link=link), is_rest=first > 0)


def _told(text: str, whole: Piece, *, is_rest: bool) -> Iterator[Piece]:
    """A piece for each tag; the words between two belong to the first of them, unless words stand before every tag.

    Words at the beginning stand alone where they go on about a picture named before, or tell how it stands to the next.
    """
    words = whole.after
    tags = [index for index, phrase in enumerate(words) if isinstance(phrase.meaning, Named)]
    if not tags:
        yield _trimmed(text, whole)
        return
    start, link = whole.start, whole.link
    if tags[0] and (is_rest or _is_relation(words[: tags[0]])):
        yield _trimmed(text, replace(whole, end=words[tags[0]].start, after=words[: tags[0]]))
        words, start, link = words[tags[0] :], words[tags[0]].start, None
        tags = [index - tags[0] for index in tags]
    first = 0
    for tag, last in zip(tags, _ends(words, tags), strict=True):
        end = words[last].start if last < len(words) else whole.end
        piece = Piece(start, end, words[tag], words[first:tag], words[tag + 1 : last], link)
        yield _trimmed(text, piece)
        first, start, link = last, end, None


def _ends(words: Sequence[Phrase], tags: Sequence[int]) -> list[int]:
    """For each tag the index where its words end."""
    between = [words[one + 1 : other] for one, other in pairwise(tags)]
    leads = is_telling(words[: tags[0]]) and not is_telling(words[tags[-1] + 1 :])
    if leads and all(is_telling(part) and not _leads_on(part) for part in between):
        return [*(tag + 1 for tag in tags[:-1]), len(words)]
    return [*tags[1:], len(words)]


def _is_relation(words: Sequence[Phrase]) -> bool:
    """Do these words tell of another tag how it stands to the one that follows: "in front of @BG", "left of @BG"?"""
    match [word.meaning for word in words[-2:]]:
        case [Spot(), Glue.OF]:
            return True
        case [*_, Part()]:
            return is_of(words[-1])
        case [*_, last]:
            return last in TELLING_APART and is_telling(words)
    return False


def _leads_on(words: Sequence[Phrase]) -> bool:
    return words[-1].meaning in JOINTS or is_of(words[-1])


def _closed(piece: Piece) -> tuple[Phrase, ...]:
    return (*piece.after, _comma(piece))


def _comma(piece: Piece) -> Phrase:
    return Phrase(piece.start, piece.start, ",", Glue.COMMA)


def _trimmed(text: str, piece: Piece) -> Piece:
    start, end = piece.start, piece.end
    while start < end and not _is_ink(text[start]):
        start += 1
    while end > start and not _is_ink(text[end - 1]):
        end -= 1
    return replace(piece, start=start, end=end)


def _is_ink(character: str) -> bool:
    return not character.isspace() and character not in "-–—:"
