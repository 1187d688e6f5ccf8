"""Addresses, as far as we judge by them."""

import pytest

from prompt_media.addresses import is_loopback, one_place


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "::ffff:127.0.0.1"])
def test_what_only_this_machine_reaches(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.9", "::ffff:192.0.2.9", "studio.example", ""])
def test_what_others_reach(host):
    assert not is_loopback(host)


def test_ipv4_hosts_are_places_of_their_own_however_their_address_is_written():
    assert one_place("::ffff:192.0.2.9") == one_place("192.0.2.9") == "192.0.2.9"
    assert one_place("::ffff:192.0.2.9") != one_place("::ffff:192.0.2.10")
