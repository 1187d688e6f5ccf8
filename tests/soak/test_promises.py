"""What callers are promised of recordings, replays, archives and studies: each is broken here once, and told."""

import http.client
import io
import json
import threading
from zipfile import ZipFile

import pytest

from tests.engine.calling import Answer
from tests.soak import kept, replays
from tests.soak.diary import Diary, Fault
from tests.soak.house import House
from tests.soak.line import Line
from tests.soak.promised import Reel, Said, Sheet, contents, digest, misfiled, repacked
from tests.soak.recorders import Recorder
from tests.soak.scripted import First, Scripted, Shelf, answered
from tests.soak.visitor import Visitor


def entry(index: int, data: bytes = b"", **more: object) -> dict[str, object]:
    return {"index": index, "sha256": digest(data or b"%d" % index), **more}


SEQUENCE = [entry(0), entry(1), entry(2)]


@pytest.mark.parametrize(
    ("sequence", "told"),
    [
        pytest.param(SEQUENCE, 0, id="all well"),
        pytest.param(SEQUENCE[:2], 1, id="a step that was answered is gone"),
        pytest.param([entry(0), entry(2), entry(3)], 2, id="a gap, and the step is gone"),
        pytest.param([*SEQUENCE, entry(2)], 1, id="a double"),
        pytest.param([entry(0), entry(1), entry(2, b"other")], 1, id="a step of other bytes"),
        pytest.param([entry(0), entry(1, prompt="other"), entry(2)], 1, id="a fork that begins otherwise"),
        pytest.param([entry(0, b"other"), entry(1), entry(2)], 2, id="what it heard is lost, and it begins otherwise"),
    ],
)
def test_a_recording_that_is_not_as_promised_is_told(sequence, told):
    reel = Reel({}, {2: digest(b"2")}, heard={digest(b"0")}, begins=SEQUENCE[:2])

    assert len(list(reel.broken(sequence))) == told


def test_a_file_that_is_not_its_steps_is_told():
    files = {index: digest(b"%d" % index) for index in range(3)}

    assert list(misfiled(SEQUENCE, files)) == []
    assert len(list(misfiled(SEQUENCE, files | {1: digest(b"other")}))) == 1
    assert len(list(misfiled(SEQUENCE[:1], {}))) == 1


def archive(name: str, **files: bytes) -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w") as written:
        for path, data in {"metadata.json": b'{"session_id": "%s"}' % name.encode(), **files}.items():
            written.writestr(f"{name}/{path}", data)
    return packed.getvalue()


def test_an_archive_that_is_not_the_one_it_came_from_is_told():
    packed = contents(archive("a", frame=b"1", recipes=b"2"))

    assert list(repacked(packed, contents(archive("b", frame=b"1", recipes=b"2")))) == []
    for other in (
        archive("b", frame=b"1"),
        archive("b", frame=b"1", recipes=b"3"),
        archive("b", frame=b"2", recipes=b"2"),
    ):
        assert len(list(repacked(packed, contents(other)))) == 1


WHOLE = {
    "/session/a": answered(200, json.dumps({"session_id": "a", "sequence": SEQUENCE})),
    **{f"/session/a/frames/{index}": answered(200, f"{index}") for index in range(3)},
    "/api/v1/recordings/a/": answered(200, '{"name": "mine"}'),
    "/session/a/archive": Answer(200, http.client.HTTPMessage(), archive("a", frame=b"1")),
}


@pytest.mark.parametrize(
    ("path", "answer", "mirror", "told"),
    [
        pytest.param("", None, WHOLE["/session/a"].data, 0, id="all well"),
        pytest.param("/session/a", answered(404), WHOLE["/session/a"].data, 1, id="gone"),
        pytest.param("/session/a/frames/1", answered(404), WHOLE["/session/a"].data, 1, id="a frame is gone"),
        pytest.param("/session/a/frames/1", answered(200, "2"), WHOLE["/session/a"].data, 1, id="a frame is another"),
        pytest.param("", None, None, 1, id="no metadata.json"),
        pytest.param("", None, b'{"session_id": "a", "sequence": []}', 1, id="a metadata.json that is behind"),
        pytest.param(
            "/api/v1/recordings/a/", answered(200, '{"name": ""}'), WHOLE["/session/a"].data, 1, id="a name is lost"
        ),
        pytest.param(
            "/session/a/archive", Answer(200, http.client.HTTPMessage(), archive("a")), WHOLE["/session/a"].data, 1,
            id="an import has lost a file",
        ),
    ],
)  # fmt: skip
def test_what_of_a_recording_is_lost_or_another_is_told(path, answer, mirror, told):
    reel = Reel({}, name="mine", packed=contents(archive("b", frame=b"1")))

    assert len(list(kept.broken(Shelf(WHOLE | {path: answer}), "a", reel, lambda key: mirror))) == told


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        pytest.param([("1", "0", "TL"), ("1", "1", "BR")], 0, id="all well"),
        pytest.param([("1", "0", "TL"), ("1", "1", "BR"), ("1", "2", "TC")], 0, id="one whose answer was lost"),
        pytest.param([("1", "0", "TL")], 1, id="one that was answered is lost"),
        pytest.param([("1", "0", "TL"), ("1", "1", "BR"), ("1", "1", "BR")], 1, id="one is told twice"),
        pytest.param([("1", "0", "BR"), ("1", "1", "BR")], 1, id="the second counted"),
        pytest.param([("1", "0", "TL"), ("1", "1", "BR"), ("2", "0", "TL")], 1, id="nobody said so"),
    ],
)
def test_a_sheet_that_tells_other_answers_is_told(rows, told):
    sheet = Sheet("a", {}, counted={(1, 0), (1, 1)})
    for trial, sector in enumerate(("TL", "BR", "TC")):
        sheet.send(1, trial, Said(sector, "500.0"))

    shown = [{"sitting": one, "trial": two, "answer": said, "reaction_ms": "500.0"} for one, two, said in rows]
    assert len(list(sheet.broken(shown))) == told


