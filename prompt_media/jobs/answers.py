"""How an API view answers for work: with its result, waited for, or with the job itself."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from prompt_media.jobs import results, waiting
from prompt_media.jobs.models import Job
from prompt_media.jobs.serializers import JobOutput
from prompt_media.web import preferences
from prompt_media.web.schema import header

LOCATION = header("Location", "Where the job can be asked.", on=[status.HTTP_202_ACCEPTED])
PREFER = header(
    "Prefer", "`wait=5`: wait at most so many seconds; `respond-async`: do not wait. Without a result by then: 202."
)


def answer(request: HttpRequest | Request, job: Job) -> HttpResponse:
    """The result once it is done, or 202 with the job when the caller will not wait, or not that long.

    Raises what the worker met when the job failed.
    """
    patience = preferences.patience(request)
    if not patience or (job := waiting.for_end(job, patience)).is_live:
        return accepted(job)
    return of_ended(job)


def of_ended(job: Job) -> HttpResponse:
    """201 with the result of a job that has ended, or the file that it is. Raises what the worker met when it
    failed."""
    waiting.raise_if_failed(job)
    return results.shown(job) or Response(results.of(job), status=status.HTTP_201_CREATED)


def accepted(job: Job) -> Response:
    """202: the job is taken in, and here is where to look."""
    location = reverse("job", args=[job.pk])
    return Response(JobOutput.of(job).data, status=status.HTTP_202_ACCEPTED, headers={"Location": location})
