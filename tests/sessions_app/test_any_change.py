"""Whatever a page or an answer tells of may change before any question that it asks the database: it tells each thing
once, never contradicts itself, and nothing breaks."""

import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.http.response import HttpResponseBase
from django.test import Client

from prompt_media.jobs.models import Job
from prompt_media.web.identity import HOUSE
from sessions_app.models import Deck
from sessions_app.services import decks
from tests.sessions_app import moving
from tests.sessions_app.interrupting import at_each_place
from tests.sessions_app.reading import Page, contradictions

pytestmark = pytest.mark.django_db(transaction=True)
AS_A_LIST = {"HX-Request": "true", "HX-Target": "list"}
AS_A_PART = {"HX-Request": "true"}


def jobs_are_told_once(page: Page, studio: moving.Studio) -> Iterator[str]:
    """Each job that is there before and after, in one row, in one place in line."""
    for name, making in studio.makings.items():
        if (told := page.ids[f"row-{making.job_id}"]) != 1:
            yield f"{name} stands {told} times"
    lines = Counter(re.findall(r"\d+(?:st|nd|rd|th) in line", page.words))
    yield from (f"{count} jobs are {line}" for line, count in lines.items() if count > 1)


def active_jobs_are_told_once(page: Page, studio: moving.Studio) -> Iterator[str]:
    if (told := page.ids[f"row-{studio.makings['waits'].job_id}"]) != 1:
        yield f"the one that waits stands {told} times"
    if page.number_in('id="count-active"') != sum(page.ids[name] for name in page.ids if name.startswith("row-")):
        yield "there are more rows, or fewer, than are counted"


def pane_and_row_agree(page: Page, studio: moving.Studio) -> Iterator[str]:
    yield from jobs_are_told_once(page, studio)
    states = re.findall(rf'data-follows="{studio.makings["ends"].job_id}" data-status="(\w+)"', page.html)
    if len(states) == 1:
        yield "the job is at work in its row or in its pane, and not in the other"


def what_is_counted_is_followed(page: Page, studio: moving.Studio) -> Iterator[str]:
    if ("data-follows" in page.html) != ("active" in page.words):
        yield "jobs are at work, and none of them is followed; or the other way round"


def making_is_told_once(page: Page, studio: moving.Studio) -> Iterator[str]:
    """What ends meanwhile is a card that is followed, or a result."""
    making = studio.makings["ends"]
    output = making.outputs.first()
    places = page.ids[f"job-{making.job_id}"] + (page.html.count(f"/results/{output.name}/") if output else 0)
    if places != 1:
        yield f"the making stands {places} times"
    if page.number_in('id="result-count"') != page.html.count('data-opens="viewer"'):
        yield "there are more results, or fewer, than are counted"
    shown = set(re.findall(r'data-tag="(\w+)"', page.html))
    offered = set(re.findall(r'data-insert="(\w+)"', page.html))
    if shown != offered or ("dot" in shown) != ("<image href" in page.html):
        yield f"the tray has {shown}, the table {offered}, and @dot lies there or not"


def sessions_show_what_they_count(page: Page, studio: moving.Studio) -> Iterator[str]:
    for told in re.findall(r"<li><a href=.*?</a></li>", page.html, re.DOTALL):
        counted = sum(int(count) for count in re.findall(r"(\d+) (?:picture|result)", told))
        if told.count("<img") > counted:
            yield f"{counted} pictures are counted, {told.count('<img')} shown"


def proof_is_whole_or_at_work(page: Page, studio: moving.Studio) -> Iterator[str]:
    """Verdicts are told as the last word once nobody is at it any more."""
    if "Verifying" not in page.html and "2 identical" not in page.words:
        yield "some of the verdicts are told as if they were all"


def film_ends_where_it_says(page: Page, studio: moving.Studio) -> Iterator[str]:
    count = int(re.search(r'data-last="(\d+)"', page.html)[1])
    numbers = [int(number) for number in re.findall(r'data-number="(\d+)"', page.html) if number != "0"]
    if numbers != list(range(1, count + 1)):
        yield f"of {count} steps {numbers} are shown"


