"""The main job from the shell: a sentence and some files in, one file out. No server and no framework.

`./pm compose` comes here. What the sentence means and what it looks like is decided in the rooms next door.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from prompt_media import progress
from prompt_media.errors import HouseError, InvalidInput
from prompt_media.imaging import decode
from prompt_media.imaging.picture import Picture
from sessions_app import names
from sessions_app.composing import prompt, render, scene, tags
from sessions_app.composing.diagnostics import Severity
from sessions_app.composing.render import Rendered
from sessions_app.composing.scene import Scene

USED_WRONGLY, INTERRUPTED = 2, 130
SUFFIXES = {".png": "png", ".gif": "gif"}
# A background that travels is larger than the canvas; a JPEG needs no more pixels than that.
ENOUGH = 1.5
EXAMPLES = """\
examples:
  pm compose "Set @BG as background and @logo as front image" BG=photo.jpg logo=logo.png -o out.png
  pm compose "@BG is stable background and @logo is moving from left to right" BG=photo.jpg logo=logo.png -o out.gif
  pm compose "Place @cup in center, @logo on top right" cup=cup.png logo=logo.png --width 1200 --height 630 -o card.png
"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as everything else here does."""

    def error(self, message: str) -> NoReturn:
        raise InvalidInput(f"{message} (pm compose --help tells how)")


class _Bar:
    """A Progress that a person can watch."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("Painting", total=None)

    def advance(self, done: int, total: int, note: str = "") -> None:
        self._bar.update(self._task, completed=done, total=total, description=note)


def main(arguments: Sequence[str]) -> int:
    """Compose as the arguments say. Returns the exit code: 0, 2 for what the caller can mend, 130 when interrupted."""
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    try:
        _compose(arguments, console)
    except HouseError as error:
        console.print(f"pm compose: {error.detail}")
        return USED_WRONGLY
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _compose(arguments: Sequence[str], console: Console) -> None:
    start = time.perf_counter()
    wish = _parser().parse_intermixed_args(arguments)
    out, files = _out(wish.out), _files(wish.pictures)
    wanted = _scene(wish, list(files), console)
    pictures = render.Decoded({layer.tag: _picture(files[layer.tag], wanted) for layer in wanted.layers})
    with _watched(console) as watcher:
        rendered = render.in_format(wanted, SUFFIXES[out.suffix.lower()], pictures, watcher)
    _write(out, rendered.data)
    Console(highlight=False, markup=False, soft_wrap=True).print(_told(out, rendered, time.perf_counter() - start))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="pm compose",
        description="Compose pictures as a sentence says. In the sentence, @NAME stands for the picture of NAME=FILE.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("prompt", metavar="PROMPT", help="what should be where, and what moves")
    parser.add_argument("pictures", nargs="*", metavar="NAME=FILE", help="a picture and what the sentence calls it")
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="the file to write: .png, or .gif to animate")
    parser.add_argument("--width", type=int, help="of the canvas in pixels (1080)")
    parser.add_argument("--height", type=int, help="of the canvas in pixels (1080)")
    parser.add_argument("--frames", type=int, help=f"of an animation ({scene.FRAMES})")
    parser.add_argument("--fps", type=int, help=f"frames per second ({scene.FPS})")
    return parser


def _out(name: str) -> Path:
    out = Path(name)
    if out.suffix.lower() not in SUFFIXES:
        raise InvalidInput(f"{name}: the name of the file to write ends in {' or '.join(SUFFIXES)}.")
    return out


def _files(pairs: Sequence[str]) -> dict[str, Path]:
    """The file of each tag."""
    files: dict[str, Path] = {}
    for pair in pairs:
        name, separator, file = pair.partition("=")
        if not (separator and file):
            raise InvalidInput(f"{pair!r} is no NAME=FILE.")
        tag = names.tag(name)
        if tags.key(tag) in map(tags.key, files):
            raise InvalidInput(f"Two pictures are called {tag}; upper and lower case make no difference.")
        files[tag] = Path(file)
    return files


def _scene(wish: argparse.Namespace, known: list[str], console: Console) -> Scene:
    reading = prompt.read(wish.prompt, known)
    prompt.require(reading, known)
    for remark in reading.diagnostics:
        if remark.severity is not Severity.NOTE:
            console.print(f"pm compose: {remark.message}")
    return scene.with_values(reading.scene, width=wish.width, height=wish.height, frames=wish.frames, fps=wish.fps)


def _picture(file: Path, wanted: Scene) -> Picture:
    try:
        return decode.picture(file.read_bytes(), enough=wanted.canvas.scaled(ENOUGH))
    except OSError as error:
        raise InvalidInput(f"{file}: {error.strerror}.") from error
    except HouseError as error:
        raise InvalidInput(f"{file}: {error.detail}") from error


@contextmanager
def _watched(console: Console) -> Iterator[progress.Progress]:
    """A bar on a terminal, nothing in a pipe."""
    if not console.is_terminal:
        yield progress.SILENT
        return
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        yield _Bar(bar)


def _write(out: Path, data: bytes) -> None:
    """All or nothing: whoever reads `out` meanwhile sees the old file or the new one."""
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(out)
    except OSError as error:
        raise InvalidInput(f"{out}: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            part.unlink()


def _told(out: Path, rendered: Rendered, seconds: float) -> str:
    size, frames = rendered.size, f", {rendered.frames} frames" if rendered.frames > 1 else ""
    return f"{out}: {size.width} × {size.height}{frames}, {len(rendered.data) / 1000:,.0f} kB in {seconds:.2f} s"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
