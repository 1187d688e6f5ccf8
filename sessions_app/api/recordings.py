"""/api/v1/recordings/: your recordings, listed, started, named and deleted."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from prompt_media.jobs import once
from prompt_media.web import identity
from prompt_media.web.bodies import WholeJSONParser
from prompt_media.web.fields import read
from prompt_media.web.schema import refusals
from sessions_app.api import recorder_shapes as shapes
from sessions_app.api.recorder import start
from sessions_app.models import Session
from sessions_app.selectors import recordings as selectors
from sessions_app.services import recordings

CHAPTER = "Record and replay"
_UNKNOWN = refusals({404: "unknown_recording"})


class Recordings(ListAPIView):
    parser_classes = (WholeJSONParser,)
    serializer_class = shapes.RecordingRow
    queryset = Session.objects.none()

    def get_queryset(self) -> QuerySet[Session]:
        return selectors.shelf(identity.of(self.request))

    @extend_schema(summary="Your recordings, newest first")
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_recording",
        summary="Record from now on, into a new recording or on into one of yours",
        request=shapes.RecordingInput,
        responses={201: shapes.RecordingRow},
        extensions=refusals({409: "recording_exists", 422: "bad_recording_id"}),
    )
    @once.together
    def post(self, request: Request) -> Response:
        wish = shapes.given(read(shapes.RecordingInput, request.data))
        name = wish.pop("name", None)
        recording = start(request, wish)
        if name is not None:
            recordings.rename(recording=recording, name=name)
        return Response(_shown(recording), status=201)


class OneRecording(APIView):
    parser_classes = (WholeJSONParser,)

    @extend_schema(
        operation_id="get_recording",
        summary="A recording as it stands in the list",
        responses=shapes.RecordingRow,
        extensions=_UNKNOWN,
    )
    def get(self, request: Request, recording_id: str) -> Response:
        return Response(_shown(_found(request, recording_id)))

    @extend_schema(
        operation_id="change_recording",
        summary="Name a recording",
        request=shapes.RecordingChange,
        responses=shapes.RecordingRow,
        extensions=_UNKNOWN,
    )
    def patch(self, request: Request, recording_id: str) -> Response:
        change = read(shapes.RecordingChange, request.data)
        recording = _found(request, recording_id)
        if "name" in change:
            recordings.rename(recording=recording, name=change["name"])
        return Response(_shown(recording))

    @extend_schema(
        operation_id="remove_recording",
        summary="Delete a recording and its files",
        responses={204: None},
        extensions=_UNKNOWN,
    )
    def delete(self, request: Request, recording_id: str) -> Response:
        recordings.delete(recording=_found(request, recording_id))
        return Response(status=204)


def _found(request: Request, recording_id: str) -> Session:
    return selectors.recording(recording_id, identity.reach(request))


def _shown(recording: Session) -> dict[str, object]:
    described = selectors.described(Session.objects.filter(pk=recording.pk)).select_related("recording").first()
    if described is None:
        raise selectors.gone()
    return shapes.RecordingRow(described).data
