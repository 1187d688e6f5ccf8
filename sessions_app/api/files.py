"""How a stored picture is sent, and what the schema says of that."""

from pathlib import PurePosixPath

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from prompt_media.files import delivery
from prompt_media.web.fields import asked
from prompt_media.web.schema import flag, header
from sessions_app.models import Image

ANSWERS = {
    (200, "image/*"): OpenApiResponse(OpenApiTypes.BINARY, description="The file as it is stored."),
    (206, "image/*"): OpenApiResponse(OpenApiTypes.BINARY, description="The part of it that `Range` names."),
    302: OpenApiResponse(description="With `S3_SIGNED_URLS`: where the bucket has it, for five minutes."),
    304: OpenApiResponse(description="`If-None-Match` names it: you have it already."),
}
PARAMETERS = [
    flag("download", "Yes: as an attachment under a time-stamped name."),
    flag("thumbnail", "Yes: its WebP thumbnail, at most 512 px."),
    header("If-None-Match", "An `ETag` you have."),
    header("Range", "`bytes=0-99`, `bytes=100-` or `bytes=-100`; anything else is ignored."),
    header("If-Range", "An `ETag`: the part only if the file is still that one, else the whole."),
    header("ETag", "Its SHA-256.", on=[200, 206, 304]),
    header("Accept-Ranges", "`bytes`", on=[200, 206]),
    header("Content-Disposition", "How it is to be kept, and under which name.", on=[200, 206]),
    header("Content-Range", "`bytes 0-99/4711`", on=[206]),
    header("Location", "The address in the bucket.", on=[302]),
]


def send(request: Request, image: Image) -> HttpResponseBase:
    """The picture's file, or its thumbnail where the address asks for that."""
    key, media_type, etag = image.key, image.media_type, image.sha256
    if is_small := asked(request, "thumbnail") and bool(image.thumbnail_key):
        key, media_type, etag = image.thumbnail_key, "image/webp", f"{etag}-thumbnail"
    save_as = delivery.stamped(PurePosixPath(key).name) if asked(request, "download") else None
    return delivery.send(request, key=key, media_type=media_type, etag=etag, save_as=save_as, is_small=is_small)
