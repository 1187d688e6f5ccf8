"""The recordings: the list of them, the player, and what is done with one.

A page stands at one step; its neighbours are links. Scripts play, and fetch what they show.
"""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from prompt_media.errors import InvalidInput, Unprocessable, listed
from prompt_media.files import store
from prompt_media.jobs import waiting
from prompt_media.web import identity, rates
from prompt_media.web.fields import posted
from prompt_media.web.filters import typed
from prompt_media.web.pages import PageRequest
from sessions_app import selectors as floor
from sessions_app.forms import whole
from sessions_app.models import Deck, Session
from sessions_app.reels import film, playback, shelves
from sessions_app.reels.playback import Playing
from sessions_app.selectors import recordings as selectors
from sessions_app.services import decks, importing, recordings, replays
from sessions_app.views import proof

Context = dict[str, Any]
VIEWS = (("picture", "Picture"), ("difference", "Difference"), ("flicker", "Flicker"))


@require_http_methods(["GET", "HEAD", "POST"])
@identity.page
def shelf(request: PageRequest) -> HttpResponse:
    """All one may open; for HTMX only the list that it searches or goes on with. What is posted is an archive to take
    in."""
    if request.method == "POST":
        return _taken_in(request)
    deck = decks.of(identity.of(request))
    return render(request, _list(request), _shelves(request, deck) | {"place": "recordings"})


@require_POST
@identity.page
def start(request: PageRequest) -> HttpResponse:
    """Switch the recording light on; with an id, under that."""
    rates.require_another_session(request)
    name = posted(request, "session_id").strip()
    recording = recordings.start(owner=identity.of(request), public_id=name or None)
    return redirect("recording", recording.public_id)


@require_POST
@identity.page
def stop(request: PageRequest) -> HttpResponse:
    stopped = recordings.stop(owner=identity.of(request))
    return redirect("recording", stopped.public_id) if stopped else redirect("recordings")


@require_safe
@identity.page
def player(request: PageRequest, recording_id: str) -> HttpResponse:
    """A recording at one of its steps."""
    # The deck first: its playhead stands nowhere that the recording, read later, does not have.
    deck = decks.of(identity.of(request))
    recording = _recording(request, recording_id)
    return render(request, "recordings/recording.html", _page(request, recording, deck))


@require_safe
@identity.page
def stills(request: PageRequest, recording_id: str) -> HttpResponse:
    """The stills that come together with one of them."""
    recording = _recording(request, recording_id)
    context = {"stills": film.chunk(recording, whole(request.GET, "from", 1))}
    return render(request, "recordings/_stills.html", context)


@require_safe
@identity.page
def step(request: PageRequest, recording_id: str) -> HttpResponse:
    """What is known of one step."""
    recording = _recording(request, recording_id)
    return render(request, "recordings/_step.html", _step(request, recording))


@require_http_methods(["GET", "HEAD", "POST"])
@identity.page
def rename(request: PageRequest, recording_id: str) -> HttpResponse:
    """Name it. Without scripts there is a page for that, and for its end."""
    recording = _recording(request, recording_id)
    if request.method == "POST":
        recordings.rename(recording=recording, name=posted(request, "name").strip())
        return redirect("recording", recording_id)
    context = {"place": "recordings", "recording": recording, "farewell": _farewell(recording)}
    return render(request, "recordings/rename.html", context)


@require_POST
@identity.page
def remove(request: PageRequest, recording_id: str) -> HttpResponse:
    """Delete it for good."""
    recordings.delete(recording=_recording(request, recording_id))
    return redirect("recordings")


