"""A layer in plain words, for the list that shows how a sentence was read."""

from sessions_app.composing.scene import Fit, Kind, Layer, Motion, Place, Role

ROWS = {0.0: "top", 0.5: "centre", 1.0: "bottom"}
COLUMNS = {0.0: "left", 0.5: "centre", 1.0: "right"}
FITS = {Fit.COVER: "", Fit.CONTAIN: "fitted", Fit.STRETCH: "stretched"}


def describe(layer: Layer) -> str:
    """For example "Background, stands still", "Left → right along the middle" or "Top right, fades in"."""
    slide = layer.motion(Kind.SLIDE)
    anchored = layer.place.role is Role.MIDDLE and slide is not None
    words = [
        "" if anchored else part(layer.place),
        course(slide, layer.place) if slide else "",
        f"{percent(layer.place.scale)} of the canvas" if layer.place.scale is not None else "",
        *(manner(motion) for motion in layer.motions),
        "" if layer.moves else "stands still",
    ]
    sentence = ", ".join(word for word in words if word)
    return sentence[0].upper() + sentence[1:]


def part(place: Place) -> str:
    """Which part of the canvas a place is: "background, stretched", "top right", "in front"."""
    match place.role:
        case Role.BACKGROUND:
            return ", ".join(filter(None, ["background", FITS[place.fit]]))
        case Role.FRONT:
            return "in front" if place.corner == (0.5, 0.5) else f"in front, {spot(place.across, place.down)}"
        case Role.MIDDLE:
            return spot(place.across, place.down)


def spot(across: float, down: float) -> str:
    """ "top right" for (1, 0), "centre", "left"; what has no name is told in per cent."""
    if across not in COLUMNS or down not in ROWS:
        return f"{percent(across)} across, {percent(down)} down"
    names = [name for name in (ROWS[down], COLUMNS[across]) if name != "centre"]
    return " ".join(names) or "centre"


def course(slide: Motion, place: Place) -> str:
    """Where a slide goes: "left → right along the middle", "top left → bottom right"."""
    start = spot(*(_end(-step) for step in (slide.dx, slide.dy)))
    end = spot(*(_end(step) for step in (slide.dx, slide.dy)))
    return f"{start} → {end}{_lane(slide, place)}"


def manner(motion: Motion) -> str:
    """How a picture moves where it is; nothing for a slide, which is told as a course."""
    match motion.kind:
        case Kind.ROTATE:
            return "turns counter-clockwise" if motion.dx < 0 else "turns clockwise"
        case Kind.BOUNCE:
            return "bounces"
        case Kind.FADE:
            return {1: "fades in", -1: "fades out"}.get(motion.dx, "fades in and out")
        case Kind.SLIDE:
            return ""


def percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _end(step: int) -> float:
    return (step + 1) / 2


def _lane(slide: Motion, place: Place) -> str:
    if slide.dx and slide.dy:
        return ""
    names, at = (ROWS, place.down) if slide.dx else (COLUMNS, place.across)
    if at == 0.5:
        return " along the middle"
    return f" along the {names[at]}" if at in names else f" at {percent(at)}"
