"""A request that bears an Idempotency-Key is done once, however often it is sent."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from prompt_media.access import services as tokens
from prompt_media.errors import StorageFull
from prompt_media.files import disk
from prompt_media.jobs import answers, receipts, runner
from prompt_media.jobs import services as jobs
from prompt_media.jobs.models import Job, Receipt
from sessions_app.models import Generation, Image, Session
from tests.sessions_app.calling import post, refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]

KEY = {"Idempotency-Key": "f3a1"}
WISH = {"prompt": "@logo in the center of 60x60"}
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
def stop_work(monkeypatch):
    """From its call on, jobs wait."""
    return lambda: monkeypatch.setattr(jobs, "publish", lambda job: None)


def multipart(boundary: str, files: dict[str, bytes]) -> tuple[bytes, str]:
    body = BytesIO()
    for name, data in files.items():
        disposition = f'Content-Disposition: form-data; name="files"; filename="{name}"'
        body.write(f"--{boundary}\r\n{disposition}\r\n\r\n".encode() + data + b"\r\n")
    body.write(f"--{boundary}--\r\n".encode())
    return body.getvalue(), f"multipart/form-data; boundary={boundary}"


def send(client: Client, path: str, boundary: str, files: dict[str, bytes], **headers: str):
    body, media_type = multipart(boundary, files)
    return client.post(path, body, content_type=media_type, headers=KEY | headers)


def is_replay_of(first, second) -> bool:
    """The same status, type, place and bytes; and only the second says that it is told again."""
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert second.get("Location") == first.get("Location")
    assert second["Content-Type"] == first["Content-Type"]
    return (first.status_code, first.content) == (second.status_code, second.content)


# Told again


def test_a_session_is_opened_once(client):
    first, second = (client.post("/session/create/", headers=KEY) for _ in range(2))
    assert first.status_code == 201
    assert is_replay_of(first, second)
    assert Session.objects.count() == 1


def test_a_picture_is_made_once(client, studio):
    first, second = (post(client, studio + "generate/", WISH, **KEY) for _ in range(2))
    assert first.status_code == 201
    assert is_replay_of(first, second)
    assert Generation.objects.count() == 1


def test_an_upload_is_the_same_whatever_its_boundary(client, new, picture):
    path = new.replace("/session/", "/upload/")
    first = send(client, path, "one", {"a.png": picture()})
    second = send(client, path, "another", {"a.png": picture()})
    assert first.status_code == 201
    assert is_replay_of(first, second)
    assert Image.objects.count() == 1


def test_a_body_is_the_same_however_it_is_written(client, studio):
    bodies = ['{"prompt": "@logo in the center", "frames": 5}', '{ "frames":5,\n"prompt":"@logo in the center"}']
    first, second = (
        client.post(studio + "generate/", body, content_type="application/json", headers=KEY) for body in bodies
    )
    assert is_replay_of(first, second)


def test_the_route_without_its_last_slash_is_the_same_route(client):
    first, second = client.post("/session/create/", headers=KEY), client.post("/session/create", headers=KEY)
    assert is_replay_of(first, second)


def test_a_202_is_told_again_as_it_was(client, studio, stop_work):
    stop_work()
    first = post(client, studio + "generate/", WISH, **KEY, **ASYNC)
    runner.run(first.json()["id"])
    second = post(client, studio + "generate/", WISH, **KEY)
    assert first.status_code == 202
    assert is_replay_of(first, second)


def test_what_failed_in_its_job_is_told_again(client, new, picture):
    path = new.replace("/session/", "/upload/")
    cut = picture("JPEG", (300, 300))
    first, second = (send(client, path, "x", {"a.jpg": cut[: len(cut) // 2]}) for _ in range(2))
    refused(second, 415, "broken_picture")
    assert is_replay_of(first, second)
    assert Job.objects.count() == 1


def test_a_job_is_retried_once(client, studio, stop_work):
    stop_work()
    job = Job.objects.get(pk=post(client, studio + "generate/", WISH, **ASYNC).json()["id"])
    jobs.cancel(job)
    first, second = (client.post(f"/api/v1/jobs/{job.pk}/retry/", headers=KEY) for _ in range(2))
    assert (first.status_code, first["Location"]) == (202, f"/api/v1/jobs/{job.pk}/")
    assert is_replay_of(first, second)


def test_a_token_is_made_once_and_its_secret_is_not_kept(client):
    account = User.objects.create_user("ada")
    bearer = {"Authorization": f"Bearer {tokens.create(user=account).secret}"}
    first, second = (post(client, "/api/v1/tokens/", {"name": "mine"}, **KEY, **bearer) for _ in range(2))
    assert first.status_code == 201
    refused(second, 409, "told_once")
    assert account.tokens.filter(name="mine").count() == 1
    assert first.json()["token"] not in str(Receipt.objects.values())


def test_what_was_done_before_signing_in_is_told_again_after_it(client):
    ada = User.objects.create_user("ada", password="a long enough one")
    client.get("/")
    first = client.post("/session/create/", headers=KEY)
    client.post("/login/", {"username": "ada", "password": "a long enough one"})
    assert client.get("/account/").status_code == 200
    assert is_replay_of(first, client.post("/session/create/", headers=KEY))
    assert set(Session.objects.values_list("owner", flat=True)) == {f"user:{ada.pk}"}


def test_a_key_the_account_holds_already_keeps_the_accounts_answer(client):
    ada = User.objects.create_user("ada", password="a long enough one")
    bearer = {"Authorization": f"Bearer {tokens.create(user=ada).secret}"}
    theirs = Client().post("/session/create/", headers=KEY | bearer)
    client.get("/")
    client.post("/session/create/", headers=KEY)
    assert client.post("/login/", {"username": "ada", "password": "a long enough one"}).status_code == 302
    assert is_replay_of(theirs, client.post("/session/create/", headers=KEY))


# Not told again


def test_without_a_key_each_request_counts(client):
    for _ in range(2):
        client.post("/session/create/")
    assert Session.objects.count() == 2
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("other", [{"prompt": "@logo on the left"}, WISH | {"frames": 3}])
def test_a_key_with_another_body_is_refused(client, studio, other):
    post(client, studio + "generate/", WISH, **KEY)
    problem = refused(post(client, studio + "generate/", other, **KEY), 422, "idempotency_key_reused")
    assert problem["errors"][0]["field"] == "Idempotency-Key"
    assert Generation.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "name", "colour"),
    [("?auto_tag=1", "a.png", "navy"), ("", "b.png", "navy"), ("", "a.png", "red")],
    ids=["another query", "another name", "another content"],
)
def test_a_key_with_another_upload_is_refused(client, new, picture, query, name, colour):
    path = new.replace("/session/", "/upload/")
    send(client, path, "x", {"a.png": picture()})
    refused(send(client, path + query, "x", {name: picture(colour=colour)}), 422, "idempotency_key_reused")


def test_a_key_counts_for_one_address_and_one_caller(client, studio, settings):
    ada, bob = (User.objects.create_user(name) for name in ("ada", "bob"))
    opened = [
        client.post("/session/create/", headers=KEY | {"Authorization": f"Bearer {tokens.create(user=user).secret}"})
        for user in (ada, bob)
    ]
    assert opened[0].json()["session_id"] != opened[1].json()["session_id"]
    assert post(client, studio + "generate/", WISH, **KEY).status_code == 201


def test_a_key_is_forgotten_after_a_day(client):
    for hours in (23, 25):
        client.post("/session/create/", headers=KEY)
        Receipt.objects.update(created_at=timezone.now() - timedelta(hours=hours))
    assert Session.objects.count() == 1
    client.post("/session/create/", headers=KEY)
    assert Session.objects.count() == 2
    assert Receipt.objects.count() == 1


def test_the_sweep_forgets_what_nobody_asks_for(client):
    for key in ("old", "young"):
        client.post("/session/create/", headers={"Idempotency-Key": key})
    Receipt.objects.filter(key="old").update(created_at=timezone.now() - timedelta(hours=25))
    assert receipts.forget() == 1
    assert Receipt.objects.get().key == "young"


def test_a_deleted_session_takes_its_receipts_with_it(client, studio):
    post(client, studio + "generate/", WISH, **KEY)
    client.delete(studio)
    assert not Receipt.objects.exists()
    refused(post(client, studio + "generate/", WISH, **KEY), 404, "unknown_session")


def test_a_session_that_was_deleted_is_opened_anew(client):
    first = client.post("/session/create/", headers=KEY)
    client.delete(f"/session/{first.json()['session_id']}/")
    second = client.post("/session/create/", headers=KEY)
    assert second.status_code == 201
    assert client.get(f"/session/{second.json()['session_id']}/").status_code == 200


@pytest.mark.parametrize("key", ["", "a" * 256, "a\tb", "\x80"], ids=["empty", "too long", "a tab", "a control"])
def test_a_key_is_up_to_255_printable_characters(client, key):
    problem = refused(client.post("/session/create/", headers={"Idempotency-Key": key}), 422, "bad_idempotency_key")
    assert "255 printable characters" in problem["detail"]
    assert client.post("/session/create/", headers={"Idempotency-Key": "a" * 255}).status_code == 201
    assert Session.objects.count() == 1


def test_a_refusal_is_not_kept(client, studio):
    refused(post(client, studio + "generate/", {"prompt": "@nobody"}, **KEY), 400, "unknown_tag")
    refused(post(client, studio + "generate/", {}, **KEY), 400, "invalid")
    refused(
        client.post(studio + "generate/", "{", content_type="application/json", headers=KEY), 422, "unreadable_body"
    )
    assert post(client, studio + "generate/", WISH, **KEY).status_code == 201


def test_a_full_disk_is_not_kept(client, new, picture, monkeypatch):
    path = new.replace("/session/", "/upload/")
    with monkeypatch.context() as patched:

        def full(arriving: int = 0) -> None:
            raise StorageFull("The disk is nearly full.")

        patched.setattr(disk, "require", full)
        refused(send(client, path, "x", {"a.png": picture()}), 507, "storage_full")
    assert send(client, path, "x", {"a.png": picture()}).status_code == 201


# Whoever asks while the first is at work, or after it was cut off


@pytest.fixture
def cut_off(client, studio, stop_work, monkeypatch) -> Job:
    """A request whose web process died between the commit and the answer."""
    stop_work()
    with monkeypatch.context() as patched:

        def die(request: object, job: Job) -> None:
            raise SystemExit

        patched.setattr(answers, "answer", die)
        with pytest.raises(SystemExit):
            post(client, studio + "generate/", WISH, **KEY)
    return Job.objects.get(kind="compose")


def test_while_the_job_is_at_work_the_second_is_told_to_come_back(client, studio, cut_off):
    again = post(client, studio + "generate/", WISH, **KEY)
    refused(again, 409, "idempotency_in_progress")
    assert int(again["Retry-After"]) >= 1
    refused(post(client, studio + "generate/", {"prompt": "@logo"}, **KEY), 422, "idempotency_key_reused")


def test_the_answer_the_first_never_got_is_told_from_its_job(client, studio, cut_off):
    runner.run(str(cut_off.pk))
    second, third = (post(client, studio + "generate/", WISH, **KEY) for _ in range(2))
    assert (second.status_code, second["Idempotent-Replayed"]) == (201, "true")
    assert second.json()["generation_id"] == str(Generation.objects.get().pk)
    assert second.content == third.content
    assert Job.objects.filter(kind="compose").count() == 1


def test_a_failure_the_first_never_heard_of_is_told_from_its_job(client, studio, cut_off):
    jobs.fail(jobs.claim(cut_off.pk), StorageFull("The disk is full."))
    refused(post(client, studio + "generate/", WISH, **KEY), 507, "storage_full")


def test_of_two_that_tell_the_end_the_first_is_kept(client, studio, cut_off, monkeypatch):
    runner.run(str(cut_off.pk))
    receipts.keep(Receipt.objects.get().pk, status=201, headers={"Content-Type": "application/json"}, body='"first"')
    assert post(client, studio + "generate/", WISH, **KEY).content == b'"first"'


def test_one_that_comes_in_between_changes_nothing(client, studio, monkeypatch):
    """Both looked before either had filed: the insert decides, and the later one's work is taken back."""
    real, raced = receipts.find, []

    def find(slip):
        found = real(slip)
        if not raced:
            raced.append(1)
            raced.append(post(client, studio + "generate/", WISH, **KEY))
        return found

    monkeypatch.setattr(receipts, "find", find)
    later = post(client, studio + "generate/", WISH, **KEY)
    assert is_replay_of(raced[1], later)
    assert Generation.objects.count() == 1


