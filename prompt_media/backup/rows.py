"""All rows as they were at one moment, copied while others write; and put in the place of those that are there.

SQLite's own backup copies the file. PostgreSQL is copied table by table with COPY, which needs nothing but the driver:
pg_dump would have to be there, and as new as the server.
"""

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from prompt_media.backup.manifest import BadArchive, Manifest
from prompt_media.errors import Conflict
from prompt_media.files import disk

_CHUNK = 1024 * 1024
_SQLITE_FILE = "db.sqlite3"
# A connection that was closed a moment ago, our pool's own for one, is still listed for a while.
_LOOKS_FOR_OTHERS = 30


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Copies of all rows, as files, and what a restore has to know of them."""

    files: list[Path]
    migrations: list[tuple[str, str]]
    columns: dict[str, list[str]]


def engine() -> str:
    """`sqlite` or `postgresql`."""
    return connection.vendor


@contextmanager
def snapshot(folder: Path) -> Iterator[Snapshot]:
    """The rows of one moment, copied into the folder. Questions asked within the block see that moment too."""
    with _pinned_sqlite() if engine() == "sqlite" else _pinned_postgres():
        migrations = sorted(MigrationRecorder(connection).applied_migrations())
        if engine() == "sqlite":
            yield Snapshot([_copied_sqlite(folder / _SQLITE_FILE)], migrations, {})
        else:
            columns = _columns()
            yield Snapshot([_copied_table(folder, *table) for table in columns.items()], migrations, columns)


def refuse_newer(manifest: Manifest) -> None:
    """Raises BadArchive when rows have been shaped by code that is newer than ours, or by another database."""
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    unknown = [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]
    if _numbers(manifest.version) > _numbers(settings.VERSION) or unknown:
        because = f" (it knows {unknown[0]})" if unknown else ""
        raise BadArchive(
            f"This backup was made by Prompt Media {manifest.version}{because}, and this is {settings.VERSION}. "
            "Update first, then restore."
        )
    if manifest.engine != engine():
        raise BadArchive(
            f"This backup holds the rows of a {manifest.engine} database, and this studio's is {engine()}. Rows go "
            "back into the kind of database they came from."
        )


def refuse_company() -> None:
    """Raises Conflict while anybody else is connected to a PostgreSQL; for SQLite the data directory is locked."""
    if engine() != "postgresql":
        return
    for _ in range(_LOOKS_FOR_OTHERS):
        others = _others_connected()
        if not others:
            return
        time.sleep(0.1)
    raise Conflict(f"{others} connections of others are open to the database. Stop the studio on every machine first.")


def put_back(manifest: Manifest, copies: Mapping[str, Path]) -> None:
    """Put the copied rows in the place of all that are there. They are brought to the shape we know before; so whatever
    fails fails while the old rows are whole."""
    if engine() == "sqlite":
        _shape_sqlite(copies[_SQLITE_FILE])
        _replace_sqlite(copies[_SQLITE_FILE])
    else:
        _replace_postgres(manifest, copies)


def settle() -> None:
    """Put the step from the old rows to the new ones on the disk; a database server has done so by itself."""
    if engine() == "sqlite":
        disk.settle(_sqlite_file().parent)


def place_for_copies() -> Path:
    """Where copies are laid before they are put back: for SQLite beside its file, so that a rename is enough."""
    return _sqlite_file().parent if engine() == "sqlite" else settings.DATA_DIR


def refuse_broken(copies: Iterable[Path]) -> None:
    """Raises BadArchive when a copied SQLite file is not sound."""
    for copy in copies:
        if copy.name != _SQLITE_FILE:
            continue
        try:
            with closing(sqlite3.connect(copy)) as database:
                (told,) = database.execute("PRAGMA quick_check").fetchone()
        except sqlite3.DatabaseError as error:
            told = str(error)
        if told != "ok":
            raise BadArchive(f"The database in this backup is damaged: {told}.")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split(".") if number.isdecimal())


# SQLite


@contextmanager
def _pinned_sqlite() -> Iterator[None]:
    """A read transaction that takes no lock: with WAL, others write on beside it."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT count(*) FROM sqlite_master")  # the moment is that of the first question
        cursor.fetchall()
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def _copied_sqlite(target: Path) -> Path:
    # Over this very connection, whose transaction holds the moment.
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)
    return target


