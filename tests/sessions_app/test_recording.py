"""Recordings and replays as services: one deck for an identity, steps without gap or double, and what is let go."""

from dataclasses import replace

import pytest
from django.db import transaction
from django.utils import timezone

from prompt_media.errors import HouseError
from prompt_media.files import store
from prompt_media.imaging.geometry import Size
from prompt_media.web.identity import HOUSE
from sessions_app import names
from sessions_app.editing.recipe import Asked
from sessions_app.models import Deck, Generation, Image, Session, Step, Verdict
from sessions_app.selectors import recordings as selectors
from sessions_app.services import decks, recordings, replays, workspace
from sessions_app.services.recordings import Kept, Take
from sessions_app.services.room import SessionFull
from tests.sessions_app import recorded

pytestmark = pytest.mark.django_db(transaction=True)

COMPOSE, SECTOR = Generation.Kind.COMPOSE, Generation.Kind.SECTOR


@pytest.fixture
def take(picture):
    """A take of a sector: `take("BR")`, `take("TL", colour="red")`."""

    def take(sector: str = "BR", colour: str = "navy", **told: object) -> Take:
        data = picture(size=(9, 9), colour=colour)
        return Take(
            data=data, media_type="image/png", extension="png", size=Size(9, 9), thumbnail=b"small",
            target_sector=sector, prompt="a ladybug", **told,
        )  # fmt: skip

    return take


def refusal(call) -> str:
    with pytest.raises(HouseError) as refused:
        call()
    return refused.value.code


@pytest.mark.parametrize("name", ["my_experiment", "session_1736155234", "a", "A-1.b_c", "x" * 64, "list2", "0"])
def test_an_id_that_can_be_a_folder_and_stand_in_an_address_is_taken(name):
    assert names.recording(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a..b", ".hidden", "_a", "-a", "a/b", "a\\b", "../a", "a b", "a\n", "\x07a", "ä", "x" * 65, "a%2fb",
     "stop", "Start", "REPLAY", "next", "list", "create", "active", "current", "import",
     "5e55105e-5510-4e55-8510-5e55105e5510", "5E55105E-5510-4E55-8510-5E55105E5510"],
)  # fmt: skip
def test_an_id_that_could_mean_something_else_is_refused(name):
    assert refusal(lambda: names.recording(name)) == "bad_recording_id"


def test_recordings_of_one_second_get_ids_of_their_own():
    ids = [recordings.start(owner=HOUSE).public_id for _ in range(3)]
    assert len(set(ids)) == 3
    assert all(name.startswith("session_") and name.split("_")[1].isdigit() for name in ids)


@pytest.mark.parametrize(("owner", "again"), [(HOUSE, "lab"), ("user:7", "lab"), (HOUSE, "LAB")])
def test_an_id_that_is_taken_is_refused_and_nothing_is_wiped(take, owner, again):
    first = recordings.start(owner=HOUSE, public_id="lab")
    recordings.append(recording=first, generation=None, take=take())

    assert refusal(lambda: recordings.start(owner=owner, public_id=again)) == "recording_exists"
    assert selectors.steps(first).count() == 1
    assert recordings.heard_by(HOUSE, SECTOR) == first, "it goes on"


def test_what_is_resumed_goes_on_behind_its_last_step(take):
    first = recordings.start(owner=HOUSE, public_id="lab")
    recordings.append(recording=first, generation=None, take=take())
    recordings.start(owner=HOUSE, public_id="another")

    again = recordings.start(owner=HOUSE, public_id="lab", resume=True)

    assert again == first
    assert recordings.heard_by(HOUSE, SECTOR) == first
    assert recordings.append(recording=again, generation=None, take=take()).index == 1
    assert refusal(lambda: recordings.start(owner="user:7", public_id="lab", resume=True)) == "recording_exists"


