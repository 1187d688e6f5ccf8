"""A job as a page tells it: how far it is, what it says, how long it takes. Words only; templates lay them out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from prompt_media.jobs import faces, selectors
from prompt_media.jobs.faces import Face
from prompt_media.jobs.models import Job

_ORDINALS = {1: "st", 2: "nd", 3: "rd"}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of what happened to a job."""

    at: datetime
    words: str
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A job, its face, its place in line (0: it does not wait) and the moment it was looked at."""

    job: Job
    face: Face
    place: int
    now: datetime

    @property
    def headline(self) -> str:
        """The step a running job is at; what any other is about."""
        return (self.job.note if self.is_running else "") or self.job.title

    @property
    def is_running(self) -> bool:
        return self.job.status == Job.Status.RUNNING

    @property
    def can_retry(self) -> bool:
        return self.job.can_be_retried

    @property
    def says(self) -> str:
        """One line: per cent and time left, the place in line, the error, or how it ended."""
        match self.job.status:
            case Job.Status.RUNNING:
                return ", ".join(filter(None, [self._per_cent, self.left]))
            case Job.Status.QUEUED:
                return self.line
            case Job.Status.FAILED:
                return self.job.error
        return self.job.get_status_display()

    @property
    def line(self) -> str:
        """Which of those that wait it is: "1st in line"."""
        ending = "th" if self.place % 100 in (11, 12, 13) else _ORDINALS.get(self.place % 10, "th")
        return f"{self.place}{ending} in line"

    @property
    def left(self) -> str:
        """About how long it still takes, once a fifth of it is done; before that a guess would only jump about."""
        job = self.job
        if not job.started_at or not job.total or job.done * 5 < job.total:
            return ""
        seconds = (self.now - job.started_at).total_seconds() * (job.total - job.done) / job.done
        return f"about {duration(seconds)} left"

    @property
    def took(self) -> str:
        """How long it has been worked on."""
        if not self.job.started_at:
            return ""
        return duration(((self.job.finished_at or self.now) - self.job.started_at).total_seconds())

    @property
    def waited(self) -> str:
        return duration((self.now - self.job.created_at).total_seconds())

    @property
    def events(self) -> list[Event]:
        """What happened to it, in order."""
        job = self.job
        told = [Event(job.created_at, "Taken in")]
        if job.started_at:
            again = f", attempt {job.attempts}" if job.attempts > 1 else ""
            told.append(Event(job.started_at, f"A worker began{again}"))
        if self.is_running:
            told.append(Event(self.now, job.note or "At work", is_now=True))
        if job.finished_at:
            told.append(Event(job.finished_at, job.get_status_display(), is_now=True))
        return told

    @property
    def _per_cent(self) -> str:
        return "" if self.job.percent is None else f"{self.job.percent} %"


def of(jobs: Iterable[Job]) -> list[Card]:
    """The cards of these jobs, in their order."""
    listed, now = list(jobs), timezone.now()
    known, places = faces.of(listed), selectors.places_in_line(listed)
    return [Card(job, known[job.pk], places.get(job.pk, 0), now) for job in listed]


def duration(seconds: float) -> str:
    """A length of time as people say it: "0.4 s", "12 s", "3 min", "2 h"."""
    if seconds < 10:
        return f"{max(0.0, seconds):.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = timedelta(seconds=seconds) / timedelta(minutes=1)
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.0f} h"
