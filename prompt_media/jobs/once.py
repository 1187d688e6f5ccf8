"""Idempotency-Key at the door: a POST that makes something, sent twice under one key, makes it once.

A view is marked with the way its receipt is written: `together` with what it makes, by its service `with_job`, or
`prepared` first and then together.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from prompt_media.errors import Conflict, HouseError, Unavailable, Unprocessable
from prompt_media.jobs import answers, receipts, results
from prompt_media.jobs.models import Receipt
from prompt_media.jobs.receipts import FiledBefore, Slip
from prompt_media.web import bodies, errors, identity

View = TypeVar("View", bound=Callable[..., Any])
LONGEST = 255
# Most jobs are done within it, and asking again costs next to nothing.
_COME_BACK_IN = 1


class BadKey(Unprocessable):
    code = "bad_idempotency_key"


class KeyReused(Unprocessable):
    """The key of one request on another."""

    code = "idempotency_key_reused"


class StillRunning(Conflict):
    """The first request under this key has no answer yet."""

    code = "idempotency_in_progress"


class ToldOnce(Conflict):
    """The answer held a secret, which is not kept."""

    code = "told_once"


def together(view: View) -> View:
    """For a view that makes rows and no job: what it makes, its receipt and its answer are one transaction."""

    return _marked(view, lambda slip, call, request: at_once(request, call))


def prepared(view: View) -> View:
    """For a view that does at length what nobody should wait for, and then makes rows `at_once`."""
    return _marked(view, lambda slip, call, request: call())


def at_once(request: Request, make: Callable[[], Response]) -> HttpResponse:
    """What is made, its receipt if the request bears a key, and its answer, in one transaction."""
    filed = slip(request)
    with receipts.filed(filed):
        answer = make()
        return answer if filed is None else _kept(filed.id, answer)


def with_job(view: View) -> View:
    """For a view that makes a job: its service files `slip(request)` in the transaction that takes the job in."""

    def run(slip: Slip, call: Callable[[], Response], request: Request) -> HttpResponse:
        try:
            answer: HttpResponse = call()
        except Unavailable:
            # A file that cannot be read at the moment: whoever asks again is shown it.
            raise
        except HouseError as error:
            # Refused before there was a job: nothing was done, so the next try under this key is the first.
            if not receipts.is_filed(slip):
                raise
            answer = errors.problem(error, request)
        return _kept(slip.id, answer)

    return _marked(view, run)


def slip(request: Request) -> Slip | None:
    """The slip of a request that bears a key, for the service that makes its job."""
    plain: Any = request._request
    return plain.slip


def _marked(view: View, run: Callable[[Slip, Callable[[], Response], Request], HttpResponse]) -> View:
    @wraps(view)
    def answered(self: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        plain: Any = request._request
        plain.slip = read = _read(request)
        if read is None:
            return view(self, request, *args, **kwargs)
        if receipt := receipts.find(read):
            return _again(receipt, read, request)
        receipts.make_way(read)
        try:
            return run(read, lambda: view(self, request, *args, **kwargs), request)
        except FiledBefore:
            # An equal request was faster by a moment.
            return _again(receipts.find(read), read, request)
        except Conflict:
            # It may be in conflict with nothing but what an equal request has made meanwhile.
            if (receipt := receipts.find(read)) is None:
                raise
            return _again(receipt, read, request)

    answered.takes_key = True  # type: ignore[attr-defined]  # read by web.schema
    return answered  # type: ignore[return-value]  # wraps() keeps its shape


def _read(request: Request) -> Slip | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not (0 < len(key) <= LONGEST and key.isprintable()):
        raise BadKey(f"An Idempotency-Key is 1 to {LONGEST} printable characters, say a UUID.", field="Idempotency-Key")
    return Slip(
        owner=identity.of(request),
        key=key,
        method=request.method or "",
        path=request.path.rstrip("/"),
        fingerprint=bodies.fingerprint(request),
    )


def _again(receipt: Receipt | None, slip: Slip, request: Request) -> HttpResponse:
    """What the first request under this key was answered; or why that cannot be told."""
    if receipt is not None and receipt.fingerprint != slip.fingerprint:
        raise KeyReused(
            "This Idempotency-Key was sent with another body here. Send the same body again, or take a new key.",
            field="Idempotency-Key",
        )
    if receipt is None or _is_at_work(receipt):
        raise StillRunning("The first request under this key is still at work.", retry_after=_COME_BACK_IN)
    # Not noted: it was a file, or whoever asked first never heard the end. What it came to is told anew.
    answer = _told(receipt) if receipt.status is not None else _kept(receipt.pk, _found(receipt, request))
    answer["Idempotent-Replayed"] = "true"
    return answer


def _is_at_work(receipt: Receipt) -> bool:
    if receipt.status is not None or receipt.shows:
        return False
    return receipt.job is None or receipt.job.is_live


def _found(receipt: Receipt, request: Request) -> HttpResponse:
    """The answer, from what the receipt points to."""
    try:
        return answers.of_ended(receipt.job) if receipt.job else results.shown_again(receipt.shows, request)
    except Unavailable:
        raise
    except HouseError as error:
        return errors.problem(error, request)


def _kept(receipt_id: UUID, answer: HttpResponse) -> HttpResponse:
    """The answer, noted on the receipt; or the one that was noted before. A file is not noted: what the receipt points
    to shows it again (see `_found`)."""
    if answer.get("Content-Type", "").startswith("image/"):
        return answer
    is_secret = "no-store" in answer.headers.get("Cache-Control", "")
    headers = {name: answer[name] for name in ("Content-Type", "Location") if name in answer}
    if isinstance(answer, Response):
        # Not rendered yet, so it still bears the type of a page.
        headers["Content-Type"], body = JSONRenderer.media_type, JSONRenderer().render(answer.data)
    else:
        body = answer.content
    receipt = receipts.keep(
        receipt_id, status=answer.status_code, headers=headers, body="" if is_secret else body.decode()
    )
    return answer if is_secret or receipt is None else _told(receipt)


def _told(receipt: Receipt) -> HttpResponse:
    if not receipt.body:
        raise ToldOnce("This was done already, and its answer held a secret that is told only once. Take a new key.")
    return HttpResponse(receipt.body, status=receipt.status, headers=receipt.headers)
