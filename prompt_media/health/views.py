"""/healthz, /readyz, /metrics: for whoever watches over the studio."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from prompt_media.addresses import is_loopback
from prompt_media.errors import NotAllowed, NotSignedIn
from prompt_media.health import metrics
from prompt_media.health.findings import State, worst
from prompt_media.health.readiness import lookout
from prompt_media.web import errors, identity, rates
from prompt_media.web.connections import DATABASE_AWAY


@rates.uncounted
@identity.open_to_all
@csrf_exempt  # nothing is changed here: a wrong method is told as one
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Alive. Nothing else is asked, so that a slow part never looks like a dead process."""
    return JsonResponse({"status": "ok", "version": settings.VERSION})


@rates.uncounted
@identity.open_to_all
@csrf_exempt  # nothing is changed here: a wrong method is told as one
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether every part does its work; which one does not, for those who may know."""
    found = lookout.look()
    state = worst(found.values())
    told: dict[str, object] = {"status": state.word}
    if _may_look(request):
        parts = {name: {"state": one.state.word, "detail": one.detail} for name, one in found.items()}
        told |= {"version": settings.VERSION, "parts": parts}
    status = 503 if state is State.DOWN else 200
    return JsonResponse(told, status=status, headers={"Cache-Control": "no-store"})


@rates.uncounted
@identity.open_to_all
@csrf_exempt  # nothing is changed here: a wrong method is told as one
@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    if not _may_look(request):
        return errors.answer(_refusal(request), request)
    return HttpResponse(metrics.text(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _may_look(request: HttpRequest) -> bool:
    """Staff; and everybody where only this machine itself reaches a studio that asks for no account."""
    if settings.ACCESS == "open" and is_loopback(settings.HOST) and not settings.BEHIND_PROXY:
        return True
    try:
        return identity.is_staff(request)
    except DATABASE_AWAY:
        # Who it is cannot be told while the database is down, and that it is down is no secret.
        return False


def _refusal(request: HttpRequest) -> NotAllowed | NotSignedIn:
    if identity.is_signed_in(request):
        return NotAllowed("These numbers are for staff.")
    return NotSignedIn("These numbers are for staff. Call with the token of a staff account.")
