"""What the studio's HTML forms send. Ranges are the scene's; a value outside of them is told by its field's name."""

from collections.abc import Mapping
from typing import Any

from django import forms

from prompt_media.errors import FieldError, Unprocessable
from sessions_app.composing import scene
from sessions_app.models import Study
from sessions_app.services.composition import Wish
from sessions_app.studying.design import Design

AUTO, STILL, MOVING = "auto", "still", "moving"
_MAKES_GIF = {AUTO: None, STILL: False, MOVING: True}


def whole(told: Mapping[str, Any], name: str, default: int) -> int:
    """A whole number out of an address or a form that pages write; the default where there is none."""
    digits = told.get(name, "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else default


class WishForm(forms.Form):
    """The prompt and the choices beside it. A choice left empty is the words' own, or the default."""

    prompt = forms.CharField(required=False, strip=False)
    kind = forms.ChoiceField(choices=[(AUTO, "Auto"), (STILL, "Still"), (MOVING, "Moving")])
    width = forms.IntegerField(required=False, min_value=scene.SIDES[0], max_value=scene.SIDES[-1])
    height = forms.IntegerField(required=False, min_value=scene.SIDES[0], max_value=scene.SIDES[-1])
    frames = forms.IntegerField(required=False, min_value=scene.FRAME_COUNTS[0], max_value=scene.FRAME_COUNTS[-1])
    fps = forms.IntegerField(required=False, min_value=scene.RATES[0], max_value=scene.RATES[-1])

    def wish(self) -> Wish:
        """What was asked for. Raises Unprocessable with the fields that are wrong."""
        if not self.is_valid():
            raise _refusal(self)
        values = dict(self.cleaned_data)
        # Browsers send line ends as CRLF and show one character; spans count what is shown.
        return Wish(
            prompt=values.pop("prompt").replace("\r\n", "\n"), generate_gif=_MAKES_GIF[values.pop("kind")], **values
        )


class StudyForm(forms.Form):
    """How a study is set up. Empty numbers are the usual ones; an empty seed is drawn."""

    name = forms.CharField(required=False, max_length=200)
    mask = forms.ChoiceField(choices=Study.Mask.choices)
    show_ms = forms.IntegerField(required=False)
    mask_ms = forms.IntegerField(required=False)
    limit_ms = forms.IntegerField(required=False)
    catch_trials = forms.IntegerField(required=False)
    seed = forms.IntegerField(required=False)

    def design(self) -> Design:
        """What was asked for. Raises Unprocessable with the fields that are wrong."""
        if not self.is_valid():
            raise _refusal(self)
        return Design(**{name: value for name, value in self.cleaned_data.items() if value is not None})


class SeatForm(forms.Form):
    """Who sits: a code, or nobody in particular."""

    participant = forms.CharField(required=False, max_length=80)

    def code(self) -> str:
        """The participant's. Raises Unprocessable when it is too long."""
        if not self.is_valid():
            raise _refusal(self)
        return str(self.cleaned_data["participant"])


def _refusal(form: forms.Form) -> Unprocessable:
    told = [
        FieldError(field, error["code"], error["message"])
        for field, errors in form.errors.get_json_data().items()
        for error in errors
    ]
    return Unprocessable(" ".join(f"{one.field}: {one.message}" for one in told), errors=told)
