"""Fields that take what they name and nothing that could be made into it: "5" is no number, 1 is no truth."""

from typing import Any

from rest_framework import serializers


class Text(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number. Its bounds only keep numbers printable; what a number may be is the domain's to say."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": -(10**9), "max_value": 10**9} | options)

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=type(data).__name__)
        return data
