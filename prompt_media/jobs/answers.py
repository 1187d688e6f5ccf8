"""How an API view answers for work: with its result, waited for, or with the job itself."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from prompt_media.jobs import waiting
from prompt_media.jobs.models import Job
from prompt_media.jobs.serializers import JobOutput
from prompt_media.web import preferences


def answer(request: HttpRequest | Request, job: Job, result: Callable[[Job], Any]) -> Response:
    """201 with `result(job)` once it is done; 202 with the job when the caller will not wait, or not that long.

    Raises what the worker met when the job failed.
    """
    patience = preferences.patience(request)
    if not patience or (job := waiting.for_end(job, patience)).is_live:
        return accepted(job)
    waiting.raise_if_failed(job)
    return Response(result(job), status=status.HTTP_201_CREATED)


def accepted(job: Job) -> Response:
    """202: the job is taken in, and here is where to look."""
    location = reverse("job", args=[job.pk])
    return Response(JobOutput(job).data, status=status.HTTP_202_ACCEPTED, headers={"Location": location})
