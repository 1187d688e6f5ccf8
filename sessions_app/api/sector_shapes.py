"""The shapes that go over the wire for /generate and for sector prompts. No rule lives here."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from prompt_media.files import intake
from prompt_media.web.fields import Number, Text, Whole
from sessions_app.editing import prompts, sectors
from sessions_app.editing.recipe import SEEDS
from sessions_app.models import Step
from sessions_app.services.sectors import FAIL, FALLBACK, Made

_SHARE = (0, 1)
_PLACES = range(sectors.GRID_SIZES[-1])
_SOURCES = [prompts.PAGE, prompts.JSON_FILE, prompts.TEXT_FILE, prompts.BUILT_IN.source]
_TEXTS = {
    "oneOf": [
        {"type": "string", "maxLength": prompts.LONGEST},
        {"type": "array", "items": {"type": "string", "maxLength": prompts.LONGEST}, "maxItems": prompts.MOST},
    ]
}


@extend_schema_field({"type": "string", "description": "A picture in base64, bare or as a data URL."})
class PictureText(serializers.Field):
    """A file as text. DRF's own field for text looks at each letter, of which there are millions."""

    default_error_messages = {"invalid": "Not a valid string.", "blank": "This field may not be blank."}

    def to_internal_value(self, data: Any) -> bytes:
        if not isinstance(data, str):
            self.fail("invalid")
        if not data:
            self.fail("blank")
        return intake.from_text(data, str(self.field_name))

    def to_representation(self, value: Any) -> str:
        raise NotImplementedError("It is only ever read.")


@extend_schema_field(_TEXTS)
class Texts(serializers.JSONField):
    """A text or a list of texts, which the domain reads."""


class GenerateQuery(serializers.Serializer):
    on_error = serializers.ChoiceField(
        [FALLBACK, FAIL], default=FALLBACK,
        help_text="When the backend fails: `fallback` answers with the picture as it came, `fail` with 503.",
    )  # fmt: skip


class SectorInput(serializers.Serializer):
    image_base64 = PictureText()
    focus_x = Number(among=_SHARE, help_text="Where somebody looks, as a share of the width.")
    focus_y = Number(among=_SHARE, help_text="And of the height.")
    target_row = Whole(
        required=False, allow_null=True, default=None, among=_PLACES,
        help_text="With target_col: which sector. Absent: the one that faces the focus; for the centre a corner.",
    )  # fmt: skip
    target_col = Whole(required=False, allow_null=True, default=None, among=_PLACES)
    grid_size = Whole(required=False, default=sectors.NAMED_GRID, among=sectors.GRID_SIZES)
    strength = Number(required=False, default=0.75, among=_SHARE, help_text="How much of what is there may go.")
    peripheral_size = Number(required=False, allow_null=True, default=None, help_text="Taken, and without effect.")
    prompt = Text(
        required=False, allow_null=True, allow_blank=True, default=None, shortest=1, longest=prompts.LONGEST,
        help_text="Absent: the sector's own, in turn.",
    )  # fmt: skip
    seed = Whole(
        required=False, allow_null=True, default=None, min_value=None, max_value=None, among=SEEDS,
        help_text="Absent: one that follows from the request, so that it gives the same picture again.",
    )  # fmt: skip


class SectorOutput(serializers.Serializer):
    """The result of a frame's job."""

    session_id = serializers.CharField(allow_null=True, help_text="The recording it is a step of; null: of none.")
    index = serializers.IntegerField(allow_null=True, help_text="The step's number, from 0.")
    url = serializers.CharField(help_text="The picture.")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    sha256 = serializers.CharField()
    target_sector = serializers.CharField()
    focus_sector = serializers.CharField()
    prompt = serializers.CharField()
    prompt_index = serializers.IntegerField(allow_null=True, help_text="From 0; null: a prompt of the request's own.")
    seed = serializers.IntegerField()
    status = serializers.ChoiceField(Step.Status.choices)
    reason = serializers.CharField(help_text="Why the backend failed; empty where it did not.")
    outside_delta = serializers.IntegerField(help_text="Pixels that changed outside the target.")
    change = serializers.FloatField(help_text="How much the target changed, 0 to 1.")


class PromptsInput(serializers.Serializer):
    default = Texts(required=False, help_text="For each sector that has none of its own.")
    sectors = serializers.DictField(child=Texts(), required=False, help_text="By name: `TL`, `r0c3`.")


class PromptsOutput(serializers.Serializer):
    prompts = serializers.ListField(child=serializers.CharField(), help_text="As `default`.")
    default = serializers.ListField(child=serializers.CharField())
    sectors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    source = serializers.ChoiceField(_SOURCES)  # type: ignore[assignment]  # a field; DRF takes it off the class
    turns = serializers.DictField(
        child=serializers.IntegerField(), help_text="The place of the prompt each list gives next, where it is not 0."
    )


class Reset(serializers.Serializer):
    status = serializers.ChoiceField(["reset"])
    message = serializers.CharField()


class BackendOutput(serializers.Serializer):
    name = serializers.CharField()
    version = serializers.CharField()
    verbs = serializers.ListField(child=serializers.CharField())
    is_deterministic = serializers.BooleanField()


class Health(serializers.Serializer):
    status = serializers.ChoiceField(["ok", "degraded"], help_text="`degraded`: there is no backend to ask.")
    detail = serializers.CharField(help_text="Why it is degraded; empty where it is not.")
    backend = BackendOutput(allow_null=True)
    recording = serializers.CharField(allow_null=True, help_text="What is being recorded into.")
    replaying = serializers.CharField(allow_null=True)


def told(made: Made) -> dict[str, Any]:
    """A frame as its job's result tells it."""
    recipe = made.recipe
    body = {
        "session_id": made.step.recording.public_id if made.step else None,
        "index": made.step.index if made.step else None,
        "url": _url(made),
        "width": made.image.width,
        "height": made.image.height,
        "sha256": made.image.sha256,
        "target_sector": recipe.target_sector,
        "focus_sector": recipe.focus_sector,
        "prompt": recipe.prompt,
        "prompt_index": recipe.prompt_index,
        "seed": recipe.seed,
        "status": made.status,
        "reason": made.reason,
        "outside_delta": made.outside_delta,
        "change": made.change,
    }
    return dict(SectorOutput(body).data)


def _url(made: Made) -> str:
    if made.step is None:
        return made.image.url
    return reverse("frame", args=[made.step.recording.public_id, made.step.index])
