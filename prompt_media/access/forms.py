"""What the account page sends."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from prompt_media.access.models import Token


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
