"""Studies and sittings in the admin: read only. What was answered is evidence, and nobody edits it by hand."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.safestring import SafeString

from prompt_media.web.inspection import ReadOnlyAdmin, Table, label, link, table, titled, when
from sessions_app.models import Recording, Sitting, Study, Trial

if TYPE_CHECKING:
    from typing import TypedDict

    from django_stubs_ext import WithAnnotations

    class Sat(TypedDict):
        sitting_count: int
        finished_count: int

    class Answered(TypedDict):
        trial_count: int
        answered_count: int


_MOST_SHOWN = 100


@admin.register(Study)
class StudyAdmin(ReadOnlyAdmin):
    list_display = ("named", "of_recording", "owner", "mask", "sat", "created")
    list_display_links = ("named",)
    list_filter = ("mask", "created_at")
    ordering = ("-created_at",)
    search_fields = ("name", "owner", "recording__public_id", "id")
    search_help_text = "Name, owner, recording or id"
    fieldsets = (
        (None, {"fields": (("name", "of_recording"),)}),
        ("Facts", {"fields": (
            ("owner", "created_at"), ("mask", "seed"), ("show_ms", "mask_ms"), ("limit_ms", "catch_trials"),
            ("sat", "id"),
        )}),
    )  # fmt: skip
    change_form_outer_after_template = "admin/sessions_app/study_sittings.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[WithAnnotations[Study, Sat]]":
        studies: QuerySet[Study] = super().get_queryset(request)
        return studies.select_related("recording").annotate(
            sitting_count=Count("sittings"), finished_count=Count("sittings", filter=~Q(sittings__finished_at=None))
        )

    @admin.display(description="Study", ordering="name")
    def named(self, study: Study) -> SafeString:
        return titled(study, str(study.pk)[:8] if study.name else "")

    @admin.display(description="Recording", ordering="recording__public_id")
    def of_recording(self, study: Study) -> SafeString:
        return link(Recording(session=study.recording), study.recording)

    @admin.display(description="Sittings", ordering="sitting_count")
    def sat(self, study: "WithAnnotations[Study, Sat]") -> SafeString:
        return titled(study.sitting_count, f"{study.finished_count} finished")

    @admin.display(description="Created", ordering="created_at")
    def created(self, study: Study) -> SafeString:
        return when(study.created_at)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Study, **kwargs: Any
    ) -> HttpResponseBase:
        shown_by = self.admin_site.get_model_admin(Sitting)
        sittings = None
        if shown_by.has_view_permission(request):
            newest = shown_by.get_queryset(request).filter(study=obj).order_by("-number")[:_MOST_SHOWN]
            sittings = table(shown_by, newest, ("sat_by", "answers", "created", "state"))
        page: HttpResponseBase = super().render_change_form(
            request, context | {"sittings": sittings, "most": _MOST_SHOWN}, *args, obj=obj, **kwargs
        )
        return page


@admin.register(Sitting)
class SittingAdmin(ReadOnlyAdmin):
    list_display = ("sat_by", "of_study", "answers", "created", "state")
    list_display_links = ("sat_by",)
    list_filter = ("created_at", ("finished_at", admin.EmptyFieldListFilter))
    ordering = ("-created_at",)
    search_fields = ("participant", "study__name", "study__recording__public_id", "id")
    search_help_text = "Participant, study, recording or id"
    fieldsets = (
        (None, {"fields": (("participant", "of_study"),)}),
        ("Facts", {"fields": (("number", "answers"), ("created_at", "finished_at"), ("state", "id"))}),
    )
    change_form_outer_after_template = "admin/sessions_app/sitting_trials.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[WithAnnotations[Sitting, Answered]]":
        sittings: QuerySet[Sitting] = super().get_queryset(request)
        return sittings.select_related("study__recording").annotate(
            trial_count=Count("trials"), answered_count=Count("trials", filter=Q(trials__is_answered=True))
        )

    @admin.display(description="Sitting", ordering="number")
    def sat_by(self, sitting: Sitting) -> SafeString:
        return titled(f"Sitting {sitting.number}", sitting.participant)

    @admin.display(description="Study", ordering="study__name")
    def of_study(self, sitting: Sitting) -> SafeString:
        return link(sitting.study, sitting.study)

    @admin.display(description="Answered", ordering="answered_count")
    def answers(self, sitting: "WithAnnotations[Sitting, Answered]") -> str:
        return f"{sitting.answered_count} of {sitting.trial_count}"

    @admin.display(description="Began", ordering="created_at")
    def created(self, sitting: Sitting) -> SafeString:
        return when(sitting.created_at)

    @admin.display(description="State", ordering="finished_at")
    def state(self, sitting: Sitting) -> SafeString:
        return label("finished", "success") if sitting.finished_at else label("open", "info")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Sitting, **kwargs: Any
    ) -> HttpResponseBase:
        page: HttpResponseBase = super().render_change_form(
            request, context | {"trials": _trials(obj)}, *args, obj=obj, **kwargs
        )
        return page


def _trials(sitting: Sitting) -> Table:
    shown = Trial.objects.filter(sitting=sitting).order_by("place")
    return Table(
        headers=("Trial", "Step", "Changed in", "Answer", "After"),
        rows=[(trial.place + 1, trial.step_index + 1, trial.sector or "nothing", *_answered(trial)) for trial in shown],
    )


def _answered(trial: Trial) -> tuple[str, str]:
    if not trial.is_answered:
        return "not yet", "–"
    return trial.answer or "nothing changed", "–" if trial.reaction_ms is None else f"{trial.reaction_ms:.0f} ms"
