"""Callers who record what they make: they start, go on, stop, name and delete recordings, also while these record, and
hold the studio to what it answered. What else they do with recordings lies beside: replays, archives, studies."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.engine.calling import RESPOND_ASYNC, Answer
from tests.soak import archives, collisions, replays, studies
from tests.soak.line import at_once
from tests.soak.load import PICTURES
from tests.soak.promised import digest
from tests.soak.visitor import PROMPTS, Visitor

_RECORDINGS, _STEPS = 6, 10
_SIZE = {"width": 200, "height": 150}
_WISHES = (
    {"prompt": "Set @scenery as background and @dot as front image", **_SIZE},
    {"prompt": "Set @scenery as background. @dot rotates", "format": "gif", "frames": 12, **_SIZE},
    {"prompt": "Set @scenery as background. @dot rotates", "format": "gif", "frames": 150, **_SIZE},
)


@dataclass(slots=True)
class Recorder:
    """What one visitor does by chance, one thing after the other."""

    visitor: Visitor
    session: str | None = None

    def work(self) -> None:
        """Until it is stopped, with pauses as people make them."""
        visitor = self.visitor
        try:
            while not visitor.stopping.is_set() and not visitor.come_in():
                visitor.stopping.wait(1)
            while not visitor.stopping.is_set():
                self._next()()
                visitor.stopping.wait(visitor.chance.uniform(0.05, 0.3))
        except Exception as error:  # noqa: BLE001, a thread's error would be lost
            visitor.diary.break_promise(f"{visitor.name} could make nothing of an answer: {error!r}")
        finally:
            visitor.hang_up()

    def _next(self) -> Callable[[], None]:
        visitor = self.visitor
        if self.session is None:
            return self._open
        if not visitor.deck.is_sure:
            return self._look_at_the_deck
        if visitor.deck.recording is None and visitor.chance.random() < 0.5:
            return self._start
        many = len(visitor.asked) > _RECORDINGS
        acts: dict[Callable[[], None], int] = {
            self._start: 1,
            self._resume: 1,
            self._stop: 1,
            self._change: 24,
            self._start if self._is_full() else self._make: 8,
            self._change_many_and_meddle: 4,
            self._rename: 2,
            self._reset: 2,
            self._delete: 12 if many else 1,
            self._delete_while_it_records: 1,
            self._leave_the_studio: 1,
            lambda: replays.by_two(visitor): 4,
            lambda: replays.strictly(visitor): 5,
            lambda: replays.fork(visitor): 4,
            lambda: replays.only_what_is_new(visitor): 4,
            lambda: archives.take_along(visitor): 4,
            lambda: studies.set_up(visitor): 3,
            lambda: studies.sit(visitor): 6,
            lambda: studies.delete(visitor): 1,
            lambda: collisions.collide(visitor): 4,
        }
        return visitor.chance.choices(list(acts), list(acts.values()))[0]

    def _open(self) -> None:
        visitor = self.visitor
        created = visitor.keyed("open", lambda line, key: line.post("/session/create/", **key))
        if created is None or not visitor.expects("open", created, 201):
            return
        session = created.json["session_id"]
        uploaded = visitor.keyed("upload", lambda line, key: line.upload(f"/upload/{session}/", PICTURES, **key))
        if uploaded is None or uploaded.status != 201:
            return
        names = zip(uploaded.json["files"], ("scenery", "dot"), strict=True)
        tags = {"assignments": [{"filename": name, "tag": tag} for name, tag in names]}
        tagged = visitor.line.settled("tag", lambda line: line.post(f"/session/{session}/tags/batch/", tags))
        if visitor.expects("tag", tagged, 200):
            self.session = session

    def _look_at_the_deck(self) -> None:
        told = self.visitor.line.settled("look at the deck", lambda line: line.get("/health"))
        if told is not None and self.visitor.expects("look at the deck", told, 200):
            self.visitor.deck.record(told.json["recording"])

    def _start(self) -> None:
        visitor, name = self.visitor, self.visitor.new_id()
        hears_all = visitor.chance.random() < 0.6
        path = f"/session/start?session_id={name}&scope={'all' if hears_all else 'generate'}"
        answer = visitor.keyed("start", lambda line, key: line.post(path, **key))
        if answer is None or not visitor.expects("start", answer, 200):
            visitor.deck.doubt()
            return
        visitor.opened(name)
        visitor.deck.record(name, hears_all=hears_all)

    def _resume(self) -> None:
        visitor, name = self.visitor, self._one_to_change()
        if name is None:
            return
        wish = {"session_id": name, "resume": True, "scope": "all"}
        answer = visitor.keyed("resume", lambda line, key: line.post("/session/start", wish, **key))
        visitor.deck.doubt()
        if visitor.expects("resume", answer, 200):
            visitor.deck.record(name, hears_all=True)

    def _stop(self) -> None:
        visitor = self.visitor
        answer = visitor.line.call("stop", lambda line: line.post("/session/stop"))
        if answer is None or not visitor.expects("stop", answer, 200):
            visitor.deck.doubt()
            return
        if answer.json["session_id"] != visitor.deck.recording:
            visitor.diary.break_promise(f"{visitor.deck.recording} was recorded, and {answer.json} was stopped")
        visitor.deck.record(None)

    def _change(self) -> None:
        if self._is_full():
            self._start()
        else:
            self.visitor.change(self.visitor.wish())

    def _make(self) -> None:
        """A picture of the studio's, which a recording that hears all has as a step."""
        visitor, deck = self.visitor, self.visitor.deck
        path, wish = f"/session/{self.session}/generate/", visitor.chance.choice(_WISHES)
        later = visitor.chance.choice([{}, RESPOND_ASYNC])
        answer = visitor.keyed("make", lambda line, key: line.post(path, wish, **key, **later))
        if answer is None or not visitor.expects("make", answer, 201, 202):
            return
        if answer.status == 202:
            self._accepted(answer)
        elif deck.hears_all and deck.recording in visitor.asked:
            self._heard(answer.json["url"], deck.recording)

    def _accepted(self, answer: Answer) -> None:
        """It is heard only by what hears all."""
        if self.visitor.deck.hears_all:
            self.visitor.accepted(answer)
        else:
            self.visitor.diary.accept(answer.headers["Location"])

    def _heard(self, url: str, recording: str) -> None:
        made = self.visitor.line.settled("fetch what was made", lambda line: line.get(url))
        if made is not None and self.visitor.expects("fetch what was made", made, 200):
            self.visitor.diary.reels[recording].heard.add(digest(made.data))

    def _change_many_and_meddle(self) -> None:
        """While sectors are made that nobody waits for, their recording is stopped, named or deleted."""
        visitor = self.visitor
        if self._is_full():
            return
        for _ in range(visitor.chance.randrange(1, 4)):
            visitor.change(visitor.wish(), RESPOND_ASYNC)
        visitor.chance.choice([self._stop, self._rename, self._delete, self._start, lambda: None])()

    def _rename(self) -> None:
        visitor, name = self.visitor, self._one_to_change()
        if name is None:
            return
        words = f"called {visitor.chance.randrange(1000)}"
        path, reel = f"/api/v1/recordings/{name}/", visitor.diary.reels[name]
        answer = visitor.line.settled("name", lambda line: line.patch(path, {"name": words}))
        reel.name = words if visitor.expects("name", answer, 200) else None

    def _reset(self) -> None:
        visitor = self.visitor
        answer = visitor.line.settled("reset prompts", lambda line: line.post("/reset"))
        visitor.turns = 0 if visitor.expects("reset prompts", answer, 200) else None
        told = visitor.line.settled("see prompts", lambda line: line.get("/prompts"))
        if told is not None and visitor.expects("see prompts", told, 200) and tuple(told.json["prompts"]) != PROMPTS:
            visitor.diary.break_promise(f"the prompts given are {PROMPTS}, and told as {told.json['prompts']}")

    def _delete(self) -> None:
        visitor, name = self.visitor, self.visitor.any_recording()
        if name is None:
            return
        visitor.forget(name)
        answer = visitor.line.call("delete a recording", lambda line: line.delete(f"/session/{name}"))
        gone = visitor.expects("delete a recording", answer, 200)
        if visitor.deck.recording == name:
            visitor.deck.record(None) if gone else visitor.deck.doubt()

    def _delete_while_it_records(self) -> None:
        """By one client, while the other makes a sector: a step that goes with it, or none of it."""
        visitor, name, wish = self.visitor, self.visitor.deck.recording, self.visitor.wish()
        if name not in visitor.asked:
            return
        visitor.forget(name)
        visitor.turns = None
        visitor.deck.doubt()
        deleted, changed = at_once(
            lambda: visitor.line.call("delete a recording", lambda line: line.delete(f"/session/{name}")),
            lambda: visitor.second.call("change what is deleted", lambda line: line.post("/generate", wish)),
        )
        visitor.expects("delete a recording", deleted, 200)
        visitor.expects("change what is deleted", changed, 200, 202, 404, 409)

    def _leave_the_studio(self) -> None:
        """What was heard of this session stays in its recordings."""
        path, self.session = f"/session/{self.session}/", None
        self.visitor.expects("delete", self.visitor.line.call("delete", lambda line: line.delete(path)), 200)

    def _one_to_change(self) -> str | None:
        """A recording that is no copy to be held against what it came from."""
        fit = [one for one in self.visitor.asked if one not in self.visitor.copies]
        return self.visitor.chance.choice(fit) if fit else None

    def _is_full(self) -> bool:
        """Small ones are gone through more often."""
        recording = self.visitor.deck.recording
        return recording in self.visitor.asked and len(self.visitor.steps_of(recording)) >= _STEPS