def test_a_recorder_hears_its_own_identity_alone_and_what_its_scope_says():
    lab = recordings.start(owner=HOUSE, public_id="lab")
    everything = recordings.start(owner="user:7", public_id="everything", scope=Deck.Scope.ALL)

    assert recordings.heard_by(HOUSE, SECTOR) == lab
    assert recordings.heard_by(HOUSE, COMPOSE) is None
    assert recordings.heard_by("user:7", COMPOSE) == everything
    assert recordings.heard_by("user:8", SECTOR) is None
    assert recordings.stop(owner=HOUSE) == lab
    assert recordings.heard_by(HOUSE, SECTOR) is None
    assert recordings.stop(owner=HOUSE) is None


def test_steps_are_numbered_in_their_order_and_lie_where_they_are_promised(take, picture):
    lab = recordings.start(owner=HOUSE, public_id="lab")
    before = picture(size=(9, 9), colour="red")
    kept = Kept("f" * 64, before, "image/png", Size(9, 9))

    steps = [recordings.append(recording=lab, generation=None, take=take(one), inputs=[kept]) for one in ("BR", "TL")]

    assert [(step.index, step.image.key) for step in steps] == [
        (0, "generation/sessions/lab/0000_BR.png"),
        (1, "generation/sessions/lab/0001_TL.png"),
    ]
    assert store.read(steps[1].image.key) == take().data
    assert [image.key for image in selectors.inputs(lab)] == [f"generation/inputs/lab/{'f' * 64}.png"], "kept once"
    numbers = list(Image.objects.filter(session=lab).order_by("number").values_list("number", flat=True))
    assert numbers == [1, 2, 3]
    lab.refresh_from_db()
    assert lab.images_numbered == 3
    assert lab.revision > 2


def test_what_a_transaction_that_was_taken_back_left_is_in_nobodys_way(take):
    lab = recordings.start(owner=HOUSE, public_id="lab")
    store.put("generation/sessions/lab/0000_BR.png", b"half a step")

    step = recordings.append(recording=lab, generation=None, take=take("BR"))

    assert store.read(step.image.key) == take("BR").data


def test_a_step_that_does_not_fit_leaves_neither_row_nor_file(take, settings):
    lab = recordings.start(owner=HOUSE, public_id="lab")
    settings.SESSION_FILES = 1
    recordings.append(recording=lab, generation=None, take=take("BR"))

    with transaction.atomic():
        with pytest.raises(SessionFull, match="A recording holds 1 files.*Start another one"):
            recordings.append(recording=lab, generation=None, take=take("TL"))
        transaction.set_rollback(True)

    assert [step.index for step in selectors.steps(lab)] == [0]
    assert {found.key for found in store.walk("generation/sessions")} == {
        "generation/sessions/lab/0000_BR.png",
        "generation/sessions/lab/metadata.json",
    }


def test_a_replay_serves_each_step_once_and_then_is_complete():
    lab = recorded.recording(owner=HOUSE, steps=3)
    replays.start(owner="user:7", recording=lab)
    served = []
    while frame := replays.next_frame(owner="user:7"):
        served.append((frame.step.index, frame.file.read()))
        frame.file.close()

    assert [index for index, _ in served] == [0, 1, 2]
    assert [data for _, data in served] == [store.read(step.image.key) for step in selectors.steps(lab)]
    assert replays.next_frame(owner="user:7") is None
    replays.stop(owner="user:7")
    assert refusal(lambda: replays.next_frame(owner="user:7")) == "not_replaying"


def test_who_was_overtaken_at_a_step_is_served_the_next_one(monkeypatch):
    replays.start(owner=HOUSE, recording=recorded.recording(owner=HOUSE, steps=3))
    really = replays.store.opened
    others: list[int] = []

    def while_another_steps(key: str):
        monkeypatch.setattr(replays.store, "opened", really)
        other = replays.next_frame(owner=HOUSE)
        others.append(other.step.index)
        other.file.close()
        return really(key)

    monkeypatch.setattr(replays.store, "opened", while_another_steps)
    frame = replays.next_frame(owner=HOUSE)
    frame.file.close()

    assert (others, frame.step.index) == ([0], 1)