def frame(index: int, data: str | None = None, **headers: str) -> Answer:
    return answered(200, f"{index}" if data is None else data, X_Index=f"{index}", **headers)


@pytest.mark.parametrize(
    ("served", "told"),
    [
        pytest.param([frame(0), frame(1), frame(2)], 0, id="all well"),
        pytest.param([frame(0), None, frame(2)], 0, id="an answer was lost"),
        pytest.param([frame(0), frame(1), frame(2), frame(3)], 0, id="one was added meanwhile"),
        pytest.param([frame(0), frame(2)], 1, id="one was never served"),
        pytest.param([frame(0), frame(1), frame(1), frame(2)], 1, id="one was served twice"),
        pytest.param([frame(0), frame(1, "2"), frame(2)], 1, id="one has the bytes of another"),
        pytest.param([frame(0), frame(1, X_Verdict="drifted"), frame(2)], 1, id="one has drifted"),
    ],
)
def test_frames_that_two_were_served_are_held_against_the_recording(served, told):
    assert len(replays.twice_or_never({index: digest(b"%d" % index) for index in range(3)}, served)) == told


@pytest.fixture
def visitor(diary):
    """Who knows of one recording, `a`, and surely records it."""
    one = Visitor(house=None, diary=diary, chance=First(0), stopping=threading.Event(), name="visitor")
    one.opened("a")
    one.deck.record("a")
    return one


def change(index: int = 0, data: str = "0", turn: int = 0, recording: str = "a") -> Answer:
    return answered(200, data, X_Index=f"{index}", X_Session_Id=recording, X_Prompt_Index=f"{turn}")


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        pytest.param([change(), change()], 0, id="the same"),
        pytest.param([change(), change(data="1")], 1, id="another picture"),
        pytest.param([change(), change(index=1)], 1, id="another step"),
        pytest.param([change(), answered(202, Location="/api/v1/jobs/x/")], 1, id="another job"),
    ],
)
def test_a_key_that_counts_twice_is_told(visitor, answers, told):
    visitor.chance = First(2)  # in a row
    visitor.line = Scripted(*answers)

    visitor.change({})

    assert len(visitor.diary.wrong) == told


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(change(), 0, id="all well"),
        pytest.param(change(recording="b"), 1, id="in another recording"),
        pytest.param(answered(200, X_Prompt_Index="0"), 1, id="in none"),
        pytest.param(change(turn=1), 1, id="a prompt was passed over"),
        pytest.param(answered(404), 1, id="refused"),
    ],
)
def test_a_sector_that_became_something_else_is_told(visitor, answer, told):
    visitor.turns, visitor.line = 0, Scripted(answer)

    visitor.change({})

    assert len(visitor.diary.wrong) == told


def test_what_bears_a_key_is_asked_until_it_is_settled_and_told_when_it_never_is(diary, monkeypatch):
    asked = Line(House(None, engine=None), diary, threading.Event(), _caller=object())
    answers = [
        answered(503, Retry_After="0"),
        answered(409, '{"code": "idempotency_in_progress"}'),
        answered(200, "done"),
    ]
    diary.faults.append(Fault("one that excuses it", 0.0))

    assert asked.settled("ask", lambda caller: answers.pop(0)).data == b"done"
    assert diary.wrong == []

    moments = iter(range(0, 1000, 60))
    monkeypatch.setattr(Diary, "now", lambda _: float(next(moments)))
    assert asked.settled("ask", lambda caller: answered(429)) is None
    assert len(diary.wrong) == 1


def test_a_stop_that_ends_another_recording_is_told(visitor):
    for told, count in (("a", 0), ("b", 1)):
        visitor.deck.record("a")
        visitor.line = Scripted(answered(200, json.dumps({"session_id": told})))
        Recorder(visitor)._stop()
        assert len(visitor.diary.wrong) == count


STARTED = answered(200, '{"total_generations": 2}')
STOPPED = answered(200)
REFUSED = answered(409)


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        pytest.param([change(0), frame(1), change(1, "1"), REFUSED], 0, id="all well"),
        pytest.param([change(1, "1")], 1, id="another step"),
        pytest.param([change(0, "x")], 1, id="other bytes"),
        pytest.param([change(0), frame(2), change(1, "1"), REFUSED], 1, id="a key moved it by two"),
        pytest.param([change(0), frame(1), REFUSED], 1, id="refused although it was asked so"),
        pytest.param([change(0), frame(1), change(1, "1"), change(1, "1")], 1, id="answered although it had ended"),
    ],
)
def test_a_strict_replay_whose_playhead_strays_is_told(visitor, answers, told):
    visitor.asked["a"] = {0: {}, 1: {}}
    visitor.diary.reels["a"].steps |= {0: digest(b"0"), 1: digest(b"1")}
    visitor.chance.random = lambda: 1.0
    visitor.line = Scripted(STARTED, *answers, STOPPED)

    replays.strictly(visitor)

    assert len(visitor.diary.wrong) == told
