"""The vocabulary: every word the language of @tags understands, and what it means. Data, not code.

How words join to a sentence is told in phrases, clauses and wishes; docs/prompts.md shows every word to its users.
"""

from collections.abc import Iterable, Mapping
from itertools import product
from types import MappingProxyType

from prompt_media.imaging.geometry import Size
from sessions_app.composing.meanings import (
    Colour,
    Fade,
    Filling,
    Glue,
    Go,
    Heading,
    Hop,
    Meaning,
    Noun,
    Part,
    Preset,
    Share,
    Spot,
    Still,
    Turn,
    Undone,
)
from sessions_app.composing.scene import Fit, Role

Vocabulary = Mapping[str, Meaning]


def _all(words: str | Iterable[str], meaning: Meaning) -> dict[str, Meaning]:
    """Many words of one meaning; in a text they are parted by commas."""
    each = words.split(",") if isinstance(words, str) else words
    return {word.strip(): meaning for word in each}


PLACES: Vocabulary = {
    **_all("left, leftmost", Spot(across=0.0)),
    **_all("right, rightmost", Spot(across=1.0)),
    **_all("top, topmost, upper, up", Spot(down=0.0)),
    **_all("bottom, lowermost, lower, down", Spot(down=1.0)),
    **_all("center, centre, middle, central, centered, centred", Spot()),
    "topleft": Spot(0.0, 0.0),
    "topright": Spot(1.0, 0.0),
    "bottomleft": Spot(0.0, 1.0),
    "bottomright": Spot(1.0, 1.0),
}

_FILLS = ("fill", "fills", "filling", "cover", "covers", "covering")
_WHOLE = ("canvas", "screen", "frame", "whole canvas", "entire canvas", "whole screen", "everything")

PARTS: Vocabulary = {
    **_all("background, backdrop, wallpaper, bg, back, full screen, fullscreen, full bleed", Part(Role.BACKGROUND)),
    **_all("behind everything, behind all", Part(Role.BACKGROUND)),
    **_all((" ".join(pair) for pair in product(_FILLS, _WHOLE)), Part(Role.BACKGROUND)),
    **_all("foreground, front, frontmost, in front of, on top of, front layer, top layer", Part(Role.FRONT)),
    **_all("in front of it, in front of them, on top of it, on top of them", Part(Role.FRONT)),
}

FITS: Vocabulary = {
    **_all("stretch, stretched, stretching", Filling(Fit.STRETCH)),
    **_all("fit, fitted, fitting, contain, contained", Filling(Fit.CONTAIN)),
    **_all(_FILLS, Filling(Fit.COVER)),
}

SIZES: Vocabulary = {
    "tiny": Share(0.1),
    **_all("small, smaller, little", Share(0.2)),
    **_all("quarter size, quarter of canvas", Share(0.25)),
    "medium": Share(1 / 3),
    **_all("half size, half canvas, half of canvas", Share(0.5)),
    **_all("large, larger, big, bigger", Share(0.6)),
    "huge": Share(0.8),
}

TRAVEL: Vocabulary = {
    **_all("move, moves, moving, moved, movement, motion, animate, animates, animated", Go()),
    **_all("slide, slides, sliding, glide, glides, gliding, drift, drifts, drifting", Go()),
    **_all("travel, travels, traveling, travelling, scroll, scrolls, scrolling, pan, pans, panning", Go()),
    **_all("fly, flies, flying, float, floats, floating, walk, walks, walking, run, runs, running", Go()),
    **_all("pass, passes, passing, cross, crosses, crossing, enter, enters, entering", Go()),
    **_all("go, goes, going, come, comes, coming, exit, exits, leave, leaves", Go(is_weak=True)),
    **_all("fall, falls, falling, drop, drops, dropping, sink, sinks, sinking", Go(0, 1)),
    **_all("descend, descends, descending", Go(0, 1)),
    **_all("rise, rises, rising, climb, climbs, climbing, ascend, ascends, ascending", Go(0, -1)),
}

