"""Routes of some other house."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.views import APIView

from prompt_media.web.routes import both


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [*both("generate/", APIView.as_view(), "generate"), path("prompts/", page)]
