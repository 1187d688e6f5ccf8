"""Hanging up on one client among others."""

import socket

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
        peers.hang_up(*one.getsockname())
        assert one.recv(1) == b""
        to_other.sendall(b"!")
        assert other.recv(1) == b"!"


def test_a_client_that_has_left_already_is_no_trouble(listener):
    with socket.create_connection(listener.getsockname()) as gone:
        address = gone.getsockname()
    peers.hang_up(*address)
