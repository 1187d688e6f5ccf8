"""Text into tokens: tags, words, numbers, colours and what parts them. Nothing here knows what a word means.

Written by hand, one pass, every character looked at a bounded number of times: a long text cannot make it slow.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from sessions_app import names
from sessions_app.composing.tags import plain
from sessions_app.names import is_invisible

LONGEST_RGB = 32


class TokenKind(Enum):
    WORD = auto()
    NUMBER = auto()
    COLOUR = auto()
    TAG = auto()
    LONE_AT = auto()
    BREAK = auto()
    STOP = auto()
    QUOTE = auto()
    OPAQUE = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: `start` and `end` count its code points, `text` is what is compared (a word in lower
    case, a tag without its @, a colour as six hex digits)."""

    kind: TokenKind
    start: int
    end: int
    text: str = ""


AT = frozenset("@\N{FULLWIDTH COMMERCIAL AT}")
SIGNS = {"%": "%", "×": "x", "→": "to", "&": "and", "+": "and"}
ARROWS = ("->", "=>", "–>", "—>")
BREAKS = frozenset(",|\N{FULLWIDTH COMMA}\N{IDEOGRAPHIC COMMA}\N{ARABIC COMMA}")
STOPS = frozenset(
    "!?;\n\r\N{IDEOGRAPHIC FULL STOP}\N{FULLWIDTH EXCLAMATION MARK}\N{FULLWIDTH QUESTION MARK}"
    "\N{ARABIC SEMICOLON}\N{ARABIC QUESTION MARK}"
)
QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "\N{LEFT SINGLE QUOTATION MARK}": "’", "'": "'", "`": "`"}
QUOTE_MARKS = frozenset(QUOTES) | frozenset(QUOTES.values())
ADDRESS_ENDS = BREAKS | STOPS | QUOTE_MARKS | frozenset(")>")
APOSTROPHES = frozenset("'’")
SIZE_SUFFIXES = ("k", "K", "p", "P")
HEX = frozenset("0123456789abcdefABCDEF")


def scan(text: str) -> list[Token]:
    """The tokens of `text`, in order; a quotation without a tag in it comes back as one opaque token."""
    tokens: list[Token] = []
    quotations: dict[str, int] = {}
    for token in _tokens(text):
        if token.kind is TokenKind.OPAQUE:
            _swallow(tokens, token, text)
        elif token.kind is TokenKind.QUOTE:
            _quote(tokens, token, quotations, opens=not _is_word(text, token.start - 1))
        else:
            tokens.append(token)
    return [token for token in tokens if token.kind is not TokenKind.QUOTE]


def _tokens(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text):
        token = _at(text, position)
        if token is None:
            position += 1
            continue
        yield token
        position = token.end


def _at(text: str, start: int) -> Token | None:
    """The token that begins here, if one does."""
    character = text[start]
    if character.isalpha():
        return _word(text, start)
    if character.isdecimal():
        return _number(text, start)
    if character in AT:
        return _tag(text, start)
    if character == "#":
        return _hex_colour(text, start)
    return _mark(text, start)


def _mark(text: str, start: int) -> Token | None:
    character = text[start]
    if character in SIGNS:
        return Token(TokenKind.WORD, start, start + 1, SIGNS[character])
    if text[start : start + 2] in ARROWS:
        return Token(TokenKind.WORD, start, start + 2, "to")
    if character in BREAKS:
        return Token(TokenKind.BREAK, start, start + 1)
    if character in STOPS or (character == "." and _ends_sentence(text, start)):
        return Token(TokenKind.STOP, start, start + 1)
    return Token(TokenKind.QUOTE, start, start + 1, character) if character in QUOTE_MARKS else None


def _word(text: str, start: int) -> Token:
    end = _run(text, start, lambda at: _is_letter(text, at) or _is_inner_apostrophe(text, at))
    if _is_address(text, end):
        return _address(text, start, end)
    word = plain(text[start:end]).casefold().replace("’", "'")
    if word == "rgb" and text.startswith("(", end):
        return _rgb_colour(text, start, end) or Token(TokenKind.WORD, start, end, word)
    return Token(TokenKind.WORD, start, end, word)


def _number(text: str, start: int) -> Token:
    end = _run(text, start, lambda at: text[at].isdecimal())
    if text.startswith(".", end) and end + 1 < len(text) and text[end + 1].isdecimal():
        end = _run(text, end + 1, lambda at: text[at].isdecimal())
    if _is_address(text, end):
        return _address(text, start, end)
    named = _end_of_name(text, end)
    if named > end:
        return Token(TokenKind.WORD, start, named, text[start:named].casefold())
    return Token(TokenKind.NUMBER, start, end, text[start:end])


