"""Pages of a list, newest first, by a cursor: a row that appears meanwhile shifts nothing."""

from datetime import UTC, datetime
from typing import Any

from rest_framework.exceptions import NotFound as NoPage
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from prompt_media.errors import NotFound, Unprocessable


class NewestFirst(CursorPagination):
    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = ("-created_at", "-id")

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Where the caller has got to. Only here is an error the cursor's: one in the query is a bug of ours."""
        try:
            cursor: Cursor | None = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None:
                _require_moment(str(cursor.position))
        except (NoPage, ValueError, OverflowError) as error:
            raise NotFound("This cursor is not one of ours. Start again without it.", code="bad_cursor") from error
        return cursor

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


def _require_moment(position: str) -> None:
    """As `ordering` has it. Raises ValueError, or OverflowError for a moment that no database has."""
    moment = datetime.fromisoformat(position)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    moment.astimezone(UTC)
