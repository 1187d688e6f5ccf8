"""The studio under soak: an engine with its default settings, and the servers it was given."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from tests.engine import ledger, servers
from tests.engine.ledger import Ledger, Read
from tests.engine.running import PROJECT, Engine, free_port, surroundings
from tests.engine.servers import Server

# Those that tests shorten; here they are what an operator gets.
DEFAULTS = {"JOB_LEASE_SECONDS": "20", "JOB_SWEEP_SECONDS": "5", "WEB_WORKERS": "2", "QUICK_WORKERS": "2"}


@dataclass(slots=True)
class House:
    """A running studio. Callers ask it for its port anew whenever they lose their connection."""

    home: Path
    engine: Engine
    servers: dict[str, Server] = field(default_factory=dict)
    output: str = ""

    @property
    def port(self) -> int:
        return self.engine.port

    @property
    def ports(self) -> tuple[int, ...]:
        return (self.port,)

    @property
    def given(self) -> dict[str, str]:
        return DEFAULTS | {key: value for one in self.servers.values() for key, value in one.environment.items()}

    @property
    def environment(self) -> dict[str, str]:
        return surroundings(self.engine.home) | self.given

    @property
    def media(self) -> Path:
        return self.engine.home / "media"

    @property
    def is_grown(self) -> bool:
        return bool(self.servers)

    def start(self) -> None:
        """Another start on the same data; what the last one told is kept for the report."""
        self.output += self.engine.output
        self.engine = Engine(self.engine.home, **self.given)
        self.engine.wait_until_ready()

    def ledger(self) -> Ledger:
        if self.is_grown:
            return ledger.of_postgres(self.servers["database"].environment["DATABASE_URL"])
        return ledger.of_folder(self.engine.home / "var")

    def stored(self, owner: str) -> set[str]:
        if self.is_grown:
            return {key for key in servers.keys(self.given) if owner in key}
        return self.engine.stored(owner)

    def reading(self) -> Read:
        """Reads stored files past the studio."""
        if not self.is_grown:
            return ledger.below(self.media)
        bucket = servers.client(self.given)
        return lambda key: servers.read(bucket, key)

    def broker(self) -> redis.Redis:
        if self.is_grown:
            return redis.Redis.from_url(self.given["REDIS_URL"])
        return redis.Redis(unix_socket_path=str(self.engine.home / "var" / "valkey.sock"))

    def logs(self) -> Iterator[str]:
        for path in sorted((self.engine.home / "var" / "logs").glob("*.log*")):
            yield from path.read_text(errors="replace").splitlines()

    def database_log(self) -> str:
        """What the database server has told; nothing of SQLite, which has none."""
        path = self.home / "postgres" / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def check_storage(self, *options: str) -> Counter[str]:
        """What the studio's own command finds wrong."""
        command = (sys.executable, "manage.py", "check_storage", "--json", *options)
        told = subprocess.run(command, cwd=PROJECT, env=self.environment, text=True, capture_output=True, check=False)
        assert told.returncode in (0, 1), told.stderr[-500:]
        return Counter(json.loads(told.stdout)["counts"])

    def age(self) -> None:
        """Make every file old enough for the sweeps, which leave alone what may still get its row."""
        long_ago = time.time() - 2 * 24 * 3600
        for path in self.media.rglob("*"):
            os.utime(path, (long_ago, long_ago))


@contextmanager
def running(home: Path, *, grown: bool) -> Iterator[House]:
    """A studio on SQLite and a folder, or on PostgreSQL, S3 and a Valkey of its own."""
    home.mkdir(parents=True, exist_ok=True)
    given = _servers(home) if grown else {}
    with ExitStack() as stack:
        for server in given.values():
            stack.callback(server.stop)
            server.start()
        environment = {key: value for one in given.values() for key, value in one.environment.items()}
        house = House(home, Engine(home / "studio", **DEFAULTS, **environment), given)
        stack.callback(lambda: house.engine.stop())
        house.engine.wait_until_ready()
        yield house


def _servers(home: Path) -> dict[str, Server]:
    database, storage, broker = free_port(), free_port(), free_port()
    return {
        "database": Server(lambda: servers.postgres(home / "postgres", database)),
        "storage": Server(lambda: servers.s3(home / "s3", storage)),
        "broker": Server(lambda: servers.valkey(broker)),
    }
