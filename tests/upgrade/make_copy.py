"""Make the copy of a release that the upgrade is tested with, anew for each release.

    git worktree add ../old <the release's tag>
    .venv/bin/python -m tests.upgrade.make_copy ../old

starts that release on an empty folder, uses it through its public routes, takes its power away while work waits, and
packs what lies on the disk, with what the routes told of it, into tests/upgrade/<version>.tar.xz.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from contextlib import closing
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from PIL import Image

from tests.engine.calling import RESPOND_ASYNC, Caller, open_session
from tests.engine.running import Engine, surroundings

ACCOUNT = {"DJANGO_SUPERUSER_USERNAME": "mira", "DJANGO_SUPERUSER_PASSWORD": "of the old release"}
STILL = {"prompt": "Set @scenery as background and @dot as front image of 320x240"}
MOVING = {"prompt": "@scenery is the background of 160x120, @dot moves from left to right", "frames": 6}
WAITING = {"prompt": "@scenery is the background, @dot rotates", "frames": 40, "format": "gif"}


def main(old: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        program = (sys.executable, str(old.resolve() / "manage.py"))
        running = Engine(home, program=program)
        try:
            running.wait_until_ready()
            subprocess.run((*program, "createsuperuser", "--noinput", "--email="), env=_surroundings(home), check=True)
            told = _use(running.port)
        finally:
            # As in a power cut: work that waits stays where it is.
            for one in [running.process, *running.family().values()]:
                one.kill()
            running.process.wait()
        _pack(home, told, Path(__file__).with_name(f"{told['version']}.tar.xz"))


def picture(side: int, colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(file, "PNG")
    return file.getvalue()


def _surroundings(home: Path) -> dict[str, str]:
    return surroundings(home) | ACCOUNT


def _use(port: int) -> dict[str, Any]:
    with closing(Caller(port)) as caller:
        ours = _session(caller, "From a script")
        for wish in (STILL, MOVING):
            assert caller.post(f"/session/{ours}/generate/", wish).status == 201
        broken = caller.upload(f"/upload/{ours}/", {"torn.png": picture(300, "red")[:-30]})
        assert broken.status == 415, broken.data
        cookie, theirs = _visitors_session(caller)
        told = {
            "version": caller.get("/healthz").json["version"],
            "cookie": cookie,
            "sessions": {session: _told(caller, session) for session in (ours, theirs)},
            "visitors": theirs,
            "jobs": caller.get("/api/v1/jobs/").json["results"],
            "generations": caller.get("/api/v1/generations/").json["results"],
        }
        waiting = _session(caller, "Waits for the new release")
        accepted = [caller.post(f"/session/{waiting}/generate/", WAITING, **RESPOND_ASYNC) for _ in range(3)]
        return told | {"waiting": waiting, "waiting_jobs": [one.headers["Location"] for one in accepted]}


def _session(caller: Caller, name: str) -> str:
    session = open_session(caller, {"scenery.png": picture(64, "navy"), "dot.png": picture(32, "orange")})
    assert caller.patch(f"/session/{session}/", {"kept": True, "name": name}).status == 200
    return session


def _visitors_session(caller: Caller) -> tuple[str, str]:
    """A browser's cookie, and what belongs to it alone."""
    met: SimpleCookie = SimpleCookie()
    for one in caller.get("/").headers.get_all("Set-Cookie", []):
        met.load(one)
    proof = {
        "Cookie": "; ".join(f"{name}={one.value}" for name, one in met.items()),
        "X-CSRFToken": met["csrftoken"].value,
    }
    session = caller.post("/session/create/", **proof).json["session_id"]
    assert caller.patch(f"/session/{session}/", {"kept": True, "name": "A visitor's"}).status == 200
    assert caller.upload(f"/upload/{session}/?auto_tag=1", {"mine.png": picture(48, "green")}).status == 201
    return f"identity={met['identity'].value}", session


def _told(caller: Caller, session: str) -> dict[str, Any]:
    shown = caller.get(f"/session/{session}/").json
    return {"shown": shown, "hashes": hashes(caller, shown)}


def hashes(caller: Caller, shown: dict[str, Any]) -> dict[str, str]:
    """What comes from each address of a session, as its SHA-256."""
    urls = [url for one in shown["files"] + shown["outputs"] for url in (one["url"], one["thumbnail_url"])]
    answers = {url: caller.get(url) for url in urls}
    assert {one.status for one in answers.values()} == {200}
    return {url: hashlib.sha256(one.data).hexdigest() for url, one in answers.items()}


def _pack(home: Path, told: dict[str, Any], target: Path) -> None:
    database = home / "var" / "db.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("VACUUM")
    kept = home / "kept"
    (kept / "var").mkdir(parents=True)
    for name in ("db.sqlite3", "secret_key"):
        shutil.copy(home / "var" / name, kept / "var" / name)
    shutil.copytree(home / "media", kept / "media")
    (kept / "told.json").write_text(json.dumps(told, indent=1))
    with tarfile.open(target, "w:xz") as archive:
        for name in sorted(os.listdir(kept)):
            archive.add(kept / name, arcname=name, filter=_nobodys)


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    main(Path(sys.argv[1]))
