"""Recordings as files: one out as an archive, and one in from it."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from prompt_media.errors import InvalidInput
from prompt_media.files import archive
from prompt_media.jobs import answers, once, results
from prompt_media.jobs.models import Job
from prompt_media.jobs.serializers import JobOutput
from prompt_media.web import identity, rates
from prompt_media.web.bodies import WholeMultiPartParser
from prompt_media.web.schema import header, refusals
from sessions_app import serializers
from sessions_app.selectors import recordings
from sessions_app.services import exporting, importing

CHAPTER = "Record and replay"
_ID = OpenApiParameter(
    "session_id", str, description="The id it is to have here, instead of the one its metadata.json tells."
)
_HOW = """\
A ZIP as `GET /session/{recording_id}/archive/` gives it, or a ZIP, tar.gz or tar of a plain directory with a
`metadata.json` and its frames. Names, sizes and hashes are checked and each picture is decoded once; then its bytes are
kept as they came. All of it is taken, or nothing. `renamed` tells frames whose name was none of ours, `left_out` files
that no recording has.
"""
_IMPORTING = refusals(
    {
        400: "no_files",
        404: "file_gone unknown_session",
        409: "recording_exists quota cancelled",
        413: "archive_too_large too_costly too_large",
        415: "unsupported_picture broken_picture",
        422: "bad_archive bad_recording_id unprocessable",
        429: "too_many_jobs",
        500: "gave_up too_slow",
        507: "storage_full",
    }
)


class Export(APIView):
    @extend_schema(
        operation_id="export_recording",
        summary="A recording as a ZIP that can be imported again",
        description="`metadata.json`, the frames and what they were made from, the recipe of each step, and a manifest "
        "with the SHA-256 of everything. The same recording makes the same bytes.",
        parameters=[header("Content-Disposition", "An attachment, named after the recording.", on=[200])],
        responses={(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="The archive.")},
        extensions=refusals({404: "unknown_recording file_gone"}),
    )
    def get(self, request: Request, recording_id: str) -> HttpResponseBase:
        recording = recordings.recording(recording_id, identity.reach(request))
        return archive.sent(exporting.packed(recording), save_as=f"{recording.public_id}.zip")


class Import(APIView):
    parser_classes = (WholeMultiPartParser,)

    @extend_schema(
        operation_id="import_recording",
        summary="Take a recording in from an archive: all of it, or nothing",
        description=_HOW,
        request={"multipart/form-data": serializers.ImportInput},
        parameters=[_ID, answers.PREFER, answers.LOCATION],
        responses={201: serializers.ImportOutput, 202: JobOutput},
        extensions=_IMPORTING,
    )
    @once.with_job
    def post(self, request: Request) -> HttpResponse:
        rates.require_another_session(request)
        file = _file(request)
        job = importing.take_in(
            owner=identity.of(request),
            file=file,
            label=file.name or "recording",
            public_id=request.query_params.get("session_id") or None,
            slip=once.slip(request),
        )
        return answers.answer(request, job)


def _file(request: Request) -> UploadedFile:
    others = sorted(set(request.FILES) - {"archive"})
    if others:
        raise InvalidInput(f"One file comes, in the field “archive”; “{others[0][:40]}” is not read.", field="archive")
    files = request.FILES.getlist("archive")
    if len(files) != 1:
        raise InvalidInput("Send one archive as a file in the field “archive”.", code="no_files", field="archive")
    return files[0]


@results.tells(importing.KIND)
def _imported(job: Job) -> Any:
    return serializers.ImportOutput(importing.told(job)).data
