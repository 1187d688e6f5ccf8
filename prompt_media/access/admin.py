"""Tokens in the admin: whose, what they may, when they were used; made for oneself, shown once, revoked."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from prompt_media.access import services
from prompt_media.access.models import Token
from prompt_media.errors import Unprocessable
from prompt_media.web.inspection import ReadOnlyAdmin, label, titled, when


class TokenForm(ModelForm):
    """A token to be; what services.create would refuse is told beside its field."""

    def clean_expires_at(self) -> datetime | None:
        end: datetime | None = self.cleaned_data["expires_at"]
        try:
            services.require_future(end)
        except Unprocessable as refusal:
            raise ValidationError(refusal.detail) from refusal
        return end


@admin.register(Token)
class TokenAdmin(ReadOnlyAdmin):
    form = TokenForm
    list_display = ("named", "user", "scope", "state", "used", "made")
    list_display_links = ("named",)
    list_filter = ("scope", "revoked_at", "expires_at")
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__username")
    search_help_text = "Name, beginning or account"
    actions = ("revoke",)
    add_fields = ("user", "name", "scope", "expires_at")
    fieldsets = (
        (None, {"fields": ("name", ("user", "scope"), ("prefix", "state"))}),
        ("Times", {"fields": (("created_at", "last_used_at"), ("expires_at", "revoked_at"))}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("access.add_token"))

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.fieldsets if obj else ((None, {"fields": self.add_fields}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return super().get_readonly_fields(request, obj) if obj else ()

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        """Only a superuser makes tokens for others: one for a stronger account would lend its rights."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and field.queryset is not None:
            everybody = field.queryset.filter(is_active=True)
            field.queryset = everybody if request.user.is_superuser else everybody.filter(pk=request.user.pk)
            field.initial = request.user.pk
        return field

    def save_model(self, request: HttpRequest, obj: Token, form: ModelForm, change: bool) -> None:
        fresh = services.create(**{name: form.cleaned_data[name] for name in self.add_fields})
        obj.pk, obj.prefix = fresh.token.pk, fresh.token.prefix
        request.fresh_token = fresh  # type: ignore[attr-defined]  # not on self, which every thread shares

    def response_add(self, request: HttpRequest, obj: Token, post_url_continue: str | None = None) -> HttpResponse:
        """The secret stands in this one answer; a message for the next page would have to be kept somewhere."""
        shown = {**self.admin_site.each_context(request), "title": "Token made", "opts": self.opts}
        return TemplateResponse(request, "admin/access/token_made.html", shown)

    @admin.action(description="Revoke", permissions=["steer"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[Token]) -> None:
        living = list(tokens.filter(revoked_at=None))
        for token in living:
            services.revoke(token)
            self.log_change(request, token, "Revoked.")
        messages.success(request, f"Revoked: {len(living)} {'token' if len(living) == 1 else 'tokens'}.")

    @admin.display(description="Token", ordering="name")
    def named(self, token: Token) -> SafeString:
        return titled(token.name or "Without a name", f"{token.prefix}…")

    @admin.display(description="State")
    def state(self, token: Token) -> SafeString:
        if token.revoked_at:
            return label("revoked", "danger")
        if token.expires_at and token.expires_at <= timezone.now():
            return label("expired", "warning")
        return label("live", "success")

    @admin.display(description="Last used", ordering="last_used_at")
    def used(self, token: Token) -> SafeString | str:
        return when(token.last_used_at) if token.last_used_at else "never"

    @admin.display(description="Made", ordering="created_at")
    def made(self, token: Token) -> SafeString:
        return when(token.created_at)
