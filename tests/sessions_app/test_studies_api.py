"""Studies and sittings, called as an owner, a participant and a stranger would."""

import csv
import json
from uuid import uuid4

import pytest

from prompt_media.web.identity import HOUSE
from sessions_app.models import Sitting, Study
from sessions_app.studying import signals
from tests.sessions_app.calling import content, post, refused
from tests.sessions_app.recorded import recording as made

pytestmark = pytest.mark.django_db(transaction=True)
STUDIES = "/api/v1/recordings/gaze-study-04/studies/"


@pytest.fixture(autouse=True)
def recording(transactional_db):
    return made(owner=HOUSE, steps=3)


@pytest.fixture
def study(client) -> str:
    """A study's path, with one trial in which nothing changes."""
    told = post(client, STUDIES, {"name": "Pilot", "seed": 5, "catch_trials": 1}).json()
    return f"/api/v1/studies/{told['study_id']}/"


@pytest.fixture
def seat(client, study) -> str:
    return post(client, study + "sittings/", {"participant": "P 01"}).json()["sitting_id"]


def say(client, seat: str, place: int, sector: str | None, **more: object):
    body = {"sector": sector, "reaction_ms": 640.5} | more
    return post(client, f"/api/v1/sittings/{seat}/trials/{place}/", body)


def test_a_study_tells_what_it_shows_and_what_not(client, recording):
    recording.steps.filter(index=1).update(target_sector="")

    told = post(client, STUDIES, {}).json()

    assert told["changes"] == [{"index": 0, "sector": "BR"}, {"index": 2, "sector": "MR"}]
    assert told["left_out"] == [{"index": 1, "reason": "It was not aimed at a sector."}]
    assert (told["mask"], told["show_ms"], told["mask_ms"], told["limit_ms"]) == ("flicker", 500, 80, 20_000)
    assert client.get(f"/api/v1/studies/{told['study_id']}/").json() == told
    assert [one["study_id"] for one in client.get(STUDIES).json()["results"]] == [told["study_id"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"show_ms": 19}, "show_ms"),
        ({"mask_ms": 2_001}, "mask_ms"),
        ({"limit_ms": 0}, "limit_ms"),
        ({"catch_trials": -1}, "catch_trials"),
        ({"seed": 1_000_000_000}, "seed"),
    ],
)
def test_a_number_out_of_range_is_told_by_its_field(client, body, field):
    problem = refused(post(client, STUDIES, body), 422, "out_of_range")
    assert problem["errors"][0]["field"] == field


@pytest.mark.parametrize("body", [{"mask": "smoke"}, {"show_ms": "500"}, {"name": "x" * 201}, {"name": 5}, []])
def test_what_is_no_study_is_refused(client, body):
    refused(post(client, STUDIES, body), 422, "unprocessable")
    assert not Study.objects.exists()


def test_a_recording_that_is_not_there_or_somebody_elses_has_no_studies(client, study):
    made(owner="user:7", public_id="theirs", steps=1)

    for name in ("theirs", "nowhere"):
        refused(client.get(f"/api/v1/recordings/{name}/studies/"), 404, "unknown_recording")
        refused(post(client, f"/api/v1/recordings/{name}/studies/", {}), 404, "unknown_recording")


def test_a_study_is_not_found_by_whoever_cannot_open_its_recording(client, study, recording):
    type(recording).objects.filter(pk=recording.pk).update(owner="user:7")

    refused(client.get(study), 404, "unknown_study")
    refused(client.delete(study), 404, "unknown_study")
    refused(post(client, study + "sittings/", {}), 404, "unknown_study")
    for part in ("sittings/", "results/", "trials.csv", "sectors.csv"):
        refused(client.get(study + part), 404, "unknown_study")


def test_a_participant_needs_nothing_but_the_sittings_id(client, seat, recording):
    type(recording).objects.filter(pk=recording.pk).update(owner="user:7")

    assert client.get(f"/api/v1/sittings/{seat}/").json()["next"] == 0
    assert say(client, seat, 0, None).json() == {"trial": 0, "next": 1}
    assert content(client.get(f"/studies/{seat}/trials/0/after"))


