"""Filters of lists: like the fields, they take what they name and refuse the rest."""

from typing import Any

from django import forms
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from prompt_media.web.fields import NO, YES, truth

# SQLite refuses a pattern of more than 50,000 bytes as if it were down; nobody types one.
LONGEST = 200


def typed(text: str) -> str:
    """What a person types into a search, as far as it can be looked for."""
    return text.strip()[:LONGEST]


class _Truth(forms.CharField):
    def clean(self, value: Any) -> bool | None:
        try:
            return truth(super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(str(error), code="invalid") from error


@extend_schema_field({"type": "string", "enum": [*YES, *NO]})
class YesNo(filters.BooleanFilter):
    """By yes or no; an empty one asks for nothing."""

    field_class = _Truth

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, widget=forms.TextInput, **options)


@extend_schema_field({"type": "string", "maxLength": LONGEST})
class Words(filters.CharFilter):
    """By words that a text holds."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, max_length=LONGEST, **options)
