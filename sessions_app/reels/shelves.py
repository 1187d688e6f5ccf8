"""The recordings one may open, as lists show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from prompt_media.web import stretches
from prompt_media.web.stretches import Stretch
from sessions_app.models import Session, Step
from sessions_app.selectors import recordings as selectors

# How many recordings stand on a shelf at first, and come with each wish for older ones.
SHELF = 60


@dataclass(frozen=True, slots=True)
class Spine:
    """One recording on a shelf."""

    recording: Session

    @property
    def steps(self) -> int:
        return self.recording.step_count  # type: ignore[attr-defined]  # counted by selectors.recordings.shelf

    @property
    def pictures(self) -> list[str]:
        """The small pictures of its first steps; of none that came after they were counted."""
        shown: list[Step] = self.recording.shown  # type: ignore[attr-defined]  # the same
        return [step.image.thumbnail_url for step in shown[: self.steps]]

    @property
    def when(self) -> str:
        """The day it was begun, as people say it, with the hour while that still matters."""
        began, today = timezone.localtime(self.recording.created_at), timezone.localdate()
        days = (today - began.date()).days
        if days in (0, 1):
            return f"{'yesterday' if days else 'today'} {began:%H:%M}"
        return f"{began:%-d %B}" if began.year == today.year else f"{began:%-d %B %Y}"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Recordings under one heading, the newest first, as far as they are shown."""

    title: str
    stretch: Stretch[Session]

    @property
    def spines(self) -> Sequence[Spine]:
        return [Spine(one) for one in self.stretch.rows]


def shelf(title: str, owner: str, words: str = "", cursor: str = "", without: Session | None = None) -> Shelf:
    """The owner's recordings whose name or id holds these words, from the cursor on, and without one of them."""
    found = selectors.shelf(owner).filter(Q(name__icontains=words) | Q(public_id__icontains=words))
    whole = found.exclude(pk=without.pk) if without else found
    return Shelf(title, stretches.cut(whole, by="created_at", size=SHELF, cursor=cursor))
