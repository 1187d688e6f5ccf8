"""Studies: what of a recording is shown, in which order, and that an answer counts once."""

import pytest

from prompt_media.errors import Conflict, Unprocessable
from prompt_media.web.identity import HOUSE
from sessions_app.models import Session, Sitting, Step, Study, Trial
from sessions_app.selectors import results
from sessions_app.selectors import studies as selectors
from sessions_app.services import studies
from sessions_app.studying import orders, signals
from sessions_app.studying.design import Design
from tests.sessions_app.recorded import recording as made

pytestmark = pytest.mark.django_db


@pytest.fixture
def recording() -> Session:
    return made(owner=HOUSE, steps=4)


def study_of(recording: Session, **design: object) -> Study:
    return studies.set_up(recording=recording, owner=HOUSE, design=Design(**{"seed": 5} | design))


def indexes(sitting: Sitting) -> tuple[int, ...]:
    return tuple(trial.step_index for trial in sitting.trials.all())


def left_out(recording: Session) -> dict[int, str]:
    return {one.index: one.reason for one in selectors.material(recording).left_out}


def test_every_step_that_changed_something_is_a_trial(recording):
    sitting = studies.open_sitting(study=study_of(recording))

    assert sorted(indexes(sitting)) == [0, 1, 2, 3]
    assert {trial.step_index: trial.sector for trial in sitting.trials.all()} == {0: "BR", 1: "TL", 2: "MR", 3: "TC"}


def test_each_sitting_has_its_order_of_the_counterbalanced_design(recording):
    study = study_of(recording)

    shown = [indexes(studies.open_sitting(study=study)) for _ in range(4)]

    assert shown == [orders.changes_of(range(4), seed=5, number=number) for number in (1, 2, 3, 4)]
    assert all(set(column) == {0, 1, 2, 3} for column in zip(*shown, strict=True))


def test_a_trial_without_a_change_shows_one_picture_twice_and_names_no_sector(recording):
    sitting = studies.open_sitting(study=study_of(recording, catch_trials=2))

    caught = [trial for trial in sitting.trials.all() if trial.is_catch]
    assert len(caught) == 2
    assert all(trial.sector == "" for trial in caught)
    assert all((pair := selectors.pair(trial)).before == pair.after for trial in caught)


def test_a_trial_shows_what_the_step_was_made_from_and_what_it_made(recording):
    sitting = studies.open_sitting(study=study_of(recording))

    pairs = {trial.step_index: selectors.pair(trial) for trial in sitting.trials.all()}
    frames = [step.image for step in recording.steps.all()]
    assert pairs[0].before == recording.images.get(step=None)
    assert pairs[2].before == frames[1]
    assert [pairs[index].after for index in range(4)] == frames


def test_a_step_of_another_program_comes_after_the_frame_before_it(recording):
    Step.objects.filter(recording=recording).update(recipe={})
    sitting = studies.open_sitting(study=study_of(recording))

    assert sorted(indexes(sitting)) == [1, 2, 3]
    assert left_out(recording) == {0: "The picture it was made from is not in the recording."}
    trial = sitting.trials.get(step_index=1)
    assert selectors.pair(trial).before == recording.steps.get(index=0).image


def change(step: Step, **columns: object) -> None:
    Step.objects.filter(pk=step.pk).update(**columns)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"status": Step.Status.FALLBACK}, "The backend failed, so its picture is the one it came from."),
        ({"target_sector": ""}, "It was not aimed at a sector."),
        ({"target_sector": "r1c9"}, "It names a sector, r1c9, of no grid that is known here."),
        ({"change": 0.0}, "Nothing changed in it."),
        ({"recipe": {"image": {"sha256": "0" * 64}}}, "The picture it was made from is not in the recording."),
        (
            {"recipe": {"asked": {"grid_size": 4}}, "target_sector": "r3c3"},
            "It is cut into 4 × 4 sectors, and most are into 3 × 3.",
        ),
    ],
)
def test_a_step_that_shows_no_change_is_left_out_and_it_is_said_why(recording, columns, reason):
    change(recording.steps.get(index=2), **columns)

    assert left_out(recording) == {2: reason}
    assert sorted(indexes(studies.open_sitting(study=study_of(recording)))) == [0, 1, 3]


def test_a_picture_of_another_size_is_no_change(recording):
    image = recording.steps.get(index=3).image
    type(image).objects.filter(pk=image.pk).update(width=61)

    assert left_out(recording) == {3: "The picture it was made from has another size."}


def test_a_recording_that_shows_no_change_cannot_be_studied(recording):
    Step.objects.filter(recording=recording).update(target_sector="")

    with pytest.raises(studies.NothingToShow):
        study_of(recording)


def test_nobody_is_asked_to_sit_through_more_trials_than_there_is_patience_for(recording, monkeypatch):
    monkeypatch.setattr(studies, "MOST_TRIALS", 5)

    assert study_of(recording, catch_trials=1)
    with pytest.raises(Unprocessable, match="6 trials in a sitting; it can have 5"):
        study_of(recording, catch_trials=2)


def test_what_is_recorded_after_the_first_sitting_leaves_the_study_as_it_is(recording):
    study = study_of(recording)
    later = recording.steps.get(index=3)
    change(later, target_sector="")
    studies.open_sitting(study=study)

    change(later, target_sector="TC")

    assert sorted(indexes(studies.open_sitting(study=study))) == [0, 1, 2]
    assert selectors.material_of(study).left_out[-1] == selectors.LeftOut(3, "It is not in the first sitting.")


