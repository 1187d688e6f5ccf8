"""Callers that race through two web processes, on SQLite and on PostgreSQL: nobody gets more than there is."""

import os
import signal
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.engine import servers
from tests.engine.calling import RESPOND_ASYNC, Answer, Caller
from tests.engine.running import Engine, Process, up, wait_for
from tests.engine.work import bring_to_rest, tell

pytestmark = pytest.mark.xdist_group("races")

# ROUNDS=100 asks for as many.
ROUNDS = int(os.environ.get("ROUNDS", "2"))
# In a size of its own, so that its jobs can be told from the others'.
CUT_OFF = {"prompt": "@Image1 in the center of 60x62"}
LIMITS = {"WEB_WORKERS": "2", "SESSION_FILES": "10", "SESSION_JOBS": "4"}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def studio(request, tmp_path_factory) -> Iterator[Engine]:
    home = tmp_path_factory.mktemp(request.param)
    with ExitStack() as running:
        database = running.enter_context(servers.postgres(home / "postgres")) if request.param == "postgres" else {}
        yield running.enter_context(up(home / "studio", **database, **LIMITS))


@pytest.fixture
def caller(studio: Engine) -> Iterator[Caller]:
    with closing(Caller(studio.port)) as caller:
        yield caller


@pytest.fixture
def session(caller: Caller) -> str:
    return caller.post("/session/create/").json["session_id"]


def race(studio: Engine, callers: int, call: Callable[[Caller], Answer]) -> list[Answer]:
    """What so many callers are answered who do the same at the same time."""

    def alone(_: int) -> Answer:
        with closing(Caller(studio.port)) as caller:
            return call(caller)

    with ThreadPoolExecutor(callers) as pool:
        return list(pool.map(alone, range(callers)))


def patiently(call: Callable[[], Answer]) -> Answer:
    """The answer once the caller is no longer told to come back later."""
    while (answer := call()).status == 429:
        time.sleep(int(answer.headers["Retry-After"]))
    return answer


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def jobs_of(caller: Caller, wish: dict[str, str]) -> list[dict]:
    """Every job that was made of this prompt."""
    return caller.get(f"/api/v1/jobs/?q={quote(wish['prompt'])}").json["results"]


def web_processes(studio: Engine) -> list[Process]:
    """Those that answer; the one that started them will start others."""
    web = studio.find("granian")
    assert web
    return [one for one in studio.family().values() if one.parent == web.pid]


@contextmanager
def nobody_working(studio: Engine) -> Iterator[None]:
    """The workers stand still, so that what is queued stays so."""
    workers = [one for one in studio.family().values() if "celery" in one.command]
    assert workers
    bring_to_rest(studio, workers)
    try:
        yield
    finally:
        tell(workers, signal.SIGCONT)


def test_twenty_uploads_that_race_for_ten_places_leave_exactly_ten(studio, caller, session, picture):
    answers = race(
        studio, 20, lambda caller: patiently(lambda: caller.upload(f"/upload/{session}/", {"a.png": picture()}))
    )

    assert statuses(answers) == {201: 10, 409: 10}
    assert {answer.json["code"] for answer in answers if answer.status == 409} == {"quota"}
    told = caller.get(f"/session/{session}/").json
    assert (told["image_count"], told["room"]["files"]) == (10, {"used": 10, "limit": 10})

    def stored() -> list[Path]:
        return [path for path in (studio.home / "media").rglob("*") if path.is_file() and session in path.parts]

    # What was set aside is cleared away a moment after the answer.
    wait_for(lambda: not [path for path in stored() if "incoming" in path.parts], what="nothing set aside")
    assert len(stored()) == 20, "ten pictures, ten thumbnails, and nothing of those that were refused"


@pytest.mark.parametrize("number", range(ROUNDS))
def test_fifty_equal_requests_at_once_are_one_making(studio, caller, session, picture, number):
    caller.upload(f"/upload/{session}/?auto_tag=1", {"a.png": picture()})
    key = {"Idempotency-Key": uuid4().hex}
    wish = {"prompt": f"@Image1 in the center of 60x{100 + number}"}

    def ask(caller: Caller) -> Answer:
        return caller.post(f"/session/{session}/generate/", wish, **key)

    answers = race(studio, 50, ask)

    assert set(statuses(answers)) <= {201, 409}
    assert {answer.json["code"] for answer in answers if answer.status == 409} <= {"idempotency_in_progress"}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers if answer.status == 409)
    made = {answer.data for answer in [*answers, ask(caller)] if answer.status == 201}
    assert len(made) == 1
    assert len(jobs_of(caller, wish)) == len(caller.get(f"/session/{session}/").json["outputs"]) == 1


