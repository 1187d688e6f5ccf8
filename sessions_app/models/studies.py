"""Studies: a recording shown to participants in trials, and what they answered."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse

from sessions_app.models.recordings import Step
from sessions_app.models.workspace import Session


class Study(models.Model):
    """How a recording is shown: which mask, how long, how many trials without a change, and the seed of the orders."""

    class Mask(models.TextChoices):
        FLICKER = "flicker", "Flicker"
        BLANK = "blank", "Blank"
        MUDSPLASH = "mudsplash", "Mudsplashes"
        NONE = "none", "None"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recording = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="studies")
    owner = models.CharField(max_length=80)
    name = models.CharField(max_length=200, blank=True)
    seed = models.PositiveBigIntegerField()
    mask = models.CharField(max_length=10, choices=Mask.choices, default=Mask.FLICKER)
    show_ms = models.PositiveIntegerField(default=500, help_text="How long a picture is seen before a mask.")
    mask_ms = models.PositiveIntegerField(default=80, help_text="How long a mask is seen.")
    limit_ms = models.PositiveIntegerField(default=20_000, help_text="After so long a trial ends without an answer.")
    catch_trials = models.PositiveIntegerField(default=0, help_text="Trials in which nothing changes.")
    created_at = models.DateTimeField(auto_now_add=True)
    sittings_numbered = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.name or str(self.pk)


class Sitting(models.Model):
    """One participant's run through a study, in an order of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="sittings")
    number = models.PositiveIntegerField(help_text="From 1; it decides the order.")
    participant = models.CharField(max_length=80, blank=True, help_text="A code; no name of a person.")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["study", "number"], name="sitting_number_once")]

    def __str__(self) -> str:
        return self.participant or f"{self.number}"

    @property
    def url(self) -> str:
        """The page to sit at."""
        return reverse("study-sit", args=[self.pk])


class Trial(models.Model):
    """One showing and what was answered. A step is missing once its recording has lost it."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="trials")
    place = models.PositiveIntegerField(help_text="From 0, in the order shown.")
    step = models.ForeignKey(Step, null=True, blank=True, on_delete=models.SET_NULL, related_name="trials")
    step_index = models.PositiveIntegerField(help_text="Whose picture was shown.")
    is_catch = models.BooleanField(default=False, help_text="Nothing changed.")
    sector = models.CharField(max_length=8, blank=True, help_text="Where it changed.")
    answer = models.CharField(max_length=8, blank=True, help_text="The sector that was named; empty: nothing changed.")
    is_answered = models.BooleanField(default=False)
    reaction_ms = models.FloatField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["sitting", "place"], name="trial_place_once"),
            models.CheckConstraint(
                condition=Q(is_answered=False) | Q(answered_at__isnull=False), name="trial_answer_has_its_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}"
