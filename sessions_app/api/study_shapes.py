"""The shapes that go over the wire for studies and sittings. No rule lives here."""

from rest_framework import serializers

from prompt_media.web.fields import Flag, Number, Text, Whole
from sessions_app.models import Sitting, Study
from sessions_app.studying import design


class StudyInput(serializers.Serializer):
    name = Text(required=False, default="", allow_blank=True, max_length=200)
    mask = serializers.ChoiceField(
        Study.Mask.choices, default=Study.Mask.FLICKER, help_text="What hides the moment of the change."
    )
    show_ms = Whole(default=500, among=design.SHOW_MS, help_text="How long a picture is seen before a mask.")
    mask_ms = Whole(default=80, among=design.MASK_MS, help_text="How long a mask is seen.")
    limit_ms = Whole(default=20_000, among=design.LIMIT_MS, help_text="Then a trial ends without an answer.")
    catch_trials = Whole(default=0, among=design.CATCH_TRIALS, help_text="Trials in which nothing changes.")
    seed = Whole(
        required=False, allow_null=True, default=None, among=design.SEEDS,
        help_text="Decides all orders. Absent: one is drawn.",
    )  # fmt: skip


class ChangeOutput(serializers.Serializer):
    index = serializers.IntegerField()
    sector = serializers.CharField()


class LeftOutOutput(serializers.Serializer):
    index = serializers.IntegerField()
    reason = serializers.CharField()


class StudyRow(serializers.ModelSerializer):
    """A study in a list."""

    study_id = serializers.UUIDField(source="pk", read_only=True)
    recording_id = serializers.CharField(source="recording.public_id", read_only=True)

    class Meta:
        model = Study
        fields = [
            "study_id", "recording_id", "name", "mask", "show_ms", "mask_ms", "limit_ms", "catch_trials", "seed",
            "created_at",
        ]  # fmt: skip


class StudyOutput(StudyRow):
    """A study with what it shows: each change is one trial, whatever else was recorded is none, and why."""

    grid_size = serializers.IntegerField(source="material.grid")
    changes = ChangeOutput(source="material.changes", many=True)
    left_out = LeftOutOutput(source="material.left_out", many=True)

    class Meta(StudyRow.Meta):
        fields = [*StudyRow.Meta.fields, "grid_size", "changes", "left_out"]


class SittingInput(serializers.Serializer):
    participant = Text(
        required=False, default="", allow_blank=True, max_length=80, help_text="A code; no name of a person."
    )


class SittingRow(serializers.ModelSerializer):
    """A sitting as its study's owner sees it."""

    sitting_id = serializers.UUIDField(source="pk", read_only=True)
    trials = serializers.IntegerField(source="total", read_only=True)
    over = serializers.IntegerField(read_only=True, help_text="How many of them are over.")
    url = serializers.CharField(read_only=True, help_text="The page to sit at: whoever knows it may.")

    class Meta:
        model = Sitting
        fields = ["sitting_id", "number", "participant", "trials", "over", "url", "created_at", "finished_at"]


class SittingOutput(serializers.Serializer):
    """A sitting as its participant's page needs it. Nothing here tells what changes, or whether."""

    sitting_id = serializers.UUIDField()
    mask = serializers.ChoiceField(Study.Mask.choices)
    show_ms = serializers.IntegerField()
    mask_ms = serializers.IntegerField()
    limit_ms = serializers.IntegerField()
    sectors = serializers.ListField(child=serializers.CharField(), help_text="What can be named, row by row.")
    trials = serializers.IntegerField()
    next = serializers.IntegerField(allow_null=True, help_text="Whose turn it is, from 0; null: all are over.")


class AnswerInput(serializers.Serializer):
    sector = Text(allow_null=True, help_text="Where it changed; null: nothing changed.")
    reaction_ms = Number(
        required=False,
        allow_null=True,
        default=None,
        among=(0, design.LONGEST_MS),
        help_text="From the first sight of the second picture.",
    )
    in_time = Flag(default=True, help_text="False: the time was over, and nothing was said.")


class AnswerOutput(serializers.Serializer):
    trial = serializers.IntegerField()
    next = serializers.IntegerField(allow_null=True, help_text="Whose turn it is now; null: all are over.")


class TallyOutput(serializers.Serializer):
    hits = serializers.IntegerField()
    misses = serializers.IntegerField()
    false_alarms = serializers.IntegerField()
    correct_rejections = serializers.IntegerField()
    hit_rate = serializers.FloatField(allow_null=True, help_text="null: it was never there to be seen.")
    false_alarm_rate = serializers.FloatField(allow_null=True)
    d_prime = serializers.FloatField(allow_null=True, help_text="With the log-linear correction (Hautus 1995).")
    criterion = serializers.FloatField(allow_null=True)
    median_ms = serializers.FloatField(allow_null=True, help_text="Of the hits.")


class SectorTally(TallyOutput):
    sector = serializers.CharField()


class ResultsOutput(serializers.Serializer):
    trials = serializers.IntegerField(help_text="Those that are over.")
    right = serializers.IntegerField(help_text="Those whose sector was named, or rightly none.")
    overall = TallyOutput(help_text="Whether a change was seen at all, wherever it was put.")
    sectors = SectorTally(many=True)
