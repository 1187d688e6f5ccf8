"""Texts in headers: any words, as ASCII that every program can read back."""

import string
from urllib.parse import quote

LONGEST = 1024
# What may stand as it is: all that ASCII shows, but the sign that begins an escape.
_PLAIN = (string.punctuation + " ").replace("%", "")


def text(words: str) -> str:
    """Percent-encoded UTF-8, at most 1 KB: what is longer is cut between two characters."""
    told = ""
    for character in words.strip():
        escaped = quote(character, safe=_PLAIN, errors="replace")
        if len(told) + len(escaped) > LONGEST:
            break
        told += escaped
    return told
