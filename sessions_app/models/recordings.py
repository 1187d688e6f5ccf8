"""Recordings: what is kept in which order, who records and replays, and whether it could be made again.

A recording is a session without an end; recording is keeping, and a replay is a playhead.
"""

from django.db import models
from django.db.models import Q

from sessions_app.models.workspace import Generation, Image, Session


class Recording(models.Model):
    """What a session of the kind "recording" has beyond any other."""

    session = models.OneToOneField(Session, primary_key=True, on_delete=models.CASCADE, related_name="recording")
    seed = models.PositiveBigIntegerField(help_text="Decides what the caller left open, the same at every replay.")
    steps_numbered = models.PositiveIntegerField(default=0, help_text="The index the next step gets; none is reused.")
    original_metadata = models.TextField(blank=True, help_text="The metadata.json it was imported with, word for word.")

    def __str__(self) -> str:
        return self.session.public_id


class Step(models.Model):
    """One generation of a recording, in its place. `recipe` is all that making it again takes."""

    class Status(models.TextChoices):
        MADE = "made", "Made"
        FALLBACK = "fallback", "The picture as it came: the backend failed"

    recording = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="steps")
    index = models.PositiveIntegerField(help_text="From 0.")
    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="step")
    generation = models.ForeignKey(Generation, null=True, blank=True, on_delete=models.SET_NULL, related_name="steps")
    system = models.CharField(max_length=10, default=Generation.Kind.SECTOR, help_text="Which system made it.")
    target_sector = models.CharField(max_length=8, blank=True)
    focus_sector = models.CharField(max_length=8, blank=True)
    prompt = models.TextField(blank=True)
    made_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.MADE)
    reason = models.TextField(blank=True, help_text="Why the backend failed, in words.")
    outside_delta = models.PositiveIntegerField(null=True, blank=True, help_text="Pixels changed outside the target.")
    change = models.FloatField(null=True, blank=True, help_text="How much the target changed, 0 to 1.")
    request_sha256 = models.CharField(max_length=64, blank=True, help_text="Of the request as it was sent.")
    recipe = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["index"]
        constraints = [
            models.UniqueConstraint(fields=["recording", "index"], name="step_index_once"),
            models.UniqueConstraint(
                fields=["recording", "generation"], condition=Q(generation__isnull=False), name="step_once_a_generation"
            ),
        ]
        indexes = [models.Index(fields=["recording", "request_sha256"], name="step_by_request")]

    def __str__(self) -> str:
        return self.image.name


class Deck(models.Model):
    """Somebody's recorder and playhead: one of each for an identity, in whatever process its calls arrive."""

    class Scope(models.TextChoices):
        GENERATE = "generate", "What /generate makes"
        ALL = "all", "Everything that is made"

    class Mode(models.TextChoices):
        CASSETTE = "cassette", "The stored bytes"
        VERIFY = "verify", "Made again and compared"
        STRICT = "strict", "A request that differs is refused"
        FORK = "fork", "Replayed to a step, then live"
        NEW_ONLY = "new_only", "Stored where known, made where not"

    owner = models.CharField(max_length=80, unique=True)
    recording = models.ForeignKey(Session, null=True, blank=True, on_delete=models.SET_NULL, related_name="recorders")
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.GENERATE)
    replaying = models.ForeignKey(Session, null=True, blank=True, on_delete=models.SET_NULL, related_name="players")
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.CASSETTE)
    position = models.PositiveIntegerField(default=0, help_text="How many steps have been served.")
    until = models.PositiveIntegerField(null=True, blank=True, help_text="A fork ends here. Empty: at the end.")
    live = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.SET_NULL, related_name="live_of",
        help_text="Where that lies which was made without recording.",
    )  # fmt: skip
    prompts = models.JSONField(null=True, blank=True, help_text="Its own sector prompts. Empty: those of the house.")
    turns = models.JSONField(default=dict, blank=True, help_text="How many prompts of each list have been used.")

    def __str__(self) -> str:
        return self.owner


class Verdict(models.Model):
    """What came out when a step was made again."""

    class Word(models.TextChoices):
        IDENTICAL = "identical", "Identical"
        DRIFTED = "drifted", "Drifted"
        UNVERIFIABLE = "unverifiable", "Unverifiable"

    step = models.OneToOneField(Step, on_delete=models.CASCADE, related_name="verdict")
    word = models.CharField(max_length=12, choices=Word.choices)
    reason = models.TextField(blank=True, help_text="What differs, or why it cannot be made again.")
    share = models.FloatField(default=0, help_text="Of all pixels, how many differ, 0 to 1.")
    picture = models.OneToOneField(
        Image, null=True, blank=True, on_delete=models.SET_NULL, related_name="verdict", help_text="Where it differs."
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.step}: {self.word}"
