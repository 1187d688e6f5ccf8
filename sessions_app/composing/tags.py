"""A tag as it stands in a sentence: how two spellings are one name, and which known tag was probably meant.

What a picture may be called is said in sessions_app.names.
"""

import unicodedata
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from prompt_media.errors import InvalidInput, listed
from sessions_app import names

NAMED_IN_ERRORS = 12


class UnknownTag(InvalidInput):
    """A sentence or a scene names a picture that is not there."""

    code, title = "unknown_tag", "A picture is not known"

    def __init__(self, name: str, known: Collection[str]) -> None:
        meant = nearest(name, known)
        hint = f" Did you mean @{meant}?" if meant else ""
        super().__init__(f"No picture is tagged @{name}.{hint} {_census(known)}", field="prompt")


def plain(name: str) -> str:
    """`name` in composed form (NFC) and without invisible characters."""
    return unicodedata.normalize("NFC", "".join(c for c in name if not names.is_invisible(c)))


def key(name: str) -> str:
    """The form in which two spellings of one tag are equal."""
    return names.tag_key(plain(name))


def spellings(known: Iterable[str]) -> dict[str, str]:
    """Key -> the session's own spelling."""
    return {key(name): name for name in known}


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known tag that `name` was probably meant to be."""
    own = spellings(known)
    near = get_close_matches(key(name[: names.TAG_LENGTH]), own, n=1, cutoff=0.6)
    return own[near[0]] if near else None


def _census(known: Collection[str]) -> str:
    if not known:
        return "There are no tags yet."
    shown = [f"@{name}" for name in known][:NAMED_IN_ERRORS]
    more = len(known) - len(shown)
    return f"Known tags: {listed([*shown, f'{more} more'] if more else shown)}."
