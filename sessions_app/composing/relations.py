"""How one picture is told from another: "@logo on @BG", "@BG behind @logo", "left of @product".

What lies on another picture comes above it in the pile. What stands beside one is only remarked on: places are told
from the canvas. Which clause belongs to whom is told in clauses.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sessions_app.composing.meanings import Filling, Glue, Go, Heading, Meaning, Part, Share, Spot, Still
from sessions_app.composing.phrases import Named, Phrase
from sessions_app.composing.scene import Role

GROUND = Part(Role.BACKGROUND)
BEARING = (Glue.ON, Glue.OVER, Glue.ACROSS)
"""What comes after these bears what comes before."""
TELLING_APART = (Glue.OVER, Glue.ACROSS, Glue.BESIDE, Glue.BEHIND)
LAYING = (Glue.ON, Glue.OVER)
CLOSE = (Glue.TO, Glue.AT)
"""These bear only from tag to tag: "add @logo to @BG", but not "moves to @BG"."""


@dataclass(frozen=True, slots=True)
class Rest:
    """`upper` was said to lie on `lower`; `link` is the word that said it."""

    upper: Phrase
    lower: Phrase
    link: Phrase


@dataclass(frozen=True, slots=True)
class Beside:
    """From `start` to `end` a place is told from the picture `tag`."""

    start: int
    end: int
    tag: Phrase


@dataclass(frozen=True, slots=True)
class Bearer:
    """Where in some words a picture stands that bears another: from `link` on over `tag` up to `end`."""

    link: int
    tag: int
    end: int


class Pile:
    """Hears which pictures are named, one after the other, and remembers which was said to lie on which."""

    def __init__(self) -> None:
        self.rests: list[Rest] = []
        self._spoken_of: Sequence[Phrase] = ()
        self._begun = False
        self._ground: Phrase | None = None
        self._bearing: list[tuple[Phrase, Phrase]] = []
        self._behind: list[tuple[Phrase, Phrase]] = []

    def bear(self, ground: Phrase, link: Phrase) -> None:
        """`ground` lies under what was named last or, at the beginning of a sentence, comes next."""
        if self._ground or self._begun:
            self._lay([self._ground] if self._ground else self._spoken_of, ground, link)
        else:
            self._bearing.append((ground, link))
        self._ground = ground

    def name(
        self, tags: Sequence[Phrase], before: Sequence[Phrase], after: Sequence[Phrase], joined: Phrase | None
    ) -> None:
        """Some tags, with the words around them, and the one that follows without a cut between."""
        for ground, link in self._bearing:
            self._lay(tags, ground, link)
        for upper, link in self._behind:
            self._lay([upper], tags[0], link)
        self._bearing, self._behind = [], []
        self._hear_behind(tags, before, after, joined)
        self._hear_it(tags, (*before, *after))
        self._spoken_of, self._begun, self._ground = tags, True, None

    def stop(self) -> None:
        self._begun, self._ground = False, None
        self._bearing, self._behind = [], []

    def _hear_behind(
        self, tags: Sequence[Phrase], before: Sequence[Phrase], after: Sequence[Phrase], joined: Phrase | None
    ) -> None:
        """ "@BG behind @logo", "behind @logo", "@BG behind"."""
        if after and after[-1].meaning is Glue.BEHIND:
            self._lay([joined] if joined else self._spoken_of, tags[-1], after[-1])
        if before and before[-1].meaning is Glue.BEHIND and self._begun:
            self._lay(tags[:1], self._spoken_of[-1], before[-1])
        elif before and before[-1].meaning is Glue.BEHIND:
            self._behind.append((tags[0], before[-1]))

    def _hear_it(self, tags: Sequence[Phrase], words: Sequence[Phrase]) -> None:
        """ "It" is what was named before: "@logo on it", "@BG behind them"."""
        for word in words:
            if _is_on_it(word) and self._spoken_of:
                self._lay(tags, self._spoken_of[-1], word)
            elif word.meaning is Glue.BEHIND_IT:
                self._lay(self._spoken_of, tags[-1], word)

    def _lay(self, uppers: Sequence[Phrase], lower: Phrase, link: Phrase) -> None:
        self.rests.extend(Rest(upper, lower, link) for upper in uppers)


def bearers(words: Sequence[Phrase]) -> Iterator[Bearer]:
    """The pictures in these words that bear the one before them, or, at the beginning, another clause's."""
    begin, has_subject, is_way = 0, False, False
    for index, word in enumerate(words):
        if index < begin:
            continue
        is_way = is_way or isinstance(word.meaning, Go | Heading) or word.meaning is Glue.FROM
        if not isinstance(word.meaning, Named):
            continue
        link = _link(words, index, begin)
        if link is not None and _bears(words, link, index, has_subject=has_subject, is_way=is_way, begin=begin):
            begin, has_subject, is_way = _own_end(words, index), False, False
            yield Bearer(link, index, begin)
        else:
            has_subject = True