def player_agrees(page: Page, studio: moving.Studio) -> Iterator[str]:
    yield from film_ends_where_it_says(page, studio)
    yield from proof_is_whole_or_at_work(page, studio)
    yield from light_is_one_of_the_list(page, studio)
    served = re.search(r"new only, (\d+) served", page.words)
    if served and int(served[1]) > int(re.search(r'data-last="(\d+)"', page.html)[1]):
        yield "more was served than there is"
    if served and (served[1] == "0") != ("Recording into" in page.html):
        yield "the light is of another moment than the replay"


def light_is_one_of_the_list(page: Page, studio: moving.Studio) -> Iterator[str]:
    """Whatever this browser records into is listed."""
    into = re.search(r'Recording into (?:<a href="/recordings/)?(\w+)', page.html)
    if into and f'<li><a href="/recordings/{into[1]}/"' not in page.html:
        yield f"{into[0]}, which is not in the list"


def study_agrees(page: Page, studio: moving.Studio) -> Iterator[str]:
    """Its results, its seats and its line in the list of studies."""
    seats = re.findall(r'<span class="seat-words">(.*?)</span></span>', page.html)
    if page.number_in("<h2>Sittings</h2><span") != len(seats):
        yield "there are more seats, or fewer, than are counted"
    over = int(re.search(r"(\d+) trials? over", page.words)[1])
    finished = sum(">finished" in seat for seat in seats)
    listed = int(re.search(r'aria-current="true".*?(\d+) finished', page.html)[1])
    if not (over > 0) == (finished > 0) == (listed > 0):
        yield f"{over} trials are over, {finished} seats finished, and {listed} in the list"


PAGES = {
    "jobs": [
        ("/jobs/", {}, jobs_are_told_once),
        ("/jobs/?state=active", AS_A_LIST, active_jobs_are_told_once),
        ("/jobs/{job_ends}/", {}, pane_and_row_agree),
        ("/jobs/{job_ends}/pane/", {}, None),
        ("/jobs/running/", {}, what_is_counted_is_followed),
    ],
    "the studio": [
        ("/sessions/", {}, sessions_show_what_they_count),
        ("/studio/{session}/", {}, making_is_told_once),
        ("/studio/{session}/tray/", {}, None),
        ("/studio/{session}/results/", {}, None),
        ("/studio/{session}/results/{output}/", {}, None),
        ("/studio/{session}/jobs/{job_ends}/", {}, None),
    ],
    "recordings": [
        ("/recordings/", {}, light_is_one_of_the_list),
        ("/recordings/?chosen=lab", AS_A_PART, None),
        ("/recordings/empty/", {}, None),
        ("/recordings/lab/stills/?from=1", {}, None),
        ("/recordings/lab/step/?step=1", {}, None),
        ("/recordings/lab/verdicts/", AS_A_PART, None),
        ("/recordings/lab/rename/", {}, None),
        ("/live/", {}, None),
        ("/live/prompts/", {}, None),
    ],
    "comparisons": [
        ("/recordings/lab/compare/", {}, None),
        ("/recordings/lab/compare/?with=other", {}, film_ends_where_it_says),
        ("/recordings/lab/compare/?with=other&step=2", AS_A_PART, None),
        ("/recordings/lab/compare/stills/?with=other&from=1", {}, None),
    ],
    "studies": [
        ("/recordings/lab/study/?study={study}", {}, study_agrees),
        ("/recordings/coarse/study/?study={new_study}", {}, None),
        ("/recordings/coarse/study/?new", {}, None),
        ("/studies/{sitting}/sit/", {}, None),
    ],
}


def each_is_told_once(told: Any, studio: moving.Studio) -> Iterator[str]:
    """The rows of a list, each by what names it."""
    names = Counter(row.get("id") or row.get("study_id") or row.get("sitting_id") or row["session_id"] for row in told)
    yield from (f"{name} stands {count} times" for name, count in names.items() if count > 1)


def places_differ(told: Any, studio: moving.Studio) -> Iterator[str]:
    yield from each_is_told_once(told, studio)
    places = Counter((row["queue"], row["place_in_line"]) for row in told if row["status"] == "queued")
    yield from (f"{count} jobs are at {place}" for place, count in places.items() if count > 1 or not place[1])