def _end_of_name(text: str, end: int) -> int:
    """Where a number ends that is the name of a size: "16:9", "4k", "1080p"."""
    if text.startswith(":", end):
        ratio = _run(text, end + 1, lambda at: text[at].isdecimal())
        return ratio if ratio > end + 1 else end
    return end + 1 if text[end : end + 1] in SIZE_SUFFIXES and not _is_word(text, end + 1) else end


def _tag(text: str, start: int) -> Token:
    end = _run(text, start + 1, lambda at: names.is_word(text[at]) or is_invisible(text[at]))
    while is_invisible(text[end - 1]):
        end -= 1
    name = plain(text[start + 1 : end])
    return Token(TokenKind.TAG if names.has_ink(name) else TokenKind.LONE_AT, start, end, name)


def _hex_colour(text: str, start: int) -> Token | None:
    end = _run(text, start + 1, lambda at: names.is_word(text[at]))
    digits = text[start + 1 : end]
    if len(digits) not in (3, 6) or not HEX.issuperset(digits):
        return Token(TokenKind.OPAQUE, start, end) if digits else None
    pairs = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    return Token(TokenKind.COLOUR, start, end, pairs.lower())


def _rgb_colour(text: str, start: int, opened: int) -> Token | None:
    closed = text.find(")", opened, opened + LONGEST_RGB)
    parts = [part.strip() for part in text[opened + 1 : max(closed, opened)].split(",")]
    if len(parts) != 3 or not all(part.isdecimal() and int(part) <= 255 for part in parts):
        return None
    return Token(TokenKind.COLOUR, start, closed + 1, "".join(f"{int(part):02x}" for part in parts))


def _address(text: str, start: int, end: int) -> Token:
    """An address, of mail or of a page, whole: none of its parts is meant for us."""
    end = _run(text, end, lambda at: not text[at].isspace() and text[at] not in ADDRESS_ENDS)
    return Token(TokenKind.OPAQUE, start, end - 1 if text[end - 1] == "." else end)


def _swallow(tokens: list[Token], address: Token, text: str) -> None:
    """Put an address into the list, with the part before it that was taken for words ("first.last@…")."""
    start = address.start
    while tokens and tokens[-1].kind is not TokenKind.TAG and _touches(tokens[-1], start, text):
        start = tokens.pop().start
    tokens.append(Token(TokenKind.OPAQUE, start, address.end))


def _touches(token: Token, start: int, text: str) -> bool:
    return token.kind in (TokenKind.WORD, TokenKind.NUMBER) and text[token.end : start] in ("", ".", "_", "-")


def _quote(tokens: list[Token], mark: Token, quotations: dict[str, int], *, opens: bool) -> None:
    """Close the quotation this mark ends, or remember where one begins."""
    begun = quotations.pop(mark.text, None)
    if begun is None:
        if opens and mark.text in QUOTES:
            quotations[QUOTES[mark.text]] = len(tokens)
        tokens.append(mark)
    elif any(token.kind in (TokenKind.TAG, TokenKind.LONE_AT) for token in tokens[begun:]):
        tokens.append(mark)
    else:
        start = tokens[begun].start
        del tokens[begun:]
        tokens.append(Token(TokenKind.OPAQUE, start, mark.end))
        for closing in [closing for closing, index in quotations.items() if index >= begun]:
            del quotations[closing]


def _run(text: str, start: int, belongs: Callable[[int], bool]) -> int:
    end = start
    while end < len(text) and belongs(end):
        end += 1
    return end


def _is_word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and names.is_word(text[at])


def _is_address(text: str, at: int) -> bool:
    """Does what ended here go on as one: "name@…", "https://…"?"""
    return text.startswith("://", at) or (at < len(text) and text[at] in AT and _is_word(text, at + 1))


def _is_letter(text: str, at: int) -> bool:
    character = text[at]
    return character.isalpha() or is_invisible(character) or (not character.isascii() and names.is_word(character))


def _is_inner_apostrophe(text: str, at: int) -> bool:
    return text[at] in APOSTROPHES and at + 1 < len(text) and text[at + 1].isalpha()


def _ends_sentence(text: str, at: int) -> bool:
    return at + 1 == len(text) or text[at + 1].isspace() or text[at + 1] in QUOTE_MARKS or text[at + 1] == ")"