def beside(phrases: Sequence[Phrase]) -> Iterator[Beside]:
    """Wherever a place is told from a picture: "left of @logo", "next to @logo"."""
    for first, second, third in zip(phrases, phrases[1:], [*phrases[2:], None], strict=False):
        match first.meaning, second.meaning, third and third.meaning:
            case (Spot() | Glue.BESIDE, Glue.OF, Named()) if third:
                yield Beside(first.start, second.end, third)
            case (Glue.BESIDE, Named(), _):
                yield Beside(first.start, first.end, second)


def is_ground_talk(words: Sequence[Phrase]) -> bool:
    """Is this about a background only: "stretched", "as the background"?"""
    telling = [word.meaning for word in words if not isinstance(word.meaning, Glue | None)]
    return bool(telling) and all(isinstance(meaning, Filling) or meaning == GROUND for meaning in telling)


def is_told_apart(words: Sequence[Phrase]) -> bool:
    """Do these words tell how a picture lies to what was named before it: "on it @logo", "@BG behind it"?"""
    return any(_is_on_it(word) or word.meaning is Glue.BEHIND_IT for word in words)


def is_of(word: Phrase) -> bool:
    """ "in front of", "on top of"."""
    return isinstance(word.meaning, Part) and word.text.endswith(" of")


def _is_on_it(word: Phrase) -> bool:
    return word.meaning is Glue.ON_IT or (isinstance(word.meaning, Part) and word.text.endswith((" of it", " of them")))


def _link(words: Sequence[Phrase], tag: int, begin: int) -> int | None:
    """The joining word before a tag, over the tag's adjectives: the "on" of "on the big @BG"."""
    for index in range(tag - 1, begin - 1, -1):
        word = words[index]
        if isinstance(word.meaning, Glue) or is_of(word):
            return index
        if not _describes(word.meaning):
            return None
    return None


def _describes(meaning: Meaning | object) -> bool:
    return meaning is None or meaning == GROUND or isinstance(meaning, Share | Still | Filling)


def _bears(words: Sequence[Phrase], link: int, tag: int, *, has_subject: bool, is_way: bool, begin: int) -> bool:
    meaning = words[link].meaning
    if meaning is Glue.OF:
        return _is_within(words, link, begin)
    if meaning in CLOSE:
        is_close = link > begin and isinstance(words[link - 1].meaning, Named)
        return is_close and not is_way and not any(word.meaning == GROUND for word in words[link:tag])
    if meaning in BEARING or is_of(words[link]):
        return has_subject or (link == begin and (begin > 0 or not _is_addressed(words[tag + 1 :])))
    return False


def _is_within(words: Sequence[Phrase], end: int, begin: int) -> bool:
    """Do the words before `end` name a place inside the picture: "in the top right of"? "Left of" is beside it."""
    start = end
    while start > begin and isinstance(words[start - 1].meaning, Spot):
        start -= 1
    spots = [word.meaning for word in words[start:end] if isinstance(word.meaning, Spot)]
    link = words[start - 1] if start > begin else None
    is_inside = link is not None and link.meaning is Glue.AT and link.text != "at"
    is_linked = link is not None and link.meaning in (Glue.AT, Glue.ON, Glue.BESIDE)
    across = any(spot.across is not None for spot in spots)
    down = any(spot.down is not None for spot in spots)
    return is_inside or (is_linked and not across) or (bool(spots) and across == down)


def _is_addressed(words: Sequence[Phrase]) -> bool:
    """Is the picture before these words the one they speak of: "on @logo put a fade"?"""
    tells = any(not isinstance(word.meaning, Glue | Named | None) for word in words)
    return tells and not any(isinstance(word.meaning, Named) for word in words)


def _own_end(words: Sequence[Phrase], tag: int) -> int:
    """Where the words end that follow a bearing picture and speak of a background: "on @BG as background, …"."""
    end = tag + 1
    for index in range(tag + 1, len(words)):
        meaning = words[index].meaning
        if isinstance(meaning, Filling) or meaning == GROUND:
            end = index + 1
        elif meaning not in (Glue.AS, Glue.AT, Glue.TO):
            break
    return end