def only_what_is_done_has_an_output(told: Any, studio: moving.Studio) -> Iterator[str]:
    yield from each_is_told_once(told, studio)
    yield from (f"{row['status']}, with a picture" for row in told if row["status"] != "done" and row["outputs"])
    if any(row["status"] == "done" and not row["outputs"] for row in told):
        yield "done, without a picture"


def only_steps_are_shown(told: Any, studio: moving.Studio) -> Iterator[str]:
    yield from each_is_told_once(told, studio)
    for row in told:
        yield from shows_only_a_step(row, studio)


def shows_only_a_step(told: Any, studio: moving.Studio) -> Iterator[str]:
    if bool(told["thumbnail_url"]) != bool(told["steps"]):
        yield f"{told['session_id']} has {told['steps']} steps and shows {told['thumbnail_url']}"


def result_comes_with_the_end(told: Any, studio: moving.Studio) -> Iterator[str]:
    if (told["status"] == "done") != (told["result"] is not None):
        yield f"{told['status']}, result {told['result']}"


def session_is_counted_right(told: Any, studio: moving.Studio) -> Iterator[str]:
    if told["image_count"] != len(told["files"]) or len(told["images"]) != len(told["files"]):
        yield "files are counted otherwise"
    # Five pictures and six jobs that will add one each; then seven pictures and three jobs.
    if told["room"]["files"]["used"] not in (11, 10):
        yield f"the room used is {told['room']['files']}"


def pairs_are_all(told: Any, studio: moving.Studio) -> Iterator[str]:
    if [pair["index"] for pair in told["pairs"]] != list(range(told["length"])):
        yield f"{len(told['pairs'])} pairs of {told['length']}"


def verdicts_are_counted(told: Any, studio: moving.Studio) -> Iterator[str]:
    if sum(told[word] for word in ("identical", "drifted", "unverifiable", "unjudged")) != len(told["verdicts"]):
        yield "verdicts are counted otherwise"


def turns_are_of_these_prompts(told: Any, studio: moving.Studio) -> Iterator[str]:
    if bool(told["turns"]) == (told["source"] == "page"):
        yield f"{told['turns']} in {told['source']}"


ANSWERS = {
    "jobs": [("/api/v1/jobs/", places_differ), ("/api/v1/jobs/{job_ends}/", result_comes_with_the_end)],
    "the studio": [
        ("/api/v1/sessions/", each_is_told_once),
        ("/api/v1/images/", each_is_told_once),
        ("/api/v1/generations/", only_what_is_done_has_an_output),
        ("/session/{session}/", session_is_counted_right),
        ("/prompts/", turns_are_of_these_prompts),
        ("/health/", None),
    ],
    "recordings": [
        ("/session/list", None),
        ("/session/lab", None),
        ("/session/lab/archive/", None),
        ("/api/v1/recordings/", only_steps_are_shown),
        ("/api/v1/recordings/empty/", shows_only_a_step),
        ("/api/v1/recordings/lab/compare/?with=other", pairs_are_all),
        ("/api/v1/recordings/lab/verify/", verdicts_are_counted),
    ],
    "studies": [
        ("/api/v1/recordings/lab/studies/", each_is_told_once),
        ("/api/v1/studies/{study}/", None),
        ("/api/v1/studies/{study}/sittings/", each_is_told_once),
        ("/api/v1/studies/{study}/results/", None),
        ("/api/v1/studies/{new_study}/results/", None),
        ("/api/v1/studies/{study}/sectors.csv", None),
        ("/api/v1/sittings/{sitting}/", None),
    ],
}
WITHOUT_JSON = ("archive/", ".csv")


@pytest.fixture
def studio(client: Client) -> moving.Studio:
    client.get("/live/")
    return moving.furnished("visitor:" + client.cookies["identity"].value.split(":")[0])


@pytest.fixture
def asked(client: Client, studio: moving.Studio, caplog):
    """What is answered, whichever question of the call everything changes before; with the words of that question."""
    change = cache(lambda: moving.Change(studio.move))

    def asked(path: str, headers: dict[str, str]) -> Iterator[tuple[str, HttpResponseBase]]:
        address = path.format(**studio.names)
        for before, answer in at_each_place(change().undo, lambda: client.get(address, headers=headers), change().do):
            assert answer.status_code == 200, f"{path} before {before}"
            yield before, answer
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []

    return asked


