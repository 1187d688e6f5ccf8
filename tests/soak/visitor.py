"""Somebody with a browser's cookie: an identity with a recorder and a playhead that no other caller moves, so that what
they come to can be told beforehand."""

import base64
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from tests.engine.calling import Answer, Caller
from tests.engine.work import noise
from tests.soak.diary import Diary
from tests.soak.house import House
from tests.soak.line import Line, at_once, key
from tests.soak.promised import Entry, Reel, digest

Keyed = Callable[[Caller, dict[str, str]], Answer]
Wish = Mapping[str, Any]
PROMPTS = ("add a small ladybug", "add a red flower", "make it darker")
_PICTURE = base64.b64encode(noise(120, (30, 90, 200))).decode()
_SAME = ("X-Index", "X-Session-Id", "X-Prompt-Used")


@dataclass(slots=True)
class Deck:
    """What a visitor surely records: a recording's id, or None for nothing. Not sure: an answer was lost on its way."""

    recording: str | None = None
    hears_all: bool = False
    is_sure: bool = True

    def record(self, recording: str | None, *, hears_all: bool = False) -> None:
        self.recording, self.hears_all, self.is_sure = recording, hears_all, True

    def doubt(self) -> None:
        self.is_sure = self.hears_all = False


@dataclass(slots=True)
class Visitor:
    """One caller with two lines, its recordings, and what it asked for at each of their steps."""

    house: House
    diary: Diary
    chance: random.Random
    stopping: threading.Event
    name: str
    deck: Deck = field(default_factory=Deck)
    asked: dict[str, dict[int, Wish]] = field(default_factory=dict)
    copies: set[str] = field(default_factory=set)
    """Of them those that are left as they came."""
    turns: int | None = None
    """How many prompts of its list it has been given, where that is known."""
    line: Line = field(init=False)
    second: Line = field(init=False)
    _named: int = 0

    def __post_init__(self) -> None:
        self.line, self.second = (Line(self.house, self.diary, self.stopping) for _ in range(2))

    def come_in(self) -> bool:
        """Open a page, which gives an identity; and have prompts of one's own."""
        page = self.line.settled("come in", lambda line: line.get("/", Accept="text/html"))
        if page is None or page.status != 200:
            return False
        cookies = SimpleCookie("; ".join(one.partition(";")[0] for one in page.headers.get_all("Set-Cookie", [])))
        door = {
            "Cookie": "; ".join(f"{name}={cookie.value}" for name, cookie in cookies.items()),
            "X-CSRFToken": cookies["csrftoken"].value,
        }
        self.hang_up()
        self.line.door = self.second.door = door
        given = self.line.settled("give prompts", lambda line: line.put("/api/v1/prompts/", {"default": PROMPTS}))
        return self.expects("give prompts", given, 200)

    @property
    def door(self) -> Mapping[str, str]:
        return self.line.door

    def new_id(self) -> str:
        self._named += 1
        return f"{self.name}-{self._named}"

    def any_recording(self, *, steps: int = 0, known: bool = False) -> str | None:
        """One of its own, of so many steps that were answered or more; known: all of them, and as what they were
        asked."""
        fit = [one for one in self.asked if len(self.steps_of(one)) >= steps and (not known or self._knows(one))]
        return self.chance.choice(fit) if fit else None

    def steps_of(self, recording: str) -> Mapping[int, str]:
        return self.diary.reels[recording].steps

    def opened(self, recording: str, *, begins: Sequence[Entry] = (), asked: Mapping[int, Wish] | None = None) -> Reel:
        """A recording that is this visitor's from now on, beginning with these steps, which were asked for so."""
        reel = Reel(self.door, {entry["index"]: entry["sha256"] for entry in begins}, begins=begins)
        self.asked[recording] = {index: wish for index, wish in (asked or {}).items() if index in reel.steps}
        return self.diary.promise_reel(recording, reel)

    def forget(self, recording: str) -> None:
        """It may be gone, and what it was studied in."""
        del self.asked[recording]
        self.copies.discard(recording)
        self.diary.release_reel(recording)

    def sequence(self, recording: str) -> list[dict[str, Any]] | None:
        """Its steps as they are told now."""
        told = self.line.settled("see a recording", lambda line: line.get(f"/session/{recording}"))
        return told.json["sequence"] if told is not None and self.expects("see a recording", told, 200) else None

    def wish(self) -> Wish:
        """A sector anew, as nobody asked for it before."""
        return {"image_base64": _PICTURE, "focus_x": self.chance.random(), "focus_y": self.chance.random()}

    def keyed(self, what: str, ask: Keyed) -> Answer | None:
        """Ask under a key until it is settled; now and then twice, in a row or at once: both are told the same."""
        header = key(self.chance)
        ways = [self._once, self._once, self._again, self._at_once]
        return self.chance.choice(ways)(what, lambda line: ask(line, header))

    def expects(self, what: str, answer: Answer | None, *statuses: int) -> bool:
        """Whether it was answered as it should be; anything else but a part that is down breaks a promise."""
        if answer is None or answer.status >= 500:
            return False
        if answer.status in statuses:
            return True
        self.diary.break_promise(f"{what} was answered {answer.status}: {answer.data[:300].decode(errors='replace')}")
        return False

    def change(self, wish: Wish, how: Mapping[str, str] | None = None) -> None:
        """Have a sector made for this wish, and note what became of it."""
        answer = self.keyed("change", lambda line, key: line.post("/generate", wish, **key, **(how or {})))
        if answer is None or not self.expects("change", answer, 200, 202):
            self.turns = None
        elif answer.status == 202:
            self.turns = None if self.turns is None else self.turns + 1
            self.accepted(answer)
        else:
            self._count_turn(answer)
            self._note_step(wish, answer)

    def accepted(self, answer: Answer) -> None:
        """Note a job that was taken in, and what surely hears it."""
        job = answer.headers["Location"]
        self.diary.accept(job)
        if self.deck.is_sure and self.deck.recording:
            self.diary.hear(job, self.deck.recording)

    def hang_up(self) -> None:
        self.line.hang_up()
        self.second.hang_up()

    def _note_step(self, wish: Wish, answer: Answer) -> None:
        recording, index = answer.headers["X-Session-Id"], answer.headers["X-Index"]
        if self.deck.is_sure and recording != self.deck.recording:
            self.diary.break_promise(f"while {self.deck.recording} was recorded, a sector became a step of {recording}")
        if recording in self.asked:
            self.diary.reels[recording].steps[int(index)] = digest(answer.data)
            self.asked[recording][int(index)] = wish

    def _count_turn(self, answer: Answer) -> None:
        told = int(answer.headers["X-Prompt-Index"])
        if self.turns is not None and told != self.turns % len(PROMPTS):
            self.diary.break_promise(f"{self.turns} prompts were given, and the next was that of place {told}")
        self.turns = told + 1

    def _knows(self, recording: str) -> bool:
        asked = self.asked[recording]
        return bool(asked) and sorted(asked) == list(range(len(asked))) == sorted(self.steps_of(recording))

    def _once(self, what: str, ask: Callable[[Caller], Answer]) -> Answer | None:
        return self.line.settled(what, ask)

    def _again(self, what: str, ask: Callable[[Caller], Answer]) -> Answer | None:
        first = self.line.settled(what, ask)
        if first is not None and first.status < 300:
            self._hold_together(what, first, self.line.settled(what, ask))
        return first

    def _at_once(self, what: str, ask: Callable[[Caller], Answer]) -> Answer | None:
        one, other = at_once(lambda: self.line.settled(what, ask), lambda: self.second.settled(what, ask))
        if one is not None and other is not None and one.status < 300:
            self._hold_together(what, one, other)
        return one if one is not None else other

    def _hold_together(self, what: str, one: Answer, other: Answer | None) -> None:
        if other is not None and other.status < 500 and _gist(one) != _gist(other):
            told = " and ".join(f"{gist.status} {gist.data[:120]!r}" for gist in (one, other))
            self.diary.break_promise(f"{what} was answered in two ways: {told}")


def _gist(answer: Answer) -> tuple[object, ...]:
    return answer.status, digest(answer.data), *(answer.headers[name] for name in _SAME)
