"""A token stands for its account: made once, shown once, revoked at once."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from prompt_media.access import services
from prompt_media.access.models import Token
from prompt_media.errors import NotSignedIn
from sessions_app.models import Session
from tests.sessions_app.calling import post, refused

pytestmark = pytest.mark.django_db(transaction=True)

CREATE = "/session/create/"
TOKENS = "/api/v1/tokens/"


def test_a_token_acts_as_its_account(ada, bearing):
    bearing(ada).post(CREATE)
    assert Session.objects.get().owner == f"user:{ada.pk}"


def test_a_call_with_a_token_looks_at_no_cookie_and_needs_no_csrf_token(ada, bob, bearing):
    caller = bearing(bob)
    caller.force_login(ada)
    assert caller.post(CREATE).status_code == 201
    assert Session.objects.get().owner == f"user:{bob.pk}"


def test_a_call_with_a_dead_token_is_not_saved_by_a_cookie(ada, bearing):
    caller = bearing("pm_nothing")
    caller.force_login(ada)
    refused(caller.get("/api/v1/jobs/"), 401, "not_signed_in")


def dead_tokens(user):
    revoked = services.create(user=user)
    services.revoke(revoked.token)
    expired = services.create(user=user)
    Token.objects.filter(pk=expired.token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    return {"revoked": revoked.secret, "expired": expired.secret, "unknown": "pm_" + "x" * 43, "empty": ""}


def test_dead_tokens_are_refused_alike(ada, bob, bearing):
    gone = services.create(user=bob).secret
    bob.is_active = False
    bob.save()
    answers = [bearing(secret).get("/api/v1/jobs/") for secret in [*dead_tokens(ada).values(), gone]]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer["WWW-Authenticate"] for answer in answers} == {"Bearer"}
    assert len({answer.content for answer in answers}) == 1


def test_a_read_only_token_changes_nothing(ada, bearing):
    caller = bearing(ada, scope=Token.Scope.READ)
    assert caller.get("/api/v1/sessions/").status_code == 200
    refused(caller.post(CREATE), 403, "read_only")
    assert not Session.objects.exists()


@pytest.mark.parametrize("door", ["/admin/", "/login/"])
def test_a_token_opens_no_door_for_people(door, django_user_model, bearing):
    staff = django_user_model.objects.create_superuser("root")
    refused(bearing(staff).get(door), 403, "not_allowed")


def test_only_a_digest_is_kept(ada):
    fresh = services.create(user=ada)
    row = " ".join(str(value) for value in Token.objects.values().get().values())
    assert fresh.secret not in row
    assert fresh.secret.startswith(fresh.token.prefix)
    assert len(fresh.secret) - len(fresh.token.prefix) >= 32


def test_its_use_is_noted_at_most_once_a_minute(ada, bearing):
    caller = bearing(ada)
    caller.get("/api/v1/jobs/")
    first = Token.objects.get().last_used_at
    assert first
    caller.get("/api/v1/jobs/")
    assert Token.objects.get().last_used_at == first
    Token.objects.update(last_used_at=first - timedelta(minutes=2))
    caller.get("/api/v1/jobs/")
    assert Token.objects.get().last_used_at >= first


def test_a_signed_in_browser_makes_lists_and_revokes(ada, client, bearing):
    client.force_login(ada)
    made = post(client, TOKENS, {"name": "nightly", "scope": "read"})
    assert made.status_code == 201
    assert "no-store" in made["Cache-Control"]
    secret = made.json()["token"]
    assert bearing(secret).get("/api/v1/jobs/").status_code == 200
    [listed] = client.get(TOKENS).json()["results"]
    assert (listed["name"], listed["scope"]) == ("nightly", "read")
    assert secret not in client.get(TOKENS).content.decode()
    assert client.delete(f"{TOKENS}{listed['id']}/").status_code == 204
    assert bearing(secret).get("/api/v1/jobs/").status_code == 401
    assert client.get(TOKENS).json()["results"] == []
    refused(client.delete(f"{TOKENS}{listed['id']}/"), 404, "unknown_token")


def test_a_token_that_may_write_makes_others_that_end_with_it(ada, bearing):
    end = timezone.now() + timedelta(days=1)
    made = post(bearing(ada, expires_at=end), TOKENS, {"expires_at": "2999-01-01T00:00:00Z"})
    assert made.status_code == 201
    assert set(Token.objects.values_list("expires_at", flat=True)) == {end}


def test_a_revoked_token_takes_with_it_all_that_were_made_with_it(ada, client, bearing):
    made_by_hand, leaked = services.create(user=ada).secret, services.create(user=ada)
    child = post(bearing(leaked.secret), TOKENS, {}).json()["token"]
    grandchild = post(bearing(child), TOKENS, {}).json()["token"]
    client.force_login(ada)

    assert client.delete(f"{TOKENS}{leaked.token.pk}/").status_code == 204

    family = (leaked.secret, child, grandchild)
    assert [bearing(secret).get("/api/v1/jobs/").status_code for secret in family] == [401, 401, 401]
    assert bearing(made_by_hand).get("/api/v1/jobs/").status_code == 200


def test_a_token_leaves_the_one_it_was_made_with_alive(ada, bearing):
    maker = services.create(user=ada)
    services.revoke(services.create(user=ada, made_with=maker.token).token)
    assert bearing(maker.secret).get("/api/v1/jobs/").status_code == 200


def test_a_token_revoked_in_the_same_moment_makes_no_other(ada):
    maker = services.create(user=ada).token
    services.revoke(Token.objects.get(pk=maker.pk))
    with pytest.raises(NotSignedIn):
        services.create(user=ada, made_with=maker)
    assert Token.objects.count() == 1


@pytest.mark.parametrize("visits", [False, True], ids=["house", "visitor"])
def test_who_has_no_account_has_no_tokens(client, visits):
    if visits:
        client.get("/")
    refused(client.get(TOKENS), 401, "not_signed_in")
    refused(client.delete(f"{TOKENS}1/"), 401, "not_signed_in")
    assert client.post(TOKENS, headers={"x-csrftoken": "x"}).status_code in (401, 403)
    assert not Token.objects.exists()


def test_somebody_elses_token_is_not_there_and_staff_may_revoke_it(ada, bob, bearing):
    token = services.create(user=bob).token
    refused(bearing(ada).delete(f"{TOKENS}{token.pk}/"), 404, "unknown_token")
    ada.is_staff = True
    ada.save()
    assert bearing(ada).delete(f"{TOKENS}{token.pk}/").status_code == 204
    token.refresh_from_db()
    assert token.revoked_at


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"expires_at": "2001-01-01T00:00:00Z"}, "out_of_range", id="an end in the past"),
        pytest.param({"expires_at": "soon"}, "unprocessable", id="no time"),
        pytest.param({"scope": "all"}, "unprocessable", id="no scope"),
        pytest.param({"name": "x" * 101}, "unprocessable", id="a long name"),
    ],
)
def test_a_token_that_cannot_be_made_is_refused_in_words(ada, client, body, code):
    client.force_login(ada)
    refused(post(client, TOKENS, body), 422, code)


def test_the_command_prints_the_secret_and_nothing_else(ada, bearing):
    out, aside = StringIO(), StringIO()
    call_command("create_token", "ada", "--read-only", "--days=7", stdout=out, stderr=aside)
    assert bearing(out.getvalue().strip()).get("/api/v1/jobs/").status_code == 200
    token = Token.objects.get()
    assert token.scope == "read"
    assert timedelta(days=6) < token.expires_at - timezone.now() <= timedelta(days=7)


def test_the_command_knows_its_accounts(db):
    with pytest.raises(CommandError, match="no active account called eve"):
        call_command("create_token", "eve")
