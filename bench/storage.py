"""What looking after the files costs: check_storage, backup and restore of a studio with so many pictures.

Each is the command an operator calls, as a process of its own, over the same studio. Its pictures are random bytes,
for the three look at sizes and hashes and never at pixels; its thumbnails are one real WebP.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image

from bench import running
from bench.running import Cost

PICTURE = 64 * 1024
IN_A_SESSION = 100
_PROGRAM = Path(__file__).resolve().parents[1] / "manage.py"


def main(argv: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench storage", description=__doc__)
    parser.add_argument("--pictures", type=int, default=2000, help="each with a thumbnail; default 2000")
    pictures = parser.parse_args(argv).pictures
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _furnish(home / "studio", pictures)
        print("| command | s | CPU s | MB |\n| --- | --: | --: | --: |")
        for words, place in _commands(home):
            cost = _run(place, *words)
            shown = " ".join("studio.tar" if word.endswith(".tar") else word for word in words)
            print(f"| `{shown}` | {cost.wall_s:.1f} | {cost.cpu_s:.1f} | {cost.rss_mb:.0f} |")
    return 0


def _commands(home: Path) -> Iterator[tuple[tuple[str, ...], Path]]:
    studio, archive = home / "studio", str(home / "studio.tar")
    yield ("check_storage", "--fast"), studio
    yield ("check_storage",), studio
    yield ("backup", archive), studio
    yield ("restore", "--check", archive), studio
    yield ("restore", archive), home / "anew"


def _run(place: Path, *words: str) -> Cost:
    where = (f"DATA_DIR={place / 'var'}", f"MEDIA_ROOT={place / 'media'}")
    # What the command says goes where its errors go: the runner reads figures from its output.
    return running.run(("env", *where, "sh", "-c", 'exec "$@" >&2', "sh", sys.executable, str(_PROGRAM), *words))


def _furnish(place: Path, pictures: int) -> None:
    """In a child, because Django reads its settings once. Nobody will miss these files: they are not synced."""
    child = os.fork()
    if child:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "the studio could not be furnished"
        return
    os.environ |= {"DATA_DIR": str(place / "var"), "MEDIA_ROOT": str(place / "media")}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prompt_media.settings")
    code = 1
    try:
        _fill(place / "media", pictures)
        code = 0
    finally:
        os._exit(code)


def _fill(media: Path, pictures: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from sessions_app import names
    from sessions_app.models import Image as Row
    from sessions_app.services import workspace

    call_command("migrate", verbosity=0)
    random, thumbnail = Random(1), _thumbnail()
    for first in range(0, pictures, IN_A_SESSION):
        session = workspace.keep(session=workspace.open_session(owner="house"), kept=True)
        folder = media / "uploads" / session.public_id
        (folder / "thumbnails").mkdir(parents=True)
        rows = []
        for number in range(1, min(IN_A_SESSION, pictures - first) + 1):
            data = random.randbytes(PICTURE)
            row = Row(session=session, number=number, name=f"{number}.jpg", media_type="image/jpeg")
            row.key = names.upload_key(session.public_id, row.name)
            row.thumbnail_key = names.thumbnail_key(row.key)
            row.width = row.height = 256
            row.bytes, row.sha256 = len(data), sha256(data).hexdigest()
            (media / row.key).write_bytes(data)
            (media / row.thumbnail_key).write_bytes(thumbnail)
            rows.append(row)
        Row.objects.bulk_create(rows)


def _thumbnail() -> bytes:
    file = BytesIO()
    Image.effect_noise((128, 128), 60).save(file, "WEBP")
    return file.getvalue()
