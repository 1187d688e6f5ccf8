"""Jobs in the admin: how far each is and why it failed; retry and cancel, through the services the API calls."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_htmx.http import HttpResponseClientRedirect
from unfold.dataclasses import ActionDialog, UnfoldAction
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from prompt_media.errors import Conflict, TooMany
from prompt_media.jobs import services
from prompt_media.jobs.models import Job
from prompt_media.web.inspection import ReadOnlyAdmin, label, pretty, shortened, titled, when

_MOODS = {
    Job.Status.QUEUED: "info",
    Job.Status.RUNNING: "primary",
    Job.Status.DONE: "success",
    Job.Status.FAILED: "danger",
    Job.Status.CANCELLED: "warning",
}
_REFUSALS_TOLD = 5
_RETRY = ActionDialog(
    title="Retry this job?",
    description="It goes back into its line with all its attempts.",
    form_class=None,
    form_submit_text="Retry",
)
_CANCEL = ActionDialog(
    title="Cancel this job?",
    description="A waiting job never starts; a running one stops at its next step and leaves nothing.",
    form_class=None,
    form_submit_text="Cancel the job",
)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = (
        "named", "state", "progress", "told", "whose", "attempts", "timing", "created",
    )  # fmt: skip
    list_display_links = ("named",)
    list_filter = ("status", "queue", "kind", "created_at")
    search_fields = ("title", "about", "kind", "owner", "subject", "id")
    search_help_text = "Title, prompt, kind, owner, subject or id"
    actions = ("retry_selected", "cancel_selected")
    actions_detail = ("retry", "cancel")
    fieldsets = (
        (None, {"fields": ("title", "about", "work", "error")}),
        ("Where it belongs", {"fields": (("kind", "queue"), ("owner", "subject_jobs"), "id")}),
        ("Times", {"fields": (("created_at", "sent_at"), ("started_at", "finished_at"), ("timing", "attempts"))}),
        ("For whoever mends it", {"fields": ("payload_read", "problem_read")}),
    )

    @admin.display(description="Job", ordering="title")
    def named(self, job: Job) -> SafeString:
        return titled(job.title, shortened(job.about))

    @admin.display(description="State", ordering="status")
    def state(self, job: Job) -> SafeString:
        return state(job)

    @admin.display(description="Progress")
    def progress(self, job: Job) -> SafeString:
        return SafeString(render_to_string("admin/jobs/_progress.html", {"job": job}))

    @admin.display(description="State")
    def work(self, job: Job) -> SafeString:
        """State and progress in one piece, which the page fetches again while the job lives."""
        shown = {"job": job, "state": state(job), "url": reverse("admin:jobs_job_change", args=[job.pk])}
        return SafeString(render_to_string("admin/jobs/_work.html", shown))

    @admin.display(description="What it says")
    def told(self, job: Job) -> str:
        return shortened(job.error or job.note)

    @admin.display(description="Error")
    def error(self, job: Job) -> str:
        return job.error

    @admin.display(description="Owner", ordering="owner")
    def whose(self, job: Job) -> SafeString:
        return titled(job.owner, f"{job.kind}, {job.queue}")

    @admin.display(description="Took")
    def timing(self, job: Job) -> SafeString | str:
        """How long the last attempt took, and how long after its submission it began."""
        if job.started_at is None or job.status == Job.Status.QUEUED:
            return self.empty_value_display
        took = _seconds(job.started_at, job.finished_at) if job.finished_at else "still at it"
        return titled(took, f"after {_seconds(job.created_at, job.started_at)}")

    @admin.display(description="Submitted", ordering="created_at")
    def created(self, job: Job) -> SafeString:
        return when(job.created_at)

    @admin.display(description="Subject")
    def subject_jobs(self, job: Job) -> SafeString | str:
        """What it belongs to, leading to all the jobs of that."""
        url = reverse("admin:jobs_job_changelist", query={"subject": job.subject})
        return format_html('<a href="{}" class="text-link">{}</a>', url, job.subject) if job.subject else ""

    @admin.display(description="Payload")
    def payload_read(self, job: Job) -> SafeString:
        return pretty(job.payload)

    @admin.display(description="Problem")
    def problem_read(self, job: Job) -> SafeString | str:
        return pretty(job.problem) if job.problem else ""

    @admin.action(description="Retry failed and cancelled ones", permissions=["steer"])
    def retry_selected(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        self._each(request, jobs, services.retry, "Retried")

    @admin.action(description="Cancel waiting and running ones", permissions=["steer"])
    def cancel_selected(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        self._each(request, jobs, services.cancel, "Cancelled")

    @action(description="Retry", permissions=["steer"], dialog=_RETRY, icon="replay", variant=ActionVariant.PRIMARY)
    def retry(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._one(request, object_id, services.retry, "Retried")

    @action(description="Cancel", permissions=["steer"], dialog=_CANCEL, icon="cancel", variant=ActionVariant.DANGER)
    def cancel(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._one(request, object_id, services.cancel, "Cancelled")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[UnfoldAction]:
        """The one that would do something: nobody is offered a button that must refuse."""
        job = self.get_object(request, object_id)
        useful = "" if job is None else "cancel" if job.is_live else "retry" if job.can_be_retried else ""
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.action_name == f"jobs_job_{useful}"]

    def _one(self, request: HttpRequest, object_id: str, act: Callable[[Job], Job], done: str) -> HttpResponse:
        job = self.get_object(request, object_id)
        if job is None:
            raise Http404
        self._each(request, [job], act, done)
        url = reverse("admin:jobs_job_change", args=[job.pk])
        return HttpResponseClientRedirect(url) if "HX-Request" in request.headers else redirect(url)

    def _each(
        self, request: HttpRequest, jobs: QuerySet[Job] | list[Job], act: Callable[[Job], Job], done: str
    ) -> None:
        """Do it to each job, note it in the job's history, and tell of those that could not."""
        refused, count = [], 0
        for job in jobs:
            try:
                act(job)
            except (Conflict, TooMany) as error:
                refused.append(f"{job.title}: {error.detail}")
            else:
                self.log_change(request, job, f"{done}.")
                count += 1
        if count:
            messages.success(request, f"{done}: {count} {'job' if count == 1 else 'jobs'}.")
        _tell(request, refused)


def state(job: Job) -> SafeString:
    """A job's state as a coloured word."""
    return label(job.get_status_display(), _MOODS[Job.Status(job.status)])


def _seconds(start: datetime, end: datetime) -> str:
    return f"{(end - start).total_seconds():.1f} s"


def _tell(request: HttpRequest, refused: list[str]) -> None:
    for refusal in refused[:_REFUSALS_TOLD]:
        messages.warning(request, refusal)
    if len(refused) > _REFUSALS_TOLD:
        messages.warning(request, f"And {len(refused) - _REFUSALS_TOLD} more, for such reasons.")
