"""A recording's studies for whoever may open it, and the page a participant sits at. Thin: read, call, render."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from prompt_media.web import identity
from prompt_media.web.pages import PageRequest
from sessions_app import board
from sessions_app.forms import SeatForm, StudyForm
from sessions_app.models import Study
from sessions_app.selectors import recordings
from sessions_app.selectors import studies as selectors
from sessions_app.services import studies


@require_safe
@identity.page
def recording_studies(request: PageRequest, recording_id: str) -> HttpResponse:
    """The recording's studies: the newest one, the one that is asked for, or what a new one is set up with."""
    recording = recordings.recording(recording_id, identity.reach(request))
    asked = request.GET
    context = board.of(recording, chosen=asked.get("study", ""), is_new="new" in asked, cursor=asked.get("older", ""))
    return render(request, "studies/studies.html", context | {"place": "recordings"})


@require_POST
@identity.page
def set_up(request: PageRequest, recording_id: str) -> HttpResponse:
    recording = recordings.recording(recording_id, identity.reach(request))
    study = studies.set_up(recording=recording, owner=identity.of(request), design=StudyForm(request.POST).design())
    return _to(request, study)


@require_POST
@identity.page
def seat(request: PageRequest, recording_id: str, study_id: UUID) -> HttpResponse:
    """A seat for one participant; its address stands on top of the list afterwards."""
    study = _study(request, recording_id, study_id)
    studies.open_sitting(study=study, participant=SeatForm(request.POST).code())
    return _to(request, study)


@require_POST
@identity.page
def delete(request: PageRequest, recording_id: str, study_id: UUID) -> HttpResponse:
    """Delete a study with its sittings and answers."""
    study = _study(request, recording_id, study_id)
    studies.delete(study=study)
    return _go(request, reverse("recording-study", args=[study.recording.public_id]))


@require_safe
@identity.page
def sit(request: PageRequest, sitting_id: UUID) -> HttpResponse:
    """A participant's page. Who knows its address may sit; it tells nothing of what changes."""
    try:
        sitting = selectors.sitting(sitting_id)
    except selectors.UnknownSitting:
        return render(request, "studies/gone.html", status=404)
    return render(request, "studies/sit.html", board.seat(sitting))


def _study(request: PageRequest, recording_id: str, study_id: UUID) -> Study:
    return selectors.study_of(recordings.recording(recording_id, identity.reach(request)), study_id)


def _to(request: PageRequest, study: Study) -> HttpResponse:
    return _go(request, reverse("recording-study", args=[study.recording.public_id], query={"study": str(study.pk)}))


def _go(request: PageRequest, address: str) -> HttpResponse:
    """To a page of ours, whoever asks: HTMX goes by a header, and shows a refusal without leaving the page."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
