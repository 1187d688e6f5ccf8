"""Studies of recordings: for whoever may open the recording. Sittings: for whoever knows their id."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from prompt_media.files import delivery
from prompt_media.jobs import once, receipts
from prompt_media.web import identity
from prompt_media.web.bodies import WholeJSONParser
from prompt_media.web.fields import read
from prompt_media.web.schema import header, refusals
from sessions_app.api import study_shapes as shapes
from sessions_app.editing import sectors
from sessions_app.models import Image, Sitting, Study, Trial
from sessions_app.selectors import recordings, results
from sessions_app.selectors import studies as selectors
from sessions_app.services import studies
from sessions_app.studying import sheets
from sessions_app.studying.design import Design

CHAPTER = "Studies"
_NO_RECORDING = refusals({404: "unknown_recording"})
_NO_STUDY = refusals({404: "unknown_study"})
_SETTING_UP = refusals({404: "unknown_recording", 409: "nothing_to_show quota", 422: "out_of_range too_many_trials"})
_SEATING = refusals({404: "unknown_study", 409: "nothing_to_show quota", 422: "too_many_trials"})
_NO_SITTING = refusals({404: "unknown_sitting"})
_ANSWERING = refusals({404: "unknown_sitting unknown_trial", 409: "not_its_turn", 422: "unknown_sector out_of_range"})
_SHEET = {(200, "text/csv"): OpenApiTypes.STR}
_SHOWN = {
    (200, "image/*"): OpenApiResponse(OpenApiTypes.BINARY, description="The picture."),
    (206, "image/*"): OpenApiResponse(OpenApiTypes.BINARY, description="The part of it that `Range` names."),
    304: OpenApiResponse(description="`If-None-Match` names it: you have it already."),
}
_READ_PICTURE = [
    header("If-None-Match", "An `ETag` you have."),
    header("Range", "`bytes=0-99`, `bytes=100-` or `bytes=-100`; anything else is ignored."),
    header("If-Range", "An `ETag`: the part only if the file is still that one, else the whole."),
    header("ETag", "This address's own; it tells nothing of the picture's name.", on=[200, 206, 304]),
    header("Accept-Ranges", "`bytes`", on=[200, 206]),
    header("Content-Range", "`bytes 0-99/4711`", on=[206]),
]
_NO_PICTURE = refusals({404: "unknown_sitting unknown_trial file_gone", 416: "out_of_file"})


class Studies(ListAPIView):
    parser_classes = (WholeJSONParser,)
    serializer_class = shapes.StudyRow
    queryset = Study.objects.none()

    def get_queryset(self) -> QuerySet[Study]:
        recording = recordings.recording(self.kwargs["recording_id"], identity.reach(self.request))
        return selectors.studies_of(recording)

    @extend_schema(summary="A recording's studies, newest first", extensions=_NO_RECORDING)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_study",
        summary="Set up a study: each step that changed something becomes a trial",
        request=shapes.StudyInput,
        responses={201: shapes.StudyOutput},
        extensions=_SETTING_UP,
    )
    @once.together
    def post(self, request: Request, recording_id: str) -> Response:
        wish = read(shapes.StudyInput, request.data)
        recording = recordings.recording(recording_id, identity.reach(request))
        study = studies.set_up(recording=recording, owner=identity.of(request), design=Design(**wish))
        receipts.made(once.slip(request), recording.subject)
        return Response(_told(study), status=201)


class OneStudy(APIView):
    @extend_schema(
        operation_id="get_study", summary="A study and what it shows", responses=shapes.StudyOutput,
        extensions=_NO_STUDY,
    )  # fmt: skip
    def get(self, request: Request, study_id: UUID) -> Response:
        return Response(_told(_study(request, study_id)))

    @extend_schema(
        operation_id="delete_study",
        summary="Delete a study with its sittings and all answers",
        responses={204: None},
        extensions=_NO_STUDY,
    )
    def delete(self, request: Request, study_id: UUID) -> Response:
        studies.delete(study=_study(request, study_id))
        return Response(status=204)


class Sittings(ListAPIView):
    parser_classes = (WholeJSONParser,)
    serializer_class = shapes.SittingRow
    queryset = Sitting.objects.none()

    def get_queryset(self) -> QuerySet[Sitting]:
        return selectors.sittings(_study(self.request, self.kwargs["study_id"]))

    @extend_schema(summary="A study's sittings, newest first", extensions=_NO_STUDY)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_sitting",
        summary="A seat for one participant, in an order of its own",
        description="`url` is the page to sit at; whoever knows it may, without an account of their own.",
        request=shapes.SittingInput,
        responses={201: shapes.SittingRow},
        extensions=_SEATING,
    )
    @once.together
    def post(self, request: Request, study_id: UUID) -> Response:
        wish = read(shapes.SittingInput, request.data)
        study = _study(request, study_id)
        sitting = studies.open_sitting(study=study, participant=wish["participant"])
        receipts.made(once.slip(request), study.recording.subject)
        return Response(shapes.SittingRow(selectors.sitting_of(study, sitting.pk)).data, status=201)


class Results(APIView):
    @extend_schema(
        operation_id="get_study_results",
        summary="Hits, false alarms, d′ and reaction times, per sector and overall",
        responses=shapes.ResultsOutput,
        extensions=_NO_STUDY,
    )
    def get(self, request: Request, study_id: UUID) -> Response:
        summary = results.of(_study(request, study_id))
        tallies = [shapes.TallyOutput(tally).data | {"sector": name} for name, tally in summary.sectors]
        told = {"trials": summary.trials, "right": summary.right, "overall": summary.overall, "sectors": tallies}
        return Response(shapes.ResultsOutput(told).data)


class TrialsSheet(APIView):
    @extend_schema(
        operation_id="get_study_trials_csv",
        summary="Every trial that is over, a row each, as CSV",
        responses=_SHEET,
        extensions=_NO_STUDY,
    )
    def get(self, request: Request, study_id: UUID) -> StreamingHttpResponse:
        study = _study(request, study_id)
        return _sheet(sheets.lines(results.TRIAL_HEADER, results.trial_rows(study)), f"study_{study.pk}_trials.csv")


class SectorsSheet(APIView):
    @extend_schema(
        operation_id="get_study_sectors_csv",
        summary="The results per sector as CSV, of all participants and of each",
        responses=_SHEET,
        extensions=_NO_STUDY,
    )
    def get(self, request: Request, study_id: UUID) -> StreamingHttpResponse:
        study = _study(request, study_id)
        return _sheet(sheets.lines(results.SECTOR_HEADER, results.sector_rows(study)), f"study_{study.pk}_sectors.csv")


class OneSitting(APIView):
    @extend_schema(
        operation_id="get_sitting",
        summary="A sitting as its participant's page needs it",
        responses=shapes.SittingOutput,
        extensions=_NO_SITTING,
    )
    def get(self, request: Request, sitting_id: UUID) -> Response:
        sitting = selectors.sitting(sitting_id)
        study = sitting.study
        told = {
            "sitting_id": sitting.pk,
            "mask": study.mask,
            "show_ms": study.show_ms,
            "mask_ms": study.mask_ms,
            "limit_ms": study.limit_ms,
            "sectors": sectors.names(selectors.grid_of(study)),
            "trials": sitting.trials.count(),
            "next": selectors.next_place(sitting),
        }
        return Response(shapes.SittingOutput(told).data)


class Answer(APIView):
    parser_classes = (WholeJSONParser,)

    @extend_schema(
        operation_id="answer_trial",
        summary="Answer a trial; the first answer counts",
        description="Trials are answered in their order. The same trial answered again changes nothing.",
        request=shapes.AnswerInput,
        responses={200: shapes.AnswerOutput},
        extensions=_ANSWERING,
    )
    def post(self, request: Request, sitting_id: UUID, place: int) -> Response:
        wish = read(shapes.AnswerInput, request.data)
        sitting = selectors.sitting(sitting_id)
        trial = studies.answer(sitting=sitting, place=place, **wish)
        return Response({"trial": trial.place, "next": selectors.next_place(sitting)})


class Before(APIView):
    @extend_schema(
        operation_id="get_picture_before",
        summary="What a trial shows first",
        parameters=_READ_PICTURE,
        responses=_SHOWN,
        extensions=_NO_PICTURE,
    )
    def get(self, request: Request, sitting_id: UUID, place: int) -> HttpResponseBase:
        trial = selectors.trial(selectors.sitting(sitting_id), place)
        return _send(request, trial, selectors.pair(trial).before)


class After(APIView):
    @extend_schema(
        operation_id="get_picture_after",
        summary="What a trial shows second; the same, where nothing changes",
        parameters=_READ_PICTURE,
        responses=_SHOWN,
        extensions=_NO_PICTURE,
    )
    def get(self, request: Request, sitting_id: UUID, place: int) -> HttpResponseBase:
        trial = selectors.trial(selectors.sitting(sitting_id), place)
        return _send(request, trial, selectors.pair(trial).after)


def _send(request: Request, trial: Trial, image: Image) -> HttpResponseBase:
    """A picture without its name, which tells its sector; so no bucket gives it out, whose address would bear it.

    Nor does its hash, by which it could be found in a recording that is open to the participant.
    """
    etag = sha256(f"{trial.sitting_id}:{request.path}:{image.sha256}".encode()).hexdigest()
    response = delivery.send(request, key=image.key, media_type=image.media_type, etag=etag, is_small=True)
    if response.has_header("Content-Disposition"):
        response["Content-Disposition"] = "inline"
    return response


def _study(request: Request, study_id: UUID) -> Study:
    return selectors.study(study_id, identity.reach(request))


def _told(study: Study) -> Any:
    study.material = selectors.material_of(study)  # type: ignore[attr-defined]  # read by its serializer
    return shapes.StudyOutput(study).data


def _sheet(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