HEADINGS: Vocabulary = {
    "from above": Heading(0, 1),
    "from below": Heading(0, -1),
    **_all("rightward, rightwards, horizontal, horizontally, sideways, side to side", Heading(1, 0)),
    **_all("leftward, leftwards", Heading(-1, 0)),
    **_all("downward, downwards, vertical, vertically", Heading(0, 1)),
    **_all("upward, upwards", Heading(0, -1)),
    **_all("diagonal, diagonally", Heading(1, 1)),
}

ROTATION: Vocabulary = {
    **_all("rotate, rotates, rotating, rotated, rotation, spin, spins, spinning, turn, turns, turning", Turn()),
    **_all("revolve, revolves, revolving, twirl, twirls, twirling", Turn()),
    "clockwise": Turn(1),
    **_all("counterclockwise, counter clockwise, anticlockwise, anti clockwise", Turn(-1)),
}

BOUNCE: Vocabulary = _all(
    "bounce, bounces, bouncing, bounced, bouncy, hop, hops, hopping, jump, jumps, jumping, up and down", Hop()
)

_FADES = ("fade", "fades", "fading", "faded")

FADE: Vocabulary = {
    **_all(_FADES, Fade(1)),
    **_all((f"{fade} in" for fade in _FADES), Fade(1)),
    **_all((f"{fade} {away}" for fade, away in product(_FADES, ("out", "away"))), Fade(-1)),
    **_all((f"{fade} in and out" for fade in _FADES), Fade(0)),
    **_all("disappear, disappears, disappearing, vanish, vanishes, vanishing", Fade(-1)),
}

STILL: Vocabulary = _all(
    "stable, still, static, stationary, fixed, steady, motionless, immobile, unmoving, frozen, "
    "stay, stays, staying, remain, remains, remaining, no animation, without animation",
    Still(),
)

COLOURS: Vocabulary = {
    name: Colour((code >> 16, code >> 8 & 255, code & 255))
    for name, code in {
        # the seventeen of CSS 2.1
        "aqua": 0x00FFFF,
        "black": 0x000000,
        "blue": 0x0000FF,
        "fuchsia": 0xFF00FF,
        "gray": 0x808080,
        "green": 0x008000,
        "lime": 0x00FF00,
        "maroon": 0x800000,
        "navy": 0x000080,
        "olive": 0x808000,
        "orange": 0xFFA500,
        "purple": 0x800080,
        "red": 0xFF0000,
        "silver": 0xC0C0C0,
        "teal": 0x008080,
        "white": 0xFFFFFF,
        "yellow": 0xFFFF00,
        # and those people ask for beside them; CSS too, but for dark grey, which there is lighter than grey
        "grey": 0x808080,
        "beige": 0xF5F5DC,
        "brown": 0xA52A2A,
        "coral": 0xFF7F50,
        "crimson": 0xDC143C,
        "cyan": 0x00FFFF,
        "gold": 0xFFD700,
        "indigo": 0x4B0082,
        "ivory": 0xFFFFF0,
        "lavender": 0xE6E6FA,
        "magenta": 0xFF00FF,
        "pink": 0xFFC0CB,
        "salmon": 0xFA8072,
        "turquoise": 0x40E0D0,
        "violet": 0xEE82EE,
        "dark blue": 0x00008B,
        "dark gray": 0x404040,
        "dark green": 0x006400,
        "dark grey": 0x404040,
        "dark red": 0x8B0000,
        "light blue": 0xADD8E6,
        "light gray": 0xD3D3D3,
        "light green": 0x90EE90,
        "light grey": 0xD3D3D3,
        "sky blue": 0x87CEEB,
    }.items()
}


