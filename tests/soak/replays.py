"""What a visitor plays again: by two clients at once, strictly, forked, or only what is new; and that the playhead
passes each step once."""

from collections.abc import Mapping
from typing import Any

from tests.engine.calling import Answer
from tests.soak.line import Line, at_once
from tests.soak.promised import digest
from tests.soak.visitor import Visitor

_JUDGED = 6
"""More steps are not made again in one replay."""


def by_two(visitor: Visitor) -> None:
    """Two clients ask for the next frame until there is none: each frame is served to one of them."""
    name = visitor.any_recording()
    sequence = visitor.sequence(name) if name else None
    if name is None or sequence is None:
        return
    mode = visitor.chance.choice(["cassette", "verify"] if len(sequence) <= _JUDGED else ["cassette"])
    started = _start(visitor, name, mode=mode)
    if started is None:
        return
    one, other = at_once(lambda: _played(visitor, visitor.line), lambda: _played(visitor, visitor.second))
    if not visitor.stopping.is_set():
        for told in twice_or_never({entry["index"]: entry["sha256"] for entry in sequence}, [*one, *other]):
            visitor.diary.break_promise(f"{name}, played by two in {mode}: {told}")
    _stop(visitor)


def strictly(visitor: Visitor) -> None:
    """Asked as it was recorded, each key moves the playhead by one; asked otherwise, nothing moves it."""
    name = visitor.any_recording(steps=1, known=True)
    started = _start(visitor, name, mode="strict") if name else None
    if name is None or started is None:
        return
    asked = dict(visitor.asked[name])
    if _answers_all(visitor, name, asked, started["total_generations"]):
        _is_refused(visitor, visitor.wish())
    _stop(visitor)


def fork(visitor: Visitor) -> None:
    """A recording of its own that begins with the first steps of another, answers with these, and goes on."""
    parent = visitor.any_recording(steps=1)
    sequence = visitor.sequence(parent) if parent else None
    if parent is None or not sequence:
        return
    at, name = visitor.chance.randrange(len(sequence) + 1), visitor.new_id()
    visitor.deck.doubt()
    started = _start(visitor, parent, mode="fork", at=at, session_id=name)
    if started is None:
        return
    if (started["session_id"], started["total_generations"]) != (name, at):
        visitor.diary.break_promise(f"{parent} was forked at {at} into {name}, and is told as {started}")
    visitor.opened(name, begins=sequence[:at], asked=visitor.asked[parent])
    visitor.deck.record(name)
    if all(_answers(visitor, name, index, visitor.wish()) for index in range(at)):
        _make_on(visitor)
        _compare(visitor, parent, name, at)
    _stop(visitor)


def only_what_is_new(visitor: Visitor) -> None:
    """What was asked before gets its recorded answer; what was not is made and added."""
    known = [name for name in visitor.asked if name not in visitor.copies and visitor.asked[name]]
    name = visitor.chance.choice(known) if known else None
    if name is None:
        return
    visitor.deck.doubt()
    if _start(visitor, name, mode="new_only") is None:
        return
    visitor.deck.record(name)
    for index, wish in visitor.chance.sample(sorted(visitor.asked[name].items()), k=min(2, len(visitor.asked[name]))):
        _answers(visitor, name, index, wish)
    _make_on(visitor)
    if _stop(visitor):
        visitor.deck.record(None)
    else:
        visitor.deck.doubt()


def twice_or_never(steps: Mapping[int, str], served: list[Answer | None]) -> list[str]:
    """What does not hold of frames that were served: each once, those that may have gone with a lost answer apart, and
    each as it was told."""
    frames = [answer for answer in served if answer is not None and answer.status == 200]
    lost = len(served) - len(frames)
    there = [(int(answer.headers["X-Index"]), answer) for answer in frames]
    indexes = [index for index, _ in there]
    told = [f"step {index} was served twice" for index in sorted(set(indexes)) if indexes.count(index) > 1]
    told += [
        f"step {index} was served as another"
        for index, one in there
        # One that was made meanwhile is behind those that were told.
        if index in steps and digest(one.data) != steps[index]
    ]
    told += [f"step {index} has drifted" for index, one in there if one.headers["X-Verdict"] == "drifted"]
    never = steps.keys() - set(indexes)
    return told + ([f"steps {sorted(never)} were never served, {lost} answers were lost"] if len(never) > lost else [])