def test_a_storage_that_is_away_costs_nobody_a_step(monkeypatch):
    replays.start(owner=HOUSE, recording=recorded.recording(owner=HOUSE, steps=1))
    with monkeypatch.context() as patch:
        patch.setattr(replays.store, "opened", lambda key: (_ for _ in ()).throw(store.StorageAway("Away.")))
        assert refusal(lambda: replays.next_frame(owner=HOUSE)) == "unavailable"
    frame = replays.next_frame(owner=HOUSE)
    frame.file.close()
    assert frame.step.index == 0


def test_a_picture_that_is_gone_is_told_so_and_the_replay_goes_on():
    lab = recorded.recording(owner=HOUSE, steps=2)
    store.discard([lab.steps.get(index=0).image.key])
    replays.start(owner=HOUSE, recording=lab)

    assert refusal(lambda: replays.next_frame(owner=HOUSE)) == "file_gone"
    frame = replays.next_frame(owner=HOUSE)
    frame.file.close()
    assert frame.step.index == 1


def test_a_fork_begins_with_the_same_bytes_and_is_recorded_into(take):
    lab = recorded.recording(owner="user:7", steps=4)

    deck = replays.start(owner=HOUSE, recording=lab, mode=Deck.Mode.FORK, at=2, into="other")

    fork = deck.replaying
    assert (fork.public_id, fork.owner, fork.recording.seed) == ("other", HOUSE, lab.recording.seed)
    theirs = [(step.image.name, store.read(step.image.key)) for step in selectors.steps(lab)[:2]]
    assert [(step.image.name, store.read(step.image.key)) for step in selectors.steps(fork)] == theirs
    assert all(step.image.key.startswith("generation/sessions/other/") for step in selectors.steps(fork))
    assert [image.name for image in selectors.inputs(fork)] == [image.name for image in selectors.inputs(lab)]
    assert list(store.walk("incoming")) == []
    assert recordings.heard_by(HOUSE, SECTOR) == fork
    assert recordings.append(recording=fork, generation=None, take=take()).index == 2
    assert replays.total(deck) == 2, "what is recorded behind the fork is not replayed"
    recordings.delete(recording=lab)
    assert [store.read(step.image.key) for step in selectors.steps(fork)[:2]] == [data for _, data in theirs]


def test_a_fork_keeps_the_gaps_of_what_it_begins_with(take):
    lab = recorded.recording(owner=HOUSE, steps=4)
    lab.steps.get(index=1).image.delete()

    fork = replays.start(owner=HOUSE, recording=lab, mode=Deck.Mode.FORK, at=3).replaying

    assert [step.index for step in selectors.steps(fork)] == [0, 2]
    assert recordings.append(recording=fork, generation=None, take=take()).index == 3
    served = []
    while frame := replays.next_frame(owner=HOUSE):
        frame.file.close()
        served.append(frame.step.index)
    assert served == [0, 2]


def test_a_recording_that_was_deleted_meanwhile_is_not_replayed():
    lab = recorded.recording(owner=HOUSE, steps=1)
    recordings.delete(recording=Session.objects.get(pk=lab.pk))
    assert refusal(lambda: replays.start(owner=HOUSE, recording=lab)) == "unknown_recording"
    assert not Deck.objects.exists()


def test_a_fork_that_cannot_be_made_leaves_nothing():
    lab = recorded.recording(owner=HOUSE, steps=2)
    store.discard([lab.steps.get(index=1).image.key])

    assert refusal(lambda: replays.start(owner=HOUSE, recording=lab, mode="fork", into="other")) == "file_gone"
    assert refusal(lambda: replays.start(owner=HOUSE, recording=lab, mode="fork", at=3)) == "out_of_range"
    assert refusal(lambda: replays.start(owner=HOUSE, recording=lab, mode="strict", at=1)) == "contradiction"

    assert list(Session.objects.values_list("public_id", flat=True)) == [lab.public_id]
    assert [*store.walk("generation/sessions/other"), *store.walk("incoming")] == []
    assert decks.of(HOUSE).recording is None


def test_new_only_records_behind_what_is_known_until_it_is_stopped():
    lab = recorded.recording(owner=HOUSE, steps=2)
    replays.start(owner=HOUSE, recording=lab, mode=Deck.Mode.NEW_ONLY)
    assert recordings.heard_by(HOUSE, SECTOR) == lab
    replays.stop(owner=HOUSE)
    assert recordings.heard_by(HOUSE, SECTOR) is None


