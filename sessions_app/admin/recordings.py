"""Recordings in the admin: their sequence in small pictures, who records and replays them, whether they hold."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from prompt_media.web.inspection import (
    ReadOnlyAdmin,
    RemovableAdmin,
    label,
    link,
    links,
    pretty,
    shortened,
    titled,
    when,
)
from sessions_app.admin.images import thumbnails
from sessions_app.admin.sessions import total
from sessions_app.models import Deck, Image, Recording, Step, Study, Verdict
from sessions_app.services import recordings, replays

if TYPE_CHECKING:
    from typing import TypedDict

    from django_stubs_ext import WithAnnotations

    class Counts(TypedDict):
        step_count: int
        byte_count: int

    class Playing(TypedDict):
        replay_length: int

    Counted = WithAnnotations[Recording, Counts]

_FRAMES_IN_A_ROW = 6
_MOST_SHOWN = 60
_MOST_LINKS = 20
_MOODS = {
    Verdict.Word.IDENTICAL: "success",
    Verdict.Word.DRIFTED: "warning",
    Verdict.Word.UNVERIFIABLE: "info",
}


@admin.register(Recording)
class RecordingAdmin(RemovableAdmin):
    list_display = ("named", "frames", "whose", "step_count", "weight", "recorders", "began", "active")
    list_display_links = ("named",)
    list_filter = ("session__created_at", "session__last_active_at")
    list_select_related = ("session",)
    ordering = ("-session__created_at", "-pk")
    search_fields = ("session__public_id", "session__name", "session__owner", "session__steps__prompt")
    search_help_text = "Id, name, owner or prompt"
    fieldsets = (
        (None, {"fields": (("recorders", "players"),)}),
        ("Facts", {"fields": (
            ("public_id", "whose"), ("name", "seed"), ("step_count", "weight"), ("began", "active"),
            ("mirror", "origin"), ("session_page", "studies"),
        )}),
    )  # fmt: skip
    change_form_outer_after_template = "admin/sessions_app/recording_steps.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Counted]":
        first = Step.objects.select_related("image__tag").order_by("index")[:_FRAMES_IN_A_ROW]
        steps = Step.objects.filter(recording=OuterRef("pk"))
        images = Image.objects.filter(session=OuterRef("pk"))
        found: QuerySet[Recording] = super().get_queryset(request)
        return (
            found.select_related("session")
            .annotate(
                step_count=total(steps, "recording", Count("pk")), byte_count=total(images, "session", Sum("bytes"))
            )
            .prefetch_related(
                Prefetch("session__steps", first, to_attr="first_steps"), "session__recorders", "session__players"
            )
        )

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Recording | None:
        # Its key is a session's, and of such a one Django does not ask whether it fits into a column.
        return super().get_object(request, object_id, from_field) if self.can_be_a_key(object_id) else None

    def remove(self, row: Recording) -> None:
        recordings.delete(recording=row.session)

    def farewell(self, row: "Counted") -> str:
        return (
            f"{row}: {row.step_count} steps with their frames, all its files ({filesizeformat(row.byte_count)}), its "
            "verdicts and studies; whoever records or replays it does so no more"
        )

    @admin.display(description="Recording", ordering="session__public_id")
    def named(self, recording: Recording) -> SafeString:
        session = recording.session
        return titled(session.name or session.public_id, session.public_id if session.name else "")

    @admin.display(description="First steps")
    def frames(self, recording: Recording) -> SafeString:
        first: Sequence[Step] = getattr(recording.session, "first_steps", ())
        return thumbnails(step.image for step in first)

    @admin.display(description="Owner", ordering="session__owner")
    def whose(self, recording: Recording) -> str:
        return recording.session.owner

    @admin.display(description="Id")
    def public_id(self, recording: Recording) -> str:
        return recording.session.public_id

    @admin.display(description="Name")
    def name(self, recording: Recording) -> str:
        return recording.session.name or self.empty_value_display

    @admin.display(description="Steps", ordering="step_count")
    def step_count(self, recording: "Counted") -> int:
        return recording.step_count

    @admin.display(description="Bytes", ordering="byte_count")
    def weight(self, recording: "Counted") -> str:
        return filesizeformat(recording.byte_count)

    @admin.display(description="Recorded by")
    def recorders(self, recording: Recording) -> SafeString | str:
        return _owners(recording.session.recorders.all()) or self.empty_value_display

    @admin.display(description="Replayed by")
    def players(self, recording: Recording) -> SafeString | str:
        return _owners(recording.session.players.all()) or self.empty_value_display

    @admin.display(description="Started", ordering="session__created_at")
    def began(self, recording: Recording) -> SafeString:
        return when(recording.session.created_at)

    @admin.display(description="Last change", ordering="session__last_active_at")
    def active(self, recording: Recording) -> SafeString:
        return when(recording.session.last_active_at)

    @admin.display(description="metadata.json")
    def mirror(self, recording: Recording) -> SafeString:
        behind = recording.session.revision > recording.session.mirrored_revision
        return label("about to be written", "warning") if behind else label("up to date", "success")

    @admin.display(description="Origin")
    def origin(self, recording: Recording) -> str:
        # What came in from a Prompt Media is in nothing another thing than what was made by this one.
        return "imported, with a metadata.json of its own" if recording.original_metadata else "made by a Prompt Media"

    @admin.display(description="Session")
    def session_page(self, recording: Recording) -> SafeString:
        return link(recording.session, "its images, generations and jobs")

    @admin.display(description="Studies")
    def studies(self, recording: Recording) -> SafeString | str:
        found = Study.objects.filter(recording=recording.session)
        return links(found, _MOST_LINKS, recording__id__exact=recording.session_id) or "None."

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Recording, **kwargs: Any
    ) -> HttpResponseBase:
        may_look = self.admin_site.get_model_admin(Step).has_view_permission(request)
        sequence = {"steps": _sequence(obj) if may_look else None, "most": _MOST_SHOWN}
        page: HttpResponseBase = super().render_change_form(request, context | sequence, *args, obj=obj, **kwargs)
        return page


@admin.register(Step)
class StepAdmin(ReadOnlyAdmin):
    list_display = (
        "placed",
        "picture",
        "in_recording",
        "prompt_read",
        "sectors",
        "how",
        "outside",
        "made_again",
        "made",
    )
    list_display_links = ("placed",)
    list_filter = ("status", "verdict__word", "system", "made_at")
    ordering = ("-made_at", "-pk")
    search_fields = ("recording__public_id", "recording__name", "recording__owner", "prompt", "image__sha256")
    search_help_text = "Recording, owner, prompt or SHA-256"
    fieldsets = (
        (None, {"fields": (("picture", "prompt"),)}),
        ("Facts", {"fields": (
            ("in_recording", "index"), ("sectors", "outside"), ("how", "reason"), ("made_again", "verdict_reason"),
            ("made_at", "generation_page"), ("content", "system"),
        )}),
        ("How it is made again", {"fields": ("recipe_read",)}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Step]:
        steps: QuerySet[Step] = super().get_queryset(request)
        return steps.select_related("recording", "image__tag", "verdict", "generation")

    @admin.display(description="Step", ordering="index")
    def placed(self, step: Step) -> SafeString:
        return titled(f"Step {step.index + 1}", step.image.name)

    @admin.display(description="Frame")
    def picture(self, step: Step) -> SafeString:
        return thumbnails([step.image])

    @admin.display(description="Recording", ordering="recording__public_id")
    def in_recording(self, step: Step) -> SafeString:
        return link(Recording(session=step.recording), step.recording)

    @admin.display(description="Prompt", ordering="prompt")
    def prompt_read(self, step: Step) -> str:
        return shortened(step.prompt)

    @admin.display(description="Target, focus", ordering="target_sector")
    def sectors(self, step: Step) -> SafeString:
        return titled(step.target_sector or "no sector", f"looked at {step.focus_sector}" if step.focus_sector else "")

    @admin.display(description="Status", ordering="status")
    def how(self, step: Step) -> SafeString:
        is_made = step.status == Step.Status.MADE
        return label("made" if is_made else "fallback", "success" if is_made else "warning")

    @admin.display(description="Outside, change", ordering="outside_delta")
    def outside(self, step: Step) -> SafeString | str:
        if step.outside_delta is None:
            return self.empty_value_display
        changed = "" if step.change is None else f"change {step.change:.2f}"
        return titled(f"{step.outside_delta} pixels", changed)

    @admin.display(description="Made again", ordering="verdict__word")
    def made_again(self, step: Step) -> SafeString | str:
        if not hasattr(step, "verdict"):
            return self.empty_value_display
        return label(step.verdict.get_word_display(), _MOODS[Verdict.Word(step.verdict.word)])

    @admin.display(description="What differs")
    def verdict_reason(self, step: Step) -> str:
        return step.verdict.reason if hasattr(step, "verdict") else self.empty_value_display

    @admin.display(description="Made", ordering="made_at")
    def made(self, step: Step) -> SafeString:
        return when(step.made_at)

    @admin.display(description="Generation")
    def generation_page(self, step: Step) -> SafeString | str:
        return link(step.generation) if step.generation else "Imported, or its generation has gone."

    @admin.display(description="SHA-256")
    def content(self, step: Step) -> str:
        return step.image.sha256

    @admin.display(description="Recipe")
    def recipe_read(self, step: Step) -> SafeString:
        return pretty(step.recipe)


@admin.register(Deck)
class DeckAdmin(ReadOnlyAdmin):
    list_display = ("owner", "records", "scope", "replays", "mode", "whose_prompts")
    list_filter = ("scope", "mode")
    ordering = ("owner",)
    search_fields = ("owner", "recording__public_id", "replaying__public_id")
    search_help_text = "Owner or recording"
    actions = ("stop_recording", "stop_replay")
    fieldsets = (
        (None, {"fields": ("owner", ("records", "scope"), ("replays", "mode"))}),
        ("Between recordings", {"fields": ("live_page",)}),
        ("Prompts", {"fields": ("prompts_read", "turns_read")}),
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[WithAnnotations[Deck, Playing]]":
        decks: QuerySet[Deck] = super().get_queryset(request)
        counted = Step.objects.filter(recording=OuterRef("replaying"))
        return decks.select_related("recording", "replaying", "live").annotate(
            replay_length=total(counted, "recording", Count("pk"))
        )

    @admin.display(description="Records", ordering="recording__public_id")
    def records(self, deck: Deck) -> SafeString | str:
        return link(Recording(session=deck.recording), deck.recording) if deck.recording else "nothing"

    @admin.display(description="Replays", ordering="replaying__public_id")
    def replays(self, deck: "WithAnnotations[Deck, Playing]") -> SafeString | str:
        if deck.replaying is None:
            return "nothing"
        return titled(
            link(Recording(session=deck.replaying), deck.replaying), f"{deck.position} of {deck.replay_length}"
        )

    @admin.display(description="Prompts")
    def whose_prompts(self, deck: Deck) -> str:
        return "the house's" if deck.prompts is None else "own"

    @admin.display(description="Live session")
    def live_page(self, deck: Deck) -> SafeString | str:
        return link(deck.live) if deck.live else "Nothing was made unrecorded lately."

    @admin.display(description="Sector prompts")
    def prompts_read(self, deck: Deck) -> SafeString | str:
        return pretty(deck.prompts) if deck.prompts is not None else "Those of the house."

    @admin.display(description="Turns")
    def turns_read(self, deck: Deck) -> SafeString:
        return pretty(deck.turns)

    @admin.action(description="Stop recording", permissions=["steer"])
    def stop_recording(self, request: HttpRequest, decks: QuerySet[Deck]) -> None:
        at_it = [deck for deck in decks if deck.recording]
        self._each(request, at_it, recordings.stop, "Recording stopped")

    @admin.action(description="Stop the replay", permissions=["steer"])
    def stop_replay(self, request: HttpRequest, decks: QuerySet[Deck]) -> None:
        at_it = [deck for deck in decks if deck.replaying]
        self._each(request, at_it, replays.stop, "Replay stopped")

    def _each(self, request: HttpRequest, decks: Sequence[Deck], act: Callable[..., object], done: str) -> None:
        for deck in decks:
            act(owner=deck.owner)
            self.log_change(request, deck, f"{done}.")
        messages.success(request, f"{done}: {len(decks)} {'deck' if len(decks) == 1 else 'decks'}.")


def _owners(decks: QuerySet[Deck]) -> SafeString:
    return format_html_join(SafeString("<br>"), "{}", ((link(deck, deck.owner),) for deck in decks))


def _sequence(recording: Recording) -> list[Step]:
    steps = Step.objects.filter(recording=recording.session).select_related("image", "verdict").order_by("index")
    return list(steps[:_MOST_SHOWN])
