"""Dockerfile, compose.yml and what lies beside them, held to the code. No container runs here: they are read."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import load_command_class
from django.urls import resolve

HOUSE = Path(__file__).resolve().parents[2]
COMPOSE = (HOUSE / "compose.yml").read_text()
LAYOUT: dict[str, Any] = yaml.safe_load(COMPOSE)
SERVICES: dict[str, dict[str, Any]] = LAYOUT["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILE = (HOUSE / "Dockerfile").read_text()
IGNORED = (HOUSE / ".dockerignore").read_text().split()
EXAMPLE = (HOUSE / "deploy" / "compose.env.example").read_text()
NGINX = (HOUSE / "deploy" / "nginx.conf").read_text()


def settings_told() -> set[str]:
    told = (HOUSE / "docs" / "configuration.md").read_text()
    return set(re.findall(r"^\| `([A-Z0-9_]+)` \|", told, re.MULTILINE))


def filled_in(text: str) -> str:
    """As compose would: secrets are given, the rest takes its default."""
    given = dict.fromkeys(re.findall(r"^([A-Z0-9_]+)=$", EXAMPLE, re.MULTILINE), "a1b2c3d4e5f6" * 5)
    return re.sub(
        r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda one: given.get(one[1]) or (one[2] if ":-" in one[0] else ""), text
    )


def test_two_machines_answer_and_two_work():
    commands = sorted(" ".join(service["command"]) for service in OURS.values())
    assert commands == ["up --web-only"] * 2 + ["up --worker-only"] * 2


@pytest.mark.parametrize("name", OURS)
def test_commands_are_ours(name):
    verb, *options = OURS[name]["command"]
    load_command_class("prompt_media", verb).create_parser("manage.py", verb).parse_args(options)


@pytest.mark.parametrize("name", OURS)
def test_what_is_set_are_settings(name):
    assert set(OURS[name]["environment"]) <= settings_told()


def test_what_the_image_sets_are_settings():
    block = re.search(r"^ENV (.*?)^USER", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert block
    names = set(re.findall(r"([A-Z_]+)=", block[1]))
    assert names - {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"} <= settings_told()


def test_the_settings_of_a_web_container_can_be_started_with(tmp_path):
    told = {name: filled_in(value) for name, value in OURS["web-1"]["environment"].items()}
    surroundings = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "HOST": "0.0.0.0"} | told
    checked = subprocess.run(
        (sys.executable, "manage.py", "check", "--deploy", "--fail-level", "ERROR"),
        cwd=HOUSE,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_each_machine_keeps_its_cache_to_itself_and_shares_all_else():
    volumes = [service["volumes"] for service in OURS.values()]
    assert len({tuple(one) for one in volumes}) == len(OURS)
    assert all(one["environment"] == OURS["web-1"]["environment"] for one in OURS.values())


def test_every_secret_is_asked_for_and_none_is_written_down():
    asked = set(re.findall(r"\$\{(\w+)", COMPOSE))
    named = set(re.findall(r"^#? ?([A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))
    assert asked == named
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|AUTH|_URL$", name) and "://s3" not in value:
                assert "${" in value, name
    assert not [line for line in EXAMPLE.splitlines() if re.match(r"[A-Z]", line) and not line.endswith("=")]


@pytest.mark.parametrize(
    "image", [*re.findall(r"image: (\S+)", COMPOSE), *re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)]
)
def test_images_are_pinned(image):
    assert re.search(r":\d+\.\d+(\.\d+)?", image), image


def test_the_image_bears_the_release(settings):
    assert OURS["web-1"]["image"] == f"prompt-media:{settings.VERSION}"


def test_the_image_runs_as_nobody_in_particular():
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert re.search(r"^USER studio$", last, re.MULTILINE)
    assert "useradd --uid 10001" in last
    for service in OURS.values():
        assert (service["cap_drop"], service["read_only"]) == (["ALL"], True)


def test_what_goes_into_the_image_is_there_and_nothing_else_is():
    sources = {
        word for line in re.findall(r"^COPY (?!--from)(.*)", DOCKERFILE, re.MULTILINE) for word in line.split()[:-1]
    }
    assert all((HOUSE / source).exists() for source in sources)
    assert "*" in IGNORED
    assert {word[1:] for word in IGNORED if word.startswith("!")} == sources
    for secret in (".env", "compose.env", ".git", "var", "media", ".venv"):
        assert f"!{secret}" not in IGNORED


def test_what_the_program_reads_is_in_the_image():
    needed = {"prompt_media", "sessions_app", "static", "templates", "manage.py", "requirements.txt"}
    assert needed <= {word[1:] for word in IGNORED if word.startswith("!")}


def test_only_the_proxy_can_be_reached_and_only_from_this_machine():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"proxy": ["${PUBLISH:-127.0.0.1:8001}:8080"]}


def test_the_proxy_knows_every_web_container():
    assert set(re.findall(r"server ([\w-]+):8001", NGINX)) == {name for name in OURS if name.startswith("web")}


def test_the_proxy_lets_through_what_the_studio_takes(settings):
    (allowed,) = re.findall(r"client_max_body_size (\d+)m", NGINX)
    assert int(allowed) > settings.BODY_MB
    (patience,) = re.findall(r"proxy_read_timeout (\d+)s", NGINX)
    assert int(patience) > settings.WAIT_SECONDS


@pytest.mark.parametrize("text", [DOCKERFILE, json.dumps(SERVICES["proxy"]["healthcheck"])])
def test_health_is_asked_at_addresses_that_are_there(text):
    paths = re.findall(r"http://127\.0\.0\.1:\d+(/\w+)", text)
    assert paths
    for path in paths:
        assert resolve(path)


def test_the_broker_keeps_what_it_is_given_as_our_own_does():
    words = SERVICES["valkey"]["command"]
    options = dict(zip(words[1::2], words[2::2], strict=True))
    assert (options["--appendonly"], options["--maxmemory-policy"]) == ("yes", "noeviction")


def test_whoever_is_waited_for_is_there_and_says_when_it_is_ready():
    for service in SERVICES.values():
        for name, wait in service.get("depends_on", {}).items():
            if wait["condition"] == "service_healthy" and name not in OURS:
                assert "healthcheck" in SERVICES[name], name


def test_every_volume_that_is_used_is_declared():
    used = {one.partition(":")[0] for service in SERVICES.values() for one in service.get("volumes", [])}
    assert {name for name in used if not name.startswith(".")} == set(LAYOUT["volumes"])