def test_an_answer_is_noted_and_the_last_one_ends_the_sitting(recording):
    sitting = studies.open_sitting(study=study_of(recording))

    for place in range(4):
        studies.answer(sitting=sitting, place=place, sector="TL", reaction_ms=500.04 + place)

    sitting.refresh_from_db()
    assert sitting.finished_at is not None
    assert [(one.answer, one.reaction_ms) for one in sitting.trials.all()] == [
        ("TL", 500.0), ("TL", 501.0), ("TL", 502.0), ("TL", 503.0),
    ]  # fmt: skip


def test_the_first_answer_to_a_trial_counts(recording):
    sitting = studies.open_sitting(study=study_of(recording))
    first = studies.answer(sitting=sitting, place=0, sector="TL", reaction_ms=400)

    again = studies.answer(sitting=sitting, place=0, sector="BR", reaction_ms=90)

    assert (again.answer, again.reaction_ms, again.answered_at) == ("TL", 400, first.answered_at)
    assert selectors.next_place(sitting) == 1


def test_answers_come_in_order(recording):
    sitting = studies.open_sitting(study=study_of(recording))

    with pytest.raises(studies.NotItsTurn):
        studies.answer(sitting=sitting, place=1, sector="TL", reaction_ms=400)

    assert not Trial.objects.filter(sitting=sitting, answered_at__isnull=False).exists()


def test_nothing_changed_is_an_answer_and_running_out_of_time_is_none(recording):
    sitting = studies.open_sitting(study=study_of(recording))
    studies.answer(sitting=sitting, place=0, sector=None, reaction_ms=900)
    studies.answer(sitting=sitting, place=1, sector=None, reaction_ms=20_000, in_time=False)

    told = [(one.is_answered, one.answer, one.reaction_ms) for one in sitting.trials.all()[:2]]
    assert told == [(True, "", 900), (False, "", None)]


@pytest.mark.parametrize("sector", ["r0c0", "tl", "XX", "", "TL "])
def test_a_sector_that_the_pictures_do_not_have_is_refused(recording, sector):
    sitting = studies.open_sitting(study=study_of(recording))

    with pytest.raises(studies.UnknownSector):
        studies.answer(sitting=sitting, place=0, sector=sector, reaction_ms=400)


@pytest.mark.parametrize("reaction_ms", [-1, float("nan"), float("inf"), 3_600_001])
def test_a_time_that_nobody_can_need_is_refused(recording, reaction_ms):
    sitting = studies.open_sitting(study=study_of(recording))

    with pytest.raises(Unprocessable):
        studies.answer(sitting=sitting, place=0, sector="TL", reaction_ms=reaction_ms)


def test_a_trial_that_is_not_there_cannot_be_answered(recording):
    sitting = studies.open_sitting(study=study_of(recording))

    with pytest.raises(selectors.UnknownTrial):
        studies.answer(sitting=sitting, place=4, sector="TL", reaction_ms=400)


def test_a_scripted_participant_comes_to_the_sensitivity_that_was_scripted(recording):
    """Sees every change but the one in TL, names TL in the first of two trials without a change."""
    study = study_of(recording, catch_trials=2)
    sitting = studies.open_sitting(study=study)
    alarm = True
    for trial in sitting.trials.all():
        sector: str | None = None if trial.sector == "TL" else trial.sector or None
        if trial.is_catch and alarm:
            sector, alarm = "TL", False
        studies.answer(sitting=sitting, place=trial.place, sector=sector, reaction_ms=700)

    told = dict(results.of(study).sectors)

    assert (told["TL"].hits, told["TL"].misses, told["TL"].false_alarms, told["TL"].correct_rejections) == (0, 1, 1, 4)
    assert told["TL"].d_prime == pytest.approx(signals.d_prime(0.5 / 2, 1.5 / 6))
    assert told["BR"].d_prime == pytest.approx(signals.d_prime(1.5 / 2, 0.5 / 6))


def test_a_study_goes_with_its_sittings_and_a_recording_with_its_studies(recording):
    study, other = study_of(recording), study_of(recording)
    studies.open_sitting(study=study)

    studies.delete(study=study)
    assert (Study.objects.get(), Sitting.objects.count(), Trial.objects.count()) == (other, 0, 0)

    recording.delete()
    assert not Study.objects.exists()


def test_a_study_is_found_within_reach_of_its_recording_alone(recording):
    study = study_of(recording)

    assert selectors.study(study.pk, None) == selectors.study(study.pk, frozenset({HOUSE})) == study
    with pytest.raises(selectors.UnknownStudy):
        selectors.study(study.pk, frozenset({"user:1"}))


def test_a_recording_has_room_for_so_many_studies_and_a_study_for_so_many_sittings(recording, monkeypatch):
    monkeypatch.setattr(studies, "MOST_STUDIES", 1)
    monkeypatch.setattr(studies, "MOST_SITTINGS", 1)
    study = study_of(recording)
    studies.open_sitting(study=study)

    with pytest.raises(Conflict, match="at most 1 studies"):
        study_of(recording)
    with pytest.raises(Conflict, match="at most 1 sittings"):
        studies.open_sitting(study=study)
