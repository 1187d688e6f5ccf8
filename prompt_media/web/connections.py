"""The database connection of the thread we are in."""

from django.db import connection


def let_go() -> None:
    """Give a pooled connection back before a wait that may be long. SQLite's is kept: it costs nobody anything."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()
