"""The admin as a whole: its navigation, its front page, and accounts in its dress. Rows are shown by their apps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Count, Model, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from prompt_media.access.models import Token
from prompt_media.jobs.models import Job
from prompt_media.web.inspection import HouseAdmin, Table, table
from sessions_app.models import Deck, Generation, Image, Recording, Session, Sitting, Step, Study, Tag

_PLACES: tuple[tuple[str, tuple[tuple[type[Model], str], ...]], ...] = (
    ("Work", ((Session, "folder_open"), (Image, "image"), (Tag, "sell"), (Generation, "auto_awesome"))),
    ("Recordings", ((Recording, "movie"), (Step, "burst_mode"), (Deck, "radio_button_checked"))),
    ("Studies", ((Study, "visibility"), (Sitting, "person_check"))),
    ("Engine", ((Job, "manufacturing"),)),
    ("Accounts", ((User, "person"), (Group, "group"), (Token, "key"))),
)


@dataclass(frozen=True, slots=True)
class JobState:
    """How many jobs are in one state, and the list of them."""

    name: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What the house holds."""

    sessions: int
    kept: int
    images: int
    bytes: int
    generations: int
    recordings: int
    steps: int
    jobs: tuple[JobState, ...]
    failed_lately: Table


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar as unfold reads it, with the pages this person may open."""
    return [
        {"title": title, "items": [_page(model, icon) for model, icon in models if _may_see(request, model)]}
        for title, models in _PLACES
    ]


def front_page(request: HttpRequest, context: Mapping[str, Any]) -> dict[str, Any]:
    """Adds the overview, for who may see all that it counts."""
    may_see = all(_may_see(request, model) for model in (Session, Image, Generation, Recording, Step, Job))
    return {**context, "overview": overview() if may_see else None}


def overview() -> Overview:
    sessions = Session.objects.aggregate(all=Count("pk"), kept=Count("pk", filter=Q(expires_at=None)))
    images = Image.objects.aggregate(all=Count("pk"), bytes=Sum("bytes", default=0))
    return Overview(
        sessions=sessions["all"],
        kept=sessions["kept"],
        images=images["all"],
        bytes=images["bytes"],
        generations=Generation.objects.count(),
        recordings=Recording.objects.count(),
        steps=Step.objects.count(),
        jobs=_job_states(),
        failed_lately=_failed_lately(),
    )


def _job_states() -> tuple[JobState, ...]:
    counts = dict(Job.objects.order_by().values_list("status").annotate(Count("pk")))
    url = reverse("admin:jobs_job_changelist")
    return tuple(
        JobState(str(status.label), counts.get(status.value, 0), f"{url}?status__exact={status.value}")
        for status in Job.Status
    )


def _failed_lately() -> Table:
    failed = Job.objects.filter(status=Job.Status.FAILED)[:5]
    return table(admin.site.get_model_admin(Job), failed, ("named", "told", "whose", "timing"))


def _page(model: type[Model], icon: str) -> dict[str, Any]:
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return {"title": str(model._meta.verbose_name_plural).capitalize(), "icon": icon, "link": url}


def _may_see(request: HttpRequest, model: type[Model]) -> bool:
    return admin.site.get_model_admin(model).has_view_permission(request)


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class AccountAdmin(UserAdmin, HouseAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class RoleAdmin(GroupAdmin, HouseAdmin):
    """Unfold's look, nothing more."""