def _played(visitor: Visitor, line: Line) -> list[Answer | None]:
    """What this client was served, and None or a refusal for each answer that may have been lost."""
    served: list[Answer | None] = []
    while not visitor.stopping.is_set():
        answer = line.call("next", lambda caller: caller.get("/session/replay/next"))
        if answer is not None and answer.status == 200 and "X-Index" not in answer.headers:
            break
        served.append(answer)
        if not visitor.expects("next", answer, 200) and answer is not None and answer.status < 500:
            break
    return served


def _start(visitor: Visitor, name: str, **wish: object) -> dict[str, Any] | None:
    path = f"/session/replay/{name}"
    started = visitor.keyed(f"replay, {wish['mode']}", lambda line, key: line.post(path, wish, **key))
    if started is not None and visitor.expects(f"replay, {wish['mode']}", started, 200):
        return started.json
    return None


def _stop(visitor: Visitor) -> bool:
    stopped = visitor.line.settled("stop a replay", lambda line: line.post("/session/replay/stop"))
    return visitor.expects("stop a replay", stopped, 200)


def _answers(visitor: Visitor, name: str, index: int, wish: Mapping[str, Any]) -> bool:
    """Whether the replay answers with this step."""
    answer = visitor.keyed("ask a replay", lambda line, key: line.post("/generate", wish, **key))
    if answer is None or not visitor.expects("ask a replay", answer, 200):
        return False
    found = (answer.headers["X-Session-Id"], answer.headers["X-Index"], digest(answer.data))
    if found == (name, str(index), visitor.steps_of(name)[index]):
        return True
    visitor.diary.break_promise(f"step {index} of {name} was asked for, and the answer is {found}")
    return False


def _answers_all(visitor: Visitor, name: str, asked: Mapping[int, Mapping[str, Any]], total: int) -> bool:
    for index in sorted(asked):
        if visitor.chance.random() < 0.2 and not _is_refused(visitor, visitor.wish()):
            return False
        if not _answers(visitor, name, index, asked[index]):
            return False
        if index + 1 < total:
            _stands_before(visitor, index + 1)
    return True


def _is_refused(visitor: Visitor, wish: Mapping[str, Any]) -> bool:
    answer = visitor.line.settled("ask otherwise", lambda line: line.post("/generate", wish))
    return visitor.expects("ask otherwise", answer, 409)


def _stands_before(visitor: Visitor, index: int) -> None:
    """Where the playhead is, which telling does not move."""
    answer = visitor.line.settled("look at the playhead", lambda line: line.head("/session/replay/next"))
    if answer is None or not visitor.expects("look at the playhead", answer, 200):
        return
    if answer.headers["X-Index"] != str(index):
        visitor.diary.break_promise(f"{index} keys moved the playhead, and it is before {answer.headers['X-Index']}")


def _make_on(visitor: Visitor) -> None:
    for _ in range(visitor.chance.randrange(1, 3)):
        visitor.change(visitor.wish())


def _compare(visitor: Visitor, parent: str, name: str, at: int) -> None:
    path = f"/api/v1/recordings/{parent}/compare/?with={name}&count=100"
    told = visitor.line.settled("compare", lambda line: line.get(path))
    if told is None or not visitor.expects("compare", told, 200):
        return
    same = [pair["identical"] for pair in told.json["pairs"][:at]]
    if same != [True] * at:
        visitor.diary.break_promise(f"{name} is {parent}'s fork at {at}, and compares as {same}")
