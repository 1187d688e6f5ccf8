"""The recorder's doors: the promised shapes, in both slash forms, and what is refused in which words."""

import json

import pytest
from django.test import Client

from prompt_media.files import store
from prompt_media.web.identity import HOUSE
from sessions_app.models import Deck, Session
from tests.sessions_app import recorded
from tests.sessions_app.calling import content, post, refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lab() -> Session:
    """A recording of the house with three steps: BR, TL, MR."""
    return recorded.recording(owner=HOUSE, public_id="lab", steps=3)


def bare(client: Client, path: str):
    """A POST without a body, as `curl -X POST` sends it."""
    return client.generic("POST", path)


def nexts(client: Client, count: int, **headers: str) -> list[str | None]:
    """The numbers of the next frames; None: complete."""
    answers = [client.get("/session/replay/next", headers=headers) for _ in range(count)]
    for answer in answers:
        answer.getvalue()
        answer.close()
    return [answer.get("X-Index") for answer in answers]


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_promised_answers_come_in_both_forms(client, slash):
    started = bare(client, f"/session/start{slash}?session_id=my_experiment")
    assert (started.status_code, started.content) == (200, b'{"session_id":"my_experiment","status":"recording"}')
    assert client.get(f"/session/list{slash}").content == b'{"sessions":["my_experiment"]}'
    details = client.get(f"/session/my_experiment{slash}").json()
    assert list(details) == ["session_id", "created_at", "sequence"]
    assert isinstance(details["created_at"], float)
    replaying = bare(client, f"/session/replay/my_experiment{slash}").content
    assert replaying.startswith(b'{"session_id":"my_experiment","status":"replaying","total_generations":0')
    assert client.get(f"/session/replay/next{slash}").content == b'{"status":"complete","image":null}'
    assert bare(client, f"/session/replay/stop{slash}").content == b'{"status":"stopped"}'
    assert bare(client, f"/session/stop{slash}").content == b'{"session_id":"my_experiment","status":"stopped"}'
    assert bare(client, f"/session/stop{slash}").content == b'{"session_id":null,"status":"stopped"}'
    deleted = client.delete(f"/session/my_experiment{slash}").content
    assert deleted == b'{"status":"deleted","session_id":"my_experiment"}'
    refused(client.delete(f"/session/my_experiment{slash}"), 404, "unknown_recording")


def test_an_id_from_the_clock_is_the_seconds_since_1970(client):
    started = bare(client, "/session/start").json()["session_id"]
    word, seconds = started.split("_")
    assert word == "session"
    assert 0 <= Session.objects.get().created_at.timestamp() - int(seconds) < 60


def test_details_are_what_the_folder_tells(client, lab):
    told = client.get("/session/lab").json()
    first = told["sequence"][0]
    assert list(first)[:6] == ["index", "filename", "target_sector", "focus_sector", "prompt", "timestamp"]
    assert (first["index"], first["filename"], first["target_sector"]) == (0, "0000_BR.png", "BR")
    assert first["timestamp"] == told["created_at"] + 6


def test_frames_come_as_they_are_stored_with_what_is_known_of_them(client, lab):
    bare(client, "/session/replay/lab")
    for step in lab.steps.order_by("index"):
        sent = client.get("/session/replay/next")
        assert content(sent) == store.read(step.image.key)
        told = [sent[name] for name in ("X-Sector", "X-Prompt", "X-Index", "ETag", "Content-Type")]
        assert told == [step.target_sector, step.prompt, str(step.index), f'"{step.image.sha256}"', "image/png"]
        assert (sent["Cache-Control"], sent["X-Content-Type-Options"]) == ("no-store", "nosniff")
    complete = client.get("/session/replay/next")
    assert (complete.json(), complete["Cache-Control"]) == ({"status": "complete", "image": None}, "no-store")


def test_a_step_costs_two_questions_of_the_database(client, lab, django_assert_num_queries):
    bare(client, "/session/replay/lab")
    with django_assert_num_queries(2):
        content(client.get("/session/replay/next"))


@pytest.mark.parametrize("headers", [{"range": "bytes=0-9"}, {"if-none-match": "*"}, {"accept": "image/png"}])
def test_a_step_that_is_passed_is_sent_whole_whatever_was_asked(client, lab, headers):
    bare(client, "/session/replay/lab")
    sent = client.get("/session/replay/next", headers=headers)
    assert sent.status_code == 200
    assert content(sent) == store.read(lab.steps.get(index=0).image.key)


