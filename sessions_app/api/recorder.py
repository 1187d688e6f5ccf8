"""Record and replay: who records what, the playhead, and the frames."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from prompt_media.files import delivery
from prompt_media.files.store import FileGone
from prompt_media.jobs import once
from prompt_media.web import headers, identity, origins, rates
from prompt_media.web.bodies import WholeJSONParser
from prompt_media.web.fields import asked, query, read
from prompt_media.web.schema import flag, may_say, refusals
from sessions_app.api import files
from sessions_app.api import recorder_shapes as shapes
from sessions_app.models import Deck, Session, Step, Verdict
from sessions_app.selectors import recordings as selectors
from sessions_app.services import mirrors, recordings, replays
from sessions_app.services.replays import FrameGone

CHAPTER = "Record and replay"
_FACTS = [
    may_say("X-Sector", "The sector that was changed; absent for what is no sector's."),
    may_say("X-Prompt", "The prompt, percent-encoded UTF-8, at most 1 KB."),
    may_say("X-Index", "The step's number, from 0."),
    may_say("X-Generation-Status", "`made`, or `fallback`: the picture as it came, because the backend failed."),
]
_ETAG = may_say("ETag", "The SHA-256 of the frame.")
_VERDICT = [
    may_say("X-Verdict", "In `verify`, when the step was made again: `identical`, `drifted` or `unverifiable`."),
    may_say("X-Drift", "How much of it is another, 0 to 1."),
    may_say("X-Verdict-Reason", "What differs, or why it cannot be made again; percent-encoded UTF-8."),
]
_UNKNOWN = refusals({404: "unknown_recording"})
_STARTING = refusals({409: "recording_exists", 422: "bad_recording_id"})
_REPLAYING = refusals(
    {
        404: "unknown_recording file_gone",
        409: "recording_exists quota",
        422: "bad_recording_id out_of_range contradiction",
        507: "storage_full",
    }
)


class Start(APIView):
    @extend_schema(
        operation_id="start_recording",
        summary="Record from now on",
        description="What was recorded before is recorded no longer. An id that is taken is refused, unless "
        "`resume=true` is to go on with it. The wish may stand in the address or in the body, which wins.",
        request={"application/json": shapes.StartInput},
        parameters=[shapes.StartQuery, flag("resume", "Yes: go on with the recording of this id, if there is one.")],
        responses=shapes.Recording,
        extensions=_STARTING,
    )
    @once.together
    def post(self, request: Request) -> Response:
        in_address = read(shapes.StartQuery, query(request))
        in_body = shapes.given(read(shapes.StartInput, request.data))
        resume = in_body.pop("resume", False) or asked(request, "resume")
        recording = start(request, in_address | in_body | {"resume": resume})
        return Response({"session_id": recording.public_id, "status": "recording"})


class Stop(APIView):
    @extend_schema(
        operation_id="stop_recording",
        summary="Record nothing more",
        request=None,
        responses=shapes.Stopped,
    )
    def post(self, request: Request) -> Response:
        stopped = recordings.stop(owner=identity.of(request))
        return Response({"session_id": stopped and stopped.public_id, "status": "stopped"})


class Ids(APIView):
    @extend_schema(
        operation_id="list_recording_ids",
        summary="The ids of your recordings, in the order in which they were started",
        responses=shapes.Ids,
    )
    def get(self, request: Request) -> Response:
        return Response({"sessions": selectors.ids_of(identity.of(request))})


class OneRecording(APIView):
    @extend_schema(
        operation_id="get_recording_details",
        summary="A recording and its sequence, as its metadata.json tells them",
        responses=shapes.Details,
        extensions=_UNKNOWN,
    )
    def get(self, request: Request, recording_id: str) -> Response:
        return Response(mirrors.metadata(selectors.recording(recording_id, identity.reach(request))))

    @extend_schema(
        operation_id="delete_recording",
        summary="Delete a recording and its files",
        responses={200: shapes.Deleted},
        extensions=_UNKNOWN,
    )
    def delete(self, request: Request, recording_id: str) -> Response:
        recordings.delete(recording=selectors.recording(recording_id, identity.reach(request)))
        return Response({"status": "deleted", "session_id": recording_id})


class Replay(APIView):
    parser_classes = (WholeJSONParser,)

    @extend_schema(
        operation_id="replay",
        summary="Put the playhead on a recording's first step",
        description="The wish may stand in the address or in the body, which wins. A fork is a recording of its own: "
        "the answer names it.",
        parameters=[shapes.ReplayQuery],
        request=shapes.ReplayInput,
        responses=shapes.Replaying,
        extensions=_REPLAYING,
    )
    @once.prepared
    def post(self, request: Request, recording_id: str) -> HttpResponse:
        return _replay(request, recording_id, _wish(request))


class Fork(APIView):
    parser_classes = (WholeJSONParser,)

    @extend_schema(
        operation_id="fork",
        summary="Replay a recording up to a step, and record on from there into one of your own",
        parameters=[shapes.ForkQuery],
        request=shapes.ForkInput,
        responses=shapes.Replaying,
        extensions=_REPLAYING,
    )
    @once.prepared
    def post(self, request: Request, recording_id: str) -> HttpResponse:
        return _replay(request, recording_id, _wish(request) | {"mode": Deck.Mode.FORK})


class Next(APIView):
    @extend_schema(
        operation_id="replay_next",
        summary="The next frame of the replay, once",
        description='After the last one: `{"status": "complete", "image": null}`. `HEAD` tells of the next frame '
        "and does not pass it.",
        parameters=[*_FACTS, _ETAG, *_VERDICT],
        responses={
            (200, "image/*"): OpenApiResponse(OpenApiTypes.BINARY, description="The frame as it is stored."),
            (200, "application/json"): shapes.Complete,
        },
        extensions=refusals(
            {
                400: "not_replaying",
                403: "origin",
                404: "unknown_recording file_gone",
                409: "cancelled",
                429: "too_many_jobs",
                500: "gave_up too_slow",
            }
        ),
    )
    def get(self, request: Request) -> HttpResponseBase:
        origins.refuse_foreign_pages(request)
        frame = replays.next_frame(owner=identity.of(request))
        if frame is None:
            return _complete()
        image = frame.step.image
        sent = delivery.hand_out(frame.file, name=image.name, media_type=image.media_type, etag=image.sha256)
        return _judged(_told(sent, frame.step), frame.verdict)

    def head(self, request: Request) -> HttpResponseBase:
        step = replays.peek(owner=identity.of(request))
        if step is None:
            return _complete()
        response = files.send(request, step.image)
        response["Cache-Control"] = "no-store"
        return _told(response, step)


class ReplayStop(APIView):
    @extend_schema(
        operation_id="stop_replay",
        summary="Replay nothing more",
        request=None,
        responses=shapes.ReplayStopped,
    )
    def post(self, request: Request) -> Response:
        replays.stop(owner=identity.of(request))
        return Response({"status": "stopped"})


class Frame(APIView):
    @extend_schema(
        operation_id="get_frame",
        summary="One frame by its number, as often as you like",
        parameters=[*files.PARAMETERS, *_FACTS],
        responses=files.ANSWERS,
        extensions=refusals({404: "unknown_recording unknown_frame file_gone", 416: "out_of_file"}),
    )
    def get(self, request: Request, recording_id: str, index: int) -> HttpResponseBase:
        step = selectors.frame(recording_id, index, identity.reach(request))
        try:
            return _told(files.send(request, step.image), step)
        except FileGone as error:
            raise FrameGone(step) from error


class Picture(APIView):
    @extend_schema(
        operation_id="get_recording_picture",
        summary="A picture of a recording by its name: a frame, or what one was made from",
        parameters=[*files.PARAMETERS],
        responses=files.ANSWERS,
        extensions=refusals({404: "unknown_recording unknown_image file_gone", 416: "out_of_file"}),
    )
    def get(self, request: Request, recording_id: str, filename: str) -> HttpResponseBase:
        return files.send(request, selectors.picture(recording_id, filename, identity.reach(request)))


def start(request: Request, wish: dict[str, Any]) -> Session:
    """Record from now on, as the caller wishes."""
    rates.require_another_session(request)
    return recordings.start(
        owner=identity.of(request),
        public_id=wish.pop("session_id", None),
        reach=identity.reach(request),
        slip=once.slip(request),
        **wish,
    )


def _replay(request: Request, recording_id: str, wish: dict[str, Any]) -> HttpResponse:
    reach = identity.reach(request)
    if wish["mode"] == Deck.Mode.FORK:
        rates.require_another_session(request)
    starting = replays.starting(
        owner=identity.of(request),
        recording=selectors.recording(recording_id, reach),
        mode=wish["mode"],
        at=wish.get("at"),
        into=wish.get("session_id"),
    )
    with starting as play:
        return once.at_once(request, lambda: _playing(play(once.slip(request))))


def _playing(deck: Deck) -> Response:
    replayed = {"session_id": deck.replaying and deck.replaying.public_id, "status": "replaying"}
    return Response(replayed | {"total_generations": replays.total(deck), "mode": deck.mode})


def _wish(request: Request) -> dict[str, Any]:
    """What the address asks for, and the body, which wins."""
    in_address = read(shapes.ReplayQuery, query(request))
    in_body = shapes.given(read(shapes.ReplayInput, request.data))
    return {"mode": Deck.Mode.CASSETTE} | in_address | in_body


def _told(response: HttpResponseBase, step: Step) -> HttpResponseBase:
    if step.target_sector:
        response["X-Sector"] = step.target_sector
    response["X-Prompt"] = headers.text(step.prompt)
    response["X-Index"] = str(step.index)
    response["X-Generation-Status"] = step.status
    return response


def _judged(response: HttpResponseBase, verdict: Verdict | None) -> HttpResponseBase:
    if verdict is not None:
        response["X-Verdict"] = verdict.word
        response["X-Drift"] = f"{verdict.share:.6f}"
        response["X-Verdict-Reason"] = headers.text(verdict.reason)
    return response


def _complete() -> Response:
    return Response({"status": "complete", "image": None}, headers={"Cache-Control": "no-store"})