def test_nothing_a_participant_is_given_tells_what_changes(client, seat):
    told = client.get(f"/api/v1/sittings/{seat}/")

    assert set(told.json()) == {
        "sitting_id", "mask", "show_ms", "mask_ms", "limit_ms", "sectors", "trials", "next",
    }  # fmt: skip
    assert told.json()["sectors"] == ["TL", "TC", "TR", "ML", "MC", "MR", "BL", "BC", "BR"]
    for trial in Sitting.objects.get().trials.all():
        for which in ("before", "after"):
            shown = client.get(f"/studies/{seat}/trials/{trial.place}/{which}")
            headers = str(dict(shown.items()))
            assert shown["Content-Disposition"] == "inline"
            assert not any(name in headers for name in (trial.step.image.name, trial.step.image.sha256, "_"))
            content(shown)


def test_where_nothing_changes_the_headers_do_not_tell_it(client, seat):
    caught = Sitting.objects.get().trials.get(is_catch=True)

    before, after = (client.get(f"/studies/{seat}/trials/{caught.place}/{which}") for which in ("before", "after"))

    assert before["ETag"] != after["ETag"]
    assert content(before) == content(after)


def test_where_something_changes_two_pictures_are_shown(client, seat):
    trial = Sitting.objects.get().trials.filter(is_catch=False).first()

    pair = [content(client.get(f"/studies/{seat}/trials/{trial.place}/{which}")) for which in ("before", "after")]

    assert pair[0] != pair[1]


def test_a_picture_that_the_browser_has_is_not_sent_again(client, seat):
    path = f"/studies/{seat}/trials/0/before"
    sent = client.get(path)
    content(sent)

    assert client.get(path, headers={"if-none-match": sent["ETag"]}).status_code == 304


def test_an_answer_counts_once_and_in_its_turn(client, seat):
    refused(say(client, seat, 1, "TL"), 409, "not_its_turn")
    assert say(client, seat, 0, "TL").json() == {"trial": 0, "next": 1}
    assert say(client, seat, 0, "BR").json() == {"trial": 0, "next": 1}

    assert Sitting.objects.get().trials.get(place=0).answer == "TL"


def test_a_reload_goes_on_where_it_was(client, seat):
    for place in range(4):
        assert client.get(f"/api/v1/sittings/{seat}/").json()["next"] == place
        say(client, seat, place, "TL")

    assert client.get(f"/api/v1/sittings/{seat}/").json()["next"] is None
    assert Sitting.objects.get().finished_at is not None


@pytest.mark.parametrize(
    ("place", "body", "status", "code"),
    [
        (0, {"sector": "XX"}, 422, "unknown_sector"),
        (0, {"sector": "TL", "reaction_ms": -1}, 422, "out_of_range"),
        (0, {"sector": "TL", "reaction_ms": "640"}, 422, "unprocessable"),
        (0, {"sector": "TL", "reaction_ms": True}, 422, "unprocessable"),
        (0, {"sector": "TL", "in_time": "no"}, 422, "unprocessable"),
        (0, {"reaction_ms": 640}, 400, "invalid"),
        (4, {"sector": "TL"}, 404, "unknown_trial"),
        (10**30, {"sector": "TL"}, 404, "unknown_trial"),
    ],
)
def test_what_is_no_answer_is_refused(client, seat, place, body, status, code):
    refused(post(client, f"/api/v1/sittings/{seat}/trials/{place}/", body), status, code)
    assert client.get(f"/api/v1/sittings/{seat}/").json()["next"] == 0


@pytest.mark.parametrize("path", ["/api/v1/sittings/{}/", "/studies/{}/trials/0/before", "/studies/{}/trials/0/after"])
def test_a_sitting_that_is_not_there_is_not_found(client, path):
    refused(client.get(path.format(uuid4())), 404, "unknown_sitting")


def test_a_study_set_up_twice_under_one_key_is_one(client):
    first, again = (post(client, STUDIES, {}, **{"idempotency-key": "study"}) for _ in range(2))

    assert first.json() == again.json()
    assert Study.objects.count() == 1


def test_a_seat_taken_twice_under_one_key_is_one(client, study):
    first, again = (post(client, study + "sittings/", {}, **{"idempotency-key": "seat"}) for _ in range(2))

    assert first.json() == again.json()
    assert Sitting.objects.count() == 1


def test_a_seat_has_a_page_to_sit_at(client, study):
    told = post(client, study + "sittings/", {"participant": "P 01"}).json()

    assert told["url"] == f"/studies/{told['sitting_id']}/sit/"
    assert (told["number"], told["trials"], told["over"]) == (1, 4, 0)
    assert client.get(study + "sittings/").json()["results"] == [told]


def read(client, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(content(response).decode().splitlines()))


