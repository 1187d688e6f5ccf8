"""What a job that is done has made. Each app tells of the kinds of work it owns, from the job's row alone."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from prompt_media.errors import NotFound
from prompt_media.jobs.models import Job

Tell = Callable[[Job], Any]
Show = Callable[[Job], HttpResponse]
ShowAgain = Callable[[str, Request], HttpResponse]
_tells: dict[str, Tell] = {}
_shows: dict[str, Show] = {}
_shows_again: dict[str, ShowAgain] = {}


def tells(kind: str) -> Callable[[Tell], Tell]:
    """Register who tells the result of a kind of job: whoever asks again is told the same."""

    def register(tell: Tell) -> Tell:
        _tells[kind] = tell
        return tell

    return register


def shows(kind: str) -> Callable[[Show], Show]:
    """Register who answers with the result itself, for a route that answers with a file and not with JSON."""

    def register(show: Show) -> Show:
        _shows[kind] = show
        return show

    return register


def shows_again(kind: str) -> Callable[[ShowAgain], ShowAgain]:
    """Register who answers once more with what no job has made: receipts note it as `kind:key`."""

    def register(show: ShowAgain) -> ShowAgain:
        _shows_again[kind] = show
        return show

    return register


def shown_again(what: str, request: Request) -> HttpResponse:
    """The answer that showed this, once more."""
    kind, _, key = what.partition(":")
    return _shows_again[kind](key, request)


def shown(job: Job) -> HttpResponse | None:
    """The result itself as its route answers it; None for a kind whose route tells it as JSON."""
    show = _shows.get(job.kind)
    return show(job) if show else None


def of(job: Job) -> Any:
    """The result of a job that is done. Raises NotFound when it has been deleted."""
    return _tells[job.kind](job)


def if_any(job: Job) -> Any:
    """The result; None while there is none, and when there is none any more."""
    if job.status != Job.Status.DONE or job.kind not in _tells:
        return None
    try:
        return of(job)
    except NotFound:
        return None