def _sqlite_file() -> Path:
    return Path(settings.DATABASES["default"]["NAME"])


def _shape_sqlite(copy: Path) -> None:
    """Migrate a copy through our own connection, so that no migration can reach another file."""
    described, here = connection.settings_dict, connection.settings_dict["NAME"]
    connection.close()
    described["NAME"] = str(copy)
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        described["NAME"] = here
    _empty_log(copy)
    disk.settle(copy)


def _empty_log(database: Path) -> None:
    """Write what stands in the write-ahead log into the file itself."""
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _replace_sqlite(copy: Path) -> None:
    target = _sqlite_file()
    connection.close()
    if target.exists():
        # What a killed studio left in the write-ahead log would be read into the file that comes.
        _empty_log(target)
    for companion in ("-wal", "-shm"):
        target.with_name(target.name + companion).unlink(missing_ok=True)
    os.replace(copy, target)


# PostgreSQL


@contextmanager
def _pinned_postgres() -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _others_connected() -> int:
    """How many connections there are beside the one that asks; our own pool's are closed for it."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # only this vendor's connection has it
    with closing(psycopg.connect(**connection.get_connection_params())) as asking:
        others = asking.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        return len(others.fetchall())


def _columns() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        return {
            table: [column.name for column in connection.introspection.get_table_description(cursor, table)]
            for table in sorted(connection.introspection.table_names(cursor))
        }


def _copied_table(folder: Path, table: str, columns: Sequence[str]) -> Path:
    target = folder / f"{table}.copy"
    statement = f"COPY {_named(table, columns)} TO STDOUT"
    with target.open("wb") as file, _driver().cursor() as cursor, cursor.copy(statement) as copy:
        for data in copy:
            file.write(data)
    return target


def _replace_postgres(manifest: Manifest, copies: Mapping[str, Path]) -> None:
    """One transaction: whoever looks sees the old rows or the new ones, and a crash leaves the old."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Each statement's checks at its end: tables cannot be changed while some are still to come.
        _drop_all(cursor)
        _shape(cursor, dict(sorted(manifest.migrations)))
        tables = ", ".join(_quoted(table) for table in _columns())
        cursor.execute(f"TRUNCATE {tables}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table, columns in manifest.columns.items():
            _fill(table, columns, copies[f"{table}.copy"])
            _count_on(cursor, table)
        _shape(cursor, dict(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes()))


def _drop_all(cursor: Any) -> None:
    for table in connection.introspection.table_names(cursor):
        cursor.execute(f"DROP TABLE {_quoted(table)} CASCADE")


def _shape(cursor: Any, last: Mapping[str, str]) -> None:
    """Bring the tables of each app to its last migration."""
    for app, name in last.items():
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        call_command("migrate", app, name, verbosity=0, interactive=False)
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _fill(table: str, columns: Sequence[str], source: Path) -> None:
    statement = f"COPY {_named(table, columns)} FROM STDIN"
    with source.open("rb") as file, _driver().cursor() as cursor, cursor.copy(statement) as copy:
        while data := file.read(_CHUNK):
            copy.write(data)


def _count_on(cursor: Any, table: str) -> None:
    """The next number of each counter of the table is one that no row has."""
    for sequence in connection.introspection.get_sequences(cursor, table):
        column, name = _quoted(sequence["column"]), _quoted(table)
        # Names cannot be parameters; these come from the database itself, and are quoted.
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, %s), coalesce(max({column}), 1), max({column}) IS NOT NULL) "  # noqa: S608
            f"FROM {name}",
            [name, sequence["column"]],
        )


def _named(table: str, columns: Sequence[str]) -> str:
    return f"{_quoted(table)} ({', '.join(map(_quoted, columns))})"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _driver() -> Any:
    return connection.connection
