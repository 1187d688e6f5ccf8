"""`manage.py up`: the whole studio from one terminal."""

import argparse
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from prompt_media import checks, lock
from prompt_media.celery import app
from prompt_media.errors import HouseError
from prompt_media.supervisor import engine
from prompt_media.supervisor.plan import Layout, Parts
from prompt_media.web import peers

log = structlog.get_logger(__name__)

MIGRATION_LOCK = 8001
"""Any number that is ours: Postgres keys its advisory locks by number."""


class Command(BaseCommand):
    help = "Start broker, workers, beat and web, tell the address, and stop them all at Ctrl-C."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=_port, default=settings.PORT, help="default: PORT, else 8001")
        parser.add_argument("--host", default=settings.HOST, help="default: HOST, else 127.0.0.1")
        parts = parser.add_mutually_exclusive_group()
        parts.add_argument("--web-only", dest="parts", action="store_const", const=Parts.WEB, default=Parts.ALL)
        parts.add_argument("--worker-only", dest="parts", action="store_const", const=Parts.WORKERS)

    def handle(self, *, port: int, host: str, parts: Parts, **options: Any) -> None:
        if parts is not Parts.ALL and not settings.REDIS_URL:
            raise CommandError(
                "--web-only and --worker-only meet at a common broker: set REDIS_URL (and DATABASE_URL)."
            )
        door = replace(checks.door(), host=host)
        if refusal := checks.refusal(door if parts is not Parts.WORKERS else checks.without_web(door)):
            raise CommandError(refusal)
        self._say(f"Prompt Media {settings.VERSION}, data in {settings.DATA_DIR}")
        try:
            engine.run(
                _layout(host, port, parts),
                app=app,
                migrate=_migrate,
                say=self._say,
            )
        except HouseError as error:
            raise CommandError(error.detail) from error

    def _say(self, line: str) -> None:
        if settings.LOG_JSON:
            log.info(line)
            return
        self.stdout.write(line)
        self.stdout.flush()


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port; ports are 1 to 65535")


def _layout(host: str, port: int, parts: Parts) -> Layout:
    return Layout(
        python=sys.executable,
        project=Path(settings.BASE_DIR),
        data_dir=settings.DATA_DIR,
        host=host,
        port=port,
        node=f"{socket.gethostname()}-{os.getpid()}",
        quick_workers=settings.QUICK_WORKERS,
        bulk_workers=settings.BULK_WORKERS,
        web_workers=settings.WEB_WORKERS,
        web_connections=peers.room_for(settings.WEB_CONNECTIONS),
        log_files=settings.LOG_FILES,
        broker_socket=None if settings.REDIS_URL else settings.BROKER_SOCKET,
        sqlite_folder=lock.database_folder(),
        parts=parts,
    )


def _migrate() -> None:
    with _one_machine_at_a_time():
        call_command("migrate", verbosity=0, interactive=False)
    connection.close()
    if connection.vendor == "postgresql":
        # The pool has threads of its own, and children must be forked from a process without any.
        connection.close_pool()  # type: ignore[attr-defined]  # only this vendor's connection has it


@contextmanager
def _one_machine_at_a_time() -> Iterator[None]:
    """Machines that start together on one Postgres migrate in turn. SQLite has one machine, and the engine's lock."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
