"""What the words about one tag ask for: its place, its size, its motions.

The words come in order, with the small ones that join them: "from left to right" is a way, "on the left" is a place,
"moves left" is a way again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sessions_app.composing.clauses import Bound
from sessions_app.composing.diagnostics import Diagnostic, Severity
from sessions_app.composing.meanings import Fade, Filling, Glue, Go, Heading, Hop, Part, Share, Spot, Still, Turn
from sessions_app.composing.phrases import Number, Phrase
from sessions_app.composing.relations import TELLING_APART
from sessions_app.composing.scene import Kind, Layer, Motion, Role

MOTIONS = (Go, Heading, Turn, Hop, Fade)


@dataclass(frozen=True, slots=True)
class Granted:
    """A layer with the wishes of one clause. `may_be_background`: "on the background" was said of it, which is its own
    part only if no other picture is the background."""

    layer: Layer
    may_be_background: bool
    remarks: tuple[Diagnostic, ...]


def grant(layer: Layer, bound: Bound) -> Granted:
    """The layer as this clause wants it: what the clause does not speak of stays."""
    listener = _Listener(layer, bound)
    listener.listen()
    motions = tuple(listener.motions[kind] for kind in Kind if kind in listener.motions)
    changed = replace(layer, place=listener.place, motions=motions)
    return Granted(changed, listener.may_be_background, tuple(listener.remarks))


class _Listener:
    """Takes in the words of one clause, one after the other."""

    def __init__(self, layer: Layer, bound: Bound) -> None:
        self.words = words = bound.words
        self.place = layer.place
        self.motions = {motion.kind: motion for motion in layer.motions}
        self.may_be_background = False
        self.remarks: list[Diagnostic] = []
        self._travels = any(isinstance(word.meaning, Go) for word in words)
        self._is_put = _is_put(bound)
        self._moves = any(isinstance(word.meaning, MOTIONS) for word in words)
        self._said: set[Kind] = set()
        self._is_placed = False
        self._aimless: Phrase | None = None
        self._crosses = False
        self._link: Glue | None = None
        self._verb: Phrase | None = None
        self._is_denied = False
        self._was_denied = False

    def listen(self) -> None:
        index = 0
        while index < len(self.words):
            index = self._hear(index)
        if self._crosses and self._travels and Kind.SLIDE not in self._said:
            self._move(Motion(Kind.SLIDE, 1, 0))
        elif self._aimless and not self._said:
            self._go_by_default(self._aimless)

    def _hear(self, index: int) -> int:
        """Take in the phrase at `index`; the index of the next one."""
        word = self.words[index]
        match word.meaning:
            case Spot():
                return self._hear_spot(index)
            case Glue():
                self._hear_glue(word.meaning)
            case Part(role):
                self._hear_part(role, word)
            case Go() | Heading() | Turn() | Hop() | Fade() | Still() if self._is_denied:
                self._do_not(word)
            case Go() | Heading() | Turn() | Hop() | Fade() | Still():
                self._hear_motion(word)
            case Filling(fit):
                self.place = replace(self.place, fit=fit)
            case Share(share):
                self.place = replace(self.place, scale=share)
        return index + 1

    def _hear_glue(self, glue: Glue) -> None:
        if glue is Glue.COMMA:
            self._link = self._verb = None
            self._is_denied = self._was_denied = False
        elif glue is Glue.NOT:
            self._is_denied = True
        else:
            self._crosses = self._crosses or glue is Glue.ACROSS
            self._link = glue

    def _hear_part(self, role: Role, word: Phrase) -> None:
        link, self._link = self._link, None
        if word.text.endswith(" of"):
            self._link = Glue.OVER
        if self._deny() or link in (*TELLING_APART, Glue.FROM):
            return
        if role is Role.BACKGROUND and link is Glue.ON:
            self.may_be_background = True
        else:
            self.place = replace(self.place, role=role)

    def _hear_motion(self, word: Phrase) -> None:
        follows = self._verb is not None and self._link is None
        self._link, self._verb = None, word
        match word.meaning:
            case Go(0, 0, is_weak):
                self._aimless = self._aimless if is_weak else word
            case Go(dx, dy) | Heading(dx, dy) if self._travels:
                self._slide(dx, dy, word)
            case Turn(dx):
                self._turn(dx)
            case Hop():
                if follows and word.text == "up and down":
                    self._aimless = None
                self._move(Motion(Kind.BOUNCE))
            case Fade(dx):
                self._fade(dx)
            case Still():
                self._stand_still(word)

    def _turn(self, dx: int) -> None:
        before = self.motions.get(Kind.ROTATE)
        self._move(Motion(Kind.ROTATE, dx or (before.dx if before else 1)))

    def _fade(self, dx: int) -> None:
        before = self.motions.get(Kind.FADE) if Kind.FADE in self._said else None
        self._move(Motion(Kind.FADE, 0 if before and before.dx == -dx else dx))

    def _move(self, motion: Motion) -> None:
        self.motions[motion.kind] = motion
        self._said.add(motion.kind)

    def _do_not(self, word: Phrase) -> None:
        """ "Does not move" takes the slide away and leaves a rotation."""
        self._was_denied = True
        kinds = {Turn: Kind.ROTATE, Hop: Kind.BOUNCE, Fade: Kind.FADE, Go: Kind.SLIDE, Heading: Kind.SLIDE}
        kind = kinds.get(type(word.meaning))
        if kind:
            self.motions.pop(kind, None)
            self._said.discard(kind)

    def _stand_still(self, word: Phrase) -> None:
        if self._said or self._aimless:
            self._remark(word, "moves_and_still", "This contradicts the motion before it. Read as standing still.")
        self.motions.clear()
        self._said.clear()
        self._aimless = None

    def _slide(self, dx: int, dy: int, word: Phrase) -> None:
        """Go this way too: one step per axis, the last one said."""
        before = self.motions.get(Kind.SLIDE) if Kind.SLIDE in self._said else None
        was_x, was_y = (before.dx, before.dy) if before else (0, 0)
        if dx * was_x < 0 or dy * was_y < 0:
            self._remark(word, "two_ways", "A picture goes one way; this is the one that is taken.")
        self._aimless = None
        self._move(Motion(Kind.SLIDE, dx or was_x, dy or was_y))

    def _go_by_default(self, verb: Phrase) -> None:
        stands_at_a_side = self.place.across in (0, 1) and self.place.down == 0.5
        dx, dy, way = (0, 1, "top to bottom") if stands_at_a_side else (1, 0, "left to right")
        self._move(Motion(Kind.SLIDE, dx, dy))
        self._remark(verb, "no_direction", f"It is not said which way. Read as from {way}.", Severity.NOTE)

    def _hear_spot(self, index: int) -> int:
        word, link, verb = self.words[index], self._link, self._verb
        self._link = self._verb = None
        spot, after = _gathered(self.words, index)
        if self._deny():
            return after
        end, beyond = self._destination(after)
        if end and (link is Glue.FROM or _is_opposite(spot, end)):
            self._cross(spot, end, word)
            return beyond
        if link is Glue.FROM and spot != Spot() and self._comes_from(index):
            self._slide(-_step(spot.across), -_step(spot.down), word)
        elif _turns_to(verb, link) and spot.across is not None:
            self._turn(_step(spot.across))
        elif self._is_put and link is Glue.TO and (spot == Spot() or None not in (spot.across, spot.down)):
            self._aimless = None
            self._stand(spot, word)
        elif self._heads_for(link, verb, word.text):
            self._cross(None, spot, word)
        else:
            self._stand(spot, word)
        return after

    def _destination(self, after: int) -> tuple[Spot | None, int]:
        """The place named by "to …" here, and the index after it."""
        match [word.meaning for word in self.words[after : after + 2]]:
            case [Glue.TO, Spot()]:
                return _gathered(self.words, after + 1)
        return None, after

    def _comes_from(self, index: int) -> bool:
        """Not in "20 % from the left", nor where nothing moves."""
        measured = index >= 2 and isinstance(self.words[index - 2].meaning, Number | Share)
        return not measured and (self._moves or index < 2)

    def _heads_for(self, link: Glue | None, verb: Phrase | None, word: str) -> bool:
        """Is this place where the picture goes: "moves left", "slides to the right", "goes left and up"?"""
        if link is Glue.TO or word in ("up", "down"):
            return self._travels
        return link is None and verb is not None and isinstance(verb.meaning, Go)

    def _cross(self, start: Spot | None, end: Spot, word: Phrase) -> None:
        begin = start or Spot()
        dx, dy = _way(begin.across, end.across), _way(begin.down, end.down)
        if (dx, dy) == (0, 0):
            return
        self._slide(dx, dy, word)
        if Spot() in (start, end):
            self._remark(word, "whole_way", "A moving picture crosses the whole canvas.", Severity.NOTE)

    def _stand(self, spot: Spot, word: Phrase) -> None:
        across, down = spot.across, spot.down
        here = self.place
        conflict = _differ(across, here.across) or _differ(down, here.down)
        if conflict and self._is_placed:
            self._remark(word, "two_places", "A picture stands in one place; this is the one that is taken.")
        if conflict or (spot == Spot() and not self._is_placed):
            here = replace(here, across=0.5, down=0.5)
        self.place = replace(
            here, across=here.across if across is None else across, down=here.down if down is None else down
        )
        self._is_placed = True

    def _deny(self) -> bool:
        """Is what is heard now denied? One "not" denies one place; motions it denies up to the comma."""
        denied = self._is_denied and not self._was_denied
        self._was_denied = self._was_denied or denied
        return denied

    def _remark(self, word: Phrase, code: str, message: str, severity: Severity = Severity.WARN) -> None:
        self.remarks.append(Diagnostic(word.start, word.end, code, message, severity=severity))


def _gathered(words: Sequence[Phrase], index: int) -> tuple[Spot, int]:
    """The place that a run of words names together ("top right", "middle of the left side"), and the index after it."""
    spot = Spot()
    while index < len(words) and isinstance(more := words[index].meaning, Spot):
        if _clash(spot.across, more.across) or _clash(spot.down, more.down):
            break
        spot = Spot(_either(spot.across, more.across), _either(spot.down, more.down))
        index += 1
        if index + 1 < len(words) and words[index].meaning is Glue.OF and isinstance(words[index + 1].meaning, Spot):
            index += 1
    return spot, index


def _is_put(bound: Bound) -> bool:
    """Is it "move @logo to …", as one moves a chess piece? "@logo moves to …" tells of a motion."""
    verbs = [word for word in bound.words if isinstance(word.meaning, Go)]
    return [verb.text for verb in verbs] == ["move"] and verbs[0].start < bound.tag.start


def _turns_to(verb: Phrase | None, link: Glue | None) -> bool:
    """ "turns left", "rotates to the right"."""
    return verb is not None and isinstance(verb.meaning, Turn) and link in (None, Glue.TO)


def _is_opposite(one: Spot, other: Spot) -> bool:
    return _clash(one.across, other.across) or _clash(one.down, other.down)


def _clash(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and one != other


def _either(one: float | None, other: float | None) -> float | None:
    return other if one is None else one


def _differ(wanted: float | None, own: float) -> bool:
    """Is another place on this axis taken already?"""
    return wanted is not None and own not in (0.5, wanted)


def _step(share: float | None) -> int:
    """The direction towards a place on one axis."""
    return 0 if share is None else (1 if share > 0.5 else -1)


def _way(start: float | None, end: float | None) -> int:
    """The direction from one place to another on one axis; away from the first when the second is not named on it."""
    if start == end:
        return 0
    return _step(end) if end is not None else -_step(start)
