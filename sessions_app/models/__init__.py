"""The floor all systems stand on, as rows: the database holds the rules that must never break; services the rest."""

from sessions_app.models.recordings import Deck, Recording, Step, Verdict
from sessions_app.models.studies import Sitting, Study, Trial
from sessions_app.models.workspace import Generation, GenerationInput, Image, Session, Tag

__all__ = [
    "Deck",
    "Generation",
    "GenerationInput",
    "Image",
    "Recording",
    "Session",
    "Sitting",
    "Step",
    "Study",
    "Tag",
    "Trial",
    "Verdict",
]
