"""What callers tell, read: fields take what they name and nothing that could be made into it: "5" is no number, 1 is no
truth.

In an address everything is text, so there yes and no have their words.
"""

import math
from typing import Any

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils import html

from prompt_media.errors import Unprocessable

YES, NO = ("1", "true", "yes"), ("0", "false", "no")
_NEITHER = "This is neither yes (1, true, yes) nor no (0, false, no)."


def read(shape: type[serializers.Serializer], told: Any) -> dict[str, Any]:
    """What was told, as the shape reads it. Raises ValidationError."""
    wish = shape(data=told)
    wish.is_valid(raise_exception=True)
    return wish.validated_data


def query(request: Request) -> dict[str, str]:
    """What the address asks for; an empty value is as if it were not there."""
    return {name: value for name, value in request.query_params.dict().items() if value}


def truth(text: str) -> bool | None:
    """What a word says: yes, no, or, where there is none, nothing. Raises ValueError."""
    word = text.lower()
    if word not in (*YES, *NO, ""):
        raise ValueError(_NEITHER)
    return word in YES if word else None


def asked(request: Request, flag: str) -> bool:
    """Whether the address asks for something: `?download=1`. Raises ValidationError."""
    try:
        return truth(request.query_params.get(flag, "")) or False
    except ValueError as error:
        raise serializers.ValidationError({flag: str(error)}) from error


def posted(request: HttpRequest, name: str) -> str:
    """A text out of a page's form; what is not there is empty. Raises Unprocessable."""
    text = request.POST.get(name, "")
    if "\0" in text:
        raise Unprocessable(f"{name}: Null characters are not allowed.", field=name)
    return text


class Text(serializers.CharField):
    """Text. `longest` and `shortest` are told in the schema; the domain refuses the rest in words of its own."""

    def __init__(self, *, shortest: int | None = None, longest: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        lengths = {"minLength": shortest, "maxLength": longest}
        self.told = {name: length for name, length in lengths.items() if length is not None}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)  # as it came: spaces at its ends count
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number. `among` is told in the schema; what a number may be is the domain's to say.

    The bounds here only keep numbers printable.
    """

    def __init__(self, *, among: range | None = None, **options: Any) -> None:
        super().__init__(**{"min_value": -(10**9), "max_value": 10**9} | options)
        self.told = {"minimum": among[0], "maximum": among[-1]} if among else {}

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Number(serializers.FloatField):
    """A number. `among` is told in the schema; what a number may be is the domain's to say."""

    def __init__(self, *, among: tuple[float, float] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.told = {"minimum": among[0], "maximum": among[1]} if among else {}

    def to_internal_value(self, data: Any) -> float:
        if not isinstance(data, int | float) or isinstance(data, bool):
            self.fail("invalid")
        try:
            return float(data)
        except OverflowError:
            # More digits than any number has that is told apart from its neighbours.
            return math.inf


class Flag(serializers.BooleanField):
    """True or false; in a form, where everything is text, those two words."""

    def to_internal_value(self, data: Any) -> bool:
        if data in ("true", "false") and html.is_html_input(self.parent.initial_data):
            return bool(data == "true")
        if not isinstance(data, bool):
            self.fail("invalid", input=type(data).__name__)
        return data
