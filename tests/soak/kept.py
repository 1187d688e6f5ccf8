"""What was promised of recordings and studies, fetched once more when all is over."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from tests.engine.calling import Caller
from tests.engine.ledger import Read
from tests.soak.diary import Diary
from tests.soak.house import House
from tests.soak.promised import Reel, Sheet, contents, digest, misfiled, repacked


def check(house: House, diary: Diary) -> Iterator[str]:
    """Look up every recording and every study that somebody was promised; yields the figures, line by line."""
    read, steps, copies = house.reading(), 0, 0
    for recording, reel in diary.reels.items():
        with closing(Caller(house.port, door=reel.door)) as line:
            diary.wrong += [f"recording {recording}: {told}" for told in broken(line, recording, reel, read)]
        steps += len(reel.steps) + len(reel.heard)
        copies += reel.packed is not None
    for study, sheet in diary.sheets.items():
        with closing(Caller(house.port, door=sheet.door)) as line:
            diary.wrong += [f"study {study}: {told}" for told in _untold(line, study, sheet)]
    answers = sum(len(sheet.counted) for sheet in diary.sheets.values())
    forks = sum(bool(reel.begins) and reel.packed is None for reel in diary.reels.values())
    yield f"visitors      {len(diary.reels)} recordings ({forks} forks, {copies} imports) with {steps} promised steps"
    yield f"studies       {len(diary.sheets)} with {answers} answers that counted"


def broken(line: Caller, recording: str, reel: Reel, read: Read) -> Iterator[str]:
    """What of a recording is not as it was promised."""
    told = line.get(f"/session/{recording}")
    if told.status != 200:
        yield f"is answered {told.status}"
        return
    sequence = told.json["sequence"]
    yield from reel.broken(sequence)
    yield from misfiled(sequence, _frames(line, recording, sequence))
    mirror = read(f"generation/sessions/{recording}/metadata.json")
    if mirror is None or json.loads(mirror) != told.json:
        yield "its metadata.json tells otherwise"
    if reel.name is not None and (name := line.get(f"/api/v1/recordings/{recording}/").json["name"]) != reel.name:
        yield f"was named {reel.name} and is called {name}"
    if reel.packed is not None:
        yield from repacked(reel.packed, contents(line.get(f"/session/{recording}/archive").data))


def _frames(line: Caller, recording: str, sequence: list[Mapping[str, Any]]) -> dict[int, str]:
    """The hashes of the frames as they are given out."""
    indexes = [entry["index"] for entry in sequence]
    answers = {index: line.get(f"/session/{recording}/frames/{index}") for index in indexes}
    return {index: digest(answer.data) for index, answer in answers.items() if answer.status == 200}


def _untold(line: Caller, study: str, sheet: Sheet) -> Iterator[str]:
    told = line.get(f"/api/v1/studies/{study}/trials.csv")
    if told.status != 200:
        yield f"is answered {told.status}"
        return
    yield from sheet.broken(list(csv.DictReader(io.StringIO(told.data.decode()))))