def test_who_asks_for_the_head_alone_passes_nothing(client, lab):
    bare(client, "/session/replay/lab")
    heads = [client.head("/session/replay/next") for _ in range(2)]
    assert [(head["X-Index"], head["Cache-Control"], head.content) for head in heads] == [("0", "no-store", b"")] * 2
    assert nexts(client, 4) == ["0", "1", "2", None]
    assert client.head("/session/replay/next").status_code == 200


def test_a_step_that_is_verified_comes_as_it_is_stored_with_its_verdict(client, lab, worker):
    bare(client, "/session/replay/lab?mode=verify")
    step = lab.steps.get(index=0)

    sent = client.get("/session/replay/next")

    assert content(sent) == store.read(step.image.key)
    assert (sent["X-Verdict"], sent["X-Index"]) == ("drifted", "0"), "no backend of ours has painted that disc"
    assert float(sent["X-Drift"]) == pytest.approx(step.verdict.share, abs=1e-6)
    assert "recipe was changed" in sent["X-Verdict-Reason"]
    assert nexts(client, 3) == ["1", "2", None]


def test_a_step_that_cannot_be_made_again_is_served_with_the_reason(client, lab, worker):
    lab.steps.filter(index=0).update(recipe={})
    bare(client, "/session/replay/lab?mode=verify")
    sent = client.get("/session/replay/next")
    content(sent)
    assert (sent["X-Verdict"], sent["X-Drift"]) == ("unverifiable", "0.000000")
    assert "no recipe" in sent["X-Verdict-Reason"]


def test_a_verdict_that_takes_too_long_costs_nobody_the_step(client, lab, settings):
    settings.WAIT_SECONDS = 0
    bare(client, "/session/replay/lab?mode=verify")
    refused(client.get("/session/replay/next"), 503, "unavailable")
    assert client.head("/session/replay/next")["X-Index"] == "0"


def test_without_a_replay_there_is_no_next(client, lab):
    refused(client.get("/session/replay/next"), 400, "not_replaying")
    assert client.head("/session/replay/next").status_code == 400
    bare(client, "/session/replay/lab")
    bare(client, "/session/replay/stop")
    refused(client.get("/session/replay/next"), 400, "not_replaying")
    assert bare(client, "/session/replay/stop").json() == {"status": "stopped"}, "always"


def test_a_replay_begins_anew_when_it_is_started_again(client, lab):
    bare(client, "/session/replay/lab")
    assert nexts(client, 2) == ["0", "1"]
    bare(client, "/session/replay/lab")
    assert nexts(client, 4) == ["0", "1", "2", None]


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_frame_is_read_by_its_number_as_often_as_one_likes(client, lab, slash):
    sent = client.get(f"/session/lab/frames/1{slash}")
    step = lab.steps.get(index=1)
    assert content(sent) == store.read(step.image.key)
    assert (sent["X-Sector"], sent["X-Index"]) == ("TL", "1")
    again = client.get(f"/session/lab/frames/1{slash}", headers={"if-none-match": sent["ETag"]})
    assert (again.status_code, again["X-Index"]) == (304, "1")
    part = client.get(f"/session/lab/frames/1{slash}", headers={"range": "bytes=0-3"})
    assert (part.status_code, content(part)) == (206, b"\x89PNG")


@pytest.mark.parametrize("number", ["3", "99999999999", "9" * 40])
def test_a_number_that_no_step_has_is_told_so(client, lab, number):
    problem = refused(client.get(f"/session/lab/frames/{number}"), 404, "unknown_frame")
    assert "3 steps" in problem["detail"]
    refused(client.get(f"/session/nowhere/frames/{number}"), 404, "unknown_recording")


def test_a_folder_that_somebody_removed_leaves_a_recording_that_says_so(client, lab):
    store.discard_folder("generation/sessions/lab")
    assert client.get("/session/list").json() == {"sessions": ["lab"]}
    assert len(client.get("/session/lab").json()["sequence"]) == 3
    problem = refused(client.get("/session/lab/frames/0"), 404, "file_gone")
    assert "folder was removed" in problem["detail"]
    bare(client, "/session/replay/lab")
    refused(client.get("/session/replay/next"), 404, "file_gone")


