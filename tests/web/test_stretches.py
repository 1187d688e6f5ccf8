"""A list on a page comes in stretches: all of it can be reached, and what comes or goes meanwhile shifts nothing."""

from datetime import UTC, datetime

import pytest
from model_bakery import baker

from prompt_media.errors import NotFound
from prompt_media.jobs.models import Job
from prompt_media.web import stretches
from tests.sessions_app.interrupting import at_each_place

pytestmark = pytest.mark.django_db
AT_ONCE = datetime(2026, 3, 14, tzinfo=UTC)


def cut(cursor: str = "") -> stretches.Stretch[Job]:
    return stretches.cut(Job.objects.all(), by="created_at", size=3, cursor=cursor)


@pytest.fixture
def jobs() -> set[Job]:
    made = baker.make(Job, kind="compose", _quantity=8)
    # Rows of one moment are told apart too.
    Job.objects.filter(pk__in=[job.pk for job in made[:5]]).update(created_at=AT_ONCE)
    return set(made)


def test_all_of_it_is_reached(jobs):
    first = cut()
    second = cut(first.older)
    third = cut(second.older)

    assert {*first.rows, *second.rows, *third.rows} == jobs
    assert [(one.first, one.last, one.total, one.more) for one in (first, second, third)] == [
        (1, 3, 8, 5),
        (4, 6, 8, 2),
        (7, 8, 8, 0),
    ]
    assert third.older == ""
    assert not first.is_all


def test_what_comes_or_goes_meanwhile_shifts_nothing(jobs):
    first = cut()
    baker.make(Job, kind="compose")
    Job.objects.filter(pk=first.rows[-1].pk).delete()

    second = cut(first.older)
    third = cut(second.older)

    assert [len(one.rows) for one in (first, second, third)] == [3, 3, 2]
    assert {*first.rows, *second.rows, *third.rows} == jobs


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("there", "then", "stretch"),
    [
        pytest.param(2, 10, 0, id="more than fit"),
        pytest.param(8, 0, 0, id="none, on top"),
        pytest.param(8, 0, 1, id="none, in the middle"),
        pytest.param(8, 0, 2, id="none, at the end"),
    ],
)
def test_what_comes_or_goes_between_two_questions_contradicts_nothing(there, then, stretch):
    cursors = [""]

    def furnish(count: int) -> None:
        Job.objects.all().delete()
        for _ in range(count):
            baker.make(Job, kind="compose")

    def prepare() -> None:
        furnish(there)
        cursors[:] = [""]
        while older := cut(cursors[-1]).older:
            cursors.append(older)

    told = [one for _, one in at_each_place(prepare, lambda: cut(cursors[stretch]), lambda: furnish(then))]

    assert told
    for one in told:
        assert one.before >= 0
        assert one.more >= 0
        assert one.total == one.before + len(one.rows) + one.more
        assert bool(one.older) == (one.more > 0)


def test_a_list_of_nothing_has_no_end_to_reach():
    whole = cut()
    assert (list(whole.rows), whole.older, whole.more, whole.is_all) == ([], "", 0, True)


@pytest.mark.parametrize("written", ["x", "\0", "1:2:3", "é", "a" * 5_000])
def test_a_place_that_somebody_wrote_is_refused(written):
    with pytest.raises(NotFound, match="none of ours"):
        cut(written)


def test_a_place_in_another_list_is_refused(jobs):
    with pytest.raises(NotFound):
        stretches.cut(Job.objects.all(), by="finished_at", size=3, cursor=cut().older)
