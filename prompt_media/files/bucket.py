"""An S3 bucket as the storage, whose outages are told as such.

The library lets its own errors through, which nobody above us could tell from a bug.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from prompt_media.errors import Unavailable
from prompt_media.files.found import Found

log = structlog.get_logger(__name__)


@contextmanager
def _outages_told() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError) as error:
        log.warning("storage not answering", reason=str(error))
        raise Unavailable("The file storage is not answering. Try again in a moment.", retry_after=5) from error


class BucketStorage(S3Storage):
    """Every call ends within seconds, or raises Unavailable; a missing file is a FileNotFoundError as on a disk."""

    @_outages_told()
    def _save(self, name: str, content: File) -> str:
        return super()._save(name, content)

    @_outages_told()
    def _open(self, name: str, mode: str = "rb") -> File:
        opened = super()._open(name, mode)
        # Fetched now, not at the first read: by then the answer's head may be on its way.
        opened.seek(0)
        return opened

    @_outages_told()
    def delete(self, name: str) -> None:
        super().delete(name)

    @_outages_told()
    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        return super().listdir(path)

    @_outages_told()
    def get_modified_time(self, name: str) -> datetime:
        return super().get_modified_time(name)

    @_outages_told()
    def size(self, name: str) -> int:
        return super().size(name)

    def walk(self, prefix: str) -> Iterator[Found]:
        """Every file below a key, a thousand asked for at a time."""
        with _outages_told():
            for one in self.bucket.objects.filter(Prefix=f"{prefix}/" if prefix else ""):
                yield Found(one.key, one.size, one.last_modified)
