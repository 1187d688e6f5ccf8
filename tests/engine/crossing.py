"""Each pair of doings that share rows, and their meeting over them; on PostgreSQL.

Told in one line of JSON is what each came to, pair by pair.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from typing import Any
from unittest.mock import patch

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prompt_media.settings")
django.setup()

from django.core.files.base import ContentFile  # noqa: E402
from django.db import OperationalError, transaction  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402
from PIL import Image as Pillow  # noqa: E402

from prompt_media.imaging.geometry import Size  # noqa: E402
from prompt_media.jobs import receipts  # noqa: E402
from prompt_media.jobs import services as jobs  # noqa: E402
from prompt_media.jobs.models import Job, Receipt  # noqa: E402
from prompt_media.jobs.receipts import FiledBefore, Slip  # noqa: E402
from prompt_media.jobs.runner import Ticket  # noqa: E402
from prompt_media.web.identity import HOUSE  # noqa: E402
from sessions_app.models import Deck, Generation, Session, Study  # noqa: E402
from sessions_app.selectors import UnknownSession  # noqa: E402
from sessions_app.services import (  # noqa: E402
    exporting,
    generations,
    importing,
    live,
    prompting,
    recordings,
    replays,
    retention,
    room,
    sectors,
    studies,
    workspace,
)
from sessions_app.services.generations import Order  # noqa: E402
from sessions_app.studying.design import Design  # noqa: E402
from tests.engine.meeting import Act, Meeting  # noqa: E402
from tests.sessions_app import recorded  # noqa: E402

VISITOR, USER = "visitor:1", "user:1"
ORDER = Order(kind=Generation.Kind.COMPOSE, title="a picture", prompt="", format="png", size=Size(1, 1))


def picture() -> bytes:
    file = BytesIO()
    Pillow.new("RGB", (60, 60)).save(file, "PNG")
    return file.getvalue()


def submitted(session: Session, **payload: Any) -> Job:
    return jobs.submit(kind="upload", owner=VISITOR, title="a job", subject=session.subject, payload=payload)


def ending(session: Session) -> Act:
    """Ends a job that adds to the session. One that was cancelled meanwhile ends in vain."""
    job = jobs.claim(submitted(session).pk)
    assert job

    def end() -> None:
        with suppress(UnknownSession, jobs.Stopped):
            jobs.finish(job, lambda: workspace.locked(session), hold=lambda: workspace.hold(session.pk))

    return end


def beginning(session: Session) -> Act:
    """Takes something in that is to be made in the session."""

    def begin() -> None:
        with transaction.atomic():
            generations.begin(place=generations.place(session=session, kind=ORDER.kind), order=ORDER)

    return begin


def closing(session: Session) -> Act:
    return lambda: workspace.close(session=session)


def slip(key: str, *, owner: str) -> Slip:
    return Slip(owner=owner, key=key, method="POST", path="/session/start", fingerprint="")


def signing_in() -> None:
    workspace.hand_over(giver=VISITOR, taker=USER)


def signing_in_while_a_job_ends(session: Session) -> Meeting:
    return Meeting(ending(session), signing_in)


def ending_a_job_while_signing_in(session: Session) -> Meeting:
    # Held are then the imports, of which there are none, and the sessions.
    return Meeting(signing_in, ending(session), at='UPDATE "sessions_app_session"')


def deleting_while_a_job_ends(session: Session) -> Meeting:
    return Meeting(ending(session), closing(session))


def ending_a_job_while_deleted(session: Session) -> Meeting:
    return Meeting(closing(session), ending(session))


def expiring_while_deleted(session: Session) -> Meeting:
    """Deleted by hand and by the sweep at once."""
    jobs.cancel(submitted(session))
    then = timezone.now() - timedelta(hours=1)
    Session.objects.filter(pk=session.pk).update(last_active_at=then, expires_at=then)
    return Meeting(closing(session), lambda: retention.end(session.pk, Session.objects.all()))


def making_way_while_deleted(session: Session) -> Meeting:
    """The room of an upload that was cancelled is wanted while its session is deleted."""
    jobs.cancel(submitted(session, files=[{"key": f"incoming/{session.public_id}/a", "bytes": 1}], bytes=1))
    submitted(session)

    def add() -> None:
        with override_settings(SESSION_FILES=1, SERVER_MB=1), suppress(UnknownSession), transaction.atomic():
            room.require(workspace.locked(session))

    return Meeting(closing(session), add)


def deleting_what_was_heard_and_what_heard_it(session: Session) -> Meeting:
    """A generation and the step it became: with either session the rows of both are changed."""
    recording = recorded.recording(owner=VISITOR, public_id="heard", steps=1)
    made = Generation.objects.create(
        session=session, recorded_in=recording, number=1, prompt="", format="png", width=1, height=1
    )
    recording.steps.update(generation=made)
    return Meeting(closing(session), closing(recording), at='UPDATE "sessions_app_step"')


def studied(name: str) -> Study:
    recording = recorded.recording(owner=VISITOR, public_id=name, steps=1)
    return studies.set_up(recording=recording, owner=VISITOR, design=Design())


def answering_while_the_recording_is_deleted(_: Session) -> Meeting:
    study = studied("answered")
    sitting = studies.open_sitting(study=study)
    return Meeting(
        lambda: studies.answer(sitting=sitting, place=0, sector=None, reaction_ms=1), closing(study.recording)
    )


def answering_while_the_study_is_deleted(_: Session) -> Meeting:
    study = studied("answered_too")
    sitting = studies.open_sitting(study=study)
    return Meeting(
        lambda: studies.answer(sitting=sitting, place=0, sector=None, reaction_ms=1),
        lambda: studies.delete(study=study),
    )


def sitting_down_while_the_recording_is_deleted(_: Session) -> Meeting:
    study = studied("sat_for")
    return Meeting(
        lambda: studies.open_sitting(study=study), closing(study.recording), at='INSERT INTO "sessions_app_sitting"'
    )


def signing_in_while_an_import_ends(_: Session) -> Meeting:
    """Nobody can hold what is imported before it is there, and yet it comes along."""
    archive = b"".join(exporting.packed(recorded.recording(owner="house", public_id="packed", steps=1)))
    job = jobs.claim(importing.take_in(owner=VISITOR, file=ContentFile(archive), label="a.zip", public_id="brought").pk)
    assert job
    outcome = importing.carry_out(Ticket(job))

    def its_owner_is_the_user() -> None:
        assert Session.objects.get(public_id="brought").owner == USER, "the import stayed the visitor's"

    return Meeting(
        lambda: jobs.finish(job, outcome.write, hold=outcome.hold),
        signing_in,
        at='INSERT INTO "sessions_app_session"',
        afterwards=its_owner_is_the_user,
    )


def composing_while_what_hears_it_is_deleted(session: Session) -> Meeting:
    recording = recordings.start(owner=VISITOR, scope=Deck.Scope.ALL)
    return Meeting(
        beginning(session),
        closing(recording),
        at='INSERT INTO "sessions_app_generation"',
    )


def changing_a_sector_while_somebody_begins_to_record(_: Session) -> Meeting:
    """What hears it was not there when it was asked for, and is by the time it is taken in."""
    owner = "visitor:painter"
    demand = sectors.understood(picture(), sectors.Wish(0.1, 0.1))

    def first_a_place_then_a_recording(owner: str) -> Session:
        found = session_of(owner)
        recordings.start(owner=owner, public_id="begun")
        return found

    def change() -> None:
        with patch.object(live, "session_of", first_a_place_then_a_recording):
            sectors.request(owner=owner, demand=demand)

    session_of = live.session_of
    return Meeting(
        change,
        lambda: recordings.start(owner=owner, public_id="begun", resume=True),
        at='UPDATE "sessions_app_deck" SET "turns"',
    )


def changing_a_sector_while_a_replay_answers_the_same(_: Session) -> Meeting:
    """One request sent twice under one key: the first is being made, and the second finds a replay that answers it."""
    owner = "visitor:impatient"
    demand = sectors.understood(picture(), sectors.Wish(0.1, 0.1))
    recording = recorded.recording(owner=owner, public_id="known", steps=1)
    Deck.objects.create(owner=owner, replaying=recording, mode=Deck.Mode.FORK)

    def ask_again() -> None:
        with suppress(FiledBefore):
            replays.answer_for(owner=owner, asked=demand.asked, slip=slip("sent twice", owner=owner))

    return Meeting(
        lambda: sectors.request(owner=owner, demand=demand, slip=slip("sent twice", owner=owner)),
        ask_again,
        at='UPDATE "sessions_app_deck" SET "turns"',
    )


def taking_a_prompt_while_signing_in(_: Session) -> Meeting:
    """The deck goes over to the user, and the visitor who waits for it gets another."""
    giver = "visitor:2"
    prompting.take_turn(owner=giver, sector="BR")
    return Meeting(
        lambda: workspace.hand_over(giver=giver, taker=USER),
        lambda: prompting.take_turn(owner=giver, sector="BR"),
        at='DELETE FROM "sessions_app_deck"',
    )


def deleting_two_that_two_listen_to(_: Session) -> Meeting:
    """Each records into one of them and replays the other."""
    one, other = (recorded.recording(owner="house", public_id=name, steps=1) for name in ("heard_by_a", "heard_by_b"))
    for owner, recording, replaying in (("user:a", one, other), ("user:b", other, one)):
        Deck.objects.create(owner=owner, recording=recording, replaying=replaying)
    return Meeting(closing(one), closing(other), at='UPDATE "sessions_app_deck"')


def forking_for_want_of_room_while_the_source_is_deleted(_: Session) -> Meeting:
    """Its files make room for the fork: they came with a job that was cancelled."""
    source = recorded.recording(owner=VISITOR, public_id="lender", steps=1)
    megabyte = 1024 * 1024
    jobs.cancel(submitted(source, files=[{"key": "incoming/lender/a", "bytes": megabyte}], bytes=megabyte))

    def fork() -> None:
        with override_settings(SERVER_MB=1), recordings.copying(source=source, until=1) as copy, transaction.atomic():
            copy(owner=VISITOR)

    return Meeting(fork, closing(source), at='UPDATE "jobs_job"')


def sitting_down_while_the_study_is_deleted(_: Session) -> Meeting:
    study = studied("left")
    return Meeting(
        lambda: studies.open_sitting(study=study),
        lambda: studies.delete(study=study),
        at='INSERT INTO "sessions_app_sitting"',
    )


def handing_over_studies_of_what_is_held(_: Session) -> Meeting:
    """Studies of a recording that is another's go with it: whoever takes several of them takes it first."""
    recording = recorded.recording(owner="house", public_id="studied_by_a_guest", steps=1)
    studies.set_up(recording=recording, owner=VISITOR, design=Design())

    def find_it_held() -> None:
        with suppress(OperationalError), transaction.atomic():
            Session.objects.select_for_update(nowait=True).get(pk=recording.pk)
            raise AssertionError("the recording of a study is free while the study changes hands")

    return Meeting(signing_in, find_it_held, at='UPDATE "sessions_app_study"')


