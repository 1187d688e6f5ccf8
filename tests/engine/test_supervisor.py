"""The supervisor with small children instead of big ones: deaths, patience, the order of stopping."""

import os
import signal
import subprocess
import sys

import pytest

from prompt_media.supervisor import child as child_module
from prompt_media.supervisor.plan import Command, Stage
from prompt_media.supervisor.supervisor import KeepsDying, NeverReady, Patience, StopAsked, Supervisor
from tests.engine.running import PROJECT, processes, wait_for

SLEEPS = "import time; time.sleep(600)"
# Enough to be set aside once, and after that too little for a second time, however late the supervisor looks.
TALKS = """
import os, time
for n in range(2000): print(f"line {n:06}", flush=True)
while os.fstat(1).st_size > 20_000: time.sleep(0.01)
for n in range(2000, 2200): print(f"line {n:06}", flush=True)
time.sleep(600)
"""


def child(program: str, *, name: str = "child", stage: Stage = Stage.WORKERS, grace_seconds: float = 5) -> Command:
    return Command(name, stage, (sys.executable, "-c", program), grace_seconds=grace_seconds)


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(tmp_path, said):
    patience = Patience(first_rest_seconds=0.01)
    with Supervisor(logs=tmp_path, environment=os.environ, say=said.append, patience=patience) as supervisor:
        yield supervisor


def test_five_deaths_end_the_start_with_the_last_words(supervisor, said):
    supervisor.start(child("print('no room on the ark'); raise SystemExit(3)", name="noah"))

    with pytest.raises(KeepsDying, match="no room on the ark") as ending:
        supervisor.watch()

    assert "noah died 5 times" in ending.value.detail
    assert [line.split("; ")[0] for line in said] == ["noah ended by itself (exit code 3)"] * 4


def test_the_rest_between_two_lives_doubles():
    assert [Patience().rest(deaths) for deaths in (1, 2, 3, 4)] == [0.5, 1, 2, 4]


def test_deaths_long_ago_are_forgotten(tmp_path):
    quick_to_forget = Patience(first_rest_seconds=0.01, within_seconds=0.001)
    lives = tmp_path / "lives"
    program = f"open({str(lives)!r}, 'a').write('x')"
    with Supervisor(logs=tmp_path, environment=os.environ, say=lambda line: None, patience=quick_to_forget) as one:
        one.start(child(program))
        one.wait_until(lambda: lives.exists() and len(lives.read_text()) > 6, what="Seven lives")


def test_a_log_that_grows_too_long_is_set_aside_while_it_is_written(supervisor, tmp_path, monkeypatch):
    monkeypatch.setattr(child_module, "LOG_BYTES", 20_000)
    supervisor.start(child(TALKS, name="talker"))
    log = tmp_path / "talker.log"
    aside = tmp_path / "talker.log.1"

    supervisor.wait_until(lambda: aside.exists() and log.stat().st_size > 1000, what="A second log")

    assert aside.read_text().startswith("line 000000")
    assert "line 000000" not in log.read_text()
    assert "\x00" not in log.read_text(), "its writer goes on where the log now ends"


def test_without_log_files_children_speak_where_the_supervisor_does(capfd):
    with Supervisor(logs=None, environment=os.environ, say=lambda line: None) as supervisor:
        supervisor.start(child("print('hello from below', flush=True); import time; time.sleep(60)"))
        said = []
        supervisor.wait_until(
            lambda: said.append(capfd.readouterr().err) or "hello from below" in "".join(said), what="A word"
        )


def test_what_never_answers_is_named(supervisor):
    supervisor.start(child(SLEEPS))

    with pytest.raises(NeverReady, match="The oracle did not answer"):
        supervisor.wait_until(lambda: False, what="The oracle", seconds=0.2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_asks_for_the_stop(supervisor, number):
    os.kill(os.getpid(), number)

    with pytest.raises(StopAsked):
        supervisor.watch()


def test_later_stages_stop_before_earlier_ones(tmp_path):
    order = tmp_path / "order"
    program = (
        "import signal, sys, time\n"
        f"def leave(*_): open({str(order)!r}, 'a').write(sys.argv[1] + ' '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, leave); print('up', flush=True); time.sleep(60)"
    )
    with Supervisor(logs=tmp_path, environment=os.environ, say=lambda line: None) as supervisor:
        for stage in Stage:
            supervisor.start(Command(stage.name, stage, (sys.executable, "-c", program, stage.name)))
        logs = [tmp_path / f"{stage.name}.log" for stage in Stage]
        supervisor.wait_until(lambda: all(log.read_text() for log in logs), what="All four")

    assert order.read_text().split() == ["WEB", "BEAT", "WORKERS", "BROKER"]


def test_whoever_will_not_stop_is_killed_with_its_children(tmp_path):
    stubborn = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True); time.sleep(60)"
    )
    log = tmp_path / "child.log"
    with Supervisor(logs=tmp_path, environment=os.environ, say=lambda line: None) as supervisor:
        supervisor.start(child(stubborn, grace_seconds=0.2))
        supervisor.wait_until(lambda: bool(log.read_text()), what="The grandchild")

    assert int(log.read_text()) not in processes()


def test_a_supervisor_killed_after_its_leash_still_leaves_nobody(tmp_path):
    program = (
        "import os, sys; from pathlib import Path\n"
        "from prompt_media.supervisor.plan import Command, Stage\n"
        "from prompt_media.supervisor.supervisor import Supervisor\n"
        f"with Supervisor(logs=Path({str(tmp_path)!r}), environment=os.environ, say=print) as supervisor:\n"
        f"    supervisor.start(Command('child', Stage.WEB, (sys.executable, '-c', {SLEEPS!r})))\n"
        "    supervisor.watch()"
    )
    running = subprocess.Popen((sys.executable, "-c", program), cwd=PROJECT)

    def below(word: str) -> int | None:
        found = (one.pid for one in processes().values() if one.parent == running.pid and word in one.command)
        return next(found, None)

    leash, sleeper = (
        wait_for(lambda: below("leash.py"), what="a leash"),
        wait_for(lambda: below("sleep"), what="a child"),
    )
    os.kill(leash, signal.SIGKILL)
    wait_for(lambda: below("leash.py") not in (None, leash), what="a new leash")
    running.kill()
    running.wait()

    wait_for(lambda: sleeper not in processes(), what="nobody left")
