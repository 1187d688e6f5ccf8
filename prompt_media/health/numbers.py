"""Which numbers there are to tell. Each app registers its own; whoever looks asks all whose part is up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client.metrics_core import Metric


class Part(StrEnum):
    """Where numbers are read from. While it is down nobody asks."""

    DATABASE = "database"
    BROKER = "broker"


@dataclass(frozen=True, slots=True)
class Source:
    """What an app tells of itself."""

    name: str
    part: Part
    read: Callable[[], Iterator[Metric]]


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Tell these from now on."""
    _sources[source.name] = source


def read_from(part: Part) -> Iterator[Metric]:
    """All numbers that this part can tell."""
    for source in _sources.values():
        if source.part is part:
            yield from source.read()
