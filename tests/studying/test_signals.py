"""Answers become hits and false alarms, and those a d′ that the literature knows."""

import pytest

from sessions_app.studying import signals
from sessions_app.studying.signals import Outcome, Response, Tally

# H. Stanislaw and N. Todorov, Behavior Research Methods 31 (1999), 137-149, and W. Schneider's notes on the theory.
KNOWN = [
    pytest.param(0.80, 0.40, 1.095, -0.294, id="Stanislaw and Todorov"),
    pytest.param(0.70, 0.10, 1.806, 0.379, id="Schneider, first"),
    pytest.param(0.50, 0.40, 0.253, 0.127, id="Schneider, second"),
    pytest.param(0.85, 0.05, 2.681, 0.304, id="Schneider, third"),
    pytest.param(0.50, 0.50, 0.000, 0.000, id="chance"),
]


def scripted(hit_rate: float, false_alarm_rate: float, trials: int = 4_000) -> list[Response]:
    """A participant with these rates for the sector BR; what it misses it does not see at all."""
    hits, alarms = round(trials * hit_rate), round(trials * false_alarm_rate)
    seen = [Response("BR", "BR" if place < hits else "") for place in range(trials)]
    return seen + [Response("", "BR" if place < alarms else "") for place in range(trials)]


@pytest.mark.parametrize(("hit_rate", "false_alarm_rate", "d_prime", "criterion"), KNOWN)
def test_rates_have_the_sensitivity_and_criterion_the_literature_gives(hit_rate, false_alarm_rate, d_prime, criterion):
    assert signals.d_prime(hit_rate, false_alarm_rate) == pytest.approx(d_prime, abs=0.0011)
    assert signals.criterion(hit_rate, false_alarm_rate) == pytest.approx(criterion, abs=0.0011)


@pytest.mark.parametrize(("hit_rate", "false_alarm_rate", "d_prime", "criterion"), KNOWN)
def test_a_participant_with_known_rates_has_the_known_sensitivity(hit_rate, false_alarm_rate, d_prime, criterion):
    tally = signals.of_sector(scripted(hit_rate, false_alarm_rate), "BR")

    assert (tally.hit_rate, tally.false_alarm_rate) == (hit_rate, false_alarm_rate)
    assert tally.d_prime == pytest.approx(d_prime, abs=0.002)
    assert tally.criterion == pytest.approx(criterion, abs=0.002)


def test_few_answers_are_corrected_as_hautus_says():
    tally = Tally(hits=20, misses=5, false_alarms=10, correct_rejections=15)

    assert tally.d_prime == pytest.approx(signals.d_prime(20.5 / 26, 10.5 / 26))


def test_who_sees_everything_has_a_sensitivity_all_the_same():
    tally = Tally(hits=10, misses=0, false_alarms=0, correct_rejections=10)

    assert tally.d_prime == pytest.approx(2 * 1.6906, abs=0.001)  # z(10.5/11), from the normal distribution's table
    assert tally.criterion == pytest.approx(0)


def test_what_was_never_shown_has_no_rate_and_no_sensitivity():
    tally = signals.of_sector([Response("", ""), Response("TL", "TL")], "BR")

    assert (tally.hit_rate, tally.d_prime, tally.criterion) == (None, None, None)
    assert tally.false_alarm_rate == 0


@pytest.mark.parametrize(
    ("sector", "answer", "outcome"),
    [
        ("TL", "TL", Outcome.HIT),
        ("TL", "BR", Outcome.ELSEWHERE),
        ("TL", "", Outcome.MISS),
        ("", "TL", Outcome.FALSE_ALARM),
        ("", "", Outcome.CORRECT_REJECTION),
    ],
)
def test_a_trial_comes_to_one_of_five_ends(sector, answer, outcome):
    assert Response(sector, answer).outcome is outcome


def test_another_sector_named_is_a_miss_of_the_one_and_a_false_alarm_of_the_other():
    told = dict(signals.summary([Response("TL", "BR")], ["TL", "BR"]).sectors)

    assert told == {"TL": Tally(0, 1, 0, 0), "BR": Tally(0, 0, 1, 0)}


def test_over_all_sectors_it_counts_that_a_change_was_seen_wherever_it_was_put():
    responses = [Response("TL", "BR"), Response("TL", "TL"), Response("BR", ""), Response("", "TL"), Response("", "")]

    told = signals.summary(responses, ["TL", "BR"])

    assert told.overall == Tally(hits=2, misses=1, false_alarms=1, correct_rejections=1)
    assert told.share_right == 2 / 5


def test_the_time_told_is_the_middle_one_of_the_hits():
    answers = [("TL", 500), ("TL", 900), ("TL", 600), ("BR", 100), ("TL", None)]
    responses = [Response("TL", answer, ms) for answer, ms in answers]

    assert signals.of_sector(responses, "TL").median_ms == 600
