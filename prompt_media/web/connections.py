"""The database connection of the thread we are in."""

from django.db import InterfaceError, OperationalError, connection

DATABASE_AWAY = (OperationalError, InterfaceError)
"""What is met while the database does not answer. Every other error of it is a bug of ours."""


def let_go() -> None:
    """Give a pooled connection back before a wait that may be long. SQLite's is kept: it costs nobody anything."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()
