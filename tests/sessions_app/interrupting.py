"""Something happens between two questions that a call asks the database: before the first one, the second and so on.

Where a call holds rows in a transaction nothing is done: there whoever comes has to wait (tests/engine/crossing.py).
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.http.response import HttpResponseBase

_OF_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")
_MOST_QUESTIONS = 120


class Interruption:
    """Does its act once, before the question of that place, counted from 1."""

    def __init__(self, place: int, act: Callable[[], object]) -> None:
        self.before = ""
        self._act = act
        self._left = place

    def __call__(self, execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if not self.before and not connection.in_atomic_block and not sql.startswith(_OF_TRANSACTIONS):
            self._left -= 1
            if not self._left:
                self.before = sql
                self._act()
        return execute(sql, *more)


def at_each_place(
    prepare: Callable[[], object], call: Callable[[], HttpResponseBase], act: Callable[[], object]
) -> Iterator[tuple[str, HttpResponseBase]]:
    """What the call answers when the act comes before its first question, before its second, until there is none left;
    each with the words of that question. All is prepared anew every time."""
    for place in range(1, _MOST_QUESTIONS):
        prepare()
        interruption = Interruption(place, act)
        with connection.execute_wrapper(interruption):
            answer = call()
        if not interruption.before:
            return
        yield interruption.before, answer
    raise AssertionError(f"a call asks more than {_MOST_QUESTIONS} questions")
