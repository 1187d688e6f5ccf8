"""The studio's routes: sessions, uploads, tags, making, files."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from prompt_media.errors import InvalidInput, Unprocessable
from prompt_media.files import archive, intake
from prompt_media.jobs import answers, once, receipts, results
from prompt_media.jobs.models import Job
from prompt_media.jobs.serializers import JobOutput
from prompt_media.web import identity, rates
from prompt_media.web.bodies import WholeJSONParser, WholeMultiPartParser
from prompt_media.web.fields import asked, read
from prompt_media.web.schema import flag, refusals
from sessions_app import selectors, serializers
from sessions_app.api import files
from sessions_app.models import Image, Session
from sessions_app.services import composition, generations, room, uploads, workspace
from sessions_app.services.composition import Wish

CHAPTER = "The studio"
_AUTO_TAG = flag("auto_tag", "Yes: name them Image1, Image2, …")

_GONE = refusals({404: "unknown_session"})
_NO_FILE = refusals({404: "unknown_session unknown_image file_gone"})
_NO_PART = refusals({404: "unknown_session unknown_image file_gone", 416: "out_of_file"})
_NAMING = refusals(
    {400: "empty_tag", 404: "unknown_session unknown_image", 409: "tag_taken", 422: "bad_tag named_twice"}
)
_UPLOADING = refusals(
    {
        400: "no_files",
        404: "unknown_session file_gone",
        409: "quota cancelled",
        413: "too_many_files file_too_large too_costly",
        415: "unsupported_picture broken_picture",
        429: "too_many_jobs",
        500: "gave_up too_slow",
        507: "storage_full",
    }
)
_READING = {
    400: "empty_prompt no_tag unknown_tag tag_too_long",
    404: "unknown_session unknown_image file_gone",
    422: "out_of_range prompt_too_long too_many_pictures format_not_yet scene_not_yet contradiction",
    507: "storage_full",
}
_STILL = OpenApiExample("A still", {"prompt": "@BG is the background and @logo on the top right"}, request_only=True)
_MOVING = OpenApiExample(
    "A GIF", {"prompt": "@BG is the background and @logo moves from left to right", "frames": 8}, request_only=True
)
_MAKING = refusals({**_READING, 409: "quota cancelled", 429: "too_many_jobs", 500: "gave_up too_slow"})


class CreateSession(APIView):
    @extend_schema(
        operation_id="create_session",
        summary="Open a session",
        request=None,
        responses={201: serializers.SessionCreated},
    )
    @once.together
    def post(self, request: Request) -> Response:
        rates.require_another_session(request)
        session = workspace.open_session(owner=identity.of(request))
        receipts.made(once.slip(request), session.subject)
        body = {
            "session_id": session.public_id,
            "message": "Session opened. Upload pictures, name them, and write a prompt.",
            "created_at": session.created_at,
            "expires_at": session.expires_at,
        }
        return Response(serializers.SessionCreated(body).data, status=201)


class OneSession(APIView):
    parser_classes = (WholeJSONParser,)

    @extend_schema(
        operation_id="get_session",
        summary="A session and its files",
        responses=serializers.SessionOutput,
        extensions=_GONE,
    )
    def get(self, request: Request, session_id: UUID) -> Response:
        return Response(_shown(workspace.enter(session_id)))

    @extend_schema(
        operation_id="change_session",
        summary="Keep, let go or rename a session",
        request=serializers.SessionChange,
        responses=serializers.SessionOutput,
        extensions=_GONE,
    )
    def patch(self, request: Request, session_id: UUID) -> Response:
        change = read(serializers.SessionChange, request.data)
        session = workspace.enter(session_id)
        if "kept" in change:
            workspace.keep(session=session, kept=change["kept"])
        if "name" in change:
            workspace.rename(session=session, name=change["name"])
        return Response(_shown(session))

    @extend_schema(
        operation_id="delete_session", summary="Delete a session and its files", responses={200: serializers.Message}
    )
    def delete(self, request: Request, session_id: UUID) -> Response:
        workspace.close_if_there(session_id)
        return Response({"message": f"Session {session_id} and its files are deleted."})


class Upload(APIView):
    parser_classes = (WholeMultiPartParser,)

    @extend_schema(
        operation_id="upload",
        summary="Upload pictures: all of them, or none",
        request={"multipart/form-data": serializers.UploadInput},
        parameters=[_AUTO_TAG, answers.PREFER, answers.LOCATION],
        responses={201: serializers.UploadOutput, 202: JobOutput},
        extensions=_UPLOADING,
    )
    @once.with_job
    def post(self, request: Request, session_id: UUID) -> HttpResponse:
        auto_tag = asked(request, "auto_tag")
        session = workspace.enter(session_id)
        arrivals = intake.judged(_files(request))
        job = uploads.take_in(session=session, arrivals=arrivals, auto_tag=auto_tag, slip=once.slip(request))
        return answers.answer(request, job)


class OneTag(APIView):
    parser_classes = (WholeJSONParser,)

    @extend_schema(
        operation_id="tag_picture",
        summary="Name one picture, or take its name off",
        request=serializers.TagInput,
        responses={200: serializers.TagOutput},
        extensions=_NAMING,
    )
    def post(self, request: Request, session_id: UUID) -> Response:
        wish = read(serializers.TagInput, request.data)
        image = workspace.assign_tag(session=workspace.enter(session_id), filename=wish["filename"], tag=wish["tag"])
        named = image.tag_name or None
        message = f"{image} is @{named} now." if named else f"{image} has no tag any more."
        return Response({"message": message, "filename": image.name, "tag": named})


class ManyTags(APIView):
    parser_classes = (WholeJSONParser,)

    @extend_schema(
        operation_id="tag_pictures",
        summary="Name several pictures at once: all or none, swaps allowed",
        request=serializers.TagsInput,
        responses={200: serializers.TagsOutput},
        extensions=_NAMING,
    )
    def post(self, request: Request, session_id: UUID) -> Response:
        wish = read(serializers.TagsInput, request.data)
        session = workspace.enter(session_id)
        assignments = [
            workspace.Assignment(**one, path=f"assignments.{place}.") for place, one in enumerate(wish["assignments"])
        ]
        workspace.assign_tags(session=session, assignments=assignments)
        tags = {image.name: image.tag_name or None for image in selectors.uploads(session)}
        return Response({"message": "Tags are set.", "session_id": session.public_id, "images": tags})


class Generate(APIView):
    parser_classes = (WholeJSONParser,)

    @extend_schema(
        operation_id="generate",
        summary="Make a picture or a GIF from a sentence",
        request=serializers.GenerateInput,
        parameters=[answers.PREFER, answers.LOCATION],
        responses={201: serializers.GenerateOutput, 202: JobOutput},
        examples=[_STILL, _MOVING],
        extensions=_MAKING,
    )
    @once.with_job
    def post(self, request: Request, session_id: UUID) -> HttpResponse:
        wish = _wish(read(serializers.GenerateInput, request.data))
        session = workspace.enter(session_id)
        _, job = composition.request(session=session, wish=wish, slip=once.slip(request))
        return answers.answer(request, job)


class Preview(APIView):
    parser_classes = (WholeJSONParser,)

    @extend_schema(
        operation_id="preview",
        summary="A small picture at once, for typing; nothing is stored",
        description="A PNG of at most 360 px, or a small GIF when the scene moves. Tags nobody knows are left out.",
        request=serializers.PreviewInput,
        responses={(200, "image/png"): OpenApiTypes.BINARY, (200, "image/gif"): OpenApiTypes.BINARY},
        examples=[_STILL, _MOVING],
        extensions=refusals(_READING),
    )
    def post(self, request: Request, session_id: UUID) -> HttpResponse:
        body = read(serializers.PreviewInput, request.data)
        frame = body.pop("frame")
        picture = composition.preview(session=workspace.enter(session_id), wish=_wish(body), frame=frame)
        return HttpResponse(picture.data, content_type=picture.media_type, headers={"Cache-Control": "no-store"})


class UploadFile(APIView):
    @extend_schema(
        operation_id="get_upload",
        summary="An uploaded picture",
        parameters=files.PARAMETERS,
        responses=files.ANSWERS,
        extensions=_NO_PART,
    )
    def get(self, request: Request, session_id: UUID, filename: str) -> HttpResponseBase:
        session = workspace.enter(session_id, selectors.READ_BY_UUID)
        return files.send(request, selectors.upload(session, filename))


class OutputFile(APIView):
    @extend_schema(
        operation_id="get_output",
        summary="A picture or GIF that was made",
        parameters=files.PARAMETERS,
        responses=files.ANSWERS,
        extensions=_NO_PART,
    )
    def get(self, request: Request, session_id: UUID, filename: str) -> HttpResponseBase:
        session = workspace.enter(session_id, selectors.READ_BY_UUID)
        return files.send(request, selectors.output(session, filename))


class Zip(APIView):
    @extend_schema(
        operation_id="download_session",
        summary="The session's files as a ZIP",
        request=serializers.ZipInput,
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
        extensions=_NO_FILE,
    )
    def post(self, request: Request, session_id: UUID) -> HttpResponseBase:
        wish = read(serializers.ZipInput, request.data)
        session = workspace.enter(session_id)
        entries = []
        if wish["include_outputs"]:
            entries += [_entry("outputs", image) for image in selectors.outputs(session)]
        if wish["include_uploads"]:
            entries += [_entry("uploads", image) for image in selectors.uploads(session)]
        return archive.stream(entries, save_as=f"session_{session.public_id}.zip")


def _files(request: Request) -> list[UploadedFile]:
    others = sorted(set(request.FILES) - {"files"})
    if others:
        raise InvalidInput(f"Files come in the field “files”; “{others[0][:40]}” is not read.", field=others[0][:40])
    if any(isinstance(one, str) and one for one in request.POST.getlist("files")):
        raise InvalidInput("A part of the upload has no file name, so it is text and no file.", field="files")
    return request.FILES.getlist("files")


def _wish(body: dict[str, Any]) -> Wish:
    if body.pop("scene") is not None:
        raise Unprocessable("A scene in the body is not read yet. Send a prompt.", code="scene_not_yet", field="scene")
    return Wish(**body)


def _shown(session: Session) -> Any:
    files = list(selectors.uploads(session))
    body = {
        "public_id": session.public_id,
        "name": session.name,
        "created_at": session.created_at,
        "last_active_at": session.last_active_at,
        "expires_at": session.expires_at,
        "is_kept": session.is_kept,
        "image_count": len(files),
        "images": {image.name: image.tag_name or None for image in files},
        "files": files,
        "outputs": list(selectors.outputs(session)),
        "room": _room(session),
    }
    return serializers.SessionOutput(body).data


def _room(session: Session) -> dict[str, dict[str, int]]:
    held, limit = room.held(session), room.of_a_session()
    return {
        "files": {"used": held.files, "limit": limit.files},
        "bytes": {"used": held.bytes, "limit": limit.bytes},
    }


@results.tells(composition.KIND)
def _generated(job: Job) -> Any:
    return serializers.generated(generations.of(job))


@results.tells(uploads.KIND)
def _uploaded(job: Job) -> Any:
    return serializers.uploaded(selectors.session_of(job), uploads.made_by(job))


def _entry(folder: str, image: Image) -> archive.Entry:
    return archive.Entry(folder, image.name, image.key, image.bytes)
