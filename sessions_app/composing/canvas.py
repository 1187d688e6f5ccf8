"""What a sentence says about the picture as a whole: size, ground colour, number of frames, frames per second.

These phrases are taken out; what remains is said about the tagged pictures.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from prompt_media.imaging.geometry import Size
from sessions_app.composing.diagnostics import Diagnostic, Severity, not_done
from sessions_app.composing.meanings import Colour, Glue, Noun, Part, Preset, Share
from sessions_app.composing.phrases import Named, Number, Phrase
from sessions_app.composing.scene import FRAME_COUNTS, RATES, Role, Scene

SIDES = range(100, 4000 + 1)
"""Pixels a sentence may ask for on a side."""
WINDOW = 4
"""No pattern is longer than this."""
ENDS = (Glue.COMMA, Glue.STOP, Glue.LIST, Glue.SPLIT, None)
GROUNDS = (Noun.GROUND, Part(Role.BACKGROUND))
LINKS = (Glue.AS, Glue.AT, Glue.OF, Glue.TO)


@dataclass(frozen=True, slots=True)
class Sides:
    width: float | None = None
    height: float | None = None

    @property
    def means(self) -> str:
        return f"Canvas {_count(self.width)} × {_count(self.height)}"


@dataclass(frozen=True, slots=True)
class Ground:
    rgb: tuple[int, int, int]

    @property
    def means(self) -> str:
        return "Ground #{:02x}{:02x}{:02x}".format(*self.rgb)


@dataclass(frozen=True, slots=True)
class Frames:
    count: float

    @property
    def means(self) -> str:
        return f"{_count(self.count)} frames"


@dataclass(frozen=True, slots=True)
class Rate:
    fps: float

    @property
    def means(self) -> str:
        return f"{_count(self.fps)} frames per second"


@dataclass(frozen=True, slots=True)
class Seconds:
    count: float

    @property
    def means(self) -> str:
        return f"{_count(self.count)} seconds"


Value = Sides | Ground | Frames | Rate | Seconds
Some = TypeVar("Some", Sides, Ground, Frames, Rate, Seconds)


@dataclass(frozen=True, slots=True)
class Setting:
    """A stretch of the text that says something about the whole picture."""

    start: int
    end: int
    value: Value


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern of `length` phrases: what it sets, what it leaves for the tags, what is to be said about it."""

    length: int
    value: Value | None = None
    left: tuple[Phrase, ...] = ()
    code: str = ""
    message: str = ""
    severity: Severity = Severity.NOTE


def take_out(phrases: Sequence[Phrase]) -> tuple[list[Phrase], list[Setting], list[Diagnostic]]:
    """The phrases without those about the whole picture; the settings these make; remarks."""
    left: list[Phrase] = []
    settings: list[Setting] = []
    remarks: list[Diagnostic] = []
    index = 0
    while index < len(phrases):
        found = _find(phrases[index : index + WINDOW], left[-2:])
        start, end = phrases[index].start, phrases[index + found.length - 1].end
        index += found.length
        left.extend(found.left)
        if found.value:
            settings.append(Setting(start, end, found.value))
        if found.code:
            remarks.append(Diagnostic(start, end, found.code, found.message, severity=found.severity))
    return left, settings, remarks


def applied(scene: Scene, settings: Iterable[Setting]) -> tuple[Scene, list[Diagnostic]]:
    """The scene with these settings, the last of each kind; what is out of range is set aside and remarked on."""
    remarks: list[Diagnostic] = []
    usable = [setting for setting in settings if _is_in_range(setting, remarks)]
    width, height = _last_side(usable, "width"), _last_side(usable, "height")
    if width and height:
        scene = replace(scene, canvas=Size(round(width), round(height)))
    elif width or height:
        alone = next(setting for setting in usable if isinstance(setting.value, Sides))
        remarks.append(_remark(alone, "one_side", "A canvas has two sides: name width and height."))
    ground = _last(usable, Ground)
    scene = replace(scene, ground=ground.rgb) if ground else scene
    return _timed(scene, usable, remarks), remarks


def _timed(scene: Scene, usable: Sequence[Setting], remarks: list[Diagnostic]) -> Scene:
    frames, rate, seconds = _last(usable, Frames), _last(usable, Rate), _last(usable, Seconds)
    count = round(frames.count) if frames else scene.frames
    fps = round(rate.fps) if rate else scene.fps
    if seconds and not frames:
        count = round(seconds.count * fps)
    elif seconds and not rate:
        fps = max(1, round(count / seconds.count))
    if count in FRAME_COUNTS and fps in RATES:
        return replace(scene, frames=count, fps=fps)
    length = next(setting for setting in usable if isinstance(setting.value, Seconds))
    remarks.append(
        _remark(
            length,
            "out_of_range",
            f"That would be {count} frames, {fps} a second; an animation has {FRAME_COUNTS[0]} to {FRAME_COUNTS[-1]} "
            f"frames, {RATES[0]} to {RATES[-1]} a second. Its length is not changed.",
            Severity.WARN,
        )
    )
    return scene


