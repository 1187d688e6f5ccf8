"""Ids, reserved words and storage keys: how things are called. Pure: text in, text out."""

import re
import unicodedata
from pathlib import PurePosixPath

from prompt_media.errors import InvalidInput, Unprocessable

TAG_LENGTH = 40
RECORDING_LENGTH = 64
LABEL_LENGTH = 120
UNSEEN = frozenset(
    chr(code)
    for code in (
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    )
)
"""What Unicode counts among letters and marks, and nobody can see: fillers, joiners and selectors of variants."""


class BadTag(Unprocessable):
    """Not a name that a prompt could use."""

    code = "bad_tag"


class BadRecordingId(Unprocessable):
    """Not an id that could be a folder and stand in an address, or one that means something else there."""

    code = "bad_recording_id"


class EmptyTag(InvalidInput):
    """No name at all."""

    code = "empty_tag"


def tag(text: str) -> str:
    """A tag as it is kept: NFC, without a leading @; Unicode word characters, 1 to 40.

    Raises EmptyTag or BadTag.
    """
    name = unicodedata.normalize("NFC", text).strip().removeprefix("@")
    if not name:
        raise EmptyTag("A tag needs at least one letter or digit.", field="tag")
    if len(name) > TAG_LENGTH:
        raise BadTag(f"A tag has at most {TAG_LENGTH} characters; this one has {len(name)}.", field="tag")
    if not (all(is_word(character) for character in name) and has_ink(name)):
        raise BadTag(f"A tag has letters, digits and _ only. Try “{mended(name)}”.", field="tag")
    return name


def is_word(character: str) -> bool:
    """Whether a character may stand in a tag: a letter, a mark that combines with one, a digit or _."""
    return character == "_" or (character not in UNSEEN and (character.isalnum() or _is_mark(character)))


def is_invisible(character: str) -> bool:
    """Zero-width, direction and variant marks: they come along when text is copied, and nobody means them."""
    return not character.isascii() and (character in UNSEEN or unicodedata.category(character) == "Cf")


def has_ink(name: str) -> bool:
    """Whether there is anything in `name` that can be seen by itself: a letter, a digit or _."""
    return any(is_word(character) and not _is_mark(character) for character in name)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Mc")


def tag_key(name: str) -> str:
    """What two tags share when they are the same but for case."""
    return unicodedata.normalize("NFC", name.casefold())


def mended(name: str) -> str:
    """The tag a refused name was probably meant to be; "picture" when nothing of it can stay."""
    seen = "".join(character for character in name if not is_invisible(character))
    words = "".join(character if is_word(character) else " " for character in seen).split()
    return "_".join(word for word in words if has_ink(word))[:TAG_LENGTH] or "picture"


def label(file_name: str) -> str:
    """A person's name for a file, made harmless: the last part of any path, no control characters, at most 120."""
    last = PurePosixPath(file_name.replace("\\", "/")).name
    shown = "".join(character for character in last if character.isprintable())
    return shown[-LABEL_LENGTH:] or "picture"


# They stand in addresses where an id would, or may one day.
RESERVED = frozenset({"create", "start", "list", "replay", "next", "stop", "active", "current", "import"})
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_RECORDING = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def recording(text: str) -> str:
    """The id of a recording as somebody wants to call it. Raises BadRecordingId."""
    if len(text) > RECORDING_LENGTH:
        raise _bad_id(f"A recording's id has at most {RECORDING_LENGTH} characters; this one has {len(text)}.")
    if not _RECORDING.fullmatch(text) or ".." in text:
        raise _bad_id(
            "A recording's id has letters, digits, “.”, “_” and “-”, begins with a letter or digit, and has no “..”."
        )
    if text.lower() in RESERVED:
        raise _bad_id(f"“{text}” is a word of the addresses themselves. Add something to it, say “{text}-1”.")
    if _UUID.fullmatch(text):
        raise _bad_id("A UUID is the id of a studio session. Call a recording by anything else.")
    return text


def _bad_id(detail: str) -> BadRecordingId:
    return BadRecordingId(detail, field="session_id")


# Below each of these every session has a folder of its own.
ROOTS = ("uploads", "output", "incoming")
RECORDING_ROOTS = ("generation/sessions", "generation/thumbnails", "generation/inputs", "generation/verdicts")


def folders(public_id: str) -> tuple[str, ...]:
    """Where the files of the session of this id are. The id alone tells it: a recording's is never a UUID."""
    roots = ROOTS if _UUID.fullmatch(public_id) else (*RECORDING_ROOTS, "incoming")
    return tuple(f"{root}/{public_id}" for root in roots)


def upload_key(session: str, name: str) -> str:
    """Where an upload is stored."""
    return f"uploads/{session}/{name}"


def thumbnail_key(key: str) -> str:
    """Where the thumbnail of a stored picture lies, beside it."""
    path = PurePosixPath(key)
    return str(path.parent / "thumbnails" / f"{path.stem}.webp")


def output_key(session: str, name: str) -> str:
    """Where what was made is stored."""
    return f"output/{session}/{name}"


def incoming_folder(session: str) -> str:
    """Below which key uploads wait, of a session, or of an import whose session is still to be."""
    return f"incoming/{session}"


def incoming_key(session: str, name: str) -> str:
    """Where an upload waits, untrusted, until a worker has decoded it."""
    return f"{incoming_folder(session)}/{name}"


def frame_name(index: int, sector: str, extension: str) -> str:
    """What the file of a recording's step is called: `0000_BR.png`."""
    return f"{index:04d}_{sector}.{extension}"


def frame_key(recording: str, name: str) -> str:
    """Where a recording's frame, or its `metadata.json`, is stored."""
    return f"generation/sessions/{recording}/{name}"


def frame_thumbnail_key(recording: str, name: str) -> str:
    """Where a frame's thumbnail lies: apart, for the recording's own folder holds nothing but what is promised."""
    return f"generation/thumbnails/{recording}/{name}"


def frame_input_key(recording: str, name: str) -> str:
    """Where a picture lies that a frame was made from."""
    return f"generation/inputs/{recording}/{name}"


def verdict_key(recording: str, name: str) -> str:
    """Where the picture lies that shows what differed when a frame was made again."""
    return f"generation/verdicts/{recording}/{name}"
