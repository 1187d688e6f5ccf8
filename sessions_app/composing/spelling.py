"""Words that were meant to be one of ours: one letter wrong, missing or too many, or two neighbours swapped."""

from string import ascii_lowercase

from sessions_app.composing.words import MISSPELLABLE, ORDINARY

SHORTEST, LONGEST = 4, 17

_BY_LETTER = {letter: sorted(word for word in MISSPELLABLE if word[0] == letter) for letter in ascii_lowercase}


def corrected(word: str) -> str | None:
    """The place or motion word that `word` was meant to be; None when it is too short, ordinary, or far from any.

    The first letter is taken as right, or as swapped with the second: hardly anyone mistypes it otherwise, and so
    "night" and "flower" are not read as "right" and "lower".
    """
    if not SHORTEST <= len(word) <= LONGEST or word in ORDINARY:
        return None
    swapped = [ours for ours in _BY_LETTER.get(word[1], []) if ours[1] == word[0]]
    return next((ours for ours in [*_BY_LETTER.get(word[0], []), *swapped] if is_near(word, ours)), None)


def is_near(one: str, other: str) -> bool:
    """At most one insertion, deletion, replacement or swap of neighbours apart."""
    start = _alike(one, other)
    one, other = one[start:], other[start:]
    if len(one) == len(other):
        return one[1:] == other[1:] or (one[:2] == other[:2][::-1] and one[2:] == other[2:])
    return one[1:] == other or other[1:] == one


def _alike(one: str, other: str) -> int:
    """How many letters the two begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))