@pytest.mark.parametrize("pages", PAGES.values(), ids=PAGES)
def test_a_page_tells_of_one_moment(asked, studio, pages):
    found = []
    for path, headers, expects in pages:
        for before, answer in asked(path, headers):
            page = Page(answer.content.decode())
            told = [*contradictions(page), *(expects(page, studio) if expects else ())]
            found += [(path, one, before) for one in told]

    assert found == []


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_tells_of_one_moment(asked, studio, answers):
    found = []
    for path, expects in answers:
        for before, answer in asked(path, {}):
            body = answer.getvalue()
            told = {} if path.endswith(WITHOUT_JSON) else json.loads(body)
            found += [(path, one, before) for one in (expects(told.get("results", told), studio) if expects else ())]

    assert found == []


@pytest.mark.parametrize("path", ["/jobs/{id}/", "/jobs/{id}/pane/", "/api/v1/jobs/{id}/", "/api/v1/jobs/{id}/events"])
def test_a_job_may_be_forgotten_at_any_moment(client, path):
    job = Job.objects.create(kind="compose", owner=HOUSE, title="PNG", status="cancelled")
    told = at_each_place(
        prepare=lambda: job.save_base(raw=True),
        call=lambda: client.get(path.format(id=job.pk)),
        act=Job.objects.filter(pk=job.pk).delete,
    )

    statuses = [answer.status_code for _, answer in told]
    assert statuses[0] == 404
    assert set(statuses) <= {200, 404}


def test_a_step_that_comes_meanwhile_is_not_among_those_that_were_there(client, studio):
    """Whoever is told that there is no third step is not told that there are three."""
    change = moving.Change(studio.move)
    told = []
    for _, answer in at_each_place(change.undo, lambda: client.get("/session/lab/frames/2/"), change.do):
        body = answer.getvalue()
        told += [json.loads(body)["detail"]] if answer.status_code == 404 else []

    assert [words[:29] for words in told] == ["This recording has 2 steps, c"] * len(told)
    assert told


def test_a_replay_that_has_just_begun_is_not_complete(client, studio):
    """Either nothing is replayed yet, or the first frame comes."""
    lab = studio.recordings["lab"]
    told = []
    for _, answer in at_each_place(
        prepare=lambda: Deck.objects.all().delete(),
        call=lambda: client.get("/session/replay/next"),
        act=lambda: decks.play(owner=studio.owner, recording=lab, mode=Deck.Mode.CASSETTE),
    ):
        answer.getvalue()
        told.append((answer.status_code, answer.headers.get("X-Index")))

    assert set(told) == {(200, "0")}
    assert len(told) > 1


def test_a_replay_that_moves_is_told_of_one_moment(asked, studio):
    """What is recorded into stops, and the playhead comes to the end, while the recording grows."""
    decks.record(owner=studio.owner, recording=studio.recordings["lab"])
    decks.play(owner=studio.owner, recording=studio.recordings["lab"], mode=Deck.Mode.NEW_ONLY)

    found = []
    for before, answer in asked("/recordings/lab/?step=2", {}):
        page = Page(answer.content.decode())
        found += [(one, before) for one in (*contradictions(page), *player_agrees(page, studio))]

    assert found == []


def test_the_admin_tells_of_one_moment_too(client, studio, asked):
    client.force_login(get_user_model().objects.create_superuser("operator"))
    lab = studio.recordings["lab"]

    found = []
    for before, answer in asked(f"/admin/sessions_app/recording/{lab.pk}/change/", {}):
        found += [(one, before) for one in contradictions(Page(answer.content.decode()))]

    assert found == []


@pytest.mark.parametrize("path", ["/account/", "/account/password/", "/login/", "/studio/{unknown}/", "/nowhere/"])
def test_no_id_stands_twice_on_the_pages_that_nothing_moves_on(client, path):
    if path.startswith("/account/"):
        client.force_login(get_user_model().objects.create_user("ada"))
    page = Page(client.get(path.format(unknown=uuid4()), headers={"Accept": "text/html"}).content.decode())

    assert page.ids["main"] == 1
    assert list(contradictions(page)) == []
