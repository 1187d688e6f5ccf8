"""Studies of a visitor's recordings, and those who sit through them: each answer that was taken is told in the CSV."""

from typing import Any

from tests.engine.calling import Answer
from tests.soak.line import Line, at_once
from tests.soak.promised import Said, Sheet
from tests.soak.visitor import Visitor

_SECTORS = ("TL", "TC", "TR", "ML", "MC", "MR", "BL", "BC", "BR", None)


def set_up(visitor: Visitor) -> None:
    recording = visitor.any_recording(steps=1)
    if recording is None:
        return
    path, wish = f"/api/v1/recordings/{recording}/studies/", {"catch_trials": 1, "seed": visitor.chance.randrange(99)}
    study = visitor.keyed("set up a study", lambda line, key: line.post(path, wish, **key))
    # Where the backend changed nothing there is nothing to show.
    if study is not None and visitor.expects("set up a study", study, 201, 409) and study.status == 201:
        visitor.diary.promise_sheet(study.json["study_id"], Sheet(recording, visitor.door))


def sit(visitor: Visitor) -> None:
    """Sit through a study, or a part of it; and see what it came to so far."""
    study = _any(visitor)
    if study is None:
        return
    path = f"/api/v1/studies/{study}/sittings/"
    seat = visitor.keyed("sit down", lambda line, key: line.post(path, {"participant": "P"}, **key))
    if seat is None or not visitor.expects("sit down", seat, 201):
        return
    sheet, there = visitor.diary.sheets[study], seat.json
    for trial in range(visitor.chance.choice([there["trials"], visitor.chance.randrange(there["trials"] + 1)])):
        if not _answer(visitor, sheet, there, trial):
            break
    _judge_results(visitor, study, sheet)


def delete(visitor: Visitor) -> None:
    """By one client, while another still answers."""
    study = _any(visitor)
    if study is None:
        return
    path = f"/api/v1/studies/{study}/sittings/"
    seat = visitor.line.settled("sit down", lambda line: line.post(path, {}))
    visitor.diary.release_sheet(study)
    if seat is None or not visitor.expects("sit down", seat, 201):
        return
    said = {"sector": "TL", "reaction_ms": 500}
    trial = f"/api/v1/sittings/{seat.json['sitting_id']}/trials/0/"
    deleted, answered = at_once(
        lambda: visitor.line.call("delete a study", lambda line: line.delete(f"/api/v1/studies/{study}/")),
        lambda: visitor.second.call("answer what is deleted", lambda line: line.post(trial, said)),
    )
    visitor.expects("delete a study", deleted, 204)
    visitor.expects("answer what is deleted", answered, 200, 404)


def _answer(visitor: Visitor, sheet: Sheet, seat: dict[str, Any], trial: int) -> bool:
    """Once; or twice otherwise, of which the first counts, or at once, of which one does."""
    number, (one, other) = seat["number"], (_said(visitor), _said(visitor))
    sheet.send(number, trial, _as_told(one))
    if visitor.chance.random() < 0.2:
        sheet.send(number, trial, _as_told(other))
        answers = at_once(
            lambda: _sent(visitor, visitor.line, seat, trial, one),
            lambda: _sent(visitor, visitor.second, seat, trial, other),
        )
        is_taken = [visitor.expects("answer at once", answer, 200) for answer in answers] == [True, True]
    else:
        is_taken = visitor.expects("answer", _sent(visitor, visitor.line, seat, trial, one), 200)
        if is_taken and visitor.chance.random() < 0.3:
            visitor.expects("answer again", _sent(visitor, visitor.line, seat, trial, other), 200)
    if is_taken:
        sheet.counted.add((number, trial))
    return is_taken


def _sent(visitor: Visitor, line: Line, seat: dict[str, Any], trial: int, said: dict[str, Any]) -> Answer | None:
    path = f"/api/v1/sittings/{seat['sitting_id']}/trials/{trial}/"
    return line.settled("answer", lambda caller: caller.post(path, said))


def _said(visitor: Visitor) -> dict[str, Any]:
    return {"sector": visitor.chance.choice(_SECTORS), "reaction_ms": visitor.chance.randrange(2000, 30000) / 10}


def _as_told(said: dict[str, Any]) -> Said:
    return Said(said["sector"] or "", str(said["reaction_ms"]))


def _judge_results(visitor: Visitor, study: str, sheet: Sheet) -> None:
    told = visitor.line.settled("see results", lambda line: line.get(f"/api/v1/studies/{study}/results/"))
    if told is not None and visitor.expects("see results", told, 200) and told.json["trials"] < len(sheet.counted):
        visitor.diary.break_promise(f"{len(sheet.counted)} trials were answered, and {told.json['trials']} are judged")


def _any(visitor: Visitor) -> str | None:
    own = [study for study, sheet in list(visitor.diary.sheets.items()) if sheet.recording in visitor.asked]
    return visitor.chance.choice(own) if own else None
