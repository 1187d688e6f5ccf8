"""/api/v1/jobs/: list, show, cancel, retry."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from prompt_media.jobs import answers, once, selectors, services
from prompt_media.jobs.models import Job
from prompt_media.jobs.serializers import JobOutput
from prompt_media.web import identity
from prompt_media.web.filters import Words
from prompt_media.web.schema import refusals

CHAPTER = "Jobs"
_UNKNOWN = {404: "unknown_job"}


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
    @extend_schema(operation_id="get_job", summary="One job", responses=JobOutput, extensions=refusals(_UNKNOWN))
    def get(self, request: Request, job_id: UUID) -> Response:
        return Response(JobOutput(selectors.job(job_id)).data)


class CancelJob(APIView):
    @extend_schema(
        operation_id="cancel_job",
        summary="Cancel a waiting or running job",
        request=None,
        responses=JobOutput,
        extensions=refusals(_UNKNOWN | {409: "job_ended"}),
    )
    def post(self, request: Request, job_id: UUID) -> Response:
        return Response(JobOutput(services.cancel(selectors.job(job_id))).data)


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
