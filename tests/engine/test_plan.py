"""Which children there are and how they are called: all of it can be read without starting one."""

import dataclasses
import signal
from pathlib import Path

import pytest

from prompt_media.supervisor import plan
from prompt_media.supervisor.plan import Layout, Parts, Stage

VALKEY = Path("/wheel/valkey-server")
ALONE = Layout(
    python="/venv/bin/python",
    project=Path("/a house"),
    data_dir=Path("/data"),
    host="127.0.0.1",
    port=8001,
    node="here-1",
    quick_workers=2,
    bulk_workers=1,
    web_workers=2,
    web_connections=2000,
    broker_socket=Path("/data/valkey.sock"),
)


def names(layout: Layout, valkey: Path | None = None) -> list[str]:
    return [command.name for command in plan.commands(layout, valkey=valkey)]


def words(layout: Layout, name: str) -> tuple[str, ...]:
    return next(command.argv for command in plan.commands(layout, valkey=VALKEY) if command.name == name)


@pytest.mark.parametrize(
    ("parts", "children"),
    [
        pytest.param(Parts.ALL, ["worker-quick", "worker-bulk", "beat", "web"], id="all"),
        pytest.param(Parts.WEB, ["web"], id="web only"),
        pytest.param(Parts.WORKERS, ["worker-quick", "worker-bulk", "beat"], id="workers only"),
    ],
)
def test_a_broker_elsewhere_leaves_the_rest_to_us(parts, children):
    assert names(dataclasses.replace(ALONE, broker_socket=None, parts=parts)) == children


def test_our_own_broker_starts_first_and_stops_last():
    commands = plan.commands(ALONE, valkey=VALKEY)

    assert commands[0].argv[0] == str(VALKEY)
    assert commands[0].stage is min(Stage)
    assert [command.stage for command in commands] == sorted(command.stage for command in commands)


def test_the_broker_opens_no_port_and_keeps_what_it_hears():
    broker = words(ALONE, "broker")
    options = dict(zip(broker[1::2], broker[2::2], strict=True))

    assert options["--port"] == "0"
    assert options["--unixsocket"] == "/data/valkey.sock"
    assert options["--unixsocketperm"] == "700"
    assert options["--appendonly"] == "yes"
    assert options["--maxmemory-policy"] == "noeviction"


def test_bulk_work_gives_way_to_whoever_waits():
    assert words(ALONE, "worker-bulk")[:3] == ("nice", "-n", "10")
    assert words(ALONE, "worker-quick")[0] == ALONE.python


def test_no_line_of_jobs_stands_before_a_sweep(settings):
    assert {entry["options"]["queue"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} == {"house"}
    for worker in ("worker-quick", "worker-bulk"):
        (queues,) = [word for word in words(ALONE, worker) if word.startswith("--queues=")]
        assert queues.endswith(",house")


def test_workers_are_asked_for_a_stop_that_has_an_end():
    stops = {command.name: command.stop_signal for command in plan.commands(ALONE)}

    assert stops["worker-quick"] is stops["worker-bulk"] is signal.SIGQUIT
    assert stops["web"] is signal.SIGTERM


def test_workers_answer_to_the_names_they_are_given():
    for node in plan.nodes(ALONE):
        assert f"--hostname={node}" in words(ALONE, f"worker-{node.split('@')[0]}")
