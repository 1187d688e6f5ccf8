"""The shapes that go over the wire for recordings and replays. No rule lives here."""

from typing import Any

from rest_framework import serializers

from prompt_media.web.fields import Flag, Text, Whole
from sessions_app.models import Deck, Session, Step
from sessions_app.services.recordings import SEEDS

_LONGEST_AT = 10**9


def given(wish: dict[str, Any]) -> dict[str, Any]:
    """Without what was left open in so many words."""
    return {name: value for name, value in wish.items() if value not in (None, "")}


class StartQuery(serializers.Serializer):
    session_id = Text(required=False, trim_whitespace=False, help_text="Absent: `session_<unix seconds>`.")
    scope = serializers.ChoiceField(
        Deck.Scope.choices, required=False, help_text="`all`: whatever you make, in the studio too."
    )
    seed = serializers.IntegerField(
        required=False, min_value=0, max_value=SEEDS[-1], help_text="Decides what requests leave open."
    )


class StartInput(serializers.Serializer):
    session_id = Text(
        required=False, allow_null=True, allow_blank=True, trim_whitespace=False,
        help_text="Absent: `session_<unix seconds>`.",
    )  # fmt: skip
    scope = serializers.ChoiceField(Deck.Scope.choices, required=False)
    resume = Flag(required=False, help_text="Go on with the recording of this id, if there is one.")
    seed = Whole(required=False, allow_null=True, min_value=0, max_value=SEEDS[-1], among=SEEDS)


class RecordingInput(StartInput):
    name = Text(required=False, allow_blank=True, max_length=200)


class RecordingChange(serializers.Serializer):
    name = Text(required=False, allow_blank=True, max_length=200)


class Recording(serializers.Serializer):
    session_id = serializers.CharField()
    status = serializers.ChoiceField(["recording"])


class Stopped(serializers.Serializer):
    session_id = serializers.CharField(allow_null=True, help_text="What was recorded; null when nothing was.")
    status = serializers.ChoiceField(["stopped"])


class Ids(serializers.Serializer):
    sessions = serializers.ListField(child=serializers.CharField())


class Entry(serializers.Serializer):
    """One step. A sector is null for what is no sector's."""

    index = serializers.IntegerField()
    filename = serializers.CharField()
    target_sector = serializers.CharField(allow_null=True)
    focus_sector = serializers.CharField(allow_null=True)
    prompt = serializers.CharField(allow_blank=True)
    timestamp = serializers.FloatField(help_text="Seconds since 1970.")
    status = serializers.ChoiceField(Step.Status.choices)
    outside_delta = serializers.IntegerField(allow_null=True, help_text="Pixels changed outside the target.")
    change = serializers.FloatField(allow_null=True, help_text="How much the target changed, 0 to 1.")
    seed = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField()


class Details(serializers.Serializer):
    session_id = serializers.CharField()
    created_at = serializers.FloatField(help_text="Seconds since 1970.")
    sequence = Entry(many=True)


class Deleted(serializers.Serializer):
    status = serializers.ChoiceField(["deleted"])
    session_id = serializers.CharField()


class ForkQuery(serializers.Serializer):
    at = serializers.IntegerField(
        required=False, min_value=0, max_value=_LONGEST_AT, help_text="How many steps are replayed before it goes live."
    )
    session_id = Text(required=False, trim_whitespace=False, help_text="What the fork is called.")


class ReplayQuery(ForkQuery):
    mode = serializers.ChoiceField(Deck.Mode.choices, required=False, help_text="Absent: `cassette`.")


class ForkInput(serializers.Serializer):
    at = Whole(required=False, allow_null=True, min_value=0, max_value=_LONGEST_AT)
    session_id = Text(required=False, allow_null=True, allow_blank=True, trim_whitespace=False)


class ReplayInput(ForkInput):
    mode = serializers.ChoiceField(Deck.Mode.choices, required=False)


class Replaying(serializers.Serializer):
    session_id = serializers.CharField(help_text="Of a fork: its own.")
    status = serializers.ChoiceField(["replaying"])
    total_generations = serializers.IntegerField()
    mode = serializers.ChoiceField(Deck.Mode.choices)


class Complete(serializers.Serializer):
    status = serializers.ChoiceField(["complete"])
    image = serializers.JSONField(allow_null=True)


class ReplayStopped(serializers.Serializer):
    status = serializers.ChoiceField(["stopped"])


class RecordingRow(serializers.ModelSerializer):
    """A recording in a list."""

    session_id = serializers.CharField(source="public_id", read_only=True)
    steps = serializers.IntegerField(source="step_count", read_only=True)
    bytes = serializers.IntegerField(source="step_bytes", read_only=True, help_text="Of its frames.")
    seed = serializers.IntegerField(source="recording.seed", read_only=True)
    is_recording = serializers.BooleanField(read_only=True, help_text="What is made is added to it now.")
    thumbnail_url = serializers.SerializerMethodField(help_text="Of its first frame; null while it has none.")

    class Meta:
        model = Session
        fields = [
            "session_id", "name", "created_at", "last_active_at", "steps", "bytes", "seed", "is_recording",
            "thumbnail_url",
        ]  # fmt: skip

    def get_thumbnail_url(self, session: Any) -> str | None:
        # The pictures are asked for after the steps were counted.
        return session.shown[0].image.thumbnail_url if session.step_count and session.shown else None
