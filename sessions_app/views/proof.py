"""What a recording is worth: its steps made again and judged, and two recordings side by side."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from prompt_media.jobs import cards
from prompt_media.jobs.models import Job
from prompt_media.web import identity
from prompt_media.web.pages import PageRequest
from sessions_app import selectors as floor
from sessions_app.forms import whole
from sessions_app.models import Session, Verdict
from sessions_app.reels import pairs, shelves
from sessions_app.reels.playback import Verdicts
from sessions_app.reels.shelves import Spine
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
    """Two recordings side by side; without the other, which it could be."""
    recording, name = selectors.recording(recording_id, identity.reach(request)), request.GET.get("with", "")
    other = selectors.recording(name, identity.reach(request)) if name else None
    context = {
        "place": "recordings",
        "recording": recording,
        "other": other,
        "others": [spine for spine in _spines(request) if spine.recording != recording],
        "comparison": pairs.compare(recording, other, whole(request.GET, "step", 1)) if other else None,
    }
    return render(request, "recordings/compare.html", context)


def told(recording: Session) -> Context:
    """What verifying came to; the job's card while it is at it; and why it failed, when it did at last."""
    found = Verdict.objects.filter(step__recording=recording).select_related("step").order_by("step__index")
    last = floor.jobs(recording).filter(kind=verification.KIND).first()
    return {
        "recording": recording,
        "verdicts": Verdicts(recording.recording.steps_numbered, list(found)),
        "card": cards.of([last])[0] if last and last.is_live else None,
        "failed": last.error if last and last.status == Job.Status.FAILED else "",
    }


def _spines(request: PageRequest) -> list[Spine]:
    return [spine for owner in identity.shelves(request).values() for spine in shelves.shelf("", owner).spines]
