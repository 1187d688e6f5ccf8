"""What uploads cost: files of bad faith, each in a process of its own, and good ones in the sandbox and without it."""

import argparse
import io
import json
import os
import resource
import sys
from collections.abc import Callable
from statistics import median

import numpy as np
from PIL import Image

from prompt_media.errors import HouseError
from prompt_media.files import sandbox
from prompt_media.imaging import decode, encode
from tests.sessions_app.hostile import FILES

_KILOBYTES = 1024 * 1024 if sys.platform == "darwin" else 1024
_GOOD = ((60, 40), (1920, 1080), (4000, 3000))


def main(argv: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench uploads", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="how often each good file is decoded; default 15")
    rounds = parser.parse_args(argv).rounds
    print("| good JPEG | kB | in process: CPU ms | in the sandbox: CPU ms |\n| --- | --: | --: | --: |")
    for size in _GOOD:
        data = _photo(size)
        here, there = _cost(data, rounds)
        print(f"| {size[0]} × {size[1]} | {len(data) / 1000:,.0f} | {here * 1000:.1f} | {there * 1000:.1f} |")
    print("\n| file of bad faith | kB | CPU s | MB more | answer |\n| --- | --: | --: | --: | --- |")
    for name, (make, _) in FILES.items():
        data = make()
        seconds, megabytes, answer = _spent(data)
        print(f"| {name} | {len(data) / 1000:,.0f} | {seconds:.2f} | {megabytes:.0f} | {answer} |")
    return 0


def _cost(data: bytes, rounds: int) -> tuple[float, float]:
    """CPU seconds of one decoding here, and of one in the sandbox with all that it costs."""
    facts = decode.inspect(data)

    def here() -> object:
        return decode.picture(data)

    def there() -> object:
        return sandbox.picture(data, facts, decode.DEFAULT)

    first, second = _turn_by_turn(rounds, here, there)
    return first, second


def _spent(data: bytes) -> tuple[float, float, str]:
    """CPU seconds and megabytes that judging, decoding and encoding take, and how it would be answered."""
    hear, speak = os.pipe()
    child = os.fork()
    if not child:
        before = resource.getrusage(resource.RUSAGE_SELF)
        answer = _answer(data)
        after = resource.getrusage(resource.RUSAGE_SELF)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        told = (seconds, (after.ru_maxrss - before.ru_maxrss) / _KILOBYTES, answer)
        os.write(speak, json.dumps(told).encode())
        os._exit(0)
    os.close(speak)
    with open(hear, "rb") as answers:
        seconds, megabytes, answer = json.load(answers)
    os.waitpid(child, 0)
    return seconds, megabytes, answer


def _answer(data: bytes) -> str:
    try:
        facts = decode.inspect(data)
        picture = decode.picture(data)
    except HouseError as error:
        return f"{error.status} {error.code}"
    encode.stored(picture, lossless=facts.is_lossless)
    encode.thumbnail(picture)
    return "201"


def _photo(size: tuple[int, int]) -> bytes:
    coarse = np.random.default_rng(1).integers(0, 256, (size[1] // 20 + 1, size[0] // 20 + 1, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(coarse).resize(size).save(file, "JPEG", quality=90)
    return file.getvalue()


def _turn_by_turn(rounds: int, *ways: Callable[[], object]) -> list[float]:
    taken: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        for way, times in zip(ways, taken, strict=True):
            start = _cpu()
            way()
            times.append(_cpu() - start)
    return [median(times) for times in taken]


def _cpu() -> float:
    """Seconds of this process and of those it has waited for."""
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
