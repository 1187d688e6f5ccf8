"""What the admin's pages share: they show rows and change none, except through an action that calls a service.

No model is known here. Markup lives in templates/admin/.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.defaultfilters import date
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.admin import ModelAdmin

from prompt_media.web.filters import typed

LONGEST_IN_A_LIST = 80


class HouseAdmin(ModelAdmin):
    """What every list of ours has in common: nothing that is typed into its address or its forms breaks it."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # An expression out of a URL could keep the database busy for a long time.
        return not lookup.endswith("regex") and bool(super().lookup_allowed(lookup, value, request))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return super().get_search_results(request, queryset, typed(search_term))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        # Django judges a look-up while it builds the query; a year no calendar knows breaks only when it is asked.
        try:
            return super().get_changelist_instance(request)
        except (OverflowError, ValueError, DataError) as error:
            raise IncorrectLookupParameters(error) from error

    def response_action(self, request: HttpRequest, queryset: QuerySet) -> HttpResponseBase | None:
        if all(self.can_be_a_key(selected) for selected in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            answer: HttpResponseBase | None = super().response_action(request, queryset)
            return answer
        messages.warning(request, "What was selected is not a row of this list. Nothing has been changed.")
        return None

    def can_be_a_key(self, selected: str) -> bool:
        """Whether a row of this list could have this key."""
        try:
            self.opts.pk.clean(selected, None)
        except ValidationError:
            return False
        return True


class ReadOnlyAdmin(HouseAdmin):
    """Rows to look at. What may happen to them is an action, allowed to who may "change" them."""

    list_per_page = 50
    empty_value_display = "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_steer_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whether this person may act on rows that nobody edits by hand."""
        return bool(super().has_change_permission(request))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_steer_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        return flatten_fieldsets(self.get_fieldsets(request, obj))


class RemovableAdmin(ReadOnlyAdmin):
    """Rows that may be deleted, each by its service, which knows what goes with it."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(ModelAdmin.has_delete_permission(self, request, obj))

    def remove(self, row: Any) -> None:
        """Delete one row through its service."""
        raise NotImplementedError

    def farewell(self, row: Any) -> str:
        """What goes when this row goes, for the page that asks whether it is meant."""
        raise NotImplementedError

    def held(self, row: Any) -> str:
        """What keeps a row from being deleted by itself, in words; empty when nothing does."""
        return ""

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for row in queryset:
            self.remove(row)

    def get_deleted_objects(
        self, objs: Iterable[Model], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        # Django would collect each row below these, and refuse because nobody may delete one of those by hand.
        told = [self.farewell(row) for row in objs]
        held = [f"{row}: {why}" for row in objs if (why := self.held(row))]
        return told, {str(self.opts.verbose_name_plural): len(told)}, set(), held


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as some other model's list shows them, for unfold's table component."""

    headers: Sequence[str]
    rows: Sequence[Sequence[object]]


def table(shown_by: ModelAdmin, rows: Iterable[Model], columns: Sequence[str]) -> Table:
    """Rows under some columns of another model's list; the first leads to the row's own page."""
    first, *others = (getattr(shown_by, column) for column in columns)
    return Table(
        headers=[column.short_description for column in (first, *others)],
        rows=[[link(row, first(row)), *(column(row) for column in others)] for row in rows],
    )


def shortened(text: str) -> str:
    """As much of a text as a list shows."""
    return Truncator(" ".join(text.split())).chars(LONGEST_IN_A_LIST)


def link(row: Model, text: object = "") -> SafeString:
    """A row's name, leading to its page."""
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}" class="text-link">{}</a>', url, text or row)


def links(rows: QuerySet[Any], most: int, **among: object) -> SafeString:
    """Links to the first of some rows, a line each; where there are more, one to the list of those that are `among`."""
    found = [link(row) for row in rows[:most]]
    if (count := rows.count()) > most:
        url = reverse(f"admin:{rows.model._meta.app_label}_{rows.model._meta.model_name}_changelist", query=among)
        found.append(format_html('<a href="{}" class="text-link">All {}</a>', url, count))
    return format_html_join(SafeString("<br>"), "{}", ((one,) for one in found))


def label(text: object, mood: str = "") -> SafeString:
    """A word on a coloured ground; moods are unfold's: info, success, warning, danger."""
    return SafeString(render_to_string("unfold/helpers/label.html", {"text": text, "type": mood}).strip())


def titled(title: object, under: object) -> SafeString:
    """Two lines of one column: what it is, and a quieter word about it."""
    lines = (
        '<span class="admin-lines"><strong class="admin-title">{}</strong><small class="admin-under">{}</small></span>'
    )
    return format_html(lines, title, under)


def when(moment: datetime) -> SafeString:
    """A time, short enough for a column, with all of it in the title."""
    local = timezone.localtime(moment)
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), local, date(local, "j M, H:i"))


def pretty(value: object) -> SafeString:
    """Stored JSON, laid out for reading."""
    return format_html('<pre class="admin-json">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False))
