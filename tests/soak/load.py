"""Callers who use the studio all the time, each by chance of its own, and hold it to what it answered."""

import base64
import random
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException
from uuid import uuid4

from tests.engine.calling import RESPOND_ASYNC, Answer, Caller
from tests.engine.work import noise
from tests.soak.diary import Diary
from tests.soak.house import House
from tests.soak.line import Ask, Line

_SESSIONS = _RECORDINGS = 3
_SIZE = {"width": 400, "height": 300}
PICTURES = {"scenery.png": noise(200, (30, 90, 200)), "dot.png": noise(90, (250, 40, 40))}
_PICTURE = base64.b64encode(PICTURES["scenery.png"]).decode()


@dataclass(slots=True)
class Session:
    """A session of one caller: where it is, and its jobs that it knows of."""

    id: str
    jobs: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Stranger:
    """One caller, who is `house` as all scripts are."""

    house: House
    diary: Diary
    chance: random.Random
    stopping: threading.Event
    sessions: list[Session] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        self.line = Line(self.house, self.diary, self.stopping)

    def work(self) -> None:
        """Until it is stopped: one thing after the other, with pauses as people make them."""
        try:
            while not self.stopping.is_set():
                self._next()()
                self.stopping.wait(self.chance.uniform(0.05, 0.5))
        except Exception as error:  # noqa: BLE001, a thread's error would be lost
            self.diary.break_promise(f"a caller could make nothing of an answer: {error!r}")
        finally:
            self.line.hang_up()

    def _next(self) -> Callable[[], None]:
        if not self.sessions:
            return self._open
        acts = {
            self._open: 1,
            self._make_and_wait: 5,
            self._make_later: 6,
            self._make_twice_under_one_key: 2,
            self._cancel: 3,
            self._upload: 2,
            self._preview: 3,
            self._look: 4,
            self._fetch: 3,
            self._delete: 1 if len(self.sessions) <= _SESSIONS else 8,
            self._record: 1,
            self._change_a_sector: 4,
            self._follow_a_recording: 2,
            self._delete_a_recording: 1 if len(self.recordings) <= _RECORDINGS else 4,
        }
        return self.chance.choices(list(acts), list(acts.values()))[0]

    def _open(self) -> None:
        created = self._call("open", lambda line: line.post("/session/create/"))
        if created is None or created.status != 201:
            return
        session = Session(created.json["session_id"])
        names = self._uploaded(session)
        tags = [{"filename": name, "tag": tag} for name, tag in zip(names, ("scenery", "dot"), strict=False)]
        path = f"/session/{session.id}/tags/batch/"
        tagged = self._call("tag", lambda line: line.post(path, {"assignments": tags})) if names else None
        if tagged is not None and tagged.status == 200:
            self.sessions.append(session)

    def _upload(self) -> None:
        self._uploaded(self.chance.choice(self.sessions))

    def _uploaded(self, session: Session) -> list[str]:
        answer = self._call("upload", lambda line: line.upload(f"/upload/{session.id}/", PICTURES))
        if answer is None or answer.status != 201:
            self._note_job(session, answer)
            return []
        for image in answer.json["images"]:
            self.diary.promise(session.id, image["url"], image["bytes"])
        return answer.json["files"]

    def _make_and_wait(self) -> None:
        session = self.chance.choice(self.sessions)
        answer = self._call("make", lambda line: line.post(f"/session/{session.id}/generate/", self._wish()))
        if answer is not None and answer.status == 201:
            self.diary.promise(session.id, answer.json["url"], 0)
        self._note_job(session, answer)

    def _make_later(self) -> None:
        session = self.chance.choice(self.sessions)
        path, wish = f"/session/{session.id}/generate/", self._wish()
        self._note_job(session, self._call("submit", lambda line: line.post(path, wish, **RESPOND_ASYNC)))

    def _make_twice_under_one_key(self) -> None:
        session = self.chance.choice(self.sessions)
        path, wish, key = f"/session/{session.id}/generate/", self._wish(), uuid4().hex
        headers = RESPOND_ASYNC | {"Idempotency-Key": key}
        answers = [self._call("submit with a key", lambda line: line.post(path, wish, **headers)) for _ in range(2)]
        jobs = {answer.json["id"] for answer in answers if answer is not None and answer.status == 202}
        for answer in answers:
            self._note_job(session, answer)
        if len(jobs) > 1:
            self.diary.break_promise(f"one key made two jobs: {jobs}")

    def _cancel(self) -> None:
        session = self.chance.choice(self.sessions)
        if session.jobs:
            job = session.jobs.pop(self.chance.randrange(len(session.jobs)))
            answer = self._call("cancel", lambda line: line.post(f"{job}cancel/"))
            if answer is not None and answer.status == 200:
                self.diary.cancel(job)

    def _preview(self) -> None:
        session = self.chance.choice(self.sessions)
        wish = {"prompt": "Set @scenery as background and @dot on the top right"}
        self._call("preview", lambda line: line.post(f"/session/{session.id}/preview/", wish))

    def _look(self) -> None:
        session = self.chance.choice(self.sessions)
        path = self.chance.choice([f"/session/{session.id}/", "/api/v1/jobs/", "/api/v1/sessions/", "/"])
        answer = self._call("look", lambda line: line.get(path))
        if answer is not None and answer.status == 404:
            self.diary.break_promise(f"{path} is gone and nobody deleted it")

    def _fetch(self) -> None:
        session = self.chance.choice(self.sessions)
        promised = self.diary.promised.get(session.id)
        if promised:
            url, size = self.chance.choice(list(promised.items()))
            answer = self._call("fetch", lambda line: line.get(url))
            if answer is not None and answer.status < 500 and (answer.status != 200 or len(answer.data) < max(size, 1)):
                self.diary.break_promise(
                    f"{url} was promised and is answered {answer.status}, {len(answer.data)} bytes"
                )

    def _delete(self) -> None:
        session = self.sessions.pop(self.chance.randrange(len(self.sessions)))
        # Before it is asked: an answer that is lost on its way leaves nobody knowing.
        self.diary.release(session.id)
        self._call("delete", lambda line: line.delete(f"/session/{session.id}/"))

    def _record(self) -> None:
        """All callers are one identity, so this ends what another of them recorded."""
        started = self._call("record", lambda line: line.post("/session/start"))
        if started is not None and started.status == 200:
            self.recordings.append(started.json["session_id"])

    def _change_a_sector(self) -> None:
        wish = {"image_base64": _PICTURE, "focus_x": self.chance.random(), "focus_y": self.chance.random()}
        answer = self._call("change a sector", lambda line: line.post("/generate", wish))
        if answer is None or answer.status != 200:
            return
        recording, index = answer.headers["X-Session-Id"], answer.headers["X-Index"]
        if answer.headers["X-Outside-Delta"] != "0":
            self.diary.break_promise(f"outside of its sector {answer.headers['X-Outside-Delta']} pixels changed")
        if recording in self.recordings:
            self.diary.promise(recording, f"/session/{recording}/frames/{index}", len(answer.data))

    def _follow_a_recording(self) -> None:
        if not self.recordings:
            return
        path = f"/session/{self.chance.choice(self.recordings)}"
        answer = self._call("follow a recording", lambda line: line.get(path))
        if answer is not None and answer.status == 200:
            told = [entry["index"] for entry in answer.json["sequence"]]
            if told != list(range(len(told))):
                self.diary.break_promise(f"{path} tells steps out of order: {told}")

    def _delete_a_recording(self) -> None:
        if not self.recordings:
            return
        recording = self.recordings.pop(self.chance.randrange(len(self.recordings)))
        self.diary.release(recording)
        self._call("delete a recording", lambda line: line.delete(f"/session/{recording}"))

    def _wish(self) -> dict[str, object]:
        if self.chance.random() < 0.5:
            return {"prompt": "Set @scenery as background and @dot as front image", **_SIZE}
        motion = self.chance.choice(["rotates", "moves from left to right", "zooms in"])
        # Some are long enough that a fault finds them at work.
        frames = self.chance.choice([self.chance.randrange(8, 60), self.chance.randrange(150, 400)])
        return {"prompt": f"Set @scenery as background. @dot {motion}", "format": "gif", "frames": frames, **_SIZE}

    def _note_job(self, session: Session, answer: Answer | None) -> None:
        if answer is not None and answer.status == 202:
            job = answer.headers["Location"]
            self.diary.accept(job)
            session.jobs.append(job)

    def _call(self, what: str, ask: Ask) -> Answer | None:
        return self.line.call(what, ask)


def one_job(house: House) -> bool:
    """Whether a studio takes in a job and does it, all while somebody waits."""
    try:
        with closing(Caller(house.port)) as line:
            session = line.post("/session/create/").json["session_id"]
            done = line.upload(f"/upload/{session}/", PICTURES).status == 201
            line.delete(f"/session/{session}/")
    except (OSError, HTTPException, KeyError, ValueError):
        return False
    return done
