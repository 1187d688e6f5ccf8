"""/api/v1/jobs/: list, show, follow, cancel, retry."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from prompt_media.errors import Unavailable
from prompt_media.jobs import answers, changes, once, selectors, services, streams
from prompt_media.jobs.models import Job
from prompt_media.jobs.serializers import JobOutput, JobWithResult
from prompt_media.web import gateway, identity, rates
from prompt_media.web.filters import Words
from prompt_media.web.schema import header, refusals

CHAPTER = "Jobs"
_UNKNOWN = {404: "unknown_job"}
_EVENT = {
    "type": "object",
    "description": "One event of the stream.",
    "required": ["id", "data"],
    "properties": {
        "id": {"type": "string", "description": "For `Last-Event-ID`."},
        "data": {"type": "string", "description": "The job as JSON, in the shape of `GET /api/v1/jobs/<id>/`."},
    },
}


class JobFilter(filters.FilterSet):
    q = Words(method="matching", label="Words in its title, prompt, kind or id")

    class Meta:
        model = Job
        fields = ("status", "kind", "queue")

    def matching(self, jobs: QuerySet[Job], name: str, words: str) -> QuerySet[Job]:
        return selectors.matching(jobs, words)


@extend_schema(summary="Your jobs, newest first")
class Jobs(ListAPIView):
    serializer_class = JobOutput
    filterset_class = JobFilter
    queryset = Job.objects.none()

    def get_queryset(self) -> QuerySet[Job]:
        return selectors.jobs_of(identity.of(self.request))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        context = {"places": selectors.places_in_line(page or [])}
        return self.get_paginated_response(JobOutput(page, many=True, context=context).data)


class OneJob(APIView):
    @extend_schema(operation_id="get_job", summary="One job", responses=JobWithResult, extensions=refusals(_UNKNOWN))
    def get(self, request: Request, job_id: UUID) -> Response:
        return Response(JobWithResult.of(selectors.job(job_id)).data)


class JobEvents(APIView):
    @extend_schema(
        operation_id="follow_job",
        summary="Follow a job: its facts as server-sent events, until it has ended",
        description="Each event is the job's JSON. A stream ends after a minute; `EventSource` comes back by itself.",
        parameters=[header("Last-Event-ID", "The last event that was seen: it is not told again.")],
        responses={
            (200, streams.MEDIA_TYPE): _EVENT,
            204: OpenApiResponse(description="The job's last event was seen already: do not come back."),
        },
        extensions=refusals(_UNKNOWN | {503: "too_many_streams"}),
    )
    def get(self, request: Request, job_id: UUID) -> HttpResponseBase:
        job, seen = selectors.job(job_id), request.headers.get("Last-Event-ID", "")
        response = _live(request, job, seen) if job.is_live else _ended(job, seen)
        response["Cache-Control"] = "private, no-cache, no-transform"
        response["X-Accel-Buffering"] = "no"
        return response


def _live(request: Request, job: Job, seen: str) -> HttpResponseBase:
    if gateway.STREAMS not in request.META:
        raise Unavailable("This server does not stream. Poll the job instead.", retry_after=60)
    place = rates.place(request) if rates.apply() else None
    watch = changes.HUB.open(job.pk, _follower(request, place), place)
    return StreamingHttpResponse(streams.Stream(watch, seen=seen), content_type=streams.MEDIA_TYPE)


def _follower(request: Request, place: str | None) -> str | None:
    """Whose stream it counts as. Whoever has no name is the house: counted by place, and at home not at all."""
    caller = identity.of(request)
    if caller != identity.HOUSE:
        return caller
    return f"{caller} at {place}" if rates.apply() else None


def _ended(job: Job, seen: str) -> HttpResponseBase:
    """Its last event, or 204, which tells an `EventSource` to stay away."""
    facts = changes.facts_of([job])[job.pk]
    if facts.state == seen:
        return HttpResponse(status=204)
    return HttpResponse(streams.event(facts), content_type=streams.MEDIA_TYPE)


class CancelJob(APIView):
    @extend_schema(
        operation_id="cancel_job",
        summary="Cancel a waiting or running job",
        request=None,
        responses=JobOutput,
        extensions=refusals(_UNKNOWN | {409: "job_ended"}),
    )
    def post(self, request: Request, job_id: UUID) -> Response:
        return Response(JobOutput.of(services.cancel(selectors.job(job_id))).data)


class RetryJob(APIView):
    @extend_schema(
        operation_id="retry_job",
        summary="Start a failed or cancelled job anew",
        request=None,
        parameters=[answers.LOCATION],
        responses={202: JobOutput},
        extensions=refusals(_UNKNOWN | {409: "job_final job_live", 429: "too_many_jobs"}),
    )
    @once.together
    def post(self, request: Request, job_id: UUID) -> Response:
        return answers.accepted(services.retry(selectors.job(job_id)))