def test_a_picture_of_a_verdict_is_kept_anew_when_a_step_is_made_from_it(take, picture):
    lab = recorded.recording(owner=HOUSE, steps=1)
    shown = Image.objects.create(
        session=lab, number=9, name="drift.png", key="generation/verdicts/drift.png", media_type="image/png",
        width=9, height=9, bytes=1, sha256="f" * 64,
    )  # fmt: skip
    Verdict.objects.create(step=lab.steps.get(), word="drifted", picture=shown, at=timezone.now())

    recordings.append(
        recording=lab, generation=None, take=take(), inputs=[Kept("f" * 64, picture(), "image/png", Size(9, 9))]
    )

    assert selectors.inputs(lab).filter(sha256="f" * 64).exists()


def test_two_identities_replay_one_recording_each_from_its_own_place():
    lab = recorded.recording(owner=HOUSE, steps=3)
    for owner in ("user:1", "user:2"):
        replays.start(owner=owner, recording=lab)

    served = []
    for owner in ("user:1", "user:1", "user:2", "user:1", "user:2"):
        frame = replays.next_frame(owner=owner)
        frame.file.close()
        served.append(frame.step.index)

    assert served == [0, 1, 0, 2, 1]


def test_another_replay_ends_what_new_only_records():
    lab, other = (recorded.recording(owner=HOUSE, public_id=name, steps=1) for name in ("lab", "other"))
    replays.start(owner=HOUSE, recording=lab, mode=Deck.Mode.NEW_ONLY)
    replays.start(owner=HOUSE, recording=other)
    assert recordings.heard_by(HOUSE, SECTOR) is None
    recordings.start(owner=HOUSE, public_id="own")
    replays.start(owner=HOUSE, recording=lab)
    assert recordings.heard_by(HOUSE, SECTOR).public_id == "own", "what somebody started goes on"


def test_a_replay_changes_nothing_of_what_is_recorded():
    mine = recordings.start(owner=HOUSE, public_id="mine")
    replays.start(owner=HOUSE, recording=recorded.recording(owner=HOUSE, steps=1))
    assert recordings.heard_by(HOUSE, SECTOR) == mine
    replays.stop(owner=HOUSE)
    assert recordings.heard_by(HOUSE, SECTOR) == mine


def test_a_recording_that_is_deleted_is_let_go_of_with_all_its_files(take):
    lab = recordings.start(owner=HOUSE, public_id="lab")
    recordings.append(recording=lab, generation=None, take=take())
    replays.start(owner="user:7", recording=lab)

    recordings.delete(recording=lab)

    assert recordings.heard_by(HOUSE, SECTOR) is None
    assert refusal(lambda: replays.next_frame(owner="user:7")) == "not_replaying"
    assert list(store.walk("generation")) == []


def test_an_id_is_free_again_after_its_recording_was_deleted(take):
    recordings.delete(recording=recordings.start(owner=HOUSE, public_id="lab"))
    again = recordings.start(owner=HOUSE, public_id="lab")
    assert recordings.append(recording=again, generation=None, take=take()).index == 0


def test_files_of_an_id_that_is_used_anew_are_left_to_the_sweep(take, monkeypatch):
    lab = recordings.start(owner=HOUSE, public_id="lab")
    really = workspace._discard_recording
    monkeypatch.setattr(
        workspace,
        "_discard_recording",
        lambda public_id: (recordings.start(owner=HOUSE, public_id="lab"), really(public_id)),
    )
    recordings.append(recording=lab, generation=None, take=take())

    recordings.delete(recording=lab)

    assert "generation/sessions/lab/0000_BR.png" in {found.key for found in store.walk("generation/sessions")}


