"""Replays: the playhead of an identity, moved by one conditional UPDATE, so that each step is served once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db import transaction
from django.db.models import F, Q, QuerySet

from prompt_media.errors import Conflict, FieldError, InvalidInput, NotFound, Unprocessable, listed
from prompt_media.files import store
from prompt_media.files.store import FileGone, Reader
from prompt_media.jobs import receipts
from prompt_media.jobs.receipts import Slip
from prompt_media.web import identity
from sessions_app.editing.recipe import Asked, differing
from sessions_app.models import Deck, Session, Step, Verdict
from sessions_app.selectors import recordings as selectors
from sessions_app.services import decks, recordings, verification

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class NotReplaying(InvalidInput):
    code = "not_replaying"

    def __init__(self) -> None:
        super().__init__("Nothing is being replayed. Start with `POST /session/replay/<id>`.")


class ReplayMismatch(Conflict):
    """A strict replay was asked for something else than its recording was."""

    code = "replay_mismatch"


class FrameGone(NotFound):
    code = "file_gone"

    def __init__(self, step: Step) -> None:
        super().__init__(
            f"The picture of step {step.index} is gone from the storage: its recording's folder was removed or changed "
            "by hand."
        )


# What a receipt says was shown, with the step's key behind it.
SHOWN = "step"
_ANSWERING = (Deck.Mode.STRICT, Deck.Mode.FORK, Deck.Mode.NEW_ONLY)
# What the request calls what is compared by its content.
_SENT_AS = {"image_sha256": "image_base64"}
_SHOWN = 80


class Playhead(TypedDict):
    """Where a playhead stood when a step was found before it, and how it plays."""

    head_at: int
    head_mode: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A step, its opened file, to be closed by whoever got it, and in `verify` what came out when it was made again."""

    step: Step
    file: Reader
    verdict: Verdict | None


def start(
    *,
    owner: str,
    recording: Session,
    mode: str = Deck.Mode.CASSETTE,
    at: int | None = None,
    into: str | None = None,
) -> Deck:
    """Put the playhead before the first step. A fork is a recording of its own, called `into`, that begins with the
    first `at` steps, and is recorded into from there; `new_only` records what is not known yet behind what is."""
    with starting(owner=owner, recording=recording, mode=mode, at=at, into=into) as play, transaction.atomic():
        return play(None)


@contextmanager
def starting(
    *, owner: str, recording: Session, mode: str, at: int | None = None, into: str | None = None
) -> Iterator[Callable[[Slip | None], Deck]]:
    """What starts it, to be called in a transaction that ends within this block. What takes long is done before: a
    fork's pictures are copied."""
    if mode != Deck.Mode.FORK:
        _refuse_what_only_forks_know(at, into)
        yield lambda slip: _play(owner, recordings.held(recording), mode)
        return
    until = _within(at, recording.recording.steps_numbered)
    with recordings.copying(source=recording, until=until, public_id=into) as copy:
        yield lambda slip: _play(owner, copy(owner=owner, slip=slip), mode, until)


def _play(owner: str, recording: Session, mode: str, until: int | None = None) -> Deck:
    _let_go(owner)
    if mode in (Deck.Mode.FORK, Deck.Mode.NEW_ONLY):
        decks.record(owner=owner, recording=recording)
    return decks.play(owner=owner, recording=recording, mode=mode, until=until)


def stop(*, owner: str) -> None:
    """Replay nothing more. Recording goes on, but for what `new_only` began."""
    _let_go(owner)
    Deck.objects.filter(owner=owner).exclude(replaying=None).update(replaying=None, position=0, until=None)


def total(deck: Deck) -> int:
    """How many steps it will serve, as things stand."""
    return _ahead(deck.owner, from_start=True).count()


def peek(*, owner: str) -> "WithAnnotations[Step, Playhead] | None":
    """The step that comes next; None: there is none left. Raises NotReplaying."""
    step = _ahead(owner).first()
    if step is None and decks.of(owner).replaying is not None:
        # It is complete, or has only just begun: then there is one now.
        step = _ahead(owner).first()
        if step is None:
            return None
    if step is None or not identity.reaches(owner, step.recording.owner):
        raise NotReplaying
    return step


def next_frame(*, owner: str) -> Frame | None:
    """The next step with its picture, which nobody else is served; None: it is complete. Raises NotReplaying, and
    FrameGone for a picture that is lost: the one after it comes next."""
    while (step := peek(owner=owner)) is not None:
        # Judged and opened first: what is away must not cost the caller the step.
        verdict = verification.of(step) if step.head_mode == Deck.Mode.VERIFY else None
        file = _opened(step)
        if _passed(owner, step):
            if file is None:
                raise FrameGone(step)
            return Frame(step, file, verdict)
        if file is not None:
            file.close()
    return None


