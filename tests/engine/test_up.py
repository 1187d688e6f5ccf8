"""`up` from outside: what a person at a terminal, and whoever kills a process, gets to see."""

import socket
import tempfile

import pytest

from tests.engine.running import free_port, processes, run_up, wait_for

pytestmark = pytest.mark.xdist_group("engine")


def test_the_address_it_tells_answers(engine):
    assert f"http://127.0.0.1:{engine.port}/" in engine.output
    assert engine.get("/healthz") == 200


def test_everything_runs_below_one_process(engine):
    for words in (("valkey-server",), ("--queues=quick",), ("--queues=bulk",), ("celery", "beat"), ("granian",)):
        assert engine.find(*words), words


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("--queues=quick",), id="worker"),
        pytest.param(("celery", "beat"), id="beat"),
        pytest.param(("granian",), id="web"),
        pytest.param(("valkey-server",), id="broker"),
        pytest.param(("leash.py",), id="leash"),
    ],
)
def test_a_killed_child_is_started_again_and_leaves_no_orphan(engine, words):
    killed = engine.find(*words)
    killed.kill()

    reborn = wait_for(lambda: (found := engine.find(*words)) and found.pid != killed.pid and found, what="a new one")

    assert reborn.pid != killed.pid
    wait_for(lambda: not [one for one in processes().values() if one.group == killed.group], what="no orphan")
    wait_for(lambda: engine.get("/healthz") == 200, what="an answer")


def test_a_second_start_is_refused_in_words(engine):
    second = run_up(engine.home)

    assert second.returncode == 1
    assert "already runs" in second.stderr
    assert str(engine.process.pid) in second.stderr
    assert "Traceback" not in second.stderr


def test_a_taken_port_is_named_with_a_way_out(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = run_up(tmp_path, f"--port={port}")

    assert refused.returncode == 1
    assert f"Port {port}" in refused.stderr
    assert "--port" in refused.stderr
    assert not (tmp_path / "var" / "broker").exists()


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_what_is_no_port_is_refused(tmp_path, port):
    refused = run_up(tmp_path, f"--port={port}")

    assert refused.returncode != 0
    assert "ports are 1 to 65535" in refused.stderr


def test_parts_of_an_engine_ask_for_a_common_broker(tmp_path):
    refused = run_up(tmp_path, "--worker-only")

    assert refused.returncode == 1
    assert "REDIS_URL" in refused.stderr


def test_a_killed_supervisor_leaves_nobody(start):
    running = start()
    running.wait_until_ready()
    family = running.family()

    running.process.kill()

    wait_for(lambda: not family.keys() & processes().keys(), what="nobody left")


def test_a_deep_data_directory_still_gets_a_broker_and_ctrl_c_stops_everything(start):
    with tempfile.TemporaryDirectory() as short:
        running = start("deep-" + "x" * 120, TMPDIR=short)
        running.wait_until_ready()
        family = running.family()
        assert running.stop() == 0

    assert not family.keys() & processes().keys()
    assert not (running.home / "var" / "valkey.sock").exists()


def test_an_address_the_network_can_reach_is_refused_until_it_is_meant(tmp_path):
    refused = run_up(tmp_path, "--host=0.0.0.0", f"--port={free_port()}")
    assert refused.returncode == 1
    assert "ALLOW_OPEN_NETWORK=1" in refused.stderr
    assert "Traceback" not in refused.stderr
