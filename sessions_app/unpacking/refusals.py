"""How an archive is refused, and the most that is taken."""

from dataclasses import dataclass

from prompt_media.errors import TooLarge, Unprocessable

_MEGABYTE = 1024 * 1024


class BadRecording(Unprocessable):
    """No recording, or one that is not whole, or that plays tricks."""

    code = "bad_archive"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, field="archive")


class ArchiveTooLarge(TooLarge):
    """More than is unpacked here, in files or in bytes."""

    code = "archive_too_large"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, field="archive")


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is taken: entries, bytes of all files, of one, of all JSON, and what a packed byte may become."""

    entries: int = 2000
    bytes: int = 500 * _MEGABYTE
    file_bytes: int = 20 * _MEGABYTE
    json_bytes: int = 8 * _MEGABYTE
    ratio: int = 200
    """Pictures hardly shrink when they are packed, JSON to a tenth: what shrinks to less than this is a bomb."""
    ratio_from: int = 4 * _MEGABYTE
    """So much is unpacked whatever it shrank to: one colour, or one word over and over, is no attack yet."""


DEFAULT = Limits()
