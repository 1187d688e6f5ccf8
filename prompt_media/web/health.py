"""Whether this process is alive. Nothing else is asked, so that a slow part never looks like a dead process."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from prompt_media.web import identity


@identity.open_to_all
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok", "version": settings.VERSION})
