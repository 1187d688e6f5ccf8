"""What is to be said of a recorded file and of the one that came out when it was made again.

Files are compared first, then their pixels, an animation's frame by frame. The recorded one may have been changed on
the disk by anybody: it is decoded in the sandbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from prompt_media.errors import TooLarge, UnsupportedPicture
from prompt_media.files import intake, sandbox
from prompt_media.imaging import decode, encode
from prompt_media.imaging.decode import Facts
from prompt_media.imaging.picture import Picture
from sessions_app.editing import difference
from sessions_app.models import Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """A verdict that no row tells yet; `shown` is the picture of where the two differ."""

    word: str
    reason: str = ""
    share: float = 0.0
    shown: Picture | None = None


def of(recorded: bytes, again: bytes, changed: Sequence[str], unexplained: str) -> Judgement:
    """`changed` are the sentences about what is not as it was when it was recorded; `unexplained` is said when there
    are none and pixels differ all the same."""
    if recorded == again:
        return Judgement(Verdict.Word.IDENTICAL, " ".join(changed))
    try:
        if _facts(again).frames > 1:
            return _of_animations(recorded, again, changed, unexplained)
        return _of_pictures(recorded, again, changed, unexplained)
    except (TooLarge, UnsupportedPicture) as error:
        return Judgement(Verdict.Word.DRIFTED, " ".join([*changed, f"Its frame cannot be read. {error.detail}"]), 1.0)


def _of_pictures(recorded: bytes, again: bytes, changed: Sequence[str], unexplained: str) -> Judgement:
    pair = _frame(recorded), _frame(again)
    found = difference.compare(*pair)
    if found.is_none:
        packed = f"The same pixels, packed otherwise: not by this machine's encoder, {encode.png_packer()}."
        return Judgement(Verdict.Word.IDENTICAL, " ".join([*changed, packed]))
    return Judgement(Verdict.Word.DRIFTED, " ".join(changed) or unexplained, found.share, difference.shown(*pair))


def _of_animations(recorded: bytes, again: bytes, changed: Sequence[str], unexplained: str) -> Judgement:
    """Measured and shown by the first frame that differs."""
    kept, came = (sandbox.fingerprints(data, intake.own_limits()) for data in (recorded, again))
    if kept == came:
        return Judgement(Verdict.Word.IDENTICAL, " ".join([*changed, "The same frames, packed otherwise."]))
    told = [*changed] or [unexplained]
    if len(kept) != len(came):
        told.append(f"It has {len(kept)} frames; {len(came)} came out.")
    others = [number for number, pair in enumerate(zip(kept, came, strict=False)) if len({*pair}) > 1]
    if not others:
        return Judgement(Verdict.Word.DRIFTED, " ".join(told))
    told.append(f"The first frame that differs is number {others[0] + 1}; {len(others)} of {len(kept)} do.")
    pair = _frame(recorded, others[0]), _frame(again, others[0])
    found = difference.compare(*pair)
    if found.is_none:
        return Judgement(Verdict.Word.DRIFTED, " ".join([*told, "Its pixels are the same, its time is not."]))
    return Judgement(Verdict.Word.DRIFTED, " ".join(told), found.share, difference.shown(*pair))


def _frame(data: bytes, number: int = 0) -> Picture:
    return sandbox.frame(data, number, _facts(data), intake.own_limits())


def _facts(data: bytes) -> Facts:
    return decode.inspect(data, intake.own_limits())
