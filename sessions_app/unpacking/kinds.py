"""Which kind of package a file is, by its content."""

from typing import BinaryIO

from sessions_app.unpacking.packages import Package
from sessions_app.unpacking.refusals import DEFAULT, BadRecording, Limits
from sessions_app.unpacking.tars import Tar
from sessions_app.unpacking.zips import Zip

_GZIP, _ZIP, _EMPTY_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"
_TAR_AT, _TAR = 257, b"ustar"


def package(file: BinaryIO, limits: Limits = DEFAULT) -> Package:
    """The file as a package; it must be one that can be read from anywhere in it. Raises BadRecording."""
    file.seek(0)
    head = file.read(_TAR_AT + len(_TAR))
    if head.startswith((_ZIP, _EMPTY_ZIP)):
        return Zip(file, limits)
    if head.startswith(_GZIP):
        return Tar(file, is_gzip=True)
    if head[_TAR_AT:] == _TAR:
        return Tar(file, is_gzip=False)
    raise BadRecording("This is neither a ZIP nor a tar.gz. Pack the recording's folder as one of the two.")
