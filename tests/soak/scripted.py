"""Stands for a studio's answers, a line to it, and a caller's chance, where a test decides what comes."""

import http.client
import random
from collections.abc import Sequence
from typing import TypeVar

from tests.engine.calling import Answer

One = TypeVar("One")


def answered(status: int, body: str = "{}", **headers: str) -> Answer:
    told = http.client.HTTPMessage()
    for name, value in headers.items():
        told[name.replace("_", "-")] = value
    return Answer(status, told, body.encode())


class Shelf:
    """Stands for a line to a studio that has this to tell, by its path."""

    def __init__(self, told: dict[str, Answer]) -> None:
        self.told = told

    def get(self, path: str) -> Answer:
        return self.told.get(path, answered(404))


class Scripted:
    """Stands for a line on which these answers come, one after the other."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def settled(self, what: str, ask: object) -> Answer:
        return self.answers.pop(0)

    call = settled


class First(random.Random):
    """Takes the choice of that number."""

    def __init__(self, number: int) -> None:
        super().__init__(0)
        self.number = number

    def choice(self, among: Sequence[One]) -> One:
        return among[self.number]
