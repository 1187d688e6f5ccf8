"""The three pictures a first start offers, painted by us (static/samples/README.md)."""

from dataclasses import dataclass
from pathlib import Path

from django.contrib.staticfiles import finders

from prompt_media.files.intake import Arrival
from prompt_media.jobs.models import Job
from sessions_app.models import Session
from sessions_app.services import uploads


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture among the static files, what it shows, and the tag it comes with."""

    path: str
    tag: str
    shows: str
    width: int
    height: int
    has_alpha: bool = False


SAMPLES = (
    Sample("samples/lake.webp", "BG", "Mountains over a lake at dusk", 1200, 1200),
    Sample("samples/vase.webp", "vase", "A glazed vase", 720, 996, has_alpha=True),
    Sample("samples/mark.png", "mark", "A maker's mark of two arcs", 480, 480, has_alpha=True),
)
PROMPT = "@BG is the background and @vase moves from left to right"


def load(session: Session) -> Job:
    """Take the samples in as if somebody had uploaded them, each under its tag."""
    arrivals = [Arrival(Path(sample.path).name, _data(sample)) for sample in SAMPLES]
    return uploads.take_in(session=session, arrivals=arrivals, tags=[sample.tag for sample in SAMPLES])


def _data(sample: Sample) -> bytes:
    found = finders.find(sample.path)
    if not isinstance(found, str):
        raise FileNotFoundError(sample.path)
    return Path(found).read_bytes()
