"""Recordings side by side, and pictures of where two frames differ."""

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from prompt_media.errors import InvalidInput, Unprocessable
from prompt_media.files import delivery
from prompt_media.web import identity
from prompt_media.web.schema import header, refusals
from sessions_app.models import Session
from sessions_app.selectors import recordings as selectors
from sessions_app.services import comparison
from sessions_app.services.comparison import Pair

CHAPTER = "Record and replay"
_FIRSTS, _COUNTS = range(2**31), range(1, 100 + 1)
_A_PAGE = 20
_ID = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}
_WITH = OpenApiParameter("with", _ID, required=True, description="The other's id.")
_FIRST = OpenApiParameter("first", {"type": "integer", "minimum": 0, "default": 0}, description="From this step on.")
_COUNT = OpenApiParameter(
    "count", {"type": "integer", "minimum": 1, "maximum": _COUNTS[-1], "default": _A_PAGE}, description="So many steps."
)
_TO = OpenApiParameter(
    "to",
    _ID | {"default": comparison.PREVIOUS},
    description="`previous`: the picture before it. `input`: the one it was made from. Or another recording's id: its "
    "frame of the same number.",
)


class ComparedStep(serializers.Serializer):
    """One step of a pair."""

    filename = serializers.CharField(source="image.name")
    url = serializers.CharField(source="image.url")
    target_sector = serializers.CharField()
    focus_sector = serializers.CharField()
    prompt = serializers.CharField()
    status = serializers.CharField()


class PairOutput(serializers.Serializer):
    """The steps of one index in two recordings; null where one has no such step."""

    index = serializers.IntegerField()
    one = ComparedStep(allow_null=True)
    other = ComparedStep(allow_null=True)
    identical = serializers.BooleanField()
    share = serializers.FloatField(allow_null=True, help_text="Of all pixels, how many differ, 0..1.")
    change = serializers.FloatField(
        allow_null=True, help_text="How much they differ: the mean distance in Oklab, 0..1."
    )
    reason = serializers.CharField(help_text="Why the two cannot be compared; empty when they can.")
    difference_url = serializers.CharField(allow_null=True, help_text="A PNG of where they differ.")


class ComparisonOutput(serializers.Serializer):
    session_id = serializers.CharField()
    other_id = serializers.CharField()
    length = serializers.IntegerField(help_text="Steps of the longer of the two.")
    next = serializers.IntegerField(allow_null=True, help_text="`first` of the next page; null: this was the last.")
    pairs = PairOutput(many=True)


class Compare(APIView):
    @extend_schema(
        operation_id="compare_recordings",
        summary="Two recordings side by side, step by step",
        parameters=[_WITH, _FIRST, _COUNT],
        responses=ComparisonOutput,
        extensions=refusals({404: "unknown_recording", 422: "out_of_range"}),
    )
    def get(self, request: Request, recording_id: str) -> Response:
        reach, other_id = identity.reach(request), request.query_params.get("with", "")
        if not other_id:
            raise InvalidInput("Name the other recording: ?with=<id>.", field="with")
        one, other = selectors.recording(recording_id, reach), selectors.recording(other_id, reach)
        first, count = _whole(request, "first", 0, _FIRSTS), _whole(request, "count", _A_PAGE, _COUNTS)
        return Response(_compared(one, other, first, count))


class StepDifference(APIView):
    @extend_schema(
        operation_id="get_difference",
        summary="A picture of where a step differs from another",
        description="A PNG: the step's frame in dark grey, with ink on every pixel that differs.",
        parameters=[
            _TO,
            header("If-None-Match", "An `ETag` you have."),
            header("ETag", "Of the two pictures.", on=[200, 304]),
        ],
        responses={
            (200, "image/png"): OpenApiResponse(OpenApiTypes.BINARY, description="Where they differ."),
            304: OpenApiResponse(description="`If-None-Match` names it: you have it already."),
        },
        extensions=refusals({404: "unknown_recording unknown_frame file_gone"}),
    )
    def get(self, request: Request, recording_id: str, index: int) -> HttpResponseBase:
        reach = identity.reach(request)
        step = selectors.frame(recording_id, index, reach)
        other = comparison.partner(step, request.query_params.get("to") or comparison.PREVIOUS, reach)
        return delivery.made(
            request,
            lambda: comparison.shown(step.image, other),
            media_type="image/png",
            etag=comparison.mark(step.image, other),
        )


def _compared(one: Session, other: Session, first: int, count: int) -> Any:
    length = comparison.length(one, other)
    body = {
        "session_id": one.public_id,
        "other_id": other.public_id,
        "length": length,
        "next": first + count if first + count < length else None,
        "pairs": [_pair(pair, one, other) for pair in comparison.pairs(one, other, first=first, count=count)],
    }
    return ComparisonOutput(body).data


def _pair(pair: Pair, one: Session, other: Session) -> dict[str, Any]:
    told = pair.difference
    return {
        "index": pair.index,
        "one": pair.one,
        "other": pair.other,
        "identical": pair.is_identical,
        "share": told.share if told else None,
        "change": told.change if told else None,
        "reason": pair.reason,
        "difference_url": _difference_url(one, pair.index, other) if told else None,
    }


def _difference_url(one: Session, index: int, other: Session) -> str:
    route = reverse("recording-difference", args=[one.public_id, index])
    return f"{route}?to={other.public_id}"


def _whole(request: Request, name: str, default: int, allowed: range) -> int:
    """A whole number of the address."""
    told = request.query_params.get(name) or str(default)
    number = int(told) if told.isascii() and told.isdigit() and len(told) <= 10 else -1
    if number not in allowed:
        raise Unprocessable(f"{name} can be {allowed[0]} to {allowed[-1]}.", code="out_of_range", field=name)
    return number
