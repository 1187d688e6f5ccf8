"""The studio's page and the parts of it that HTMX fetches anew. Thin: read, call, render.

Every part also works as a plain form: without HTMX the answer is a redirect to the page.
"""

import json
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import MAX_URL_REDIRECT_LENGTH
from django.views.decorators.http import require_POST, require_safe

from prompt_media.errors import Conflict, InvalidInput, NotFound, Unprocessable
from prompt_media.files import intake
from prompt_media.jobs import cards, waiting
from prompt_media.jobs import services as job_services
from prompt_media.jobs.models import Job
from prompt_media.web import identity, rates
from prompt_media.web.fields import posted
from prompt_media.web.pages import PageRequest
from sessions_app import desk, selectors
from sessions_app.composing import scene
from sessions_app.composing.prompt import PromptTooLong
from sessions_app.forms import WishForm
from sessions_app.models import Image, Session
from sessions_app.services import composition, samples, uploads, workspace
from sessions_app.services.composition import Wish

Context = dict[str, object]


@require_safe
@identity.page
def studio(request: PageRequest) -> HttpResponse:
    """The session this visitor used last, or a new one."""
    owner = identity.of(request)
    current = selectors.studio_session(owner) or _opened(request)
    workspace.touch(current)
    return render(request, "sessions_app/studio.html", _page(request, current))


@require_safe
@identity.page
def session(request: PageRequest, session_id: UUID) -> HttpResponse:
    """A session by its id: who knows it may use it."""
    try:
        current = workspace.enter(session_id)
    except selectors.UnknownSession:
        return render(request, "sessions_app/session_over.html", _idle(), status=404)
    return render(request, "sessions_app/studio.html", _page(request, current))


@require_safe
@identity.page
def shelves(request: PageRequest) -> HttpResponse:
    """Every session one may take up again: one's own, and in an open studio what scripts made."""
    older = request.GET.get("older", "")
    told = [desk.shelf(title, owner, older) for title, owner in identity.named_shelves(request).items()]
    context = {"place": "sessions", "shelves": told, "samples": samples.SAMPLES}
    return render(request, "sessions_app/sessions.html", context | _idle())


@require_POST
@identity.page
def new(request: PageRequest) -> HttpResponse:
    """End the session that was open and begin another."""
    # In this order: whoever may open no more keeps what is open.
    _opened(request)
    workspace.close_if_there(posted(request, "session"))
    return redirect("studio")


@require_safe
def tray(request: PageRequest, session_id: UUID) -> HttpResponse:
    current = workspace.enter(session_id)
    context = _pictures(current, list(selectors.uploads(current)))
    return render(request, "sessions_app/_tray.html", context | {"oob": True})


@require_POST
def pictures(request: PageRequest, session_id: UUID) -> HttpResponse:
    """Uploads of a browser without scripts; with them they go to /upload/, each with its own bar."""
    current = workspace.enter(session_id)
    arrivals = intake.judged(request.FILES.getlist("files"))
    return _when_done(uploads.take_in(session=current, arrivals=arrivals, auto_tag=True), _way_back(current))


@require_POST
def load_samples(request: PageRequest, session_id: UUID) -> HttpResponse:
    current = workspace.enter(session_id)
    way_back = _way_back(current, prompt=posted(request, "prompt"))
    return _when_done(samples.load(current), way_back)


@require_POST
def tag(request: PageRequest, session_id: UUID) -> HttpResponse:
    """Name a picture. A refused name comes back in its field, with one that would do."""
    current = workspace.enter(session_id)
    filename, name = posted(request, "filename"), posted(request, "tag")
    try:
        workspace.assign_tag(session=current, filename=filename, tag=name.strip() or None)
        refusal: Context = {}
    except (InvalidInput, Unprocessable, Conflict) as error:
        taken = selectors.tagged_images(current)
        refusal = {"wrong": name, "problem": error.detail, "correction": desk.correction(name, taken)}
    if not request.htmx:
        return redirect("studio-session", session_id)
    context = (
        _pictures(current, list(selectors.uploads(current)))
        | refusal
        | {"picture": selectors.upload(current, filename)}
    )
    answer = render(request, "sessions_app/_tagged.html", context, status=422 if refusal else 200)
    return answer if refusal else _telling(answer, tags=True)


@require_POST
def remove(request: PageRequest, session_id: UUID) -> HttpResponse:
    """Delete one picture or result for good."""
    current = workspace.enter(session_id)
    image = get_object_or_404(selectors.images(current), name=posted(request, "filename"))
    workspace.remove_image(image=image)
    if not request.htmx:
        return redirect("studio-session", session_id)
    return _telling(HttpResponse(status=204), pictures=True, made=True)


@rates.reading
@require_POST
def reading(request: PageRequest, session_id: UUID) -> HttpResponse:
    """How the prompt is read, with the stage, the diagnostics and the time left that follow from it."""
    current = workspace.enter(session_id)
    pictures = list(selectors.uploads(current))
    context = _session(current) | _pictures(current, pictures) | _read(pictures, WishForm(request.POST).wish())
    return render(request, "sessions_app/_reading.html", context | {"oob": True})


@require_POST
def make(request: PageRequest, session_id: UUID) -> HttpResponse:
    current = workspace.enter(session_id)
    _, job = composition.request(session=current, wish=WishForm(request.POST).wish())
    if not request.htmx:
        return redirect("studio-session", session_id)
    return _telling(_card(request, current, job), jobs=True)


@require_safe
def results(request: PageRequest, session_id: UUID) -> HttpResponse:
    current = workspace.enter(session_id)
    return render(request, "sessions_app/_results.html", _results(current) | {"session": current, "oob": True})


