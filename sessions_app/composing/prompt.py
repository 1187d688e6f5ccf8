"""A sentence with @tags, read: the Scene it asks for, what each clause means, and what could not be read.

    prompt.read("@BG as background and @logo on the top right").place("logo").corner == (1, 0)

Reading never fails, so that it can go on while somebody types; `require` is for when the picture is to be made.
The way of a sentence: tokens, phrases, canvas, clauses, wishes, each in the module of that name.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from prompt_media.errors import InvalidInput, Unprocessable
from sessions_app import names
from sessions_app.composing import canvas, clauses, grounds, piles, relations, tags, tokens, wishes
from sessions_app.composing.canvas import Setting
from sessions_app.composing.clauses import Bound
from sessions_app.composing.diagnostics import Diagnostic, Severity, not_done
from sessions_app.composing.meanings import Colour, Glue, Noun, Part, Preset, Spot, Undone
from sessions_app.composing.phrases import Correction, LoneAt, Number, Phrase, gather
from sessions_app.composing.relations import Beside, Rest
from sessions_app.composing.scene import MOST_LAYERS, Layer, Place, Role, Scene
from sessions_app.composing.tags import UnknownTag
from sessions_app.composing.wording import describe
from sessions_app.composing.words import PLACE_AND_MOTION

MAX_LENGTH = 4000
GUESSES = 5
"""How many unknown tags are compared with the known ones: a sentence full of them must not take long."""
EMPTY = "The prompt is empty. Name a picture by its tag, for example: @BG as background."
NO_TAG = "The prompt names no picture. Write a tag with an @, for example: @BG as background."
NOT_FROM_PICTURES = "Places are told from the canvas, not from another picture."


class EmptyPrompt(InvalidInput):
    code, title = "empty_prompt", "The prompt is empty"


class NoTag(InvalidInput):
    code, title = "no_tag", "The prompt names no picture"


class TagTooLong(InvalidInput):
    code, title = "tag_too_long", "A tag is too long"


class TooManyPictures(Unprocessable):
    code, title = "too_many_pictures", "The prompt names too many pictures"


class PromptTooLong(Unprocessable):
    code, title = "prompt_too_long", "The prompt is too long"


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the text that was understood. `start` and `end` count its code points.

    `number` is that of its layer, from 1 in the order of first mention; a clause about the whole picture has no tag
    and the number 0.
    """

    start: int
    end: int
    text: str
    tag: str | None
    means: str
    number: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt as it was understood. `tags` are those of the scene in order of mention, in the session's spelling;
    `named` are all that were typed; `unread` are the stretches that carry no meaning."""

    text: str
    scene: Scene
    clauses: tuple[Clause, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    unread: tuple[tuple[int, int], ...] = ()
    tags: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def layer(self, tag: str) -> Layer:
        """The layer of this tag, without regard to case. Raises UnknownTag."""
        wanted = tags.key(tag)
        for layer in self.scene.layers:
            if tags.key(layer.tag) == wanted:
                return layer
        raise UnknownTag(tag, self.tags)

    def place(self, tag: str) -> Place:
        return self.layer(tag).place


def read(text: str, known: Collection[str] | None = None) -> Reading:
    """What `text` asks for. `known` are the session's tags; None takes every tag as known.

    Never raises: what is wrong stands in the diagnostics. Only the first 4,000 characters are read.
    """
    phrases, corrections = gather(tokens.scan(text[:MAX_LENGTH]))
    reader = _Reader(text, None if known is None else tags.spellings(known))
    reader.remarks.extend(map(_correction, corrections))
    return reader.read(phrases)


def require(reading: Reading, known: Collection[str]) -> Reading:
    """The same reading, if a picture can be made of it.

    Raises PromptTooLong, EmptyPrompt, NoTag, TooManyPictures, TagTooLong or UnknownTag.
    """
    if len(reading.text) > MAX_LENGTH:
        raise PromptTooLong(_too_long(reading.text), field="prompt")
    if not _has_ink(reading.text):
        raise EmptyPrompt(EMPTY, field="prompt")
    if not reading.named:
        raise NoTag(NO_TAG, field="prompt")
    if len(reading.named) > MOST_LAYERS:
        message = f"A picture has at most {MOST_LAYERS} layers; this prompt names {len(reading.named)} pictures."
        raise TooManyPictures(message, field="prompt")
    own = tags.spellings(known)
    for name in reading.named:
        if len(name) > names.TAG_LENGTH:
            raise TagTooLong(_tag_too_long(name), field="prompt")
        if tags.key(name) not in own:
            raise UnknownTag(name, known)
    return reading


class _Reader:
    """Builds up one reading, clause by clause."""

    def __init__(self, text: str, own: Mapping[str, str] | None) -> None:
        self.text = text
        self.own = own
        self.remarks: list[Diagnostic] = []
        self.layers: dict[str, Layer] = {}
        self.named: dict[str, str] = {}
        self.unread: list[tuple[int, int]] = []
        self.spoken: list[Bound] = []
        self.maybe_backgrounds: list[str] = []
        self.placed: set[str] = set()
        self.guesses = 0

    def read(self, phrases: Sequence[Phrase]) -> Reading:
        left, settings = self._about_pictures([phrase for phrase in phrases if phrase.meaning is not Noun.FILM])
        bounds, rests = clauses.bind(self.text[:MAX_LENGTH], left)
        for bound in bounds:
            self._take(bound)
        self._settle_backgrounds(rests)
        piled = piles.ordered(self.layers, rests)
        self._judge_relations(relations.beside(left), rests)
        self._judge_backgrounds(piled)
        self._judge_motion(piled, [phrase for phrase in phrases if phrase.meaning is Noun.FILM])
        self._judge_whole()
        scene, remarks = canvas.applied(Scene(tuple(piled)), settings)
        self.remarks += remarks
        return Reading(
            text=self.text,
            scene=scene,
            clauses=self._clauses(settings),
            # Where words are shared, the same may be remarked of each picture.
            diagnostics=tuple(sorted(dict.fromkeys(self.remarks), key=lambda remark: (remark.start, remark.end))),
            unread=tuple(_merged(sorted(self.unread))),
            tags=tuple(layer.tag for layer in self.layers.values()),
            named=tuple(self.named.values()),
        )

    def _about_pictures(self, phrases: Sequence[Phrase]) -> tuple[list[Phrase], list[Setting]]:
        """What is said about the tagged pictures, and what about the whole; what is neither is noted."""
        spoken, unknown = grounds.take_out(phrases)
        left, settings, remarks = canvas.take_out([self._doable(phrase) for phrase in spoken])
        self.remarks += [*unknown, *remarks]
        self._note_unread(left)
        return left, settings

    def _doable(self, phrase: Phrase) -> Phrase:
        """The phrase, without its meaning if that is something nobody here can do."""
        if not isinstance(phrase.meaning, Undone):
            return phrase
        message = not_done(self.text[phrase.start : phrase.end], phrase.meaning.instead)
        self._remark(phrase, "not_done", message, Severity.WARN)
        return replace(phrase, meaning=None)

    def _take(self, bound: Bound) -> None:
        """Put one clause into its layer, if its picture is known."""
        name = bound.tag.text
        key = tags.key(name)
        if len(name) > names.TAG_LENGTH or (self.own is not None and key not in self.own):
            self._refuse(bound, is_first=key not in self.named)
        else:
            granted = wishes.grant(self.layers.get(key) or Layer(self.own[key] if self.own else name), bound)
            self.layers[key] = granted.layer
            self.remarks += granted.remarks
            self.maybe_backgrounds += [key] * granted.may_be_background
            self.placed.update([key] * clauses.is_placing(bound.words))
            self.spoken.append(bound)
        self.named.setdefault(key, name)

    def _refuse(self, bound: Bound, *, is_first: bool) -> None:
        self.unread.append((bound.start, bound.end))
        if bound.is_more:
            return
        name, known = bound.tag.text, list((self.own or {}).values())
        if len(name) > names.TAG_LENGTH:
            self._complain(bound.tag, "tag_too_long", _tag_too_long(name))
            return
        self.guesses += is_first
        meant = tags.nearest(name, known) if self.guesses <= GUESSES else None
        hint = f" Did you mean @{meant}?" if meant else ""
        self._complain(bound.tag, "unknown_tag", f"No picture is tagged @{name}.{hint}", meant and f"@{meant}")

    def _remark(self, at: Phrase, code: str, message: str, severity: Severity = Severity.NOTE) -> None:
        self.remarks.append(Diagnostic(at.start, at.end, code, message, severity=severity))

    def _complain(self, at: Phrase, code: str, message: str, suggestion: str | None = None) -> None:
        self.remarks.append(Diagnostic(at.start, at.end, code, message, suggestion, Severity.ERROR))

    def _note_unread(self, phrases: Sequence[Phrase]) -> None:
        """Underline what has no meaning, neighbours together."""
        goes_on = False
        for phrase in phrases:
            if isinstance(phrase.meaning, LoneAt):
                self.remarks.append(Diagnostic(phrase.start, phrase.end, "lone_at", "Write a tag after the @."))
            is_unread = phrase.meaning is None or isinstance(phrase.meaning, Number | Colour | Preset | LoneAt)
            if is_unread:
                start = self.unread.pop()[0] if goes_on else phrase.start
                self.unread.append((start, phrase.end))
            goes_on = is_unread

    def _settle_backgrounds(self, rests: Sequence[Rest]) -> None:
        """Where no picture is called the background, it is the one that others lie on, or the one that is said to be
        "on the background"."""
        if any(self._is_background(key) for key in self.layers):
            return
        rest = piles.understood(rests, self.layers.keys() - self.placed)
        if rest:
            lower = self.layers[piles.key(rest.lower)].tag
            message = f"@{lower} is read as the background, because @{rest.upper.text} stands on it."
            self._remark(rest.lower, "background_understood", message)
        for key in [piles.key(rest.lower)] if rest else self.maybe_backgrounds:
            layer = self.layers[key]
            self.layers[key] = replace(layer, place=replace(layer.place, role=Role.BACKGROUND))

    def _is_background(self, key: str) -> bool:
        return key in self.layers and self.layers[key].place.role is Role.BACKGROUND

    def _judge_relations(self, beside: Iterable[Beside], rests: Iterable[Rest]) -> None:
        """A place told from a background is one of the canvas; told from another picture it says nothing."""
        doubtful = {(each.start, each.end) for each in beside if not self._is_background(piles.key(each.tag))}
        doubtful |= {(rest.link.start, rest.link.end) for rest in rests if self._stand_apart(rest)}
        for start, end in doubtful:
            self.remarks.append(Diagnostic(start, end, "relative_place", NOT_FROM_PICTURES))

    def _stand_apart(self, rest: Rest) -> bool:
        """Was one picture said to lie on another that is no background and stands elsewhere?"""
        upper, lower = self.layers.get(piles.key(rest.upper)), self.layers.get(piles.key(rest.lower))
        if (
            rest.link.meaning is Glue.OF
            or not (upper and lower)
            or Role.BACKGROUND in (upper.place.role, lower.place.role)
        ):
            return False
        return upper.place.corner != lower.place.corner

    def _judge_backgrounds(self, piled: Sequence[Layer]) -> None:
        grounds = [layer for layer in piled if layer.place.role is Role.BACKGROUND]
        if len(grounds) < 2:
            return
        below, above = grounds[-2:]
        at = next(bound.tag for bound in self.spoken if tags.key(bound.tag.text) == tags.key(above.tag))
        message = f"@{below.tag} and @{above.tag} are both backgrounds; @{above.tag} lies before the other."
        self._remark(at, "two_backgrounds", message)

    def _judge_motion(self, piled: Sequence[Layer], films: Sequence[Phrase]) -> None:
        if films and piled and not any(layer.moves for layer in piled):
            message = f"Nothing moves: say how @{piled[-1].tag} moves to get a GIF."
            self._remark(films[0], "nothing_moves", message)

    def _judge_whole(self) -> None:
        """What is wrong with the prompt as a whole."""
        whole = Phrase(0, len(self.text), "", None)
        if len(self.text) > MAX_LENGTH:
            self._complain(replace(whole, start=MAX_LENGTH), "prompt_too_long", _too_long(self.text))
        elif not _has_ink(self.text):
            self._complain(whole, "empty_prompt", EMPTY)
        elif not self.named:
            self._complain(whole, "no_tag", NO_TAG)

    def _clauses(self, settings: Iterable[Setting]) -> tuple[Clause, ...]:
        numbers = {key: number for number, key in enumerate(self.layers, start=1)}
        spoken = [self._clause(bound, tags.key(bound.tag.text), numbers) for bound in self.spoken]
        alone = [
            Clause(each.start, each.end, self.text[each.start : each.end], None, each.value.means, 0)
            for each in settings
            if not any(clause.start <= each.start < clause.end for clause in spoken)
        ]
        return tuple(sorted([*spoken, *alone], key=lambda clause: clause.start))

    def _clause(self, bound: Bound, key: str, numbers: Mapping[str, int]) -> Clause:
        layer = self.layers[key]
        text = self.text[bound.start : bound.end]
        return Clause(bound.start, bound.end, text, layer.tag, describe(layer), numbers[key])


def _correction(correction: Correction) -> Diagnostic:
    sort = "place" if isinstance(PLACE_AND_MOTION[correction.meant], Spot | Part) else "motion"
    message = f"No {sort} is called “{correction.typed}”. Read as {correction.meant}."
    return Diagnostic(
        correction.start, correction.end, "misspelled", message, suggestion=correction.meant, severity=Severity.WARN
    )


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans without overlaps; they come sorted."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _has_ink(text: str) -> bool:
    return any(not character.isspace() and not names.is_invisible(character) for character in text)


def _too_long(text: str) -> str:
    return f"A prompt has at most {MAX_LENGTH:,} characters; this one has {len(text):,}."


def _tag_too_long(name: str) -> str:
    return f"A tag has at most {names.TAG_LENGTH} characters; @{name[: names.TAG_LENGTH]}… has {len(name)}."
