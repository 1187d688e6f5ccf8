"""Ids, reserved words and storage keys: how things are called. Pure: text in, text out."""

import unicodedata
from pathlib import PurePosixPath

from prompt_media.errors import InvalidInput, Unprocessable

TAG_LENGTH = 40
LABEL_LENGTH = 120


class BadTag(Unprocessable):
    """Not a name that a prompt could use."""

    code = "bad_tag"


class EmptyTag(InvalidInput):
    """No name at all."""

    code = "empty_tag"


def tag(text: str) -> str:
    """A tag as it is kept: NFC, without a leading @; Unicode word characters, 1 to 40.

    Raises EmptyTag or BadTag.
    """
    name = unicodedata.normalize("NFC", text).strip().removeprefix("@")
    if not name:
        raise EmptyTag("A tag needs at least one letter or digit. Send null to take the tag off.", field="tag")
    if len(name) > TAG_LENGTH:
        raise BadTag(f"A tag has at most {TAG_LENGTH} characters; this one has {len(name)}.", field="tag")
    if not all(is_word(character) for character in name):
        raise BadTag(f"A tag has letters, digits and _ only. Try “{mended(name)}”.", field="tag")
    return name


def is_word(character: str) -> bool:
    """Whether a character may stand in a tag: a letter, a mark that combines with one, a digit or _."""
    return character == "_" or character.isalnum() or unicodedata.category(character) in ("Mn", "Mc")


def tag_key(name: str) -> str:
    """What two tags share when they are the same but for case."""
    return unicodedata.normalize("NFC", name.casefold())


def mended(name: str) -> str:
    """The tag a refused name was probably meant to be; "picture" when nothing of it can stay."""
    words = "".join(character if is_word(character) else " " for character in name).split()
    return "_".join(words)[:TAG_LENGTH] or "picture"


def label(file_name: str) -> str:
    """A person's name for a file, made harmless: the last part of any path, no control characters, at most 120."""
    last = PurePosixPath(file_name.replace("\\", "/")).name
    shown = "".join(character for character in last if character.isprintable())
    return shown[-LABEL_LENGTH:] or "picture"


# Below each of these every session has a folder of its own.
ROOTS = ("uploads", "output", "incoming")


def upload_key(session: str, name: str) -> str:
    return f"uploads/{session}/{name}"


def thumbnail_key(session: str, name: str) -> str:
    return f"uploads/{session}/thumbnails/{PurePosixPath(name).stem}.webp"


def output_key(session: str, name: str) -> str:
    return f"output/{session}/{name}"


def output_thumbnail_key(session: str, name: str) -> str:
    return f"output/{session}/thumbnails/{PurePosixPath(name).stem}.webp"


def incoming_key(session: str, name: str) -> str:
    """Where an upload waits, untrusted, until a worker has decoded it."""
    return f"incoming/{session}/{name}"
