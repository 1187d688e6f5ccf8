"""Stretches of a list on a page: some rows, how many there are, and where the older ones begin.

For people; programs go by `paging`. A cursor tells what orders the last row that was shown, so that a row which comes
or goes meanwhile shifts nothing. It is signed: whoever writes one by hand is told so, and no database has to read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet

from prompt_media.errors import NotFound

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Stretch(Generic[Row]):
    """Some rows of a list, how many come before them, and how many behind. `older`: where the next stretch begins;
    empty at the end."""

    rows: Sequence[Row]
    before: int
    more: int
    older: str

    @property
    def first(self) -> int:
        """The place of its first row, counted from 1."""
        return self.before + 1

    @property
    def last(self) -> int:
        return self.before + len(self.rows)

    @property
    def total(self) -> int:
        """How many there are at all."""
        return self.last + self.more

    @property
    def is_all(self) -> bool:
        return len(self.rows) == self.total


def cut(whole: QuerySet[Row], *, by: str, size: int, cursor: str = "") -> Stretch[Row]:
    """So many rows from the cursor on, those with the largest `by` first. Raises NotFound for a cursor that is none of
    ours."""
    # The parts share no row, and what is at hand is not counted by another question: whatever comes or goes meanwhile,
    # no number contradicts another, or the rows.
    behind = _behind(by, *_read(whole.model, by, cursor)) if cursor else Q()
    rows = list(whole.filter(behind).order_by(f"-{by}", "-pk")[:size])
    before = whole.exclude(behind).count() if cursor else 0
    more = whole.filter(_behind(by, *_place(rows[-1], by))).count() if len(rows) == size else 0
    return Stretch(rows, before, more, older=_cursor(rows[-1], by) if more else "")


def _place(row: Model, by: str) -> tuple[str, str]:
    """What orders a row."""
    return str(getattr(row, by)), str(row.pk)


def _behind(by: str, value: str, pk: str) -> Q:
    return Q(**{f"{by}__lt": value}) | Q(**{by: value, "pk__lt": pk})


def _cursor(row: Model, by: str) -> str:
    return signing.dumps(_place(row, by), salt=_salt(type(row), by))


def _read(model: type[Model], by: str, cursor: str) -> tuple[str, str]:
    try:
        value, pk = signing.loads(cursor, salt=_salt(model, by))
    except signing.BadSignature as error:
        raise NotFound("This place in the list is none of ours. Start from its top.", code="bad_cursor") from error
    return value, pk


def _salt(model: type[Model], by: str) -> str:
    """A cursor of one list is none of another's."""
    return f"stretch of {model._meta.label} by {by}"
