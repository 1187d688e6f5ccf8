"""Sessions in the admin: whose, how large, how long they live; and on one's own page, all that is in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Aggregate, Count, Exists, Model, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from prompt_media.jobs.models import Job
from prompt_media.web.inspection import RemovableAdmin, Table, label, table, titled, when
from sessions_app import names, selectors
from sessions_app.admin.generations import with_pictures
from sessions_app.admin.images import thumbnails
from sessions_app.models import Generation, Image, Session, Tag
from sessions_app.services import workspace

if TYPE_CHECKING:
    from typing import TypedDict

    from django_stubs_ext import WithAnnotations

    class Counts(TypedDict):
        image_count: int
        generation_count: int
        byte_count: int
        failed_count: int
        first_images: list[Image]

    Counted = WithAnnotations[Session, Counts]

_THUMBNAILS = 4
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Contents:
    """What a session holds, newest making first, as far as its page shows it; None where this person may not look."""

    images: Sequence[Image] | None
    generations: Table | None
    jobs: Table | None


class Lives(admin.SimpleListFilter):
    title = "how long it lives"
    parameter_name = "lives"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("kept", "Kept"), ("expiring", "Expiring"), ("over", "Over, not swept yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        wanted = {
            "kept": Q(expires_at=None),
            "expiring": Q(expires_at__gt=Now()),
            "over": Q(expires_at__lte=Now()),
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


class Work(admin.SimpleListFilter):
    title = "jobs"
    parameter_name = "jobs"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("failed", "With failed ones"), ("live", "With waiting or running ones")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        wanted = {"failed": (Job.Status.FAILED,), "live": Job.LIVE}.get(self.value() or "")
        if wanted is None:
            return queryset
        return queryset.filter(Exists(selectors.jobs_of_outer_session().filter(status__in=wanted)))


class SessionForm(forms.ModelForm):
    """The two things an operator changes by hand."""

    kept = forms.BooleanField(
        required=False, widget=UnfoldBooleanSwitchWidget, help_text="A kept session lives until somebody deletes it."
    )

    class Meta:
        model = Session
        fields = ("name",)
        widgets = {"name": UnfoldAdminTextInputWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["kept"] = self.instance.is_kept


@admin.register(Session)
class SessionAdmin(RemovableAdmin):
    form = SessionForm
    list_display = (
        "named", "pictures", "whose", "image_count", "generation_count", "weight", "trouble",
        "active", "lives",
    )  # fmt: skip
    list_display_links = ("named",)
    list_filter = ("kind", Lives, Work, "last_active_at")
    list_per_page = 100
    search_fields = ("public_id", "owner", "name")
    search_help_text = "Id, owner, name, tag, file name or prompt"
    actions = ("keep", "let_go")
    fieldsets = (
        (None, {"fields": ("name", "kept")}),
        ("Facts", {"fields": (
            ("kind", "public_id"), ("owner", "created_at"), ("last_active_at", "lives"),
            ("image_count", "generation_count"), ("weight", "trouble"),
        )}),
    )  # fmt: skip
    change_form_outer_after_template = "admin/sessions_app/session_contents.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Counted]":
        first = Image.objects.select_related("tag").order_by("number")[:_THUMBNAILS]
        sessions: QuerySet[Session] = super().get_queryset(request)
        images = Image.objects.filter(session=OuterRef("pk"))
        generations = Generation.objects.filter(session=OuterRef("pk"))
        failed = selectors.jobs_of_outer_session().filter(status=Job.Status.FAILED)
        return sessions.annotate(
            image_count=total(images, "session", Count("pk")),
            generation_count=total(generations, "session", Count("pk")),
            byte_count=total(images, "session", Sum("bytes")),
            failed_count=total(failed, "subject", Count("pk")),
        ).prefetch_related(Prefetch("images", first, to_attr="first_images"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Session], search_term: str
    ) -> tuple[QuerySet[Session], bool]:
        """Each word must be somewhere in the session: in its own columns, a tag, a file's name or a prompt."""
        return reduce(lambda found, word: found.filter(_holds(word)), search_term.split(), queryset), False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_steer_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        fields = super().get_readonly_fields(request, obj)
        return [field for field in fields if field not in ("name", "kept") or not self.has_change_permission(request)]

    def save_model(self, request: HttpRequest, obj: Session, form: forms.ModelForm, change: bool) -> None:
        if "name" in form.changed_data:
            workspace.rename(session=obj, name=form.cleaned_data["name"])
        if "kept" in form.changed_data:
            workspace.keep(session=obj, kept=form.cleaned_data["kept"])

    def remove(self, row: Session) -> None:
        workspace.close(session=row)

    def farewell(self, row: "Counted") -> str:
        return (
            f"{row}: {row.image_count} images with their files ({filesizeformat(row.byte_count)}), "
            f"{row.generation_count} generations; its waiting and running jobs are cancelled"
        )

    @admin.display(description="Session", ordering="name")
    def named(self, session: Session) -> SafeString:
        short = session.short_id
        return titled(session.name or short, short if session.name else "")

    @admin.display(description="Pictures")
    def pictures(self, session: "Counted") -> SafeString:
        return thumbnails(session.first_images)

    @admin.display(description="Owner", ordering="owner")
    def whose(self, session: Session) -> SafeString:
        return titled(session.owner, session.get_kind_display())

    @admin.display(description="Images", ordering="image_count")
    def image_count(self, session: "Counted") -> int:
        return session.image_count

    @admin.display(description="Generations", ordering="generation_count")
    def generation_count(self, session: "Counted") -> int:
        return session.generation_count

    @admin.display(description="Bytes", ordering="byte_count")
    def weight(self, session: "Counted") -> str:
        return filesizeformat(session.byte_count)

    @admin.display(description="Trouble", ordering="failed_count")
    def trouble(self, session: "Counted") -> SafeString | str:
        count = session.failed_count
        return label(f"{count} failed", "danger") if count else self.empty_value_display

    @admin.display(description="Lives until", ordering="expires_at")
    def lives(self, session: Session) -> SafeString:
        if session.expires_at is None:
            return label("kept", "success")
        if session.expires_at <= timezone.now():
            return label("over", "warning")
        return when(session.expires_at)

    @admin.display(description="Last active", ordering="last_active_at")
    def active(self, session: Session) -> SafeString:
        return when(session.last_active_at)

    @admin.display(description="Kept", boolean=True)
    def kept(self, session: Session) -> bool:
        """For who may look and not change; the others have the form's own switch."""
        return session.is_kept

    @admin.action(description="Keep", permissions=["change"])
    def keep(self, request: HttpRequest, sessions: QuerySet[Session]) -> None:
        self._keep(request, sessions, kept=True)

    @admin.action(description="Let go: idle time runs again", permissions=["change"])
    def let_go(self, request: HttpRequest, sessions: QuerySet[Session]) -> None:
        self._keep(request, sessions, kept=False)

    def _keep(self, request: HttpRequest, sessions: QuerySet[Session], *, kept: bool) -> None:
        done = "Kept" if kept else "Let go"
        changed = [one for one in sessions if one.is_kept != kept and one.kind != Session.Kind.RECORDING]
        for session in changed:
            workspace.keep(session=session, kept=kept)
            self.log_change(request, session, f"{done}.")
        messages.success(request, f"{done}: {len(changed)} {'session' if len(changed) == 1 else 'sessions'}.")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Session, **kwargs: Any
    ) -> HttpResponseBase:
        everything = {"contents": self._contents(request, obj), "most": _MOST_SHOWN}
        page: HttpResponseBase = super().render_change_form(request, context | everything, *args, obj=obj, **kwargs)
        return page

    def _contents(self, request: HttpRequest, session: Session) -> Contents:
        jobs = self.admin_site.get_model_admin(Job)
        generations = self.admin_site.get_model_admin(Generation)
        images = self.admin_site.get_model_admin(Image)
        return Contents(
            images=_images(session) if images.has_view_permission(request) else None,
            generations=_generations(session, generations) if generations.has_view_permission(request) else None,
            jobs=_jobs(session, jobs) if jobs.has_view_permission(request) else None,
        )


