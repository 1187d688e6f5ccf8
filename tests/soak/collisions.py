"""Two clients of one visitor do two things about one recording at once. What either comes to is open, and so nothing is
promised of it but what holds of every recording; and neither may be told that something broke."""

from collections.abc import Callable

from tests.engine.calling import Answer, Caller
from tests.soak.line import Line, at_once, key
from tests.soak.visitor import Visitor

Doing = Callable[[Caller], Answer]


def collide(visitor: Visitor) -> None:
    """The recording goes with it, and whatever is recorded or replayed ends."""
    name = visitor.any_recording(steps=1)
    if name is None:
        return
    seat = _seat(visitor, name)
    visitor.forget(name)
    visitor.deck.doubt()
    visitor.turns = None
    one, other = visitor.chance.choices(_doings(visitor, name, seat), k=2)
    at_once(lambda: _do(visitor.line, *one), lambda: _do(visitor.second, *other))
    _end(visitor, name)


def _doings(visitor: Visitor, name: str, seat: str) -> list[tuple[str, Doing]]:
    once, wish, anew = key(visitor.chance), visitor.wish(), visitor.new_id()
    recording, replay, study = f"/session/{name}", f"/session/replay/{name}", f"/api/v1/studies/{seat}"
    return [
        ("delete a recording", lambda line: line.delete(recording)),
        ("delete a recording", lambda line: line.delete(recording)),
        ("resume", lambda line: line.post("/session/start", {"session_id": name, "resume": True, "scope": "all"})),
        ("resume", lambda line: line.post("/session/start", {"session_id": name, "resume": True}, **once)),
        ("start", lambda line: line.post("/session/start")),
        ("stop", lambda line: line.post("/session/stop")),
        ("name", lambda line: line.patch(f"/api/v1/recordings/{name}/", {"name": "anew"})),
        ("replay", lambda line: line.post(replay, {"mode": "cassette"})),
        ("replay, new_only", lambda line: line.post(replay, {"mode": "new_only"}, **once)),
        ("fork", lambda line: line.post(f"{replay}/fork", {"at": 1, "session_id": anew}, **once)),
        ("next", lambda line: line.get("/session/replay/next")),
        ("stop a replay", lambda line: line.post("/session/replay/stop")),
        ("change", lambda line: line.post("/generate", wish)),
        ("change", lambda line: line.post("/generate", wish, **once)),
        ("verify", lambda line: line.post(f"/api/v1/recordings/{name}/verify/", {}, **once)),
        ("pack", lambda line: line.get(f"{recording}/archive")),
        ("compare", lambda line: line.get(f"/api/v1/recordings/{name}/compare/?with={name}")),
        ("difference", lambda line: line.get(f"{recording}/frames/0/difference?to=input")),
        ("set up a study", lambda line: line.post(f"/api/v1/recordings/{name}/studies/", {}, **once)),
        ("sit down", lambda line: line.post(f"{study}/sittings/", {}, **once)),
        ("see results", lambda line: line.get(f"{study}/results/")),
        ("delete a study", lambda line: line.delete(f"{study}/")),
        ("reset prompts", lambda line: line.post("/reset")),
    ]


def _seat(visitor: Visitor, name: str) -> str:
    """A study of the recording, for what is done about it; one that is unknown, where there is nothing to show."""
    study = visitor.line.settled("set up a study", lambda line: line.post(f"/api/v1/recordings/{name}/studies/", {}))
    return study.json["study_id"] if study is not None and study.status == 201 else name


def _do(line: Line, what: str, ask: Doing) -> None:
    line.call(what, ask)


def _end(visitor: Visitor, name: str) -> None:
    ends = [
        visitor.line.settled("stop a replay", lambda line: line.post("/session/replay/stop")),
        visitor.line.settled("stop", lambda line: line.post("/session/stop")),
        visitor.line.settled("delete a recording", lambda line: line.delete(f"/session/{name}")),
    ]
    if all(end is not None and end.status in (200, 404) for end in ends):
        visitor.deck.record(None)
