"""What a recording is worth: its steps made again and judged, and two recordings side by side."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from prompt_media.web import identity
from prompt_media.web.pages import PageRequest
from sessions_app.forms import whole
from sessions_app.models import Session, Verdict
from sessions_app.reels import pairs, shelves
from sessions_app.reels.playback import Verdicts
from sessions_app.reels.shelves import Spine
from sessions_app.selectors import recordings as selectors

Context = dict[str, Any]


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
    """What verifying came to."""
    found = Verdict.objects.filter(step__recording=recording).select_related("step").order_by("step__index")
    return {"verdicts": Verdicts(recording.recording.steps_numbered, list(found))}


def _spines(request: PageRequest) -> list[Spine]:
    return [spine for owner in identity.shelves(request).values() for spine in shelves.shelf("", owner).spines]
