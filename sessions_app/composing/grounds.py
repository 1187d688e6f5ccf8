"""The ground that is described rather than named: "@logo on a wooden background" speaks of no picture.

Such a background is taken from the words before any picture can become it. A colour in it is left for canvas.
"""

from collections.abc import Sequence
from dataclasses import replace

from sessions_app.composing.diagnostics import Diagnostic, Severity
from sessions_app.composing.meanings import Colour, Glue, Go, Noun, Share, Still, Undone
from sessions_app.composing.phrases import Named, Phrase
from sessions_app.composing.relations import GROUND

NAMES = ("background", "backdrop", "wallpaper", "bg")
MOST_ADJECTIVES = 4
LAID_ON = (Glue.ON, Glue.OVER, Glue.ACROSS)
GIVING = (Glue.AS, Glue.FOR, Glue.TO)
"""After these a background is a picture's part: "as a beautiful background"."""
APPOSING = (Glue.AS, Glue.OF, Glue.TO)


def take_out(phrases: Sequence[Phrase]) -> tuple[list[Phrase], list[Diagnostic]]:
    """The phrases, with no meaning left to backgrounds that are only described; remarks on what cannot be had."""
    left: list[Phrase] = []
    remarks: list[Diagnostic] = []
    for index, phrase in enumerate(phrases):
        left.append(phrase)
        if phrase.meaning != GROUND or phrase.text not in NAMES:
            continue
        after = [following.meaning for following in phrases[index + 1 : index + 3]]
        first = _beginning(left)
        if _is_inside(left, after):
            remarks += [] if isinstance(left[first].meaning, Undone) else [_kept(phrase)]
            left[-1] = replace(phrase, meaning=None)
        elif _is_described(left, first, after):
            said = left[first:]
            remarks += _remark(said)
            left[first:] = _colour_alone(said)
    return left, remarks


def _beginning(words: Sequence[Phrase]) -> int:
    """Where the description of the background begins that ends these words."""
    first = len(words) - 1
    while first and len(words) - first <= MOST_ADJECTIVES and _describes(words[first - 1]):
        first -= 1
    return first


def _describes(word: Phrase) -> bool:
    meaning = word.meaning
    moving = isinstance(meaning, Go) and word.text.endswith("ing")
    return moving or meaning in (None, Noun.OPACITY) or isinstance(meaning, Colour | Share | Still | Undone)


def _is_inside(words: Sequence[Phrase], after: Sequence[object]) -> bool:
    """Is this the background in a picture: "remove the background of @logo"?"""
    before = words[-2].meaning if len(words) > 1 else None
    is_of = len(after) == 2 and after[0] is Glue.OF and isinstance(after[1], Named)
    return is_of and not words[-1].is_indefinite and before not in (Glue.AT, *GIVING)


def _is_described(words: Sequence[Phrase], first: int, after: Sequence[object]) -> bool:
    is_indefinite = any(word.is_indefinite for word in words[first:])
    has_words = len(words) - first > 1
    link = words[first - 1].meaning if first else Glue.STOP
    if link in GIVING or _is_coloured(after):
        return False
    if _is_named(after):
        return is_indefinite and link in LAID_ON and (first < 2 or not isinstance(words[first - 2].meaning, Named))
    if isinstance(link, Named):
        return is_indefinite and has_words
    return is_indefinite or (has_words and link is not Glue.AT)


def _is_coloured(after: Sequence[object]) -> bool:
    """ "Background: blue", "a background in blue"."""
    return any(isinstance(meaning, Colour) for meaning in after[:1]) or (
        len(after) == 2 and isinstance(after[0], Glue) and isinstance(after[1], Colour) and after[0] is not Glue.COMMA
    )


def _is_named(after: Sequence[object]) -> bool:
    """ "A beautiful background @BG", "the blurred background is @BG"."""
    match after:
        case [Named(), *_]:
            return True
        case [link, Named()]:
            return link in APPOSING
    return False


def _kept(background: Phrase) -> Diagnostic:
    message = "The background inside a picture stays as it is."
    return Diagnostic(background.start, background.end, "not_done", message, severity=Severity.WARN)


def _remark(said: Sequence[Phrase]) -> list[Diagnostic]:
    words = [word for word in said[:-1] if not isinstance(word.meaning, Colour | Undone)]
    if not words and len(said) > 1:
        return []
    named = " ".join(word.text for word in words if word.text)
    found = f"“{named}” is no colour." if named else "No colour is named."
    message = f"{found} Say “on a blue background”, or which picture is the background."
    return [Diagnostic(said[0].start, said[-1].end, "ground_unknown", message, severity=Severity.WARN)]


def _colour_alone(said: Sequence[Phrase]) -> list[Phrase]:
    """What is said of a ground with its last colour beside it, or, without one, with no meaning left."""
    colours = [word for word in said if isinstance(word.meaning, Colour)][-1:]
    others = [word for word in said[:-1] if word not in colours]
    emptied = [word if isinstance(word.meaning, Undone) else replace(word, meaning=None) for word in others]
    return [*emptied, *colours, said[-1] if colours else replace(said[-1], meaning=None)]
