"""The vocabulary: every word a prompt is searched for, and what it means. Data, not code.

Words that are not here are passed over. A prompt in which nothing is known still gets a thing, chosen by its text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from prompt_media.generating.procedural import shapes
from prompt_media.generating.procedural.shapes import Ink, Parts

Colour = tuple[int, int, int]


class Rest(Enum):
    """How a thing is held: its shadow tells, and whether it is rather low or high."""

    STANDS = auto()
    LIES = auto()
    HANGS = auto()


@dataclass(frozen=True, slots=True)
class Thing:
    """`variants`: pairs of a main and a second colour to choose from. `share`: its side, of the target's shorter one.
    `sway`: how far it may be turned, in turns. `shines`: it brings its own light. `mist`: how soft its edges are, of
    half its side."""

    draw: Callable[[], Parts]
    variants: tuple[tuple[Colour, Colour], ...]
    share: float = 0.5
    rest: Rest = Rest.LIES
    sway: float = 0.04
    shines: bool = False
    mist: float = 0.0


PAINTS: Mapping[str, Colour] = {
    "white": (246, 244, 240),
    "cream": (240, 228, 200),
    "yellow": (246, 204, 52),
    "gold": (228, 168, 40),
    "orange": (240, 134, 38),
    "red": (206, 38, 36),
    "crimson": (160, 24, 44),
    "pink": (240, 140, 176),
    "violet": (126, 78, 172),
    "navy": (30, 48, 104),
    "blue": (44, 96, 196),
    "sky": (128, 190, 232),
    "teal": (30, 138, 140),
    "pine": (40, 92, 48),
    "green": (74, 146, 62),
    "lime": (152, 190, 60),
    "brown": (124, 82, 50),
    "tan": (188, 150, 108),
    "grey": (146, 142, 138),
    "slate": (92, 90, 92),
    "ink": (34, 29, 30),
}


def _pairs(text: str) -> tuple[tuple[Colour, Colour], ...]:
    """`red/white blue/yellow`: a main and a second colour each."""
    split = (pair.split("/") for pair in text.split())
    return tuple((PAINTS[main], PAINTS[second]) for main, second in split)


_STANDS, _HANGS = Rest.STANDS, Rest.HANGS

THINGS: Mapping[str, Thing] = {
    "apple": Thing(shapes.apple, _pairs("red/green lime/green yellow/green"), 0.44, _STANDS),
    "ball": Thing(shapes.ball, _pairs("red/white blue/yellow green/white orange/navy"), 0.42, _STANDS, sway=0.1),
    "balloon": Thing(shapes.balloon, _pairs("red/red blue/blue yellow/yellow green/green"), 0.66, _HANGS),
    "bee": Thing(shapes.bee, _pairs("yellow/white gold/white"), 0.48, _HANGS, sway=0.08),
    "bird": Thing(shapes.bird, _pairs("blue/orange red/cream brown/tan yellow/orange"), 0.56, _HANGS),
    "boat": Thing(shapes.boat, _pairs("red/white brown/cream navy/white teal/cream"), 0.62, _STANDS, sway=0.01),
    "butterfly": Thing(shapes.butterfly, _pairs("orange/cream blue/sky yellow/red violet/pink"), 0.5, sway=0.12),
    "candle": Thing(shapes.candle, _pairs("cream/orange red/gold white/orange"), 0.5, _STANDS, 0, shines=True),
    "cloud": Thing(shapes.cloud, _pairs("white/white grey/grey cream/cream"), 0.7, _HANGS, 0.01, mist=0.07),
    "drop": Thing(shapes.drop, _pairs("sky/white blue/white teal/white"), 0.36),
    "fish": Thing(shapes.fish, _pairs("orange/white teal/yellow blue/yellow red/white"), 0.56),
    "flower": Thing(shapes.flower, _pairs("pink/yellow white/gold violet/yellow red/gold"), 0.5, sway=0.5),
    "full moon": Thing(shapes.full_moon, _pairs("cream/white white/cream"), 0.5, _HANGS, shines=True),
    "heart": Thing(shapes.heart, _pairs("red/red pink/pink crimson/crimson"), 0.44),
    "house": Thing(shapes.house, _pairs("crimson/cream brown/white navy/tan"), 0.66, _STANDS, 0),
    "ladybug": Thing(shapes.ladybug, _pairs("red/ink orange/ink yellow/ink"), 0.36, sway=0.5),
    "lamp": Thing(shapes.lamp, _pairs("cream/brown yellow/slate red/gold"), 0.66, _STANDS, 0, shines=True),
    "leaf": Thing(shapes.leaf, _pairs("green/lime orange/gold crimson/orange gold/yellow"), 0.5, sway=0.5),
    "moon": Thing(shapes.moon, _pairs("cream/white yellow/cream white/cream"), 0.5, _HANGS, shines=True),
    "mushroom": Thing(shapes.mushroom, _pairs("red/cream brown/cream orange/cream"), 0.46, _STANDS),
    "star": Thing(shapes.star, _pairs("yellow/gold white/cream gold/yellow"), 0.4, _HANGS, 0.1, shines=True),
    "stone": Thing(shapes.stone, _pairs("grey/grey slate/grey brown/tan"), 0.54, _STANDS),
    "sun": Thing(shapes.sun, _pairs("yellow/orange orange/gold gold/yellow"), 0.56, _HANGS, 0.5, shines=True),
    "tree": Thing(shapes.tree, _pairs("green/brown pine/brown orange/brown"), 0.78, _STANDS, 0, mist=0.015),
    "window": Thing(shapes.window, _pairs("sky/white navy/cream yellow/brown"), 0.66, sway=0),
}

OTHER_NAMES: Mapping[str, str] = {
    name: thing
    for thing, names in {
        "ladybug": "ladybird beetle bug insect",
        "bird": "sparrow robin swallow gull seagull parrot finch pigeon dove crow raven eagle duck",
        "butterfly": "moth",
        "bee": "wasp bumblebee hornet",
        "fish": "goldfish carp trout salmon shark koi",
        "flower": "blossom rose daisy tulip bloom sunflower lily poppy orchid bouquet",
        "leaf": "foliage feather fern",
        "tree": "bush oak plant shrub",
        "mushroom": "toadstool fungus",
        "stone": "rock pebble boulder",
        "star": "asterisk sparkle",
        "moon": "crescent",
        "sun": "sunshine",
        "cloud": "fog mist",
        "ball": "sphere orb marble football basketball bead",
        "boat": "sailboat ship yacht vessel sail",
        "lamp": "lantern lampshade",
        "heart": "love",
        "apple": "fruit peach cherry",
        "house": "cottage cabin hut home building",
        "drop": "raindrop droplet dew tear",
    }.items()
    for name in names.split()
}


def _parts(**words: str) -> Mapping[str, Ink]:
    """By the name of an ink, the words for what is drawn with it."""
    return {word: Ink[ink.upper()] for ink, names in words.items() for word in names.split()}


PARTS: Mapping[str, Mapping[str, Ink]] = {
    "apple": _parts(main="skin", second="leaf", dark="stem stalk"),
    "ball": _parts(second="stripe band"),
    "balloon": _parts(dark="string cord ribbon"),
    "bee": _parts(dark="stripe band head", light="wing"),
    "bird": _parts(main="feather plumage", second="beak bill breast belly", deep="wing tail"),
    "boat": _parts(main="hull", second="sail", dark="mast", light="stripe band"),
    "butterfly": _parts(main="wing", second="spot dot", dark="body edge rim"),
    "candle": _parts(main="wax", second="flame", dark="wick"),
    "fish": _parts(main="scale", second="stripe band", deep="fin tail"),
    "flower": _parts(main="petal", second="centre center middle heart eye"),
    "full moon": _parts(deep="crater spot"),
    "house": _parts(main="roof", second="wall front chimney", deep="door", dark="window"),
    "ladybug": _parts(main="wing shell back", second="spot dot", dark="head leg feeler"),
    "lamp": _parts(main="shade lampshade", second="foot base stand"),
    "leaf": _parts(deep="stem stalk", pale="vein"),
    "mushroom": _parts(main="cap hat", second="stem stalk foot", light="spot dot"),
    "sun": _parts(second="ray beam"),
    "tree": _parts(main="leaf foliage crown", second="trunk stem bark"),
    "window": _parts(main="pane glass", second="frame sill"),
}
"""What things are made of, and with which ink it is drawn."""

PART_OF = frozenset({"with", "has", "having", "its", "their", "whose"})
"""What stands between a thing and a part of it, where the part is a thing too."""

PLURALS: Mapping[str, str] = {"leaves": "leaf", "butterflies": "butterfly", "fishes": "fish", "cherries": "cherry"}

COLOURS: Mapping[str, Colour] = {
    **dict.fromkeys(("red", "scarlet"), (208, 32, 32)),
    "crimson": PAINTS["crimson"],
    "orange": (242, 128, 24),
    **dict.fromkeys(("yellow", "lemon"), (248, 210, 36)),
    **dict.fromkeys(("gold", "golden", "amber"), (222, 164, 32)),
    **dict.fromkeys(("green", "emerald"), (44, 148, 62)),
    "lime": (150, 204, 40),
    "olive": (122, 124, 48),
    **dict.fromkeys(("teal", "turquoise", "cyan"), (30, 168, 172)),
    "blue": (36, 92, 208),
    "navy": PAINTS["navy"],
    **dict.fromkeys(("purple", "violet"), (122, 60, 176)),
    "pink": (242, 132, 172),
    "magenta": (208, 40, 150),
    **dict.fromkeys(("brown", "wooden"), (118, 76, 44)),
    **dict.fromkeys(("beige", "tan", "cream"), (224, 204, 168)),
    **dict.fromkeys(("white", "snowy"), (248, 248, 246)),
    "black": (28, 27, 30),
    **dict.fromkeys(("grey", "gray"), (136, 136, 136)),
    **dict.fromkeys(("silver", "silvery"), (196, 200, 206)),
}

SIZES: Mapping[str, float] = {
    **dict.fromkeys(("tiny", "minute", "miniature"), 0.5),
    **dict.fromkeys(("small", "little", "smaller", "short"), 0.72),
    **dict.fromkeys(("big", "large", "bigger", "larger", "tall"), 1.35),
    **dict.fromkeys(("huge", "giant", "enormous", "massive"), 1.6),
}


@dataclass(frozen=True, slots=True)
class Tone:
    """How colours are changed: brightness and saturation as factors, warmth as a share of blue that red takes."""

    light: float = 1.0
    vivid: float = 1.0
    warmth: float = 0.0

    def with_(self, other: "Tone") -> "Tone":
        return Tone(self.light * other.light, self.vivid * other.vivid, self.warmth + other.warmth)


PLAIN = Tone()

TONES: Mapping[str, Tone] = {
    **dict.fromkeys(("dark", "darker", "darken", "dim", "shadowy", "shaded", "night"), Tone(light=0.6)),
    **dict.fromkeys(("bright", "brighter", "brighten", "light", "lighter", "lighten", "sunny"), Tone(light=1.35)),
    **dict.fromkeys(("vivid", "colourful", "colorful", "saturated", "vibrant"), Tone(vivid=1.5)),
    **dict.fromkeys(("pale", "faded", "muted", "pastel", "soft", "dull"), Tone(light=1.15, vivid=0.55)),
    **dict.fromkeys(("colourless", "colorless", "monochrome", "desaturated"), Tone(vivid=0.0)),
    **dict.fromkeys(("warm", "warmer", "autumn", "autumnal"), Tone(warmth=0.22)),
    **dict.fromkeys(("cold", "cool", "cooler", "colder", "wintry"), Tone(warmth=-0.22)),
}  # fmt: skip

COUNTS: Mapping[str, int] = {
    **dict.fromkeys(("two", "2", "pair", "couple"), 2),
    **dict.fromkeys(("three", "3", "some", "few"), 3),
    **dict.fromkeys(("four", "4", "several"), 4),
    **dict.fromkeys(("five", "5", "many", "flock", "group", "bunch", "swarm"), 5),
    **dict.fromkeys(("six", "6"), 6),
    **dict.fromkeys(("seven", "7"), 7),
}

REMOVES = frozenset(
    {"remove", "removes", "erase", "delete", "hide", "clear", "without", "wipe", "take away", "get rid"}
)
CHANGES = frozenset(
    {"change", "make", "turn", "paint", "colour", "color", "recolour", "recolor", "tint", "dye", "darken", "brighten",
     "lighten"}
)  # fmt: skip
ADDS = frozenset({"add", "put", "place", "insert", "draw", "show", "give", "grow", "with"})
