"""The jobs page: what runs, what waits, what was. HTML only; programs have /api/v1/jobs/."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from prompt_media.errors import Conflict
from prompt_media.jobs import cards, selectors, services
from prompt_media.jobs.cards import Card
from prompt_media.jobs.models import Job
from prompt_media.web import identity, stretches
from prompt_media.web.filters import typed
from prompt_media.web.pages import PageRequest

# How many jobs a page of the list holds, besides those that run.
SHOWN = 50
STATES = {
    "all": tuple(Job.Status),
    "active": Job.LIVE,
    "failed": (Job.Status.FAILED,),
    "done": (Job.Status.DONE,),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading."""

    title: str
    cards: list[Card]


@require_safe
@identity.page
def jobs(request: PageRequest, job_id: UUID | None = None) -> HttpResponse:
    """The whole page, or for HTMX only its list; with an id, the pane about that job beside it."""
    shelves = identity.shelves(request)
    shelf = request.GET.get("from", "")
    shelf = shelf if shelf in shelves else next(iter(shelves))
    template = "jobs/_list.html" if request.htmx.target == "list" else "jobs/jobs.html"
    listing = _listing(request, selectors.jobs_of(shelves[shelf]), job_id)
    return render(request, template, listing | {"shelves": list(shelves), "shelf": shelf})


@require_safe
@identity.page
def pane(request: PageRequest, job_id: UUID) -> HttpResponse:
    return render(request, "jobs/_pane.html", {"chosen": _chosen(job_id)})


@require_safe
@identity.page
def running(request: PageRequest) -> HttpResponse:
    """How many jobs are at work, for the bar of every page."""
    count, next_to_end = selectors.at_work(selectors.jobs_of(identity.of(request)))
    return render(request, "jobs/_running.html", {"running": count, "follows": next_to_end, "asked": True})


@require_POST
@identity.page
def cancel(request: PageRequest, job_id: UUID) -> HttpResponse:
    services.cancel(selectors.job(job_id))
    return _back(request, job_id)


@require_POST
@identity.page
def retry(request: PageRequest, job_id: UUID) -> HttpResponse:
    services.retry(selectors.job(job_id))
    return _back(request, job_id)


@require_POST
@identity.page
def cancel_all(request: PageRequest) -> HttpResponse:
    for job in selectors.live(selectors.jobs_of(identity.of(request))):
        with suppress(Conflict):  # it ended by itself meanwhile
            services.cancel(job)
    return redirect("jobs")


def _back(request: PageRequest, job_id: UUID) -> HttpResponse:
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": "jobs"})
    return redirect("one-job", job_id)


def _listing(request: PageRequest, mine: QuerySet[Job], chosen: UUID | None) -> dict[str, object]:
    state = request.GET.get("state", "all")
    words = typed(request.GET.get("q", ""))
    states = STATES.get(state, STATES["all"])
    wanted = mine.filter(status__in=states)
    if words:
        wanted = selectors.matching(wanted, words)
    older = request.GET.get("older", "")
    # What runs was sent before all that waits, and would stand pages away from the top. It is left out below by name: a
    # job that begins or ends between the two questions is told once, neither twice nor not at all.
    running = [] if older else list(wanted.filter(status=Job.Status.RUNNING))
    told = Q(status=Job.Status.RUNNING) if older else Q(pk__in=[job.pk for job in running])
    rest = stretches.cut(wanted.exclude(told), by="created_at", size=SHOWN, cursor=older)
    shown = [*running, *rest.rows]
    listed = cards.of(shown)
    counted_off = states if rest.is_all and not words else ()
    return {
        "place": "jobs",
        "groups": _grouped(listed),
        "chosen": _chosen(chosen, listed),
        "state": state,
        "words": words,
        "older": older,
        "stretch": rest,
        "active": _count(mine, Job.LIVE, shown, counted_off),
        "failed": _count(mine, (Job.Status.FAILED,), shown, counted_off),
    }


def _count(mine: QuerySet[Job], states: Sequence[str], shown: Sequence[Job], counted_off: Collection[str]) -> int:
    """How many are in these states: those that are shown as they are shown, and all others as they are now. There are
    no others in the states whose jobs are all shown."""
    there = sum(job.status in states for job in shown)
    if set(states) <= set(counted_off):
        return there
    return there + mine.filter(status__in=states).exclude(pk__in=[job.pk for job in shown]).count()


def _grouped(shown: list[Card]) -> list[Group]:
    by_state = [
        ("Running", [card for card in shown if card.is_running]),
        ("Waiting", sorted((card for card in shown if card.place), key=lambda card: card.place)),
        ("Earlier", [card for card in shown if not card.job.is_live]),
    ]
    return [Group(title, cards_of) for title, cards_of in by_state if cards_of]


def _chosen(job_id: UUID | None, listed: Sequence[Card] = ()) -> Card | None:
    """The job's card, the very one that is listed where it is: its row and its pane tell the same."""
    if job_id is None:
        return None
    return next((card for card in listed if card.job.pk == job_id), None) or cards.of([selectors.job(job_id)])[0]
