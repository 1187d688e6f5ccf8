"""An S3 bucket as the storage, whose outages are told as such, and whose files are read as they arrive.

The library lets its own errors through, which nobody above us could tell from a bug, and downloads a whole file
before it gives the first byte of it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import structlog
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from prompt_media.errors import Unavailable
from prompt_media.files.found import Found
from prompt_media.files.store import Span, StorageAway

log = structlog.get_logger(__name__)
# How often a download that broke off is taken up again.
_RESUMPTIONS = 2
# What a server answers that was told to put a file only where none is: there is one, or somebody puts one just now.
_TAKEN = (409, 412)
_NOT_IMPLEMENTED = 501


@contextmanager
def _outages_told() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError) as error:
        log.warning("storage not answering", reason=str(error))
        raise StorageAway("The file storage is not answering. Try again in a moment.", retry_after=5) from error


class BucketStorage(S3Storage):
    """Every call ends within seconds, or raises Unavailable; a missing file is a FileNotFoundError as on a disk."""

    @_outages_told()
    def reader(self, name: str, span: Span | None) -> "Download":
        return Download(lambda bytes_: self._object(name, bytes_), span)

    def signed_url(self, name: str, *, media_type: str, shown_as: str, seconds: int) -> str:
        told = {"ResponseContentType": media_type, "ResponseContentDisposition": shown_as}
        url: str = self.url(name, parameters=told, expire=seconds)
        return url

    @_outages_told()
    def _save(self, name: str, content: File) -> str:
        return super()._save(name, content)

    @_outages_told()
    def put_new(self, name: str, content: File) -> None:
        """Keep a file under a name that is free. Raises FileExistsError."""
        # Looked at first, because not every server heeds the condition; heeded, it also settles a race.
        if self.exists(name):
            raise FileExistsError(name)
        try:
            self._put(name, content, IfNoneMatch="*")
        except ClientError as error:
            if _status(error) in _TAKEN:
                raise FileExistsError(name) from error
            if _status(error) != _NOT_IMPLEMENTED:
                raise
            self._put(name, content)

    @_outages_told()
    def move(self, old: str, new: str) -> None:
        """Copied within the bucket, and then deleted: a bucket renames nothing."""
        source, target = (self._normalize_name(clean_name(name)) for name in (old, new))
        try:
            self.connection.meta.client.copy_object(
                Bucket=self.bucket_name, Key=target, CopySource={"Bucket": self.bucket_name, "Key": source}
            )
        except ClientError as error:
            if _status(error) == 404:
                raise FileNotFoundError(old) from error
            raise
        super().delete(old)

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

    def _put(self, name: str, content: File, **conditions: str) -> None:
        key = self._normalize_name(clean_name(name))
        content.seek(0)
        written = self._get_write_parameters(key, content) | conditions
        self.connection.meta.client.put_object(Bucket=self.bucket_name, Key=key, Body=content.read(), **written)

    def _object(self, name: str, bytes_: str) -> Any:
        key = self._normalize_name(clean_name(name))
        asked = {"Range": bytes_} if bytes_ else {}
        try:
            return self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=key, **asked)
        except ClientError as error:
            if _status(error) == 404:
                raise FileNotFoundError(name) from error
            raise


def _status(error: ClientError) -> int:
    status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status


class Download:
    """An object, or a part of it, read as it arrives; where it breaks off it is taken up again.

    It is asked for at once: an outage is told while the answer's head can still say so. Later it can only be cut short.
    """

    def __init__(self, ask: Callable[[str], Any], span: Span | None) -> None:
        self._ask = ask
        answer = ask(f"bytes={span.start}-{span.stop - 1}" if span else "")
        self._body = answer["Body"]
        self.size = int(answer["ContentLength"])
        self._at = span.start if span else 0
        self._stop = self._at + self.size
        self._resumptions = _RESUMPTIONS

    def read(self, size: int = -1, /) -> bytes:
        left = self._stop - self._at
        wanted = left if size < 0 else min(size, left)
        pieces = []
        while wanted:
            pieces.append(piece := self._piece(wanted))
            wanted -= len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        self._body.close()

    def _rest(self) -> Any:
        answer = self._ask(f"bytes={self._at}-{self._stop - 1}")
        if int(answer["ContentLength"]) != self._stop - self._at:
            raise Unavailable("The stored file changed while it was read.", retry_after=1)
        return answer["Body"]

    @_outages_told()
    def _piece(self, size: int) -> bytes:
        try:
            piece: bytes = self._body.read(size)
        except BotoCoreError as error:
            if not self._resumptions:
                raise
            log.warning("download broke off, taken up again", at=self._at, reason=str(error))
            self._resumptions -= 1
            self._body.close()
            self._body = self._rest()
            return b""
        self._at += len(piece)
        return piece
