"""Files of bad faith, and good ones after an accident, through every door that takes a file.

    HOSTILE_FILES=10000 HOSTILE_SEED=7 ./pm test tests/sessions_app/test_hostile.py -k accident

sends that many damaged files, the same ones for the same seed.
"""

import gc
import os
import resource
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from prompt_media.errors import HouseError
from prompt_media.imaging import decode, encode
from sessions_app.composing import __main__ as shell
from sessions_app.models import Image
from tests.sessions_app import hostile
from tests.sessions_app.hostile import FILES

SECONDS, MEGABYTES = 5, 400
KILOBYTES = 1024 * 1024 if sys.platform == "darwin" else 1024  # of what ru_maxrss counts, in a megabyte
EVERY_FILE = pytest.mark.parametrize("name", FILES)


@pytest.fixture(autouse=True)
def quiet_about_pictures() -> Iterator[None]:
    """A decoder's grumbling is no error, here as in production."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


@pytest.fixture
def send(transactional_db, client, new, worker) -> Callable[[str, bytes], int]:
    """Uploads one file to the API and returns the answer's status."""

    def send(name: str, data: bytes) -> int:
        return client.post(new.replace("/session/", "/upload/"), {"files": SimpleUploadedFile(name, data)}).status_code

    return send


def files_below(settings) -> set[str]:
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def files_of_rows() -> set[str]:
    return {key for image in Image.objects.all() for key in (image.key, image.thumbnail_key)}


@EVERY_FILE
def test_it_is_answered_and_leaves_nothing_but_pictures(send, settings, name):
    make, statuses = FILES[name]

    assert send("a.png", make()) in statuses
    assert files_below(settings) == files_of_rows()
    for key in files_of_rows():
        assert b"<script" not in (Path(settings.MEDIA_ROOT) / key).read_bytes()


def test_the_page_takes_them_as_the_api_does(transactional_db, client, new, worker, settings):
    """Those of few pixels: what comes after this door is the same."""
    door = new.replace("/session/", "/studio/") + "pictures/"
    for name, (make, statuses) in FILES.items():
        if " million pixels" in name:
            continue
        sent = client.post(door, {"files": SimpleUploadedFile("a.png", make())})

        # A form's good answer is a way back to the page.
        assert (201 if sent.status_code == 302 else sent.status_code) in statuses, name
        assert files_below(settings) == files_of_rows(), name


@EVERY_FILE
def test_the_shell_takes_it_or_says_why_not(tmp_path, name, capsys):
    make, statuses = FILES[name]
    (tmp_path / "a.png").write_bytes(make())

    code = shell.main(["@a as background", f"a={tmp_path / 'a.png'}", "-o", str(tmp_path / "out.png"), "--width", "64"])

    assert code == 0 if statuses == (201,) else code in (0, shell.USED_WRONGLY)
    assert (tmp_path / "out.png").exists() == (code == 0)
    assert "Traceback" not in "".join(capsys.readouterr())


@EVERY_FILE
def test_it_costs_no_more_than_a_picture_may(name):
    """In a process of its own, whose memory is counted from here. Processor time, for that is the same on any day."""
    data = FILES[name][0]()
    child = os.fork()
    if not child:
        os._exit(_spent(data))
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0, "too much time (1), too much memory (2), or a crash"


def _spent(data: bytes) -> int:
    before = resource.getrusage(resource.RUSAGE_SELF)
    code = 3
    try:
        _taken_in(data)
        after = resource.getrusage(resource.RUSAGE_SELF)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        megabytes = (after.ru_maxrss - before.ru_maxrss) / KILOBYTES
        code = int(seconds > SECONDS) + 2 * int(megabytes > MEGABYTES)
    finally:
        os._exit(code)


def _taken_in(data: bytes) -> None:
    """What the web process and the worker do with a file, without their rows."""
    try:
        facts = decode.inspect(data)
        picture = decode.picture(data)
    except HouseError:
        return
    encode.stored(picture, lossless=facts.is_lossless)
    encode.thumbnail(picture)


@pytest.mark.parametrize("name", hostile.NAMES, ids=ascii)
def test_no_name_leads_anywhere(transactional_db, client, new, worker, picture, settings, tmp_path, name):
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="'
    body = head + name.encode("utf-8", "surrogatepass") + b'"\r\n\r\n' + picture() + b"\r\n--b--\r\n"

    sent = client.post(new.replace("/session/", "/upload/"), body, content_type="multipart/form-data; boundary=b")

    assert sent.status_code in (201, 400, 422), sent.content
    assert files_below(settings) == files_of_rows()
    assert all(image.label.isprintable() and "/" not in image.label for image in Image.objects.all())
    assert client.get(new).status_code == 200
    assert not [
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and "media" not in path.parts and "cache" not in path.parts
    ]


def memory() -> float:
    """Megabytes of this process now; its peak may lie in an earlier test."""
    gc.collect()
    return int(subprocess.check_output(("ps", "-o", "rss=", "-p", str(os.getpid())))) / 1024


def test_no_accident_to_a_good_file_breaks_anything(send, settings):
    """One file after the other through the whole upload; memory does not grow, and nothing is left of the refused."""
    rounds, seed = int(os.environ.get("HOSTILE_FILES", "150")), int(os.environ.get("HOSTILE_SEED", "1"))
    rng, seeds = np.random.default_rng(seed), hostile.seeds()
    settings.SESSION_FILES = rounds
    answers: Counter[int] = Counter()
    grown_from = 0.0
    for turn in range(rounds):
        data = hostile.mutated(seeds[turn % len(seeds)], rng)
        status = send("a.png", data)
        assert status in (201, 413, 415), f"seed {seed}, file {turn}: {status}, {data[:40]!r}…"
        answers[status] += 1
        if turn == rounds // 3:
            grown_from = memory()

    grown = memory() - grown_from
    assert files_below(settings) == files_of_rows()
    assert Image.objects.count() == answers[201]
    assert answers[201] > rounds // 20 < answers[415], answers
    assert grown < 40, f"{grown:.0f} MB"
