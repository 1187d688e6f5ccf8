"""Names of files in an archive that every system can unpack: whatever they were called, and none twice."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count

# A file's name may have 255 bytes almost everywhere; a number is added where two are the same.
_BYTES = 200
_SUFFIX_BYTES = 20
_RESERVED = '/\\:*?"<>|'
# What Windows keeps for its devices, with any ending; superscript digits count there too.
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)


class Names:
    """The names given so far in one archive."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, folder: str, wanted: str) -> str:
        """Where `wanted` goes in `folder`, a path or "": a name that no other entry there has, in any case."""
        folder = "/".join(safe(part) for part in folder.split("/")) if folder else ""
        name = next(one for one in _variants(safe(wanted)) if _key(f"{folder}/{one}") not in self._taken)
        path = f"{folder}/{name}" if folder else name
        self._taken.add(_key(f"{folder}/{name}"))
        return path


def safe(wanted: str) -> str:
    """One file's name that can be written on every system, as near to what was wanted as that allows."""
    text = unicodedata.normalize("NFC", wanted)
    shown = "".join("_" if one in _RESERVED or not one.isprintable() else one for one in text)
    name = _shortened(shown.strip(" .")).strip(" .")
    return f"_{name}" if _DEVICES.fullmatch(name) else name or "file"


def _shortened(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix.encode()) > _SUFFIX_BYTES:
        stem, dot, suffix = name, "", ""
    return _cut(stem, _BYTES - len(suffix.encode())) + dot + suffix


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore")


def _variants(name: str) -> Iterator[str]:
    """`a.png`, `a (2).png`, `a (3).png` and so on."""
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    yield name
    yield from (f"{stem} ({number}){dot}{suffix}" for number in count(2))


def _key(path: str) -> str:
    """What two names share when some system cannot tell them apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
