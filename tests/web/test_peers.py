"""Hanging up on one client among others."""

import fcntl
import os
import resource
import socket
import subprocess
import sys

import pytest

from prompt_media.web import peers


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_one_client_is_hung_up_on_and_its_neighbour_is_not(listener):
    with (
        socket.create_connection(listener.getsockname(), timeout=10) as one,
        listener.accept()[0],
        socket.create_connection(listener.getsockname(), timeout=10) as other,
        listener.accept()[0] as to_other,
    ):
        peers.hang_up({one.getsockname()})
        assert one.recv(1) == b""
        to_other.sendall(b"!")
        assert other.recv(1) == b"!"


def test_a_client_of_a_socket_for_both_kinds_of_addresses_is_found():
    with (
        socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener,
        socket.create_connection(("127.0.0.1", listener.getsockname()[1]), timeout=10) as one,
        listener.accept()[0] as to_one,
    ):
        as_the_server_tells_it = to_one.getpeername()[:2]
        peers.hang_up({peers.address(*map(str, as_the_server_tells_it))})
        assert one.recv(1) == b""


def test_looking_for_a_connection_leaves_no_file_open(listener, tmp_path):
    with (tmp_path / "a file").open("w"):
        before = os.listdir("/dev/fd")
        peers.hang_up({("127.0.0.1", 1)})
        assert os.listdir("/dev/fd") == before


def test_a_client_that_has_left_already_is_no_trouble(listener):
    with socket.create_connection(listener.getsockname()) as gone:
        address = gone.getsockname()
    peers.hang_up({address})


@pytest.mark.parametrize(
    ("most", "room"), [pytest.param(20_000, 2000, id="plenty"), pytest.param(1024, 524, id="a small machine")]
)
def test_no_more_connections_are_held_than_files_may_be_open(monkeypatch, most, room):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, most))
    assert peers.room_for(2000) == room


def test_files_are_allowed_for_as_far_as_the_machine_goes(monkeypatch):
    allowed = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 2048))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: allowed.append(limits))
    peers.make_room(2000)
    assert allowed == [(2048, 2048)]


def test_a_lock_on_a_file_outlives_the_search(tmp_path):
    """SQLite's are of this kind: they end when the process closes any descriptor of the file, however it came by it."""
    with (tmp_path / "database").open("w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        peers.hang_up({("127.0.0.1", 1)})
        asks = f"import fcntl; fcntl.lockf(open({file.name!r}, 'w'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
        other = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False)
    assert "BlockingIOError" in other.stderr
