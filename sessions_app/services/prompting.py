"""Whose prompts a request without one is given: an identity's own, else those of the house, each list in turn.

The house's are files in DATA_DIR, read anew each time, so that whoever edits one need restart nothing.
"""

import json
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from prompt_media.errors import Unprocessable
from sessions_app.editing import prompts
from sessions_app.editing.prompts import Choice, Lists
from sessions_app.models import Deck
from sessions_app.services import decks

_LARGEST_FILE = 4 * 1024 * 1024


class BadPrompts(Unprocessable):
    """Prompts that cannot be read: sent by somebody, or in a file that was put into DATA_DIR."""

    code = "bad_prompts"


def lists_of(owner: str) -> Lists:
    """The prompts this identity's requests are given. Raises BadPrompts."""
    return _lists(decks.of(owner))


def lists_and_turns_of(owner: str) -> tuple[Lists, dict[str, int]]:
    """These prompts, and how many of each list have been used. Raises BadPrompts."""
    deck = decks.of(owner)
    return _lists(deck), dict(deck.turns)


def read(value: object) -> Lists:
    """The prompts that somebody sent. Raises BadPrompts, naming the field."""
    try:
        return prompts.from_json(value)
    except Unprocessable as error:
        raise BadPrompts(error.detail, field=error.errors[0].field if error.errors else None) from error


def take_turn(*, owner: str, sector: str) -> Choice:
    """The prompt whose turn it is in this sector; the next request gets the one behind it. Raises BadPrompts."""
    with transaction.atomic(savepoint=False):
        deck = decks.locked(owner)
        choice = prompts.choose(_lists(deck), sector, deck.turns)
        deck.turns = {**deck.turns, choice.turn_key: (choice.index + 1) % choice.count}
        deck.save(update_fields=["turns"])
    return choice


def replace(*, owner: str, lists: Lists | None) -> Lists:
    """Give an identity prompts of its own, or with None those of the house; each list begins with its first again."""
    with transaction.atomic():
        deck = decks.locked(owner)
        deck.prompts, deck.turns = lists.to_json() if lists else None, {}
        deck.save(update_fields=["prompts", "turns"])
    return _lists(deck)


def reset(*, owner: str) -> None:
    """Let each list begin with its first prompt again."""
    Deck.objects.filter(owner=owner).update(turns={})


def _lists(deck: Deck) -> Lists:
    return prompts.from_json(deck.prompts) if deck.prompts is not None else _of_the_house()


def _of_the_house() -> Lists:
    sector_prompts, lines = settings.DATA_DIR / prompts.JSON_FILE, settings.DATA_DIR / prompts.TEXT_FILE
    if sector_prompts.exists():
        return _read(sector_prompts, lambda text: prompts.from_json(json.loads(text), prompts.JSON_FILE))
    return _read(lines, prompts.from_text) if lines.exists() else prompts.BUILT_IN


def _read(path: Path, understand: Callable[[str], Lists]) -> Lists:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise BadPrompts(f"It is larger than {_LARGEST_FILE // 1024 // 1024} MB.")
        return understand(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadPrompts(f"{path.name} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise BadPrompts(f"{path.name} cannot be read: {error}.") from error
    except Unprocessable as error:
        raise BadPrompts(f"{path.name}: {error.detail}") from error