def _find(window: Sequence[Phrase], before: Sequence[Phrase]) -> Found:
    """The pattern that begins here; when none does, one phrase that is left as it is."""
    for pattern in (_size, _timing, _share, _ground, _preset):
        if found := pattern(window, before):
            return found
    return Found(1, left=(window[0],))


def _size(window: Sequence[Phrase], before: Sequence[Phrase]) -> Found | None:
    found = _written_size(window)
    follows = window[found.length].meaning if found and found.length < len(window) else None
    if found and follows not in (Noun.GROUND, Noun.FORMAT) and _is_about_a_picture(before):
        message = "This would be the size of a picture. Write a share instead, such as 30 %."
        unread = tuple(replace(phrase, meaning=None) for phrase in window[: found.length])
        return Found(found.length, left=unread, code="picture_size", message=message)
    return found


def _written_size(window: Sequence[Phrase]) -> Found | None:
    match [phrase.meaning for phrase in window]:
        case [Number(width), Noun.BY, Number(height), *_]:
            return Found(3, Sides(width, height))
        case [_, Number(), Noun.PERCENT, *_]:
            return None
        case [Noun.WIDTH, Number(width), *_] | [Number(width), Noun.WIDTH, *_]:
            return Found(2, Sides(width=width))
        case [Noun.HEIGHT, Number(height), *_] | [Number(height), Noun.HEIGHT, *_]:
            return Found(2, Sides(height=height))
        case [Noun.WIDTH, Glue.OF | Glue.AS | Glue.TO, Number(width), *_]:
            return Found(3, Sides(width=width))
        case [Noun.HEIGHT, Glue.OF | Glue.AS | Glue.TO, Number(height), *_]:
            return Found(3, Sides(height=height))
    return None


def _is_about_a_picture(before: Sequence[Phrase]) -> bool:
    """Does this stand right after a tag: "@logo 200x100", "@logo is 200x100"?"""
    match [phrase.meaning for phrase in before]:
        case [*_, Named()] | [Named(), Glue.AS | Glue.AT]:
            return True
    return False


def _timing(window: Sequence[Phrase], before: Sequence[Phrase]) -> Found | None:
    match [phrase.meaning for phrase in window]:
        case [Number(fps), Noun.FRAMES, Noun.SECONDS, *_] if window[2].is_indefinite:
            return Found(3, Rate(fps))
        case [Number(count), Noun.FRAMES, *_] | [Noun.FRAMES, Number(count), *_]:
            return Found(2, Frames(count))
        case [Number(fps), Noun.FPS, *_] | [Noun.FPS, Number(fps), *_]:
            return Found(2, Rate(fps))
        case [Number(count), Noun.SECONDS, *_]:
            return Found(2, Seconds(count))
    return None


def _share(window: Sequence[Phrase], before: Sequence[Phrase]) -> Found | None:
    match [phrase.meaning for phrase in window]:
        case [Noun.OPACITY, Glue.AS | Glue.OF | Glue.AT | Glue.TO, Number(), Noun.PERCENT]:
            return _opacity(window[:4])
        case [Number(), Noun.PERCENT, Noun.OPACITY, *_] | [Noun.OPACITY, Number(), Noun.PERCENT, *_]:
            return _opacity(window[:3])
        case [Noun.OPACITY, *_]:
            return _opacity(window[:1])
        case [Number(percent), Noun.PERCENT, *_] if 1 <= percent <= 100:
            return Found(2, left=(_joined(window[:2], Share(percent / 100)),))
        case [Number(), Noun.PERCENT, *_]:
            message = "A picture's size is 1 % to 100 % of the canvas."
            return Found(2, left=(_joined(window[:2], None),), code="out_of_range", message=message)
    return None


def _opacity(said: Sequence[Phrase]) -> Found:
    message = not_done("opacity", "the picture is placed as it is")
    return Found(len(said), left=(_joined(said, None),), code="not_done", message=message, severity=Severity.WARN)


def _joined(said: Sequence[Phrase], meaning: Share | None) -> Phrase:
    return replace(said[0], end=said[-1].end, meaning=meaning)


