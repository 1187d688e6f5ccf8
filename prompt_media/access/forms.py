"""What the pages of signing in and of one's own account send."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from unfold.forms import AuthenticationForm

from prompt_media.access import lockout
from prompt_media.access.models import Token


class AdminSignIn(AuthenticationForm):
    """Unfold's, where a right password of somebody who is no operator is no wrong one."""

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        lockout.was_right(self.request.tried)
        super().confirm_login_allowed(user)


class NewPassword(PasswordChangeForm):
    """Whoever holds a browser of the account may not guess its password there: such tries count wherever they come
    from, and at the sign-in from here too."""

    def __init__(self, *args: Any, place: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._place = place

    def clean_old_password(self) -> str:
        tried = lockout.begin(self.user.get_username(), self._place, lockout.ANYWHERE)
        try:
            old: str = super().clean_old_password()
        except ValidationError:
            lockout.was_wrong(tried)
            raise
        lockout.was_right(tried)
        return old


class TokenForm(forms.Form):
    """A token to be: what for, what it may, for how long."""

    name = forms.CharField(max_length=100, required=False, label="What for")
    scope = forms.ChoiceField(choices=Token.Scope.choices, initial=Token.Scope.WRITE, label="It may")
    days = forms.TypedChoiceField(
        choices=[("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("", "Until it is revoked")],
        coerce=int,
        empty_value=None,
        required=False,
        label="It lasts",
    )

    def wish(self) -> dict[str, object]:
        """The arguments of services.create; only of a form that is valid."""
        days = self.cleaned_data["days"]
        ends = timezone.now() + timedelta(days=days) if days else None
        return {"name": self.cleaned_data["name"], "scope": self.cleaned_data["scope"], "expires_at": ends}