def _shaped(wide: int, high: int) -> Size:
    """The canvas of this shape whose short side is 1080."""
    short = min(wide, high)
    return Size(1080 * wide // short, 1080 * high // short)


PRESETS: Vocabulary = {
    "square": Preset(Size(1080, 1080)),
    "instagram": Preset(Size(1080, 1080), is_brand=True),
    "portrait": Preset(Size(1080, 1920)),
    "landscape": Preset(Size(1920, 1080)),
    "widescreen": Preset(Size(1920, 1080)),
    "youtube": Preset(Size(1920, 1080), is_brand=True),
    "facebook": Preset(Size(1200, 630), is_brand=True),
    "twitter": Preset(Size(1200, 675), is_brand=True),
    "tiktok": Preset(Size(1080, 1920), is_brand=True),
    **_all("facebook cover", Preset(Size(1640, 624), stands_alone=True)),
    **_all(
        (f"{brand}{kind}" for brand, kind in product(("", "instagram ", "facebook "), ("story", "reel"))),
        Preset(Size(1080, 1920), stands_alone=True),
    ),
    **{
        f"{wide}:{high}": Preset(_shaped(wide, high), stands_alone=True)
        for wide, high in ((1, 1), (3, 2), (2, 3), (4, 3), (3, 4), (5, 4), (4, 5), (16, 9), (9, 16), (21, 9))
    },
}

NOUNS: Vocabulary = {
    **_all("canvas, ground", Noun.GROUND),
    **_all(
        "format, size, post, orientation, mode, ratio, resolution, video, banner, header, thumbnail, layout",
        Noun.FORMAT,
    ),
    **_all("x, by", Noun.BY),
    **_all("width, wide", Noun.WIDTH),
    **_all("height, high, tall", Noun.HEIGHT),
    **_all("frame, frames", Noun.FRAMES),
    **_all("fps, frames per second", Noun.FPS),
    **_all("s, sec, secs, second, seconds", Noun.SECONDS),
    **_all("%, percent, per cent", Noun.PERCENT),
    **_all("opacity, opaque, transparent, transparency, translucent", Noun.OPACITY),
    **_all("gif, gifs, animation, animations", Noun.FILM),
}

GLUE: Vocabulary = {
    "from": Glue.FROM,
    **_all("to, towards, toward, into", Glue.TO),
    **_all("at, in, along, inside", Glue.AT),
    **_all("on, onto, upon", Glue.ON),
    **_all("over, against", Glue.OVER),
    "across": Glue.ACROSS,
    "of": Glue.OF,
    "for": Glue.FOR,
    **_all("as, is, are, be, being, become, becomes, was", Glue.AS),
    **_all("not, never, without, no, cannot, can't, don't, doesn't, isn't, aren't, won't, shouldn't", Glue.NOT),
    **_all("beside, near, above, below, beneath, under, underneath, next to", Glue.BESIDE),
    "behind": Glue.BEHIND,
    **_all("on it, on them, over it, over them", Glue.ON_IT),
    **_all("behind it, behind them", Glue.BEHIND_IT),
    "both": Glue.BOTH,
    **_all("they, all of them, all of these", Glue.ALL),
    **_all("and, plus", Glue.LIST),
    **_all("with, while, whereas, but", Glue.SPLIT),
}

IGNORED: Vocabulary = _all(
    "right now, right away, all right, left over, left alone, set up, scaled down, "
    "turn into, turns into, turn on, turn off, in turn",
    Glue.IGNORED,
)
"""What holds a word of ours and does not mean it."""

UNDONE: Vocabulary = {
    **_all(
        "blur, blurs, blurred, blurry, blurring, sharpen, sharpened, brighten, brighter, darken, darker, tint, tinted, "
        "sepia, grayscale, greyscale, monochrome, black and white, black white, b and w, "
        "shadow, shadows, drop shadow, glow, glows, glowing, border, borders, outline, outlined, rounded, "
        "flip, flips, flipped, flipping, mirrored, upside down, tilt, tilts, tilted, tilting, skew, skewed, warped, "
        "remove background, removes background, background removed, background removal",
        Undone("the picture is placed as it is"),
    ),
    **_all(
        "zoom, zooms, zooming, zoomed, pulse, pulses, pulsing, pulsate, pulsates, pulsating, "
        "blink, blinks, blinking, flash, flashes, flashing, flicker, flickers, flickering, "
        "shake, shakes, shaking, wiggle, wiggles, wiggling, wobble, wobbles, wobbling, swing, swings, swinging, "
        "vibrate, vibrates, vibrating, grow, grows, growing, shrink, shrinks, shrinking, orbit, orbits, orbiting, "
        "back and forth, zigzag, morph, morphs, morphing",
        Undone("the picture moves without it, or not at all"),
    ),
    **_all(
        "four corners, all four corners, all corners, every corner, each corner, everywhere, tiled, repeated, collage",
        Undone("a picture stands in one place, so name one"),
    ),
    **_all("add text, add caption, add title, text saying", Undone("only pictures are placed")),
    **_all("hd, full hd, uhd, 4k, 8k, 720p, 1080p", Undone("write the canvas in pixels, such as 1920x1080")),
}
"""What clearly asks for something, and is not done: whoever writes it is told so."""

ARTICLES = frozenset({"a", "an", "the", "my", "our", "its", "this", "that"})

INDEFINITE = frozenset({"a", "an"})

FILLERS: Vocabulary = _all(
    "put, place, placed, places, set, sets, make, makes, use, using, used, add, show, let, have, has, keep, keeps, "
    "want, sides, "
    "i, we, you, it, he, she, which, there, then, please, should, must, will, can, does, do, also, just, each, too, "
    "positioned, located, shown, appear, appears, px, pixel, pixels, "
    "image, images, picture, pictures, photo, photos, layer, layers, logo, product, "
    "side, edge, corner, part, area, half, hand, position, place, far, way, all, very, slightly, quite, around, "
    "color, colour, colored, coloured, plain, solid, whole, entire, screen, "
    "slowly, quickly, smoothly, gently, gradually, fast, slow, straight, softly, stand, stands, standing, sit, sits, "
    "sitting, lie, lies, lying, last, lasts, lasting, long, effect, aspect, create, generate, compose, "
    "overlay, overlays, overlaid, superimpose, superimposed, paste, pasted, lay, laid, "
    "rest, rests, resting, everything, them, else",
    Glue.FILLER,
)
"""Words people write around the others; they change nothing, and are not called unread."""

PLACE_AND_MOTION: Vocabulary = {**PLACES, **PARTS, **TRAVEL, **HEADINGS, **ROTATION, **BOUNCE, **FADE, **STILL}

VOCABULARY: Vocabulary = MappingProxyType(
    {**FILLERS, **GLUE, **NOUNS, **PRESETS, **COLOURS, **FITS, **SIZES, **PLACE_AND_MOTION, **UNDONE, **IGNORED}
)

LONGEST_PHRASE = max(phrase.count(" ") + 1 for phrase in VOCABULARY)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


INTENSIFIED = _set("in at on above over behind below under next here there")
PLACING = _set("is are be put place placed positioned located sits sitting stands standing")
"""Between these, or after a tag, "right" only means "exactly": "@logo is right in the middle"."""

MISSPELLABLE = _set("left move fade spin") | {
    word
    for word, meaning in PLACE_AND_MOTION.items()
    if len(word) > 4 and word.isalpha() and not (isinstance(meaning, Go) and meaning.is_weak)
}
"""The words that are recognised with one letter wrong; shorter ones are too near to others."""

ORDINARY = _set(
    "ascent ascents bottoms bounded bounding centers clime crass crops crossed crossings crows draft drafts "
    "dripping drips drooping face faced faces facing fads failing fails fake faked fakes fame famed fare fares "
    "fate fated fates files fined fired fixer fixes flats flees fling flips floods flout font fount fries frond "
    "frost frying guide guides guiding hooping hoping lefty lent lest lift loft loser lover lowed meddle mode "
    "modes mole moles more mover movers movie movies mowing muddle paces pacing parses parsing passed passer "
    "pastes pasting pauses pausing pinning planning raises raising resolve resolves resolving retain retaining "
    "retains rides rights righty rigid risking risks rose roses ruining sable saying says siding silks singing "
    "sings sinus skill skin slice slices slicing slime spain span spanning spans spill spine spines spit spits "
    "spun stables staging stags stale stall staple stars stating stats steamy stile stilt stinking straying "
    "stroll strolls terns tuning varnish waking walls"
)
"""Correct English words that lie one letter from one of those; they are not taken for misspelled."""