@require_POST
@identity.page
def replay(request: PageRequest, recording_id: str) -> HttpResponse:
    """Let this browser's deck replay it in one of the modes, or stop."""
    recording, owner, mode = _recording(request, recording_id), identity.of(request), posted(request, "mode")
    if mode not in (*Deck.Mode.values, "stop"):
        raise Unprocessable(f"A recording is replayed by {listed(Deck.Mode.values)}.", field="mode")
    if mode == "stop":
        replays.stop(owner=owner)
        return _at(recording, request)
    at = None
    if mode == Deck.Mode.FORK:
        rates.require_another_session(request)
        at = whole(request.POST, "at", 0)
    deck = replays.start(owner=owner, recording=recording, mode=mode, at=at)
    return _at(deck.replaying or recording, request)


def _at(recording: Session, request: PageRequest) -> HttpResponse:
    """To the recording's page, at the step where the form was sent."""
    return redirect(reverse("recording", args=[recording.public_id], query={"step": whole(request.POST, "at", 1)}))


def _recording(request: PageRequest, recording_id: str) -> Session:
    return selectors.recording(recording_id, identity.reach(request))


def _page(request: PageRequest, recording: Session, deck: Deck) -> Context:
    context = _shelves(request, deck) | {"place": "recordings", "recording": recording}
    context |= {"view": _view(request), "views": VIEWS, "farewell": _farewell(recording)}
    context["is_recorded_elsewhere"] = recording.recorders.exclude(pk=deck.pk).exists()
    return context | (_film(request, recording, deck) if selectors.known_steps(recording).exists() else {})


def _film(request: PageRequest, recording: Session, deck: Deck) -> Context:
    """The film around the step that is asked for, and how the recording can be replayed."""
    proved, shown = proof.told(recording), _step(request, recording)
    playing = Playing(deck) if deck.replaying_id == recording.pk else None
    return shown | {
        "film": film.around(recording, shown["still"].number),
        "lost": store.size(shown["still"].image.key) is None,
        "ways": playback.WAYS,
        "playing": playing,
        "chosen_way": deck.mode if playing else Deck.Mode.CASSETTE,
        **proved,
    }


def _step(request: PageRequest, recording: Session) -> Context:
    """The step that is asked for, else the first. Raises UnknownFrame."""
    number = whole(request.GET, "step", film.first_number(recording))
    return {"recording": recording, "still": film.still(recording, number)}


def _list(request: PageRequest) -> str:
    """The list beside the player tells which of them is chosen."""
    if not request.htmx:
        return "recordings/recordings.html"
    return "recordings/_list.html" if "chosen" in request.GET else "recordings/_shelves.html"


def _shelves(request: PageRequest, deck: Deck) -> Context:
    """The lists, and the light of a deck that was read before them: what is recorded into is in its list."""
    words, older = typed(request.GET.get("q", "")), request.GET.get("older", "")
    shown = [shelves.shelf(title, owner, words, older) for title, owner in identity.named_shelves(request).items()]
    return {
        "shelves": shown,
        "words": words,
        "total": sum(shelf.stretch.total for shelf in shown),
        "chosen": request.GET.get("chosen", ""),
        "recording_into": deck.recording,
        "max_mb": settings.BODY_MB,
    }


def _taken_in(request: PageRequest) -> HttpResponse:
    """An import of a browser without scripts, which waits for its end."""
    archive = request.FILES.get("archive")
    if archive is None:
        raise InvalidInput("Choose an archive first.", field="archive")
    rates.require_another_session(request)
    job = importing.take_in(owner=identity.of(request), file=archive, label=archive.name or "archive")
    ended = waiting.for_end(job, settings.WAIT_SECONDS)
    waiting.raise_if_failed(ended)
    if ended.is_live:
        return redirect("one-job", job.pk)
    return redirect("recording", floor.session_of(ended).public_id)


def _view(request: PageRequest) -> str:
    asked = request.GET.get("view", "")
    return asked if asked in dict(VIEWS) else VIEWS[0][0]


def _farewell(recording: Session) -> str:
    studies = recording.studies.count()
    gone = "study goes" if studies == 1 else f"{studies} studies go"
    along = f" Its {gone} along, with every answer." if studies else ""
    return f"Its pictures and all that was written down of them are deleted at once and cannot be brought back.{along}"
