"""Taking files in: judged by content from their headers, set aside whole, decoded later by a worker."""

import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from prompt_media.errors import FieldError, HouseError, InvalidInput, TooLarge, Unprocessable, UnsupportedPicture
from prompt_media.imaging import decode

_MEGABYTE = 1024 * 1024


class NotBase64(Unprocessable):
    """A text that should be a picture in base64."""

    code = "bad_encoding"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that looks like a picture we take, by its header alone."""

    label: str
    data: bytes


def limits() -> decode.Limits:
    """How large a picture may be here."""
    return decode.Limits(pixels=settings.IMAGE_MEGAPIXELS * 1_000_000)


def own_limits() -> decode.Limits:
    """For files of our own making: how many frames they have is no concern."""
    return replace(limits(), frames=1_000_000, frame_pixels=10**15)


def from_text(text: str, field: str) -> bytes:
    """A file that came as base64, bare or in a data URL, in one line or in many. What it is, its content tells.

    Raises NotBase64, UnsupportedPicture for a data URL of no picture, or TooLarge.
    """
    body = _of_data_url(text, field) if text[:5].lower() == "data:" else text
    if (size := len(body) * 3 // 4) > settings.UPLOAD_MB * _MEGABYTE * 1.05:
        raise _too_large(size)
    try:
        data = binascii.a2b_base64("".join(body.split()), strict_mode=True)
    except ValueError as error:
        raise NotBase64(f"{field} is not base64: {str(error)[:1].lower()}{str(error)[1:]}.", field=field) from error
    if len(data) > settings.UPLOAD_MB * _MEGABYTE:
        raise _too_large(len(data))
    return data


def _of_data_url(text: str, field: str) -> str:
    head, comma, body = text.partition(",")
    kind, *options = (word.strip().lower() for word in head[len("data:") :].split(";"))
    if not comma or "base64" not in options:
        raise NotBase64(f"{field} is a data URL that is not in base64: data:image/png;base64,… is one.", field=field)
    if not kind.startswith("image/"):
        raise UnsupportedPicture(f"{field} is a data URL of the type “{kind[:40]}”, and no picture.", field=field)
    return body


def _too_large(size: int) -> TooLarge:
    return TooLarge(
        f"A file may have {settings.UPLOAD_MB} MB; this one has {size / _MEGABYTE:.1f}.", code="file_too_large"
    )


def judged(files: Sequence[UploadedFile]) -> list[Arrival]:
    """Every file read and judged, or none: the first refusal's status, with a line for each refused file."""
    if not files:
        raise InvalidInput("Send at least one picture in the field “files”.", code="no_files", field="files")
    if len(files) > settings.UPLOAD_FILES:
        raise TooLarge(
            f"At most {settings.UPLOAD_FILES} files come in one upload; these are {len(files)}.", code="too_many_files"
        )
    refused: list[tuple[str, HouseError]] = []
    arrivals = [arrival for file in files if (arrival := _arrival(file, refused))]
    if refused:
        raise refusal(refused, len(files))
    return arrivals


def _arrival(file: UploadedFile, refused: list[tuple[str, HouseError]]) -> Arrival | None:
    label = file.name or "picture"
    try:
        return Arrival(label, _inspected(file))
    except HouseError as error:
        refused.append((label, error))
        return None


def _inspected(file: UploadedFile) -> bytes:
    if (file.size or 0) > settings.UPLOAD_MB * _MEGABYTE:
        raise _too_large(file.size or 0)
    data = file.read()
    decode.inspect(data, limits())
    return data


def refusal(refused: Sequence[tuple[str, HouseError]], count: int) -> HouseError:
    """What is told of an upload of `count` files when these of them, by name, cannot be taken."""
    label, first = refused[0]
    others = "" if count == 1 else " Nothing of this upload was stored."
    return type(first)(
        f"{label}: {first.detail}{others}",
        code=first.code,
        errors=[FieldError("files", told.code, f"{name}: {told.detail}") for name, told in refused],
    )
