"""What a recording is worth: its steps made again and judged, and two recordings side by side."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from prompt_media.jobs import cards
from prompt_media.jobs.models import Job
from prompt_media.web import identity
from prompt_media.web.filters import typed
from prompt_media.web.pages import PageRequest
from sessions_app import selectors as floor
from sessions_app.forms import whole
from sessions_app.models import Session, Verdict
from sessions_app.reels import pairs, shelves
from sessions_app.reels.playback import Verdicts
from sessions_app.selectors import recordings as selectors
from sessions_app.services import verification

Context = dict[str, Any]


@require_http_methods(["GET", "HEAD", "POST"])
@identity.page
def verdicts(request: PageRequest, recording_id: str) -> HttpResponse:
    """Have every step made again, and tell how far that is. Once it is over the page is loaded anew, for its film tells
    of it too."""
    recording = selectors.recording(recording_id, identity.reach(request))
    if request.method == "POST":
        verification.request(recording=recording)
    context = told(recording)
    if request.htmx and context["card"]:
        return render(request, "recordings/_verdicts.html", context)
    return HttpResponse(headers={"HX-Refresh": "true"}) if request.htmx else redirect("recording", recording_id)


@require_safe
@identity.page
def compare(request: PageRequest, recording_id: str) -> HttpResponse:
    """Two recordings side by side; without the other, which it could be. For HTMX, what differs in one step."""
    recording, name = selectors.recording(recording_id, identity.reach(request)), _other(request)
    other = selectors.recording(name, identity.reach(request)) if name else None
    context = {
        "place": "recordings",
        "recording": recording,
        "other": other,
        "comparison": pairs.compare(recording, other, whole(request.GET, "step", 1)) if other else None,
    }
    if request.htmx and other:
        return render(request, "recordings/_differs.html", context)
    return render(request, "recordings/compare.html", context | _others(request, recording))


@require_safe
@identity.page
def couples(request: PageRequest, recording_id: str) -> HttpResponse:
    """The couples that come together with one of them."""
    one, other = (selectors.recording(name, identity.reach(request)) for name in (recording_id, _other(request)))
    context = {"other": other, "couples": pairs.couples(one, other, whole(request.GET, "from", 1))}
    return render(request, "recordings/_couples.html", context)


def told(recording: Session) -> Context:
    """What verifying came to; the job's card while it is at it; and why it failed, when it did at last."""
    # The job first: while it is at it the page follows it, and once it is not all of its verdicts are there.
    last = floor.jobs(recording).filter(kind=verification.KIND).first()
    found = Verdict.objects.filter(step__in=selectors.known_steps(recording)).select_related("step")
    return {
        "recording": recording,
        "verdicts": Verdicts(recording.recording.steps_numbered, list(found.order_by("step__index"))),
        "card": cards.of([last])[0] if last and last.is_live else None,
        "failed": last.error if last and last.status == Job.Status.FAILED else "",
    }


def _other(request: PageRequest) -> str:
    return request.GET.get("with", "")


def _others(request: PageRequest, recording: Session) -> Context:
    """Which it could be compared with: the newest that are found, and the rest by a link."""
    words, older = typed(request.GET.get("q", "")), request.GET.get("older", "")
    owners = identity.named_shelves(request).items()
    found = [shelves.shelf(title, owner, words, older, without=recording) for title, owner in owners]
    return {"shelves": found, "words": words, "total": sum(shelf.stretch.total for shelf in found)}
