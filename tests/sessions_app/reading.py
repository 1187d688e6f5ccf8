"""A page as whoever reads it sees it: what stands on it, and where it contradicts itself."""

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

from django.utils.html import strip_tags

_OF = re.compile(r"\b(\d+) of (\d+)\b")
_STRETCH = re.compile(r"\b(\d+) to (\d+) of (\d+)\b")


class Page(HTMLParser):
    """The ids of a page, its sliders and bars, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.ids: Counter[str] = Counter()
        self.sliders: list[tuple[float, float, float]] = []
        self.feed(html)
        self.words = " ".join(strip_tags(html).split())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attributes}
        if "id" in told:
            self.ids[told["id"]] += 1
        if told.get("type") == "range" or tag == "progress":
            least, most = float(told.get("min") or 0), float(told.get("max") or 1)
            self.sliders.append((least, float(told.get("value") or least), most))

    def number_in(self, marked: str) -> int:
        """The number that stands first behind this mark-up."""
        return int(re.search(re.escape(marked) + r"[^>]*>\s*(\d+)", self.html)[1])


def contradictions(page: Page) -> Iterator[str]:
    """Whatever cannot be true of any moment: an id twice, "3 of 2", "1 to 50 of 49", a slider beyond its end."""
    yield from (f"{count} times #{name}" for name, count in page.ids.items() if count > 1)
    yield from (f"{least} <= {value} <= {most}" for least, value, most in page.sliders if not least <= value <= most)
    yield from (found[0] for found in _OF.finditer(page.words) if int(found[1]) > int(found[2]))
    yield from (found[0] for found in _STRETCH.finditer(page.words) if int(found[1]) > int(found[2]))
    yield from re.findall(r"-\d+ (?:more|in all|step|picture)", page.words)