def test_a_prompt_in_any_script_stands_in_a_header(client, lab):
    lab.steps.filter(index=0).update(prompt="甲虫\r\nX-Evil: 1 " + "ä" * 3000)
    sent = client.head("/session/lab/frames/0")
    assert "X-Evil" not in sent
    assert sent["X-Prompt"].startswith("%E7%94%B2%E8%99%AB%0D%0AX-Evil: 1 %C3%A4")
    assert len(sent["X-Prompt"]) <= 1024


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("session_id=..%2F..%2Fetc", 422, "bad_recording_id"),
        ("session_id=a%0Ab", 422, "bad_recording_id"),
        ("session_id=%20", 422, "bad_recording_id"),
        ("session_id=stop", 422, "bad_recording_id"),
        ("session_id=5e55105e-5510-4e55-8510-5e55105e5510", 422, "bad_recording_id"),
        ("session_id=lab", 409, "recording_exists"),
        ("session_id=LAB", 409, "recording_exists"),
        ("scope=everything", 422, "unprocessable"),
        ("resume=perhaps", 422, "unprocessable"),
        ("seed=-1", 422, "unprocessable"),
        ("seed=NaN", 422, "unprocessable"),
    ],
)
def test_a_start_that_makes_no_sense_starts_nothing(client, lab, query, status, code):
    refused(bare(client, f"/session/start?{query}"), status, code)
    assert list(Session.objects.all()) == [lab]
    assert not Deck.objects.exists()


def test_a_start_may_be_wished_for_in_the_body_which_wins(client):
    post(client, "/session/start?session_id=other&seed=1&scope=generate", {"session_id": "lab", "scope": "all"})
    deck = Deck.objects.get()
    assert (deck.recording.public_id, deck.scope, deck.recording.recording.seed) == ("lab", "all", 1)
    assert post(client, "/session/start", {"session_id": "lab", "resume": True}).json()["session_id"] == "lab"


def test_an_empty_value_is_as_if_it_were_not_there(client):
    assert bare(client, "/session/start?session_id=&scope=&resume=").json()["session_id"].startswith("session_")


def test_what_is_resumed_goes_on(client, lab):
    assert bare(client, "/session/start?session_id=lab&resume=true").json()["session_id"] == "lab"
    assert len(client.get("/session/lab").json()["sequence"]) == 3
    assert bare(client, "/session/start?session_id=new&resume=1").json()["session_id"] == "new"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"mode": "backwards"}, "unprocessable"),
        ({"mode": "fork", "at": 4}, "out_of_range"),
        ({"mode": "fork", "at": -1}, "unprocessable"),
        ({"mode": "fork", "at": "1"}, "unprocessable"),
        ({"mode": "fork", "at": True}, "unprocessable"),
        ({"mode": "fork", "session_id": "a/b"}, "bad_recording_id"),
        ({"at": 1}, "contradiction"),
        ({"mode": "strict", "session_id": "other"}, "contradiction"),
    ],
)
def test_a_replay_that_makes_no_sense_starts_nothing(client, lab, wish, code):
    refused(post(client, "/session/replay/lab", wish), 422, code)
    assert list(Session.objects.all()) == [lab]
    refused(client.get("/session/replay/next"), 400, "not_replaying")


def test_a_foreign_pages_picture_does_not_move_the_playhead(client, lab, settings):
    settings.TRUSTED_ORIGINS = ["https://ads.example"]
    bare(client, "/session/replay/lab")
    foreign = {"Sec-Fetch-Site": "cross-site"}

    refused(client.get("/session/replay/next", headers=foreign), 403, "origin")
    refused(client.get("/session/replay/next", headers=foreign | {"Origin": "https://evil.example"}), 403, "origin")
    assert nexts(client, 1) == ["0"]
    assert nexts(client, 1, **{"Sec-Fetch-Site": "same-origin"}) == ["1"]
    assert nexts(client, 1, **foreign | {"Origin": "https://ads.example"}) == ["2"]


@pytest.mark.parametrize(
    "call",
    [
        lambda client: bare(client, "/session/replay/lab?mode=fork&at=2&session_id=other"),
        lambda client: bare(client, "/session/replay/lab/fork?at=2&session_id=other"),
        lambda client: post(client, "/session/replay/lab/fork/", {"at": 2, "session_id": "other"}),
        lambda client: post(client, "/session/replay/lab?mode=strict&at=1&session_id=other", {"mode": "fork", "at": 2}),
    ],
    ids=["in the address", "its own address", "in a body", "the body wins"],
)  # fmt: skip
def test_a_fork_is_a_recording_of_its_own(client, lab, call):
    assert call(client).json() == {
        "session_id": "other", "status": "replaying", "total_generations": 2, "mode": "fork",
    }  # fmt: skip
    assert nexts(client, 3) == ["0", "1", None]
    assert client.get("/session/list").json()["sessions"] == ["lab", "other"]
    theirs, own = (client.get(f"/session/{name}").json()["sequence"] for name in ("lab", "other"))
    assert own == theirs[:2]
    assert bare(client, "/session/stop").json()["session_id"] == "other", "it is recorded into"


