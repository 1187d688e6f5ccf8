"""Whether a recording's steps can be made again, and what came out."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from prompt_media.jobs import answers, once, results
from prompt_media.jobs.models import Job
from prompt_media.jobs.serializers import JobOutput
from prompt_media.web import identity
from prompt_media.web.bodies import WholeJSONParser
from prompt_media.web.fields import Whole, read
from prompt_media.web.schema import refusals
from sessions_app.models import Session, Verdict
from sessions_app.selectors import recordings as selectors
from sessions_app.services import verification

CHAPTER = "Record and replay"
_VERIFYING = refusals(
    {
        404: "unknown_recording unknown_frame unknown_session",
        409: "cancelled",
        429: "too_many_jobs",
        500: "gave_up too_slow",
        507: "storage_full",
    }
)


class VerifyInput(serializers.Serializer):
    index = Whole(required=False, allow_null=True, default=None, among=range(10**9), help_text="Absent: all steps.")


class VerdictOutput(serializers.Serializer):
    """One step, and what came out when it was made again; null: it was not made again yet."""

    index = serializers.IntegerField()
    filename = serializers.CharField(source="image.name")
    verdict = serializers.ChoiceField(Verdict.Word.choices, source="verdict.word", allow_null=True)
    reason = serializers.CharField(
        source="verdict.reason", allow_null=True, help_text="What differs, or why it cannot be made again."
    )
    share = serializers.FloatField(
        source="verdict.share", allow_null=True, help_text="Of all pixels, how many differ, 0..1."
    )
    picture_url = serializers.CharField(
        source="verdict.picture.url", allow_null=True, help_text="A PNG of where it differs; null: nowhere, or unknown."
    )
    at = serializers.DateTimeField(source="verdict.at", allow_null=True)


class VerdictsOutput(serializers.Serializer):
    session_id = serializers.CharField()
    identical = serializers.IntegerField()
    drifted = serializers.IntegerField()
    unverifiable = serializers.IntegerField()
    unjudged = serializers.IntegerField(help_text="Steps that nobody had made again.")
    verdicts = VerdictOutput(many=True)


class Verify(APIView):
    parser_classes = (WholeJSONParser,)

    @extend_schema(
        operation_id="get_verdicts",
        summary="The verdicts on a recording's steps",
        responses=VerdictsOutput,
        extensions=refusals({404: "unknown_recording"}),
    )
    def get(self, request: Request, recording_id: str) -> Response:
        return Response(_verdicts(selectors.recording(recording_id, identity.reach(request))))

    @extend_schema(
        operation_id="verify_recording",
        summary="Make a recording's steps again and compare",
        description="All of them, or the one of that `index`. Each becomes `identical`, `drifted` with a picture of "
        "where, or `unverifiable`; and why.",
        request=VerifyInput,
        parameters=[answers.PREFER, answers.LOCATION],
        responses={201: VerdictsOutput, 202: JobOutput},
        extensions=_VERIFYING,
    )
    @once.with_job
    def post(self, request: Request, recording_id: str) -> HttpResponse:
        index, reach = read(VerifyInput, request.data)["index"], identity.reach(request)
        recording = selectors.recording(recording_id, reach)
        if index is not None:
            selectors.frame(recording_id, index, reach)
        return answers.answer(request, verification.request(recording=recording, index=index, slip=once.slip(request)))


@results.tells(verification.KIND)
def _verified(job: Job) -> Any:
    return _verdicts(verification.recording_of(job), job.payload["index"])


def _verdicts(recording: Session, index: int | None = None) -> Any:
    """The verdicts on all steps, or on the one of that index."""
    judged = selectors.judged(selectors.steps(recording))
    steps = list(judged if index is None else judged.filter(index=index))
    words = [step.verdict.word if hasattr(step, "verdict") else None for step in steps]
    body = {
        "session_id": recording.public_id,
        **{word: words.count(word) for word in ("identical", "drifted", "unverifiable")},
        "unjudged": words.count(None),
        "verdicts": steps,
    }
    return VerdictsOutput(body).data
