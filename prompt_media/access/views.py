"""The pages of signing in and out, and of one's own account. Django's own views, in the studio's look."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from prompt_media.access import lockout, selectors, services
from prompt_media.access.forms import NewPassword, TokenForm

# Django's forms would take a PUT for a POST.
as_a_form = method_decorator(require_http_methods(["GET", "HEAD", "POST"]), name="dispatch")


@as_a_form
class SignIn(LoginView):
    template_name = "access/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(needs_account=settings.ACCESS == "login", **kwargs)


class SignOut(LogoutView):
    """Ends the session, and the browser's own identity with it: who comes next is somebody else."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        response.delete_cookie(settings.IDENTITY_COOKIE, samesite="Lax")
        return response


@as_a_form
@method_decorator(never_cache, name="dispatch")
class ChangePassword(PasswordChangeView):
    """Ends every other session of the account; its tokens go on, each is revoked by hand."""

    form_class = NewPassword
    template_name = "access/password.html"
    success_url = reverse_lazy("account:password-changed")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"place": lockout.place(self.request)}


@require_safe
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    return _page(request, TokenForm())


@require_safe
@never_cache
@login_required
def password_changed(request: HttpRequest) -> HttpResponse:
    return _page(request, TokenForm(), has_new_password=True)


@require_POST
@never_cache
@login_required
def make_token(request: HttpRequest) -> HttpResponse:
    """The one answer that holds the secret is no redirect: nothing has to keep it until the next request."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    fresh = services.create(user=request.user, **form.wish())  # type: ignore[arg-type]  # behind login_required
    return _page(request, TokenForm(), fresh=fresh, status=201)


@require_POST
@login_required
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    mine = selectors.tokens_of(request.user)  # type: ignore[arg-type]  # behind login_required
    services.revoke(selectors.token(token_id, among=mine))
    return redirect("account:account")


def _page(request: HttpRequest, form: TokenForm, *, status: int = 200, **told: object) -> HttpResponse:
    tokens = selectors.tokens_of(request.user)  # type: ignore[arg-type]  # behind login_required
    return render(request, "access/account.html", {"tokens": tokens, "form": form, **told}, status=status)
