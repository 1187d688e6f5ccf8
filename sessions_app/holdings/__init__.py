"""What the floor's sessions own in the storage: which files their rows claim, and what can be put right of them."""

from prompt_media.files import keepers
from sessions_app.holdings import recordings, studio


def register() -> None:
    """Answer for our part of the storage."""
    keepers.register(studio.keeper())
    keepers.register(recordings.keeper())
