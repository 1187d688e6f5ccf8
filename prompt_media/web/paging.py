"""Pages of a list, newest first, by a cursor: a row that appears meanwhile shifts nothing."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound as NoPage
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from prompt_media.errors import NotFound, Unprocessable


class NewestFirst(CursorPagination):
    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = ("-created_at", "-id")

    def paginate_queryset(
        self, queryset: QuerySet[Any] | Sequence[Any], request: Request, view: Any = None
    ) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NoPage, ValidationError, ValueError) as error:
            raise NotFound("This cursor is not one of ours. Start again without it.", code="bad_cursor") from error

    def get_page_size(self, request: Request) -> int:
        told = request.query_params.get("page_size", "")
        if not told:
            return self.page_size
        size = int(told) if told.isascii() and told.isdigit() and len(told) <= len(str(self.max_page_size)) else 0
        if not 1 <= size <= self.max_page_size:
            raise Unprocessable(f"page_size can be 1 to {self.max_page_size}.", code="out_of_range", field="page_size")
        return size

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        cursor, size = super().get_schema_operation_parameters(view)
        size["schema"] |= {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return [cursor, size]
