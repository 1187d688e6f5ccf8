"""Tokens into phrases: one or more words with one meaning.

The longest phrase of the vocabulary wins; a misspelled word is read as the one it was meant to be, and said so;
words that change nothing are left out.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

from sessions_app.composing import spelling
from sessions_app.composing.meanings import Colour, Glue, Meaning, Noun, Part
from sessions_app.composing.tokens import Token, TokenKind
from sessions_app.composing.words import (
    ARTICLES,
    INDEFINITE,
    INTENSIFIED,
    LONGEST_PHRASE,
    PLACING,
    VOCABULARY,
)

KNOWN_WORDS = ARTICLES | INTENSIFIED | {word for phrase in VOCABULARY for word in phrase.split()}
MANY_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Named:
    """A picture, by its tag."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class LoneAt:
    """An @ with no name after it."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stretch of the text and its meaning; None: it has none for us. `is_indefinite`: after "a" or "an"."""

    start: int
    end: int
    text: str
    meaning: Meaning | Named | Number | LoneAt | None
    is_indefinite: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """A misspelled word and what it was read as."""

    start: int
    end: int
    typed: str
    meant: str


def gather(tokens: Sequence[Token]) -> tuple[list[Phrase], list[Correction]]:
    """The phrases of these tokens, in order, and the words that were read as others."""
    corrections: list[Correction] = []
    spelled = [_spelled(token, corrections) for token in tokens]
    telling = [
        token
        for index, token in enumerate(spelled)
        if not (token.kind is TokenKind.WORD and (token.text in ARTICLES or _is_intensifier(spelled, index)))
    ]
    some = {token.start for article, token in pairwise(spelled) if article.text in INDEFINITE}
    return list(_meaningful(_phrases(telling), some)), corrections


def _meaningful(phrases: Iterable[Phrase], some: Collection[int]) -> Iterator[Phrase]:
    """The phrases that change something; `some` is where those begin that follow an indefinite article."""
    is_indefinite = False
    for phrase in phrases:
        is_indefinite = is_indefinite or phrase.start in some
        if phrase.meaning not in (Glue.FILLER, Glue.IGNORED):
            yield replace(phrase, is_indefinite=True) if is_indefinite else phrase
            is_indefinite = False


def _spelled(token: Token, corrections: list[Correction]) -> Token:
    if token.kind is not TokenKind.WORD or token.text in KNOWN_WORDS:
        return token
    meant = spelling.corrected(token.text)
    if meant is None:
        return token
    corrections.append(Correction(token.start, token.end, token.text, meant))
    return replace(token, text=meant)


def _is_intensifier(tokens: Sequence[Token], index: int) -> bool:
    """Is this the "right" of "@logo is right in the middle"?"""
    if tokens[index].text != "right" or index + 1 == len(tokens) or tokens[index + 1].text not in INTENSIFIED:
        return False
    before = tokens[index - 1] if index else None
    return before is None or before.kind is TokenKind.TAG or before.text in PLACING


def _phrases(tokens: Sequence[Token]) -> Iterator[Phrase]:
    index = 0
    while index < len(tokens):
        count = _phrase_length(tokens, index) if tokens[index].kind is TokenKind.WORD else 1
        yield _phrase(tokens[index : index + count])
        index += count


def _phrase_length(tokens: Sequence[Token], start: int) -> int:
    """How many words from here make one phrase of the vocabulary; 1 when none does."""
    words = [token.text if token.kind is TokenKind.WORD else "" for token in tokens[start : start + LONGEST_PHRASE]]
    counts = (count for count in range(len(words), 1, -1) if " ".join(words[:count]) in VOCABULARY)
    return next((count for count in counts if not _is_open(" ".join(words[:count]), tokens[start + count :][:1])), 1)


def _is_open(phrase: str, following: Sequence[Token]) -> bool:
    """Do these words mean themselves here: the "left over" of "from the left over @BG", "right away from it"?"""
    if not following:
        return False
    word = following[0]
    is_picture = word.kind is TokenKind.TAG or isinstance(VOCABULARY.get(word.text), Part | Noun)
    return (phrase == "left over" and is_picture) or (phrase == "right away" and word.text == "from")


def _phrase(tokens: Sequence[Token]) -> Phrase:
    text = " ".join(token.text for token in tokens)
    return Phrase(tokens[0].start, tokens[-1].end, text, _meaning(tokens[0], text))


def _meaning(token: Token, text: str) -> Meaning | Named | Number | LoneAt | None:
    match token.kind:
        case TokenKind.WORD:
            return VOCABULARY.get(text)
        case TokenKind.TAG:
            return Named(text)
        case TokenKind.NUMBER:
            # Nobody means a number this long, and Python would take its time to read it.
            return Number(float(text) if len(text) <= MANY_DIGITS else inf)
        case TokenKind.COLOUR:
            red, green, blue = bytes.fromhex(text)
            return Colour((red, green, blue))
        case TokenKind.LONE_AT:
            return LoneAt()
        case TokenKind.BREAK:
            return Glue.COMMA
        case TokenKind.STOP:
            return Glue.STOP
        case TokenKind.QUOTE | TokenKind.OPAQUE:
            return None