def _images(session: Session) -> list[Image]:
    return list(Image.objects.filter(session=session).select_related("tag").order_by("number")[:_MOST_SHOWN])


def _generations(session: Session, shown_by: ModelAdmin) -> Table:
    newest = with_pictures(Generation.objects.filter(session=session)).order_by("-number")[:_MOST_SHOWN]
    return table(shown_by, newest, ("asked", "ingredients", "made", "state", "shape"))


def _jobs(session: Session, shown_by: ModelAdmin) -> Table:
    newest = Job.objects.filter(subject=session.subject)[:_MOST_SHOWN]
    return table(shown_by, newest, ("named", "state", "progress", "told", "timing"))


def total(rows: QuerySet, by: str, aggregate: Aggregate) -> Coalesce:
    """An aggregate as a subquery: joins would multiply a session's images by its generations."""
    return Coalesce(Subquery(rows.order_by().values(by).annotate(total=aggregate).values("total")), 0)


def _holds(word: str) -> Q:
    def somewhere(rows: QuerySet) -> Exists:
        return Exists(rows.filter(session=OuterRef("pk")))

    return (
        Q(public_id__icontains=word)
        | Q(owner__icontains=word)
        | Q(name__icontains=word)
        | Q(somewhere(Tag.objects.filter(folded__contains=names.tag_key(word.removeprefix("@")))))
        | Q(somewhere(Image.objects.filter(label__icontains=word)))
        | Q(somewhere(Generation.objects.filter(prompt__icontains=word)))
    )