@require_safe
def result(request: PageRequest, session_id: UUID, filename: str) -> HttpResponse:
    """One result, large, with its neighbours in time."""
    current = workspace.enter(session_id)
    shown = selectors.output(current, filename)
    all_of_them = selectors.outputs(current)
    context = {
        "session": current,
        "result": shown,
        "newer": all_of_them.filter(number__gt=shown.number).last(),
        "older": all_of_them.filter(number__lt=shown.number).first(),
    }
    return render(request, "sessions_app/_viewer.html", context)


@require_safe
def job(request: PageRequest, session_id: UUID, job_id: UUID) -> HttpResponse:
    """A job's card while it lives or has failed; nothing once it is done, for its result stands there instead."""
    current = workspace.enter(session_id)
    found = _job(current, job_id)
    if found.status != Job.Status.DONE:
        return _card(request, current, found)
    return _telling(HttpResponse(), made=f"{found.title} is made.", jobs=True)


@require_POST
def cancel(request: PageRequest, session_id: UUID, job_id: UUID) -> HttpResponse:
    current = workspace.enter(session_id)
    return _after(request, current, job_services.cancel(_job(current, job_id)))


@require_POST
def retry(request: PageRequest, session_id: UUID, job_id: UUID) -> HttpResponse:
    current = workspace.enter(session_id)
    return _after(request, current, job_services.retry(_job(current, job_id)))


@require_POST
def keep(request: PageRequest, session_id: UUID) -> HttpResponse:
    """Lift the session's expiry, or let it run again."""
    current = workspace.keep(session=workspace.enter(session_id), kept=request.POST.get("kept") == "1")
    if not request.htmx:
        return redirect("studio-session", session_id)
    return render(request, "sessions_app/_kept.html", _session(current))


def _page(request: PageRequest, current: Session) -> Context:
    wish = Wish(prompt=_first_prompt(request, current))
    pictures = list(selectors.uploads(current))
    # Before the results: what ends in between is on the page as work, and its card, which is followed, fetches them.
    working = list(selectors.active_jobs(current).filter(kind=composition.KIND))
    return {
        **_session(current),
        **_pictures(current, pictures),
        **_read(pictures, wish),
        **_results(current, besides=working),
        "place": "studio",
        "jobs": cards.of(working),
        "wish": wish,
        "presets": desk.PRESETS,
        "ranges": {"sides": scene.SIDES, "frames": scene.FRAME_COUNTS, "fps": scene.RATES},
        "max_mb": settings.UPLOAD_MB,
        "samples": samples.SAMPLES,
        "sample_prompt": samples.PROMPT,
    }


def _opened(request: PageRequest) -> Session:
    rates.require_another_session(request)
    return workspace.open_session(owner=identity.of(request))


def _first_prompt(request: PageRequest, current: Session) -> str:
    """The prompt the page opens with: one in the address, else the one made last."""
    last = current.generations.first()
    return request.GET.get("prompt", last.prompt if last else "")


def _session(current: Session) -> Context:
    return {"session": current} | _idle()


def _idle() -> Context:
    return {"idle_minutes": settings.SESSION_IDLE_MINUTES}


def _pictures(current: Session, pictures: Sequence[Image]) -> Context:
    return {
        "session": current,
        "pictures": pictures,
        "examples": desk.examples_for(pictures),
        # Not asked unless it is shown: these parts are fetched with every word that is typed.
        "fullness": partial(desk.fullness, current),
    }


def _read(pictures: Sequence[Image], wish: Wish) -> Context:
    read = desk.read(pictures=pictures, wish=wish)
    return {"read": read, "sketch": read.sketch, "samples": samples.SAMPLES, "sample_prompt": samples.PROMPT}


def _results(current: Session, besides: Sequence[Job] = ()) -> Context:
    """What was made, without what these jobs have made."""
    outputs, at_work = selectors.outputs(current), {job.pk for job in besides}
    return {"results": [one for one in outputs if one.made_by and one.made_by.job_id not in at_work]}


def _job(current: Session, job_id: UUID) -> Job:
    found = selectors.jobs(current).filter(pk=job_id).first()
    if found is None:
        raise NotFound("This session has no such job.", code="unknown_job")
    return found


def _card(request: PageRequest, current: Session, found: Job) -> HttpResponse:
    [card] = cards.of([found])
    return render(request, "sessions_app/_job_card.html", {"session": current, "card": card})


def _after(request: PageRequest, current: Session, changed: Job) -> HttpResponse:
    if not request.htmx:
        return redirect("studio-session", current.public_id)
    return _telling(_card(request, current, changed), jobs=True)


def _when_done(job: Job, way_back: str) -> HttpResponse:
    """Back to the page once the pictures are there; raises what was wrong with them."""
    waiting.raise_if_failed(waiting.for_end(job, settings.WAIT_SECONDS))
    return redirect(way_back)


def _way_back(current: Session, **query: str) -> str:
    """The page's address, with the words that were typed. Raises PromptTooLong, before anything is done."""
    asked = {name: value for name, value in query.items() if value}
    address = reverse("studio-session", args=[current.public_id], query=asked)
    if len(address) > MAX_URL_REDIRECT_LENGTH:  # Django sends nobody there
        raise PromptTooLong("These words are too long to be kept beside the samples. Shorten them.", field="prompt")
    return address


def _telling(response: HttpResponse, **events: str | bool) -> HttpResponse:
    """Let other parts of the page hear what happened; they fetch themselves anew."""
    response["HX-Trigger"] = json.dumps(events)
    return response
