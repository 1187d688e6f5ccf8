"""A start that would let strangers in is refused, in words; one that is safe is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from prompt_media import checks
from prompt_media.checks import Door

HOUSE = Path(__file__).resolve().parents[2]
LOCAL = {
    "host": "127.0.0.1", "access": "open", "open_network": False, "plain_http": False, "https": False,
    "behind_proxy": False, "debug": False, "secret_key": "k" * 30 + "0123456789" * 3, "hosts": ["localhost"],
    "origins": [],
}  # fmt: skip
PUBLIC = LOCAL | {"host": "0.0.0.0", "access": "login", "https": True, "behind_proxy": True}


def ids(**columns: object) -> list[str]:
    return [one.id.removeprefix("prompt_media.") for one in checks.told(Door(**columns))]


def test_the_defaults_are_safe():
    assert ids(**LOCAL) == []


def test_a_public_studio_with_accounts_and_tls_is_safe():
    assert ids(**PUBLIC) == []


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        pytest.param(LOCAL | {"host": "0.0.0.0"}, ["E001"], id="open to the network"),
        pytest.param(LOCAL | {"host": "::"}, ["E001"], id="open to the network, IPv6"),
        pytest.param(LOCAL | {"host": "studio.example"}, ["E001"], id="open under a name"),
        pytest.param(LOCAL | {"behind_proxy": True}, ["E001"], id="open through a proxy"),
        pytest.param(LOCAL | {"host": "0.0.0.0", "open_network": True}, [], id="open, and meant"),
        pytest.param(PUBLIC | {"debug": True}, ["E002"], id="debug pages in public"),
        pytest.param(LOCAL | {"debug": True}, [], id="debug pages at home"),
        pytest.param(PUBLIC | {"secret_key": "short"}, ["E003"], id="a short key"),
        pytest.param(PUBLIC | {"secret_key": "abcd" * 20}, ["E003"], id="a plain key"),
        pytest.param(PUBLIC | {"secret_key": "django-insecure-" + "0123456789" * 6}, ["E003"], id="an example's key"),
        pytest.param(LOCAL | {"secret_key": "short"}, [], id="a short key at home"),
        pytest.param(LOCAL | {"hosts": ["*"]}, ["E004"], id="any host, even at home"),
        pytest.param(LOCAL | {"origins": ["https://*.example"]}, ["E005"], id="any origin"),
        pytest.param(LOCAL | {"origins": ["null"]}, ["E005"], id="pages without an origin"),
        pytest.param(PUBLIC | {"https": False, "behind_proxy": False}, ["E006"], id="passwords in the clear"),
        pytest.param(
            PUBLIC | {"https": False, "behind_proxy": False, "plain_http": True}, [], id="in the clear, meant"
        ),
        pytest.param(PUBLIC | {"https": False}, ["W001"], id="a proxy that may speak TLS"),
        pytest.param(
            LOCAL | {"host": "0.0.0.0", "debug": True, "secret_key": "x", "hosts": ["*"]},
            ["E004", "E001", "E002", "E003"],
            id="all at once",
        ),
    ],
)
def test_a_door(columns, expected):
    assert ids(**columns) == expected


def test_a_machine_that_only_works_has_no_door():
    assert checks.refusal(checks.without_web(Door(**LOCAL | {"host": "0.0.0.0"}))) == ""


def test_each_refusal_says_what_to_do():
    for one in checks.told(Door(**LOCAL | {"host": "0.0.0.0", "debug": True, "secret_key": "x", "hosts": ["*"]})):
        assert one.hint
        assert one.id in checks.refusal(
            Door(**LOCAL | {"host": "0.0.0.0", "debug": True, "secret_key": "x", "hosts": ["*"]})
        )


def manage(tmp_path: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    surroundings = os.environ | {"DATA_DIR": str(tmp_path)} | environment
    command = (sys.executable, str(HOUSE / "manage.py"), *words)
    return subprocess.run(command, env=surroundings, cwd=tmp_path, text=True, capture_output=True, check=False)


@pytest.mark.parametrize("words", [("up",), ("check",)], ids=" ".join)
def test_the_terminal_is_told(tmp_path, words):
    refused = manage(tmp_path, *words, HOST="0.0.0.0", SECRET_KEY="short", DEBUG="1")
    assert refused.returncode == 1
    for words_in_it in ("ACCESS=login", "DEBUG=0", "SECRET_KEY is short", "prompt_media.E001"):
        assert words_in_it in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("access", ["open", "login"])
def test_production_settings_leave_nothing_to_say(tmp_path, access):
    production = {
        "ACCESS": access, "ALLOW_OPEN_NETWORK": "1", "HOST": "0.0.0.0", "HTTPS": "1", "BEHIND_PROXY": "1",
        "ALLOWED_HOSTS": "studio.example", "SECRET_KEY": "", "DEBUG": "0",
    }  # fmt: skip
    checked = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **production)
    assert checked.returncode == 0, checked.stderr
