"""The picture a recording began with, and every step after it: as it is called, seen and proved.

Steps count from 1 here, as people do; the picture before all of them is 0.
"""

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone

from prompt_media.errors import Unprocessable
from prompt_media.imaging.geometry import Size
from sessions_app.editing import prompts, sectors
from sessions_app.editing.recipe import Recipe, TargetFrom
from sessions_app.models import Generation, Image, Session, Step, Verdict
from sessions_app.reels import overlay
from sessions_app.reels.overlay import Overlay
from sessions_app.selectors import recordings as selectors

_SOURCES = {
    prompts.PAGE: "your sector prompts",
    "request": "the request",
    "built-in": "the built-in list",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what is known of a step. A good one is proved; a code is shortened where there is no room."""

    name: str
    value: str
    is_code: bool = False
    is_good: bool = False

    @property
    def short(self) -> str:
        """A long code by its ends."""
        code = self.value
        return f"{code[:4]} {code[4:8]} … {code[-4:]}" if self.is_code and len(code) > 40 else code


@dataclass(frozen=True)
class Before:
    """The picture a recording began with: what its first step was made from."""

    image: Image

    number = 0
    sector = prompt = reason = proof = difference = changed = time = ""
    is_drifted = False
    verdict = None
    title = short = "Before"
    says = "Before the first step"

    @cached_property
    def drawing(self) -> Overlay:
        return overlay.plain(_size(self.image))

    @property
    def size_in_words(self) -> str:
        return _sides(self.image)

    @property
    def facts(self) -> list[Fact]:
        return _of_file(self.image)

    @property
    def told(self) -> str:
        return json.dumps(_seen(self), ensure_ascii=False)


@dataclass(frozen=True)
class Still:
    """One step."""

    step: Step
    recording: Session

    @property
    def image(self) -> Image:
        return self.step.image

    @property
    def number(self) -> int:
        return self.step.index + 1

    @property
    def title(self) -> str:
        return f"Step {self.number}"

    @property
    def short(self) -> str:
        return str(self.number)

    @property
    def sector(self) -> str:
        """Where something changed; for what another system made, which."""
        return self.step.target_sector or self.step.system

    @property
    def prompt(self) -> str:
        return self.step.prompt

    @property
    def reason(self) -> str:
        return self.step.reason

    @cached_property
    def difference(self) -> str:
        """A picture of what changed since the step before, or since what it was made from; empty where that is not
        kept."""
        if self.step.index == 0 and selectors.made_from(self.step) is None:
            return ""
        route = reverse("recording-difference", args=[self.recording.public_id, self.step.index])
        return f"{route}?to={'previous' if self.step.index else 'input'}"

    @property
    def changed(self) -> str:
        return f"Changed since step {self.step.index}" if self.step.index else "Changed since before"

    @property
    def verdict(self) -> Verdict | None:
        """What came out when it was made again; None while nobody has tried."""
        return getattr(self.step, "verdict", None)

    @property
    def is_drifted(self) -> bool:
        return self.verdict is not None and self.verdict.word == Verdict.Word.DRIFTED

    @property
    def drift(self) -> str:
        return share(self.verdict.share) if self.verdict else ""

    @property
    def drift_picture(self) -> str:
        """Where the picture that was made again differs; empty while nobody has seen that."""
        return self.verdict.picture.url if self.verdict and self.verdict.picture else ""

    @cached_property
    def recipe(self) -> Recipe | None:
        """All that making it again takes; None for what another system made, or an old archive says no more of."""
        try:
            return Recipe.from_json(self.step.recipe) if self.step.recipe else None
        except Unprocessable:
            return None

    @property
    def grid(self) -> int | None:
        """Into how many rows and columns the picture was cut; None where nobody can tell."""
        if self.recipe:
            return self.recipe.asked.grid_size
        return sectors.NAMED_GRID if self.step.target_sector in sectors.names(sectors.NAMED_GRID) else None

    @cached_property
    def drawing(self) -> Overlay:
        if not self.grid:
            return overlay.plain(_size(self.image))
        look = (self.recipe.asked.focus_x, self.recipe.asked.focus_y) if self.recipe else None
        return overlay.draw(_size(self.image), self.grid, self.step.target_sector, self.step.focus_sector, look)

    @property
    def size_in_words(self) -> str:
        cut = f", {self.grid} × {self.grid}" if self.grid else ""
        return f"{_sides(self.image)}{cut}"

    @property
    def time(self) -> str:
        """When it was made, to the thousandth, by the house's clock."""
        return timezone.localtime(self.step.made_at).strftime("%H:%M:%S.%f")[:-3]

    @property
    def says(self) -> str:
        """The picture in words, for who cannot see it."""
        looked = f"; the eye was at {self.step.focus_sector}" if self.step.focus_sector else ""
        sector = self.step.target_sector
        what = f"{sector} changed{looked}" if sector else f"made by {self.step.system}"
        return f"{self.title}: {what}. {self.prompt}".strip()

    @property
    def proof(self) -> str:
        """What was measured outside the target, in words, when it is nothing; else empty."""
        if self.step.outside_delta != 0 or not self._outside:
            return ""
        return f"outside {self.step.target_sector}: 0 of {thin(self._outside)} px"

    @property
    def facts(self) -> list[Fact]:
        return [*self._of_recipe(), *self._of_change(), *self._of_making(), *_of_file(self.image)]

    @property
    def told(self) -> str:
        """For the player's script: what it shows of this step without asking."""
        return json.dumps(self.seen, ensure_ascii=False)

    @property
    def seen(self) -> dict[str, Any]:
        """The same, before it is written down."""
        return _seen(self, at=round(self.step.made_at.timestamp() * 1000))

    @property
    def _outside(self) -> int:
        """How many pixels lie outside the target; 0 where that cannot be told."""
        size = _size(self.image)
        if not self.grid or self.grid > size.short_side:
            return 0
        target = overlay.box(self.step.target_sector, self.grid, size)
        return size.pixels - target.pixels if target else 0

    def _of_recipe(self) -> list[Fact]:
        recipe = self.recipe
        if recipe is None:
            seen = [Fact("Target", self.step.target_sector), Fact("Focus", self.step.focus_sector)]
            return [fact for fact in seen if fact.value]
        return [
            Fact("Target", _aim(recipe)),
            Fact("Prompt from", _source(recipe)),
            Fact("Strength, seed", f"{recipe.asked.strength:g}, {recipe.seed}"),
        ]

    def _of_change(self) -> list[Fact]:
        change, outside = self.step.change, self.step.outside_delta
        facts = [Fact("Change", f"{change:.2f}")] if change is not None else []
        if outside is not None:
            facts.append(Fact("Outside delta", thin(outside), is_good=outside == 0))
        return facts

    def _of_making(self) -> list[Fact]:
        made = timezone.localtime(self.step.made_at)
        facts = [Fact("Made", f"{made:%-d %B, %H:%M:%S}")]
        if self.recipe:
            facts.append(Fact("By", f"{self.recipe.backend} {self.recipe.backend_version}"))
        elif self.step.system != Generation.Kind.SECTOR:  # whose backend nobody wrote down
            facts.append(Fact("By", self.step.system))
        return facts


def share(part: float) -> str:
    """A share of all pixels as people read it: "0.4 %"."""
    per_cent = part * 100
    if 0 < per_cent < 0.01:
        return "less than 0.01 %"
    return f"{per_cent:.0f} %" if per_cent >= 10 else f"{per_cent:.2g} %"


def thin(number: int) -> str:
    """A number as it is read: 320 000, with thin spaces that keep it together."""
    return f"{number:,}".replace(",", "\u202f")


def _aim(recipe: Recipe) -> str:
    match recipe.target_from:
        case TargetFrom.MIRRORED:
            return f"{recipe.target_sector}, mirrored from {recipe.focus_sector}"
        case TargetFrom.CORNER:
            return f"{recipe.target_sector}, a corner drawn by lot"
    return f"{recipe.target_sector}, as asked"


def _source(recipe: Recipe) -> str:
    source = _SOURCES.get(recipe.prompt_from, recipe.prompt_from)
    if recipe.prompt_index is None or not recipe.prompt_count:
        return source
    return f"{source}, {recipe.prompt_index + 1}\xa0of\xa0{recipe.prompt_count}"


def _seen(still: Still | Before, at: int | None = None) -> dict[str, Any]:
    drawing = asdict(still.drawing)
    drawing["flags"] = [asdict(flag) | {"width": flag.width} for flag in still.drawing.flags]
    told = ("number", "title", "difference", "changed", "says", "proof", "time")
    words = {name: getattr(still, name) for name in told}
    return {**words, "picture": still.image.url, "at": at, **drawing}


def _of_file(image: Image) -> list[Fact]:
    return [
        Fact("Picture", f"{_sides(image)}, {filesizeformat(image.bytes)}"),
        Fact("File", image.name, is_code=True),
        Fact("SHA-256", image.sha256, is_code=True),
    ]


def _sides(image: Image) -> str:
    return f"{image.width} × {image.height}"


def _size(image: Image) -> Size:
    return Size(image.width, image.height)
