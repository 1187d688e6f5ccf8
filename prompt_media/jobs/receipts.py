"""Receipts: what was asked under a key and what it was answered, so that asking twice does it once.

The insert is the lock: of two equal requests one gets its row in, in the transaction that makes what was asked for, and
the other's transaction is taken back whole. `jobs.once` is the door.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, OuterRef, QuerySet, Value
from django.db.models.functions import Now

from prompt_media.jobs.models import Job, Receipt

KEPT_FOR = timedelta(hours=24)


class FiledBefore(Exception):
    """There is a receipt under this key already."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A request that bears a key. The id is this attempt's own: it tells whose receipt was filed."""

    owner: str
    key: str
    method: str
    path: str
    fingerprint: str
    id: UUID = field(default_factory=uuid4)


def file(slip: Slip, job: Job | None = None) -> None:
    """Write the receipt, in the transaction that makes what was asked for. Raises FiledBefore, which must end that."""
    try:
        Receipt.objects.create(
            id=slip.id,
            owner=slip.owner,
            key=slip.key,
            method=slip.method,
            path=slip.path,
            fingerprint=slip.fingerprint,
            job=job,
        )
    except IntegrityError as error:
        raise FiledBefore from error


@contextmanager
def filed(slip: Slip | None) -> Iterator[None]:
    """A transaction that begins with the receipt, if there is a slip: whoever comes with an equal one waits for its
    end, before they do anything."""
    with transaction.atomic():
        if slip is not None:
            file(slip)
        yield


def make_way(slip: Slip) -> None:
    """Let a receipt go whose time is over, so that its key can be used anew. By itself: whoever files one holds nothing
    that another may want who deletes what it was for."""
    _under(slip).filter(created_at__lte=_too_old()).delete()


def find(slip: Slip) -> Receipt | None:
    """The receipt under the slip's key, whoever filed it."""
    return _under(slip).filter(created_at__gt=_too_old()).select_related("job").first()


def is_filed(slip: Slip) -> bool:
    """Whether it was this very attempt that was taken in."""
    return Receipt.objects.filter(pk=slip.id).exists()


def keep(receipt_id: UUID, *, status: int, headers: dict[str, str], body: str) -> Receipt | None:
    """Note the answer; the first that is noted holds. None: the receipt has gone, with the session it was for."""
    Receipt.objects.filter(pk=receipt_id, status=None).update(status=status, headers=headers, body=body)
    return Receipt.objects.filter(pk=receipt_id).first()


def forget() -> int:
    """Delete the receipts whose time is over. Returns how many."""
    return _drop(Receipt.objects.filter(created_at__lte=_too_old()))


def made(slip: Slip | None, subject: str) -> None:
    """Note what came to be under the slip: the receipt goes with it."""
    if slip is not None:
        Receipt.objects.filter(pk=slip.id).update(subject=subject)


def shows(slip: Slip | None, what: str, *, subject: str) -> None:
    """Note what the answer under the slip shows, where no job has made it (see `results.shows_again`). The receipt goes
    with its subject."""
    if slip is not None:
        Receipt.objects.filter(pk=slip.id).update(shows=what, subject=subject)


def hand_over(*, giver: str, taker: str) -> None:
    """Make one owner's receipts another's, save those under a key that this one holds already. By itself: who takes
    such a key at this moment is waited for, and may want whatever else is held."""
    same = {name: OuterRef(name) for name in ("key", "method", "path")}
    held = Exists(Receipt.objects.filter(owner=taker, **same))
    # Where a key is taken at this very moment, they stay; nothing is lost but the second telling.
    with suppress(IntegrityError), transaction.atomic():
        given = Receipt.objects.filter(~held, owner=giver)
        _hold(given)
        given.update(owner=taker)


def forget_all(jobs: QuerySet[Job], subject: str) -> None:
    """Delete the receipts of what goes away, and of its jobs: they hold its words."""
    of_jobs = Receipt.objects.filter(job__in=jobs).values_list("pk", flat=True)
    of_subject = Receipt.objects.filter(subject=subject).values_list("pk", flat=True)
    _drop(Receipt.objects.filter(pk__in=[*of_jobs, *of_subject]))


def _drop(receipts: QuerySet[Receipt]) -> int:
    with transaction.atomic():
        _hold(receipts)
        return receipts.delete()[0]


def _hold(receipts: QuerySet[Receipt]) -> None:
    """Lock several, in the order of everybody who does."""
    list(receipts.order_by("pk").select_for_update().values_list("pk", flat=True))


def _under(slip: Slip) -> QuerySet[Receipt]:
    return Receipt.objects.filter(owner=slip.owner, key=slip.key, method=slip.method, path=slip.path)


def _too_old() -> ExpressionWrapper:
    return ExpressionWrapper(Now() - Value(KEPT_FOR), output_field=DateTimeField())