def _ground(window: Sequence[Phrase], before: Sequence[Phrase]) -> Found | None:
    match [phrase.meaning for phrase in window]:
        case [Colour(rgb), ground, *_] if ground in GROUNDS:
            return Found(2, Ground(rgb), left=_role(window[1], before))
        case [ground, Colour(rgb), *after] if ground in GROUNDS and not _is_tag(after):
            return Found(2, Ground(rgb), left=_own_role(window[0], before))
        case [ground, link, Colour(rgb), *after] if ground in GROUNDS and link in LINKS and not _is_tag(after):
            return Found(3, Ground(rgb), left=_own_role(window[0], before))
        case [Colour(rgb), Glue.AS, ground, *_] if ground in GROUNDS and _meaning(before) in ENDS:
            return Found(3, Ground(rgb))
        case [Glue.ON, Colour(rgb), *after] if not after or after[0] in ENDS:
            return Found(2, Ground(rgb))
    return None


def _role(ground: Phrase, before: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """In "@BG as blue background" the tag is the background too; in "@logo on a blue background" it is not."""
    return (ground,) if ground.meaning in GROUNDS[1:] and _meaning(before) is Glue.AS else ()


def _own_role(ground: Phrase, before: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """In "@BG background in blue" it is the background too."""
    is_own = ground.meaning in GROUNDS[1:] and isinstance(_meaning(before), Named)
    return (ground,) if is_own else _role(ground, before)


def _is_tag(meanings: Sequence[object]) -> bool:
    return bool(meanings) and isinstance(meanings[0], Named)


def _meaning(before: Sequence[Phrase]) -> object:
    return before[-1].meaning if before else None


def _preset(window: Sequence[Phrase], before: Sequence[Phrase]) -> Found | None:
    match [phrase.meaning for phrase in window]:
        case [Preset(), Preset(), *_]:
            return Found(1)
        case [Preset(canvas), Noun.FORMAT | Noun.GROUND, Noun.FORMAT, *_]:
            return Found(3, _sides(canvas))
        case [Preset(canvas), Noun.FORMAT | Noun.GROUND, *_] | [Noun.FORMAT | Noun.GROUND, Preset(canvas), *_]:
            return Found(2, _sides(canvas))
        case [Noun.FORMAT | Noun.GROUND, Glue.AS | Glue.TO, Preset(canvas), *_]:
            return Found(3, _sides(canvas))
        case [Glue.FOR | Glue.ON, Preset(canvas, is_brand=True), *_]:
            return Found(2, _sides(canvas))
        case [Preset(canvas, stands_alone=True), *_]:
            return Found(1, _sides(canvas))
        case [Preset(), *_] if _meaning(before) in (Glue.AS, Glue.AT, Glue.FOR):
            unread = (replace(window[0], meaning=None),)
            message = f"To choose the canvas, write “{window[0].text} format”."
            return Found(1, left=unread, code="preset_alone", message=message)
    return None


def _sides(canvas: Size) -> Sides:
    return Sides(canvas.width, canvas.height)


def _is_in_range(setting: Setting, remarks: list[Diagnostic]) -> bool:
    match setting.value:
        case Sides(width, height):
            allowed, values, what = (
                SIDES,
                [side for side in (width, height) if side is not None],
                "A side of the canvas",
            )
        case Frames(count):
            allowed, values, what = FRAME_COUNTS, [count], "The number of frames"
        case Rate(fps):
            allowed, values, what = RATES, [fps], "The number of frames per second"
        case Seconds(count):
            return _is_positive(setting, count, remarks)
        case Ground():
            return True
    if all(allowed[0] <= value <= allowed[-1] for value in values):
        return True
    message = f"{what} is {allowed[0]} to {allowed[-1]}; this is set aside."
    remarks.append(_remark(setting, "out_of_range", message, Severity.WARN))
    return False


def _is_positive(setting: Setting, seconds: float, remarks: list[Diagnostic]) -> bool:
    if 0 < seconds <= FRAME_COUNTS[-1]:
        return True
    message = "An animation lasts more than 0 and at most 600 seconds; this is set aside."
    remarks.append(_remark(setting, "out_of_range", message, Severity.WARN))
    return False


def _remark(setting: Setting, code: str, message: str, severity: Severity = Severity.NOTE) -> Diagnostic:
    return Diagnostic(setting.start, setting.end, code, message, severity=severity)


def _last(settings: Sequence[Setting], kind: type[Some]) -> Some | None:
    return next((each.value for each in reversed(settings) if isinstance(each.value, kind)), None)


def _last_side(settings: Sequence[Setting], side: str) -> float | None:
    sides = [each.value for each in settings if isinstance(each.value, Sides)]
    return next((length for each in reversed(sides) if (length := getattr(each, side)) is not None), None)


def _count(number: float | None) -> str:
    return "?" if number is None else f"{number:g}"
