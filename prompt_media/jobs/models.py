"""The Job row, whose columns are written only by jobs.services, under conditions the database checks; and receipts."""

import uuid

from django.db import models
from django.db.models import F, Q


class Job(models.Model):
    """A piece of work: what it is, whose, how far it is and how it ended."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    class Queue(models.TextChoices):
        QUICK = "quick", "Quick: a person waits"
        BULK = "bulk", "Bulk"

    LIVE = (Status.QUEUED, Status.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40, help_text="Which handler does it.")
    queue = models.CharField(max_length=10, choices=Queue.choices, default=Queue.QUICK)
    owner = models.CharField(max_length=80, help_text="Who sees it in a list.")
    subject = models.CharField(max_length=80, blank=True, help_text="What it belongs to; ends with it.")
    title = models.CharField(max_length=200)
    about = models.TextField(blank=True, help_text="The prompt or file names, for people.")
    payload = models.JSONField(default=dict, help_text="What the handler needs, by id and storage key.")

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    problem = models.JSONField(null=True, help_text="Why it failed: status, code, title, detail, errors.")

    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(auto_now_add=True, help_text="When it was last handed to the broker.")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "done", "failed", "cancelled"]), name="job_status_is_known"
            ),
            models.CheckConstraint(condition=Q(queue__in=["quick", "bulk"]), name="job_queue_is_known"),
            models.CheckConstraint(condition=Q(total=0) | Q(done__lte=F("total")), name="job_done_within_total"),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="job_by_owner"),
            models.Index(fields=["-created_at", "-id"], name="job_newest"),
            models.Index(fields=["subject", "status"], name="job_by_subject"),
            models.Index(fields=["status", "owner", "subject"], name="job_by_status"),
            models.Index(fields=["queue", "created_at"], condition=Q(status="queued"), name="job_line"),
            models.Index(fields=["lease_until"], condition=Q(status="running"), name="job_leases"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.status})"

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @property
    def can_be_retried(self) -> bool:
        """Whether trying again may help: not for what was refused for itself."""
        was_refused = self.problem is not None and self.problem.get("status") in (413, 415, 422)
        return self.status in (self.Status.FAILED, self.Status.CANCELLED) and not was_refused

    @property
    def percent(self) -> int | None:
        """How far it is, 0..100; None while nobody can say."""
        return 100 * self.done // self.total if self.total else None

    @property
    def error(self) -> str:
        """Why it failed, in words; empty unless it did."""
        return self.problem["detail"] if self.problem else ""


class Receipt(models.Model):
    """A request that bore an Idempotency-Key, and what it was answered; `jobs.receipts` writes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=300)
    fingerprint = models.CharField(max_length=64, help_text="Of the body and the query.")
    job = models.ForeignKey(Job, null=True, on_delete=models.CASCADE, related_name="receipts")
    subject = models.CharField(max_length=80, blank=True, db_index=True, help_text="What was made and no job's.")
    shows = models.CharField(max_length=80, blank=True, help_text="What its answer shows that no job has made.")
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty until it was answered.")
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key", "method", "path"], name="receipt_once"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status or 'not answered yet'}"