@pytest.mark.parametrize("mode", ["strict", "fork", "new_only"])
def test_fifty_equal_requests_at_once_move_a_playhead_once(studio, caller, picture, mode):
    def ask(caller: Caller, seed: int, key: str) -> Answer:
        wish = {"image_base64": b64encode(picture()).decode(), "focus_x": 0.1, "focus_y": 0.1, "seed": seed}
        return caller.post("/generate", wish, **{"Idempotency-Key": key})

    recording, key = f"raced_{uuid4().hex}", uuid4().hex
    caller.post(f"/session/start?session_id={recording}")
    frames = [ask(caller, seed, uuid4().hex).data for seed in range(2)]
    caller.post("/session/stop")
    assert caller.post(f"/session/replay/{recording}?mode={mode}").json["total_generations"] == 2

    answers = race(studio, 50, lambda caller: ask(caller, 0, key))

    assert statuses(answers) == {200: 50}
    assert {answer.data for answer in answers} == {frames[0]}
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert ask(caller, 1, uuid4().hex).data == frames[1]
    caller.post("/session/replay/stop")
    caller.post("/session/stop")


def test_equal_requests_that_fork_make_one_fork(studio, caller, picture):
    recording, fork, key = (f"forked_{uuid4().hex}" for _ in range(3))
    wish = {"image_base64": b64encode(picture()).decode(), "focus_x": 0.1, "focus_y": 0.1}
    caller.post(f"/session/start?session_id={recording}")
    assert [caller.post("/generate", wish).status for _ in range(2)] == [200, 200]
    path = f"/session/replay/{recording}/fork?session_id={fork}"

    answers = race(studio, 20, lambda caller: caller.post(path, **{"Idempotency-Key": key}))

    assert statuses(answers) == {200: 20}
    assert {(answer.json["session_id"], answer.json["total_generations"]) for answer in answers} == {(fork, 2)}
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    waiting = [path for path in (studio.home / "media" / "incoming").rglob("*") if path.is_file()]
    assert waiting == [], "what the others had copied is gone again"
    caller.post("/session/replay/stop")
    caller.post("/session/stop")


def test_equal_requests_that_open_a_session_open_one(studio, caller):
    key = {"Idempotency-Key": uuid4().hex}
    answers = race(studio, 20, lambda caller: caller.post("/session/create/", **key))
    assert statuses(answers) == {201: 20}
    assert len({answer.data for answer in answers}) == 1


def test_a_web_process_killed_between_commit_and_answer_costs_nothing(studio, caller, session, picture):
    caller.upload(f"/upload/{session}/?auto_tag=1", {"a.png": picture()})
    key = {"Idempotency-Key": uuid4().hex}

    def ask() -> Answer:
        with closing(Caller(studio.port)) as fresh:
            return fresh.post(f"/session/{session}/generate/", CUT_OFF, **key)

    with nobody_working(studio), ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask)
        wait_for(lambda: jobs_of(caller, CUT_OFF), what="the commit")
        for one in web_processes(studio):
            one.kill()
        assert isinstance(first.exception(timeout=60), OSError | HTTPException)
        wait_for(lambda: studio.get("/healthz") == 200, what="a web process again")
        assert ask().json["code"] == "idempotency_in_progress"

    second = wait_for(lambda: answer if (answer := ask()).status != 409 else None, what="an answer")
    assert (second.status, second.headers["Idempotent-Replayed"]) == (201, "true")
    with closing(Caller(studio.port)) as fresh:
        assert len(jobs_of(fresh, CUT_OFF)) == 1
        assert [one["url"] for one in fresh.get(f"/session/{session}/").json["outputs"]] == [second.json["url"]]


@pytest.mark.parametrize("door", ["/login/", "/admin/login/"])
def test_of_forty_passwords_at_once_five_are_judged(studio, door):
    name = f"ada{uuid4().hex}"

    def guess(caller: Caller) -> Answer:
        return caller.fill_in(door, {"username": name, "password": "a wrong one"})

    counted = statuses(race(studio, 40, guess))
    # Whoever is judged fifth is told that it was the last; so are others whose verdict came after all five had begun.
    assert set(counted) <= {200, 429}
    assert counted[200] < 5
    assert statuses(race(studio, 5, guess)) == {429: 5}


def test_sessions_are_counted_over_all_web_processes(start):
    public = {"HOST": "0.0.0.0", "ALLOW_OPEN_NETWORK": "1", "SESSIONS_AN_HOUR": "10"}
    studio = start("public", **LIMITS, **public)
    studio.wait_until_ready()

    answers = race(studio, 20, lambda caller: caller.post("/session/create/"))

    assert statuses(answers) == {201: 10, 429: 10}
    assert all(0 < int(answer.headers["Retry-After"]) <= 3600 for answer in answers if answer.status == 429)
    studio.stop()


def test_makings_that_race_for_four_places_in_line_get_exactly_four(studio, caller, session, picture):
    caller.upload(f"/upload/{session}/?auto_tag=1", {"a.png": picture()})
    wish = {"prompt": "@Image1 in the center of 60x60"}

    with nobody_working(studio):
        answers = race(studio, 8, lambda caller: caller.post(f"/session/{session}/generate/", wish, **RESPOND_ASYNC))

        assert statuses(answers) == {202: 4, 429: 4}
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers if answer.status == 429)

    def made() -> bool:
        return len(caller.get(f"/session/{session}/").json["outputs"]) == 4

    wait_for(made, what="four pictures")
