"""Generations in the admin: what was asked, how it was read, what went in and what came out."""

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from prompt_media.jobs.admin import state
from prompt_media.web.inspection import ReadOnlyAdmin, link, pretty, shortened, titled, when
from sessions_app.admin.images import thumbnails
from sessions_app.models import Generation, GenerationInput, Image


def with_pictures(generations: QuerySet[Generation]) -> QuerySet[Generation]:
    """With session and job, ingredients and outputs: what a list shows, in three queries however long it is."""
    return generations.select_related("session", "job").prefetch_related(
        Prefetch("ingredients", GenerationInput.objects.order_by("pk")),
        Prefetch("outputs", Image.objects.select_related("tag").order_by("number")),
    )


@admin.register(Generation)
class GenerationAdmin(ReadOnlyAdmin):
    list_display = ("asked", "ingredients", "made", "state", "in_session", "shape", "created")
    list_display_links = ("asked",)
    list_filter = ("format", "job__status", "session__kind", "created_at")
    ordering = ("-created_at", "-id")
    search_fields = ("prompt", "session__public_id", "id")
    search_help_text = "Prompt, session or id"
    fieldsets = (
        (None, {"fields": ("prompt", ("ingredients", "made"))}),
        ("Facts", {"fields": (("in_session", "number"), ("job_page", "shape"), ("created_at", "id"))}),
        ("How it was read", {"fields": ("scene_read", "diagnostics_read")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Generation]:
        generations: QuerySet[Generation] = super().get_queryset(request)
        return with_pictures(generations)

    @admin.display(description="Prompt", ordering="prompt")
    def asked(self, generation: Generation) -> SafeString:
        return titled(shortened(generation.prompt), f"number {generation.number}")

    @admin.display(description="From")
    def ingredients(self, generation: Generation) -> SafeString:
        shown = {"ingredients": generation.ingredients.all()}
        return SafeString(render_to_string("admin/sessions_app/_ingredients.html", shown))

    @admin.display(description="Made")
    def made(self, generation: Generation) -> SafeString | str:
        outputs = list(generation.outputs.all())
        return thumbnails(outputs) if outputs else self.empty_value_display

    @admin.display(description="Job", ordering="job__status")
    def state(self, generation: Generation) -> SafeString | str:
        return state(generation.job) if generation.job else "its job is gone"

    @admin.display(description="Job")
    def job_page(self, generation: Generation) -> SafeString | str:
        job = generation.job
        return format_html("{} {}", state(job), link(job, job.title)) if job else "its job is gone"

    @admin.display(description="Created", ordering="created_at")
    def created(self, generation: Generation) -> SafeString:
        return when(generation.created_at)

    @admin.display(description="Session", ordering="session__last_active_at")
    def in_session(self, generation: Generation) -> SafeString:
        return link(generation.session, generation.session.name or generation.session.short_id)

    @admin.display(description="Format", ordering="format")
    def shape(self, generation: Generation) -> str:
        frames = f", {generation.frames} frames" if generation.frames > 1 else ""
        return f"{generation.format} {generation.width} × {generation.height}{frames}"

    @admin.display(description="Scene")
    def scene_read(self, generation: Generation) -> SafeString:
        return pretty(generation.scene)

    @admin.display(description="Diagnostics")
    def diagnostics_read(self, generation: Generation) -> SafeString | str:
        return pretty(generation.diagnostics) if generation.diagnostics else "Every word was understood."
