"""Which picture lies on which: the order of the layers, and the background that nobody called so.

What was said of it is found in relations.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sessions_app.composing import tags
from sessions_app.composing.phrases import Phrase
from sessions_app.composing.relations import Rest
from sessions_app.composing.scene import Layer, Role

PILE = (Role.BACKGROUND, Role.MIDDLE, Role.FRONT)


def key(tag: Phrase) -> str:
    return tags.key(tag.text)


def understood(rests: Sequence[Rest], free: Collection[str]) -> Rest | None:
    """The one whose lower picture is the background, where none was called so.

    That is the first picture that bears another and lies on none itself; `free` are those that were given no place.
    """
    uppers = {key(rest.upper) for rest in rests}
    return next((rest for rest in rests if key(rest.lower) in free and key(rest.lower) not in uppers), None)


def ordered(layers: Mapping[str, Layer], rests: Iterable[Rest]) -> list[Layer]:
    """From the back to the front: by their parts, then as they were mentioned, but whatever bears another below it."""
    heights = {name: float(index) for index, name in enumerate(layers)}
    least = 1 / (len(layers) + 1)
    for rest in rests:
        upper, lower = key(rest.upper), key(rest.lower)
        if upper != lower and upper in heights and lower in heights:
            heights[lower] = min(heights[lower], heights[upper] - least)
    return sorted(layers.values(), key=lambda layer: (PILE.index(layer.place.role), heights[tags.key(layer.tag)]))