def test_a_scripted_participant_stands_in_the_sheets_as_scripted(client, study, seat):
    """Sees BR and MR, puts TL into BR, and sees nothing where nothing changes."""
    for trial in Sitting.objects.get().trials.all():
        said = {"TL": "BR", "": None}.get(trial.sector, trial.sector)
        say(client, seat, trial.place, said, reaction_ms=1000 if trial.sector == "BR" else 500)

    results = client.get(study + "results/").json()
    tally = {one["sector"]: one for one in results["sectors"]}
    assert (results["trials"], results["right"]) == (4, 3)
    assert tally["BR"] == {
        "sector": "BR", "hits": 1, "misses": 0, "false_alarms": 1, "correct_rejections": 2, "hit_rate": 1.0,
        "false_alarm_rate": pytest.approx(1 / 3), "d_prime": pytest.approx(0.674490 + 0.318639, abs=1e-5),
        "criterion": pytest.approx(-(0.674490 - 0.318639) / 2, abs=1e-5), "median_ms": 1000.0,
    }  # fmt: skip
    assert (tally["TL"]["hits"], tally["TL"]["misses"], tally["TL"]["median_ms"]) == (0, 1, None)
    assert (tally["MC"]["hit_rate"], tally["MC"]["d_prime"]) == (None, None)
    assert results["overall"]["hits"] == 3

    rows = read(client, study + "trials.csv")
    assert {(row["sector"], row["answer"], row["outcome"], row["right"], row["catch"]) for row in rows} == {
        ("BR", "BR", "hit", "yes", "no"),
        ("TL", "BR", "wrong sector", "no", "no"),
        ("MR", "MR", "hit", "yes", "no"),
        ("", "", "correct rejection", "yes", "yes"),
    }
    assert {row["participant"] for row in rows} == {"P 01"}
    assert [row["trial"] for row in rows] == ["0", "1", "2", "3"]

    sheet = {(row["sitting"], row["sector"]): row for row in read(client, study + "sectors.csv")}
    assert sheet["", "BR"]["d_prime"] == "0.993129"
    assert (sheet["", "any"]["hits"], sheet["", "any"]["false_alarms"]) == ("3", "0")


def test_the_sheet_of_sectors_tells_all_participants_together_and_each_alone(client, study):
    for code, is_awake in (("P 01", True), ("P 02", False)):
        seat = post(client, study + "sittings/", {"participant": code}).json()["sitting_id"]
        for trial in Sitting.objects.get(pk=seat).trials.all():
            say(client, seat, trial.place, (trial.sector or None) if is_awake else None)

    rows = [row for row in read(client, study + "sectors.csv") if row["sector"] == "BR"]

    assert [(row["sitting"], row["participant"], row["hits"], row["misses"]) for row in rows] == [
        ("", "", "1", "1"),
        ("1", "P 01", "1", "0"),
        ("2", "P 02", "0", "1"),
    ]
    rates = [(1.5 / 3, 0.5 / 7), (1.5 / 2, 0.5 / 4), (0.5 / 2, 0.5 / 4)]
    sensitivities = [signals.d_prime(*one) for one in rates]
    assert [float(row["d_prime"]) for row in rows] == pytest.approx(sensitivities, abs=1e-6)


def test_words_of_a_participant_are_no_formula_in_the_sheet(client, study):
    seat = post(client, study + "sittings/", {"participant": "=HYPERLINK(1)"}).json()["sitting_id"]
    say(client, seat, 0, None)

    [row] = read(client, study + "trials.csv")

    assert row["participant"] == "'=HYPERLINK(1)"


def test_a_trial_that_ran_out_of_time_stands_so_in_the_sheet(client, study, seat):
    say(client, seat, 0, None, in_time=False, reaction_ms=None)

    [row] = read(client, study + "trials.csv")

    assert (row["in_time"], row["answer"], row["reaction_ms"]) == ("no", "", "")


def test_a_deleted_study_leaves_nothing(client, study, seat):
    assert client.delete(study).status_code == 204

    refused(client.get(study), 404, "unknown_study")
    refused(client.get(f"/api/v1/sittings/{seat}/"), 404, "unknown_sitting")
    refused(say(client, seat, 0, "TL"), 404, "unknown_sitting")


def test_times_that_are_no_numbers_do_not_come_in(client, seat):
    path = f"/api/v1/sittings/{seat}/trials/0/"
    for time in ("NaN", "Infinity", "1e999", json.dumps("5")):
        body = f'{{"sector": "TL", "reaction_ms": {time}}}'
        assert client.post(path, body, content_type="application/json").status_code in (400, 422)
