"""Studies: set up, sat through, answered, deleted."""

import math
import secrets

from django.db import transaction
from django.utils import timezone

from prompt_media.errors import Conflict, Unprocessable
from sessions_app.editing import sectors
from sessions_app.models import Session, Sitting, Study, Trial
from sessions_app.selectors import studies as selectors
from sessions_app.services import recordings, workspace
from sessions_app.studying import orders
from sessions_app.studying.design import LONGEST_MS, MOST_TRIALS, SEEDS, Design
from sessions_app.studying.orders import Showing

MOST_STUDIES = 100
"""Of one recording."""
MOST_SITTINGS = 1_000
"""Of one study."""


class NothingToShow(Conflict):
    """No step of the recording shows a change."""

    code = "nothing_to_show"


class NotItsTurn(Conflict):
    """An answer to a trial that has not been shown yet."""

    code = "not_its_turn"


class UnknownSector(Unprocessable):
    code = "unknown_sector"


def set_up(*, recording: Session, owner: str, design: Design) -> Study:
    """A study of a recording, which has something to show. Raises NothingToShow, Conflict when it has enough, or
    UnknownRecording when it was deleted meanwhile."""
    _require_material(selectors.material(recording), design.catch_trials)
    with transaction.atomic():
        held = recordings.held(recording)
        if Study.objects.filter(recording=held).count() >= MOST_STUDIES:
            raise Conflict(f"A recording has at most {MOST_STUDIES} studies. Delete one first.", code="quota")
        return Study.objects.create(
            recording=held,
            owner=owner,
            name=design.name,
            seed=secrets.randbelow(SEEDS.stop) if design.seed is None else design.seed,
            mask=design.mask,
            show_ms=design.show_ms,
            mask_ms=design.mask_ms,
            limit_ms=design.limit_ms,
            catch_trials=design.catch_trials,
        )


def open_sitting(*, study: Study, participant: str = "") -> Sitting:
    """A seat for one participant, with all trials in its order. Raises NothingToShow or UnknownStudy."""
    with transaction.atomic():
        recordings.held(study.recording)
        locked = _locked(study)
        material = selectors.material_of(locked)
        _require_material(material, locked.catch_trials)
        if locked.sittings_numbered >= MOST_SITTINGS:
            raise Conflict(f"A study has at most {MOST_SITTINGS:,} sittings. Set up another.", code="quota")
        locked.sittings_numbered += 1
        locked.save(update_fields=["sittings_numbered"])
        sitting = Sitting.objects.create(study=locked, number=locked.sittings_numbered, participant=participant)
        changes = {one.index: one for one in material.changes}
        shown = orders.order(
            list(changes), catches=locked.catch_trials, seed=locked.seed, number=locked.sittings_numbered
        )
        Trial.objects.bulk_create(_trial(sitting, place, one, changes[one.step]) for place, one in enumerate(shown))
    return sitting


def answer(
    *, sitting: Sitting, place: int, sector: str | None, reaction_ms: float | None, in_time: bool = True
) -> Trial:
    """Note what was said of a trial: a sector, or None for "nothing changed"; not in time: it ran out.

    The first answer counts: the same trial answered again stays as it was. Raises NotItsTurn, UnknownSector,
    UnknownTrial or Unprocessable.
    """
    said = _said(sitting, sector) if in_time else ""
    _require_time(reaction_ms)
    with transaction.atomic():
        locked = Sitting.objects.select_for_update().filter(pk=sitting.pk).first()
        if locked is None:
            raise selectors.UnknownSitting("This sitting was deleted with its study.")
        trial = selectors.trial(locked, place)
        if trial.answered_at is not None:
            return trial
        if selectors.next_place(locked) != place:
            raise NotItsTurn(f"Trial {place} has not been shown yet: those before it have no answer.")
        trial.answer, trial.is_answered, trial.answered_at = said, in_time, timezone.now()
        trial.reaction_ms = round(reaction_ms, 1) if in_time and reaction_ms is not None else None
        trial.save(update_fields=["answer", "is_answered", "answered_at", "reaction_ms"])
        if selectors.next_place(locked) is None:
            locked.finished_at = trial.answered_at
            locked.save(update_fields=["finished_at"])
    return trial


def delete(*, study: Study) -> None:
    """Delete a study with its sittings and what was answered there."""
    with transaction.atomic():
        # Its recording first, as whoever sits down takes it; and before their trials the sittings, as whoever answers.
        workspace.hold(study.recording_id)
        list(Sitting.objects.filter(study=study).order_by("pk").select_for_update().values_list("pk", flat=True))
        Study.objects.filter(pk=study.pk).delete()


def _require_material(material: selectors.Material, catch_trials: int) -> None:
    if not material.changes:
        raise NothingToShow("No step of this recording shows a change, so there is nothing to ask about.")
    count = len(material.changes) + catch_trials
    if count > MOST_TRIALS:
        raise Unprocessable(
            f"That makes {count:,} trials in a sitting; it can have {MOST_TRIALS}. Study a shorter recording.",
            code="too_many_trials",
        )


def _locked(study: Study) -> Study:
    row = Study.objects.select_for_update(of=("self",)).select_related("recording").filter(pk=study.pk).first()
    if row is None:
        raise selectors.UnknownStudy("This study was deleted meanwhile.")
    return row


def _trial(sitting: Sitting, place: int, showing: Showing, change: selectors.Change) -> Trial:
    return Trial(
        sitting=sitting,
        place=place,
        step_id=change.step_id,
        step_index=change.index,
        is_catch=showing.is_catch,
        sector="" if showing.is_catch else change.sector,
    )


def _said(sitting: Sitting, sector: str | None) -> str:
    grid = selectors.grid_of(sitting.study)
    if sector is not None and sector not in sectors.names(grid):
        known = f"{sectors.names(grid)[0]} to {sectors.names(grid)[-1]}"
        raise UnknownSector(f"A sector is one of {known}; null says that nothing changed.", field="sector")
    return sector or ""


def _require_time(reaction_ms: float | None) -> None:
    if reaction_ms is not None and not (math.isfinite(reaction_ms) and 0 <= reaction_ms <= LONGEST_MS):
        raise Unprocessable(f"A reaction time is 0 to {LONGEST_MS:,} ms.", code="out_of_range", field="reaction_ms")
