"""Recordings side by side: which of their steps are the same, how much the others differ, and where.

Pixels come from the decoded layers: pictures beyond their size are compared, and shown, as large as those are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from prompt_media.files import layers
from prompt_media.files.store import FileGone
from prompt_media.imaging import encode
from prompt_media.imaging.geometry import Size
from prompt_media.imaging.picture import Picture
from sessions_app.editing import difference
from sessions_app.editing.difference import Difference
from sessions_app.models import Image, Session, Step
from sessions_app.selectors import recordings as selectors
from sessions_app.selectors.recordings import Reach, UnknownFrame

PREVIOUS, INPUT = "previous", "input"


@dataclass(frozen=True, slots=True)
class Pair:
    """The steps of one index; None where a recording has no such step.

    `difference` is None, and `reason` tells why, where there are no two pictures to compare.
    """

    index: int
    one: Step | None
    other: Step | None
    is_identical: bool = False
    difference: Difference | None = None
    reason: str = ""


def pairs(one: Session, other: Session, *, first: int, count: int) -> Iterator[Pair]:
    """The steps of two recordings by their index, so many from `first` on; each is compared when its turn comes."""
    mine, theirs = ({step.index: step for step in _steps(each, first, count)} for each in (one, other))
    for index in sorted(mine.keys() | theirs.keys()):
        yield pair(index, mine.get(index), theirs.get(index))


def pair(index: int, one: Step | None, other: Step | None) -> Pair:
    """The steps of that index, compared."""
    if one is None or other is None:
        return Pair(index, one, other, reason="Only one of the two has this step.")
    if one.image.sha256 == other.image.sha256:
        return Pair(index, one, other, is_identical=True, difference=difference.NONE)
    try:
        found = difference.compare(_picture(one.image), _picture(other.image))
    except FileGone as error:
        return Pair(index, one, other, reason=error.detail)
    return Pair(index, one, other, found.is_none and _is_whole(one.image) and _is_whole(other.image), found)


def length(one: Session, other: Session) -> int:
    """How many steps the longer of the two has: one more than its last index."""
    return max((step.index + 1 for each in (one, other) if (step := selectors.known_steps(each).last())), default=0)


def partner(step: Step, to: str, reach: Reach) -> Image:
    """What a step is compared to: the picture before it (`previous`), the one it was made from (`input`), or the frame
    of the same number in another recording. Raises UnknownRecording or UnknownFrame."""
    if to not in (PREVIOUS, INPUT):
        return selectors.frame(to, step.index, reach).image
    found = selectors.before(step) if to == PREVIOUS else selectors.made_from(step)
    if found is None:
        raise UnknownFrame("The picture that this step was made from is not kept in its recording.", field="to")
    return found


def mark(one: Image, other: Image) -> str:
    """What names the picture of a difference: the same two files have the same."""
    return sha256(f"{one.sha256} {other.sha256}".encode()).hexdigest()


def shown(one: Image, other: Image) -> bytes:
    """A PNG of where two pictures differ. Raises FileGone."""
    return encode.png(difference.shown(_picture(one), _picture(other)).pixels)


def _steps(recording: Session, first: int, count: int) -> list[Step]:
    return list(selectors.known_steps(recording).filter(index__gte=first, index__lt=first + count))


def _picture(image: Image) -> Picture:
    return layers.layer(image.sha256, image.key)


def _is_whole(image: Image) -> bool:
    """Whether its layer has all its pixels."""
    size = Size(image.width, image.height)
    return layers.bounds(size) == size