def forgetting_jobs_while_one_is_retried(session: Session) -> Meeting:
    """Its session went long ago; whoever knows its id may still retry it, and is told how that ends."""
    job = submitted(session)
    workspace.close(session=session)
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=400))
    job.refresh_from_db()

    def it_waits_for_a_worker() -> None:
        job.refresh_from_db()
        assert job.status == Job.Status.QUEUED, job.status

    return Meeting(lambda: jobs.retry(job), jobs.forget, at='UPDATE "jobs_job"', afterwards=it_waits_for_a_worker)


def forgetting_receipts_while_their_session_is_deleted(session: Session) -> Meeting:
    """One of a job, between two of what was made without: in whatever order the database goes through them."""
    for key, job in (("made", None), ("asked", submitted(session)), ("made later", None)):
        receipts.file(slip(key, owner="user:old"), job)
        subject = "" if job else session.subject
        Receipt.objects.filter(key=key).update(subject=subject, created_at=timezone.now() - 2 * receipts.KEPT_FOR)
    return Meeting(closing(session), receipts.forget, at='DELETE FROM "jobs_receipt"')


def asking_under_an_old_key_while_its_session_is_deleted(_: Session) -> Meeting:
    recording = recorded.recording(owner=HOUSE, public_id="asked_for", steps=1)
    ask = {"path": "/session/start?session_id=asked_for&resume=true", "headers": {"Idempotency-Key": "old"}}
    assert Client(SERVER_NAME="localhost").post(**ask).status_code == 200
    Receipt.objects.filter(key="old").update(
        subject=recording.subject, created_at=timezone.now() - 2 * receipts.KEPT_FOR
    )

    def ask_again() -> None:
        answer = Client(SERVER_NAME="localhost").post(**ask)
        assert answer.status_code in (200, 404), answer.content

    return Meeting(ask_again, closing(recording), at='INSERT INTO "jobs_receipt"')


