"""A job as the API tells it."""

from typing import Any, Self
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers

from prompt_media.jobs import results, selectors
from prompt_media.jobs.cards import Card
from prompt_media.jobs.faces import Face
from prompt_media.jobs.models import Job


class FieldErrorOutput(serializers.Serializer):
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class JobProblem(serializers.Serializer):
    """The error a failed job would have been answered with."""

    status = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField()
    detail = serializers.CharField()
    errors = FieldErrorOutput(many=True)  # type: ignore[assignment]  # a field; DRF takes it off the class


class JobOutput(serializers.ModelSerializer):
    """One piece of work and how far it is."""

    url = serializers.SerializerMethodField()
    percent = serializers.IntegerField(read_only=True, allow_null=True, help_text="0..100; null while unknown.")
    place_in_line = serializers.SerializerMethodField(help_text="1: next to start; 0: does not wait.")
    says = serializers.SerializerMethodField(help_text="For people: how far it is, its place, or how it ended.")
    error = serializers.CharField(read_only=True, help_text="Why it failed, in words.")
    problem = JobProblem(read_only=True, allow_null=True)

    @classmethod
    def of(cls, job: Job) -> Self:
        """One job with its place. A list looks at the line once for all its jobs, and hands the places in."""
        return cls(job, context={"places": selectors.places_in_line([job])})

    class Meta:
        model = Job
        fields = [
            "id", "url", "kind", "queue", "title", "about", "status", "done", "total", "percent", "note",
            "says", "place_in_line", "attempts", "error", "problem", "created_at", "started_at", "finished_at",
        ]  # fmt: skip

    def get_url(self, job: Job) -> str:
        return reverse("job", args=[job.pk])

    def get_says(self, job: Job) -> str:
        return Card(job, Face(), self.get_place_in_line(job), timezone.now()).says

    def get_place_in_line(self, job: Job) -> int:
        places: dict[UUID, int] = self.context["places"]
        return places.get(job.pk, 0)


class JobWithResult(JobOutput):
    """One piece of work, and once it is done what it has made."""

    result = serializers.SerializerMethodField(help_text="As its own route answers it; null until it is done.")

    class Meta(JobOutput.Meta):
        fields = [*JobOutput.Meta.fields, "result"]

    def get_result(self, job: Job) -> dict[str, Any] | None:
        return results.if_any(job)