def answer_for(*, owner: str, asked: Asked, slip: Slip | None = None) -> Step | None:
    """The step with which a replay answers this request; None: it is to be made. In a strict replay that is the step
    whose turn it is, and a request that differs raises ReplayMismatch; a fork answers with what it begins with, and
    `new_only` with what it knows. The slip's receipt is written with the playhead's move: one key moves it once."""
    deck = decks.of(owner)
    if deck.replaying is None or deck.mode not in _ANSWERING:
        return None
    with transaction.atomic():
        step = _answering(deck, deck.replaying, asked)
        if step is not None and slip is not None:
            # Behind the deck, as a making files it that is given its prompt: equal requests may go these two ways. Who
            # comes second finds the key taken, and its move of the playhead is taken back.
            receipts.file(slip)
            receipts.shows(slip, f"{SHOWN}:{step.pk}", subject=deck.replaying.subject)
    return step


def _answering(deck: Deck, recording: Session, asked: Asked) -> Step | None:
    match deck.mode:
        case Deck.Mode.STRICT:
            return _in_its_turn(deck, recording, asked)
        case Deck.Mode.FORK:
            return _taken(deck.owner)
    return _known(deck, recording, asked)


def _let_go(owner: str) -> None:
    """Record no more what `new_only` began to."""
    Deck.objects.filter(owner=owner, mode=Deck.Mode.NEW_ONLY, recording=F("replaying")).update(recording=None)


def _in_its_turn(deck: Deck, recording: Session, asked: Asked) -> Step | None:
    """The step whose turn it is; None where the replay has stopped meanwhile."""
    step = _taken(deck.owner, lambda step: _refuse_differing(step, asked))
    if step is None and Deck.objects.filter(pk=deck.pk, replaying=recording).exists():
        raise ReplayMismatch(
            "The recording has ended: everything in it was asked for. `POST /session/replay/stop` ends it."
        )
    return step


def _taken(owner: str, judge: Callable[[Step], None] | None = None) -> Step | None:
    """The next step, which the playhead passes; None: there is none left."""
    while (step := _ahead(owner).first()) is not None:
        if judge:
            judge(step)
        if _passed(owner, step):
            return step
    return None


def _known(deck: Deck, recording: Session, asked: Asked) -> Step | None:
    """What was made of this request: of equal ones the next in their order, then the last again."""
    alike = selectors.steps(recording).filter(request_sha256=asked.sha256())
    step = alike.filter(index__gte=deck.position).first()
    if step is None:
        return alike.last()
    Deck.objects.filter(pk=deck.pk, replaying=recording, position=deck.position).update(position=step.index + 1)
    return step


def _refuse_differing(step: Step, asked: Asked) -> None:
    recorded = step.recipe.get("asked")
    if recorded is None:
        raise ReplayMismatch(f"How step {step.index} was asked for is not known, so nothing can be compared with it.")
    was = Asked.from_json(recorded)
    if fields := differing(was, asked):
        raise ReplayMismatch(
            f"Step {step.index} was asked for otherwise: {listed(fields)}.",
            errors=[_difference(field, was, asked) for field in fields],
        )


def _difference(field: str, was: Asked, asked: Asked) -> FieldError:
    then, now = (str(getattr(one, field))[:_SHOWN] for one in (was, asked))
    return FieldError(_SENT_AS.get(field, field), ReplayMismatch.code, f"It was {then}, and is {now}.")


def _ahead(owner: str, *, from_start: bool = False) -> "QuerySet[WithAnnotations[Step, Playhead]]":
    """What the identity's playhead has before it, the next step first, each with where the playhead stands now."""
    decks = Q(recording__players__owner=owner)
    in_reach = Q(recording__players__until=None) | Q(index__lt=F("recording__players__until"))
    ahead = Q() if from_start else Q(index__gte=F("recording__players__position"))
    steps = Step.objects.filter(decks & in_reach & ahead).select_related("image", "recording")
    found = steps.annotate(head_at=F("recording__players__position"), head_mode=F("recording__players__mode"))
    return found.order_by("index")


def _passed(owner: str, step: "WithAnnotations[Step, Playhead]") -> bool:
    """Move the playhead behind the step, if it still stands where it did when the step was found."""
    there = Deck.objects.filter(owner=owner, replaying=step.recording_id, position=step.head_at)
    return bool(there.update(position=step.index + 1))


def _opened(step: Step) -> Reader | None:
    """The frame's file; None when it is gone."""
    try:
        return store.opened(step.image.key)
    except FileGone:
        return None


def _within(at: int | None, steps: int) -> int:
    if at is not None and at > steps:
        raise Unprocessable(
            f"The recording has {steps} steps: a fork begins at 0 to {steps}, not at {at}.",
            code="out_of_range",
            field="at",
        )
    return steps if at is None else at


def _refuse_what_only_forks_know(at: int | None, into: str | None) -> None:
    for field, value in (("at", at), ("session_id", into)):
        if value is not None:
            raise Unprocessable(f"{field} is for `mode=fork` alone.", code="contradiction", field=field)