def signing_in_while_a_key_is_taken(_: Session) -> Meeting:
    """The same key, by the browser before it signed in and by the user it has become: the second call wants what the
    sign-in holds, and the sign-in the key."""
    recording = recorded.recording(owner=VISITOR, public_id="taken_up", steps=1)
    receipts.file(slip("twice", owner=VISITOR))

    def take_up() -> None:
        with transaction.atomic():
            receipts.file(slip("twice", owner=USER))
            recordings.start(owner=USER, public_id=recording.public_id, resume=True, reach=None)

    return Meeting(take_up, signing_in, at='INSERT INTO "jobs_receipt"')


def adding_a_step_while_one_is_added(_: Session) -> Meeting:
    """The number that the second gets is the one after the first's."""
    recording = recorded.recording(owner=VISITOR, public_id="added_to", steps=1)
    size, data = Size(2, 2), picture()
    take = recordings.Take(data=data, media_type="image/png", extension="png", size=size, thumbnail=data)

    def add() -> None:
        with transaction.atomic():
            recordings.append(recording=recording, generation=None, take=take)

    def they_are_numbered() -> None:
        assert list(recording.steps.values_list("index", flat=True)) == [0, 1, 2]

    return Meeting(add, add, afterwards=they_are_numbered)


PAIRS: tuple[Callable[[Session], Meeting], ...] = (
    signing_in_while_a_job_ends,
    ending_a_job_while_signing_in,
    deleting_while_a_job_ends,
    ending_a_job_while_deleted,
    expiring_while_deleted,
    making_way_while_deleted,
    deleting_what_was_heard_and_what_heard_it,
    answering_while_the_recording_is_deleted,
    answering_while_the_study_is_deleted,
    sitting_down_while_the_recording_is_deleted,
    signing_in_while_an_import_ends,
    composing_while_what_hears_it_is_deleted,
    changing_a_sector_while_somebody_begins_to_record,
    changing_a_sector_while_a_replay_answers_the_same,
    taking_a_prompt_while_signing_in,
    deleting_two_that_two_listen_to,
    forking_for_want_of_room_while_the_source_is_deleted,
    sitting_down_while_the_study_is_deleted,
    handing_over_studies_of_what_is_held,
    forgetting_jobs_while_one_is_retried,
    forgetting_receipts_while_their_session_is_deleted,
    asking_under_an_old_key_while_its_session_is_deleted,
    signing_in_while_a_key_is_taken,
    adding_a_step_while_one_is_added,
)

if __name__ == "__main__":
    jobs.publish = lambda job: None
    met = {pair.__name__: pair(workspace.open_session(owner=VISITOR)).run() for pair in PAIRS}
    print(json.dumps(met), flush=True)  # noqa: T201