def test_a_deck_goes_along_at_sign_in():
    lab = recordings.start(owner="visitor:1", public_id="lab", scope=Deck.Scope.ALL)
    replays.start(owner="visitor:1", recording=recorded.recording(owner="visitor:1", steps=2))
    Deck.objects.filter(owner="visitor:1").update(position=1, prompts={"default": ["theirs"]})
    recordings.start(owner="user:7", public_id="older")
    Deck.objects.filter(owner="user:7").update(prompts={"default": ["mine"]})

    workspace.hand_over(giver="visitor:1", taker="user:7")

    assert recordings.heard_by("user:7", COMPOSE) == lab
    assert lab.public_id in selectors.ids_of("user:7")
    frame = replays.next_frame(owner="user:7")
    frame.file.close()
    assert frame.step.index == 1
    assert decks.of("user:7").prompts == {"default": ["mine"]}
    assert not Deck.objects.filter(owner="visitor:1").exists()


def asked_for(step: Step, **others: object) -> Asked:
    """The request that the step was the answer to, or one that differs from it."""
    return replace(Asked.from_json(step.recipe["asked"]), **others)


def test_a_strict_replay_answers_each_request_in_its_turn_and_names_what_differs():
    lab = recorded.recording(owner=HOUSE, steps=2)
    first, second = selectors.steps(lab)
    replays.start(owner=HOUSE, recording=lab, mode=Deck.Mode.STRICT)

    with pytest.raises(replays.ReplayMismatch) as refused:
        replays.answer_for(owner=HOUSE, asked=asked_for(first, strength=0.5, image_sha256="0" * 64))

    assert [error.field for error in refused.value.errors] == ["image_base64", "strength"]
    assert replays.answer_for(owner=HOUSE, asked=asked_for(first)) == first, "the turn was not lost"
    assert refusal(lambda: replays.answer_for(owner=HOUSE, asked=asked_for(first))) == "replay_mismatch"
    assert replays.answer_for(owner=HOUSE, asked=asked_for(second)) == second
    assert refusal(lambda: replays.answer_for(owner=HOUSE, asked=asked_for(second))) == "replay_mismatch"


def test_a_strict_replay_refuses_what_it_cannot_compare():
    lab = recorded.recording(owner=HOUSE, steps=1)
    [step] = selectors.steps(lab)
    Step.objects.update(recipe={})
    replays.start(owner=HOUSE, recording=lab, mode=Deck.Mode.STRICT)
    assert refusal(lambda: replays.answer_for(owner=HOUSE, asked=asked_for(step))) == "replay_mismatch"


def test_a_fork_answers_with_its_beginning_and_then_lets_make():
    lab = recorded.recording(owner=HOUSE, steps=3)
    fork = replays.start(owner=HOUSE, recording=lab, mode=Deck.Mode.FORK, at=2).replaying
    anything = asked_for(selectors.steps(lab)[0], prompt="something else")

    answers = [replays.answer_for(owner=HOUSE, asked=anything) for _ in range(3)]

    assert answers == [*selectors.steps(fork), None]


def test_new_only_answers_what_it_knows_equal_requests_in_their_order():
    lab = recorded.recording(owner=HOUSE, steps=3)
    one, other, again = selectors.steps(lab)
    wish = asked_for(one)
    Step.objects.filter(pk__in=[one.pk, again.pk]).update(request_sha256=wish.sha256())
    Step.objects.filter(pk=other.pk).update(request_sha256=asked_for(other).sha256())
    replays.start(owner=HOUSE, recording=lab, mode=Deck.Mode.NEW_ONLY)

    assert [replays.answer_for(owner=HOUSE, asked=wish) for _ in range(3)] == [one, again, again]
    assert replays.answer_for(owner=HOUSE, asked=asked_for(other)) == other
    assert replays.answer_for(owner=HOUSE, asked=asked_for(one, prompt="never asked")) is None


@pytest.mark.parametrize("mode", [None, Deck.Mode.CASSETTE, Deck.Mode.VERIFY])
def test_without_such_a_replay_everything_is_made(mode):
    lab = recorded.recording(owner=HOUSE, steps=1)
    if mode:
        replays.start(owner=HOUSE, recording=lab, mode=mode)
    assert replays.answer_for(owner=HOUSE, asked=asked_for(selectors.steps(lab)[0])) is None
