"""Signing in and out. Django's own views, in the studio's look."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse


class SignIn(LoginView):
    template_name = "access/login.html"
    redirect_authenticated_user = True
    extra_context = {"place": "login"}


class SignOut(LogoutView):
    """Ends the session, and the browser's own identity with it: who comes next is somebody else."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        response.delete_cookie(settings.IDENTITY_COOKIE, samesite="Lax")
        return response
