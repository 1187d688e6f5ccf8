"""Recordings taken along by a visitor: packed, and taken in again under another id."""

from tests.engine.calling import Answer
from tests.soak.promised import contents
from tests.soak.visitor import Visitor


def take_along(visitor: Visitor) -> None:
    """The copy has the steps of the recording, and makes the same archive for as long as nobody changes it."""
    source = visitor.any_recording(steps=1)
    packed = _packed(visitor, source) if source else None
    if source is None or packed is None:
        return
    name = visitor.new_id()
    if _is_taken_in(visitor, name, packed.data):
        sequence = visitor.sequence(name)
        if sequence is not None:
            copy = visitor.opened(name, begins=sequence, asked=visitor.asked[source])
            copy.packed = contents(packed.data)
            visitor.copies.add(name)


def _packed(visitor: Visitor, source: str) -> Answer | None:
    answer = visitor.line.settled("pack", lambda line: line.get(f"/session/{source}/archive"))
    return answer if visitor.expects("pack", answer, 200) else None


def _is_taken_in(visitor: Visitor, name: str, archive: bytes) -> bool:
    path, file = f"/api/v1/recordings/import/?session_id={name}", {"archive.zip": archive}
    answer = visitor.keyed("import", lambda line, key: line.upload(path, file, "archive", **key))
    if answer is None or not visitor.expects("import", answer, 201, 202):
        return False
    if answer.status == 201:
        return True
    job = answer.headers["Location"]
    visitor.diary.accept(job)
    return _has_ended_well(visitor, job)


def _has_ended_well(visitor: Visitor, job: str) -> bool:
    """Asked until it has ended, or the soak has."""
    while not visitor.stopping.is_set():
        told = visitor.line.settled("ask for an import", lambda line: line.get(job))
        if told is None or not visitor.expects("ask for an import", told, 200):
            return False
        if told.json["status"] in ("done", "failed", "cancelled"):
            return told.json["status"] == "done"
        visitor.stopping.wait(0.5)
    return False
