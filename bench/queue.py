"""What the queue costs a person who waits: from "accepted" to "started", and a whole waited request against none.

The engine is the real one, started in a folder of its own. The same small picture is made over HTTP (web, broker,
worker, word of its end) and inline (this process: same plan, rows, pixels and files, no queue), turn by turn.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from uuid import UUID

from PIL import Image

from tests.engine.calling import RESPOND_ASYNC, Caller, open_session
from tests.engine.running import Engine, surroundings, wait_for

START_TARGET_MS = 5.0
WAIT_TARGET_MS = 15.0
PROMPT, SIDE = "Set @night as background", 256
WISH = {"prompt": PROMPT, "width": SIDE, "height": SIDE}
WARM_UP = 5


def main(argv: list[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench queue", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, help="of each kind; default 100")
    rounds = parser.parse_args(argv).rounds
    with tempfile.TemporaryDirectory() as folder, _engine(Path(folder)) as engine:
        caller = Caller(engine.port)
        session = open_session(caller, {"night.png": picture()})
        make_inline = _inline(engine, session)
        starts = [_start_ms(caller, session) for _ in range(WARM_UP + rounds)][WARM_UP:]
        waits, inlines = _turn_by_turn(lambda: _make_over_http(caller, session), make_inline, rounds=rounds)
    return _report(starts, waits, inlines)


@contextmanager
def _engine(home: Path) -> Iterator[Engine]:
    engine = Engine(home)
    try:
        engine.wait_until_ready()
        yield engine
    finally:
        engine.stop()


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (256, 256), "midnightblue").save(file, "PNG")
    return file.getvalue()


def _start_ms(caller: Caller, session: str) -> float:
    """From the job row's making to its claim by a worker; both moments are the row's own."""
    job = caller.post(f"/session/{session}/generate/", WISH, **RESPOND_ASYNC).headers["Location"]
    # Asking at once would take a core from the worker whose start is measured.
    time.sleep(0.1)
    done = wait_for(lambda: (seen := caller.get(job).json)["status"] == "done" and seen, what="done")
    began, started = (datetime.fromisoformat(done[moment]) for moment in ("created_at", "started_at"))
    return (started - began).total_seconds() * 1000


def _make_over_http(caller: Caller, session: str) -> None:
    made = caller.post(f"/session/{session}/generate/", WISH)
    assert made.status == 201, made.data


def _inline(engine: Engine, session: str) -> Callable[[], None]:
    """The same making in this process, on the same database and folder."""
    os.environ |= surroundings(engine.home) | {"DJANGO_SETTINGS_MODULE": "prompt_media.settings"}
    # Django reads its settings once, so it is woken only now that they are known.
    import django

    django.setup()
    from prompt_media.celery import app
    from prompt_media.jobs import runner, services
    from prompt_media.jobs.models import Job
    from sessions_app.services import composition, generations, workspace

    # As a worker does at its start: every app's tasks, and with them the handlers of each kind of job.
    app.loader.import_default_modules()

    def run_at_once(job: Job) -> None:
        runner.run(str(job.pk))

    services.publish = run_at_once
    wish = composition.Wish(prompt=PROMPT, width=SIDE, height=SIDE)

    def make() -> None:
        _, job = composition.request(session=workspace.enter(UUID(session)), wish=wish)
        assert generations.of(job).output

    return make


def _turn_by_turn(*makings: Callable[[], None], rounds: int) -> list[list[float]]:
    """The milliseconds of each making, a list for each; whatever slows the machine slows them alike."""
    times: list[list[float]] = [[] for _ in makings]
    for _ in range(WARM_UP + rounds):
        for making, own in zip(makings, times, strict=True):
            began = time.perf_counter()
            making()
            own.append((time.perf_counter() - began) * 1000)
    return [own[WARM_UP:] for own in times]


def _report(starts: list[float], waits: list[float], inlines: list[float]) -> int:
    over = statistics.median(waits) - statistics.median(inlines)
    start = statistics.median(starts)
    print(f"{'':28}{'median ms':>10}{'p95 ms':>10}{'target':>10}")
    _line("accepted to started", starts, f"{START_TARGET_MS:.0f}")
    _line("made over HTTP, waited for", waits, "")
    _line("made inline", inlines, "")
    print(f"{'what the queue costs':28}{over:10.1f}{'':10}{WAIT_TARGET_MS:10.0f}")
    return 0 if start <= START_TARGET_MS and over <= WAIT_TARGET_MS else 1


def _line(name: str, times: list[float], target: str) -> None:
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{name:28}{statistics.median(times):10.1f}{p95:10.1f}{target:>10}")
