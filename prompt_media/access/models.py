"""The Token row. The secret itself is never stored: only its digest, and as much of it as tells tokens apart."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Token(models.Model):
    """A program's way in, in the name of an account."""

    class Scope(models.TextChoices):
        READ = "read", "Read only"
        WRITE = "write", "Read and write"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100, blank=True, help_text="What it is for, in its owner's words.")
    scope = models.CharField(max_length=5, choices=Scope.choices, default=Scope.WRITE)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=16, editable=False, help_text="How it begins.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it does not end by itself.")
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    made_with = models.ForeignKey("self", on_delete=models.CASCADE, null=True, editable=False, related_name="made")

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=["read", "write"]), name="token_scope_is_known"),
        ]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="token_by_user")]

    def __str__(self) -> str:
        return f"{self.name or 'Token'} ({self.prefix}…)"

    @property
    def may_write(self) -> bool:
        return self.scope == self.Scope.WRITE