def test_a_fork_into_an_id_that_is_taken_is_refused(client, lab):
    refused(bare(client, "/session/replay/lab?mode=fork&session_id=Lab"), 409, "recording_exists")
    refused(client.get("/session/replay/next"), 400, "not_replaying")


@pytest.mark.parametrize("path", ["/session/start", "/session/replay/lab/fork", "/api/v1/recordings/"])
def test_what_is_asked_twice_under_one_key_is_done_once(client, lab, path):
    first, again = (post(client, path, {}, **{"idempotency-key": "one"}) for _ in range(2))
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Session.objects.count() == 2


def test_words_of_the_addresses_are_never_ids(client):
    assert client.get("/session/start").status_code == 405
    assert client.get("/session/replay/stop").status_code == 405
    assert client.delete("/session/list").status_code == 405
    assert bare(client, "/session/replay/stop").json() == {"status": "stopped"}


def test_a_uuid_is_never_a_recording(client):
    refused(client.get("/session/5e55105e-5510-4e55-8510-5e55105e5510"), 404, "unknown_session")
    refused(client.get("/session/5e55105e-5510-4e55-8510-5e55105e5510/frames/0"), 404, "not_found")


def test_pictures_in_lists_lead_to_where_they_are(client, lab):
    listed = client.get("/api/v1/images/?session=lab").json()["results"]
    assert len(listed) == 4, "three frames and what the first was made from"
    for image in listed:
        sent = client.get(image["url"])
        assert sent["ETag"] == f'"{image["sha256"]}"'
        content(sent)
    refused(client.get("/session/lab/pictures/other.png"), 404, "unknown_image")


def test_the_list_tells_of_each_recording_newest_first(client, lab):
    bare(client, "/session/start?session_id=newer")
    newer, older = client.get("/api/v1/recordings/").json()["results"]
    assert (newer["session_id"], newer["steps"], newer["is_recording"], newer["thumbnail_url"]) == (
        "newer",
        0,
        True,
        None,
    )
    assert (older["session_id"], older["steps"], older["seed"], older["is_recording"]) == ("lab", 3, 7, False)
    assert older["bytes"] == sum(step.image.bytes for step in lab.steps.all())
    assert content(client.get(older["thumbnail_url"])) == store.read(lab.steps.get(index=0).image.thumbnail_key)


def test_a_recording_is_started_named_and_deleted_by_json(client):
    made = post(client, "/api/v1/recordings/", {"session_id": "lab", "name": "Käfer", "scope": "all", "seed": 5})
    assert (made.status_code, made.json()["name"], made.json()["seed"]) == (201, "Käfer", 5)
    assert Deck.objects.get().scope == Deck.Scope.ALL
    named = client.patch("/api/v1/recordings/lab/", json.dumps({"name": "Beetle"}), content_type="application/json")
    assert named.json() == client.get("/api/v1/recordings/lab/").json()
    assert named.json()["name"] == "Beetle"
    assert client.delete("/api/v1/recordings/lab/").status_code == 204
    refused(client.get("/api/v1/recordings/lab/"), 404, "unknown_recording")


def test_what_scripts_recorded_is_everybodys_here_and_in_nobodys_list(client, lab):
    visitor = Client(headers={"accept": "text/html"})
    visitor.get("/")
    assert visitor.get("/session/list").json() == {"sessions": []}
    assert visitor.get("/session/lab").status_code == 200


def test_what_somebody_recorded_is_only_theirs(client):
    recorded.recording(owner="user:7", public_id="theirs")
    assert client.get("/session/list").json() == {"sessions": []}
    for path in ("/session/theirs", "/session/theirs/frames/0", "/api/v1/recordings/theirs/"):
        refused(client.get(path), 404, "unknown_recording")
    refused(bare(client, "/session/replay/theirs"), 404, "unknown_recording")
    refused(client.delete("/session/theirs"), 404, "unknown_recording")
    refused(bare(client, "/session/start?session_id=theirs&resume=true"), 409, "recording_exists")


def test_pages_of_a_trusted_site_may_read_what_is_told_of_a_frame(client, lab, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://lab.example"]
    sent = client.get("/session/lab/frames/0", headers={"origin": "https://lab.example"})
    content(sent)
    exposed = {name.strip() for name in sent["Access-Control-Expose-Headers"].split(",")}
    assert {"X-Sector", "X-Prompt", "X-Index", "X-Generation-Status"} <= exposed