def test_an_upload_taken_back_leaves_no_file(client, new, picture, settings, monkeypatch):
    path = new.replace("/session/", "/upload/")
    first = send(client, path, "x", {"a.png": picture()})
    looks = iter([None, Receipt.objects.select_related("job").get()])
    monkeypatch.setattr(receipts, "find", lambda slip: next(looks))
    assert is_replay_of(first, send(client, path, "x", {"a.png": picture()}))
    assert Image.objects.count() == 1
    assert len([one for one in Path(settings.MEDIA_ROOT).rglob("*") if one.is_file()]) == 2


def test_every_route_that_makes_something_takes_a_key():
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    making = {
        path: {parameter["name"] for parameter in operations["post"].get("parameters", [])}
        for path, operations in paths.items()
        if "post" in operations and {"201", "202"} & set(operations["post"]["responses"])
    }
    assert {"/session/create/", "/upload/{session_id}/", "/api/v1/jobs/{job_id}/retry/"} <= set(making)
    assert [path for path, names in making.items() if "Idempotency-Key" not in names] == []


def test_a_page_elsewhere_may_send_a_key_and_see_what_it_needs(client, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    asks = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "idempotency-key, prefer",
    }
    allowed = client.options("/session/create/", headers=asks)
    assert {"idempotency-key", "prefer"} <= set(allowed["Access-Control-Allow-Headers"].split(", "))
    told = client.get("/healthz", headers={"Origin": "https://app.example"})["Access-Control-Expose-Headers"]
    assert {"Idempotent-Replayed", "Retry-After"} <= set(told.split(", "))
