"""Tokens in the admin: made for oneself, shown once, revoked."""

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from prompt_media.access import selectors, services
from prompt_media.access.models import Token

pytestmark = pytest.mark.django_db

ADD, LIST = reverse("admin:access_token_add"), reverse("admin:access_token_changelist")


def test_a_token_made_here_is_shown_once_and_works(staff, operator):
    made = staff.post(ADD, {"user": operator.pk, "name": "backup", "scope": "read"})
    assert "no-store" in made["Cache-Control"]
    token = Token.objects.get()
    [secret] = re.findall(r'id="secret">(\S+)</pre>', made.content.decode())
    assert selectors.usable(secret) == token
    for page in (LIST, reverse("admin:access_token_change", args=[token.pk])):
        text = staff.get(page).content.decode()
        assert secret not in text
        assert token.digest not in text


def test_an_end_in_the_past_is_told_in_the_form_which_keeps_the_rest(staff, operator):
    past = {"expires_at_0": "2001-01-01", "expires_at_1": "00:00:00"}
    answer = staff.post(ADD, {"user": operator.pk, "name": "backup", "scope": "read", **past})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "must end in the future" in text
    assert 'value="backup"' in text
    assert not Token.objects.exists()


def test_who_is_no_superuser_makes_tokens_for_nobody_else(staff_with, operator):
    member = staff_with("add_token", "view_token")
    refused = member.post(ADD, {"user": operator.pk, "scope": "write"})
    assert refused.status_code == 200
    assert not Token.objects.exists()
    member.post(ADD, {"user": User.objects.get(username="member").pk, "scope": "write"})
    assert Token.objects.get().user.username == "member"


def test_tokens_are_revoked_from_the_list(staff, operator):
    token = services.create(user=operator).token
    staff.post(LIST, {"action": "revoke", "_selected_action": [token.pk]})
    token.refresh_from_db()
    assert token.revoked_at


def test_who_may_only_look_cannot_revoke(staff_with, operator):
    token = services.create(user=operator).token
    staff_with("view_token").post(LIST, {"action": "revoke", "_selected_action": [token.pk]})
    token.refresh_from_db()
    assert token.revoked_at is None
