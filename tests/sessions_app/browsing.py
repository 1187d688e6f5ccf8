"""Pages of recordings as a browser gets them, and what stands on them."""

import re
from html import unescape

from django.test import Client
from django.utils import timezone

from prompt_media.web.identity import HOUSE
from sessions_app.models import Recording, Session


def page(browser: Client, address: str, **headers: str) -> str:
    response = browser.get(address, headers=headers)
    assert response.status_code == 200, response.content[:400]
    return unescape(response.content.decode())


def numbers(html: str) -> list[int]:
    """Which stills are there."""
    return [int(number) for number in re.findall(r'data-number="(\d+)"', html)]


def shelved(count: int, name: str = "lake") -> None:
    """So many recordings of scripts, the last one the newest."""
    Session.objects.bulk_create(
        Session(
            kind=Session.Kind.RECORDING, public_id=f"{name}-{at:03}", owner=HOUSE, last_active_at=timezone.now(),
        )
        for at in range(count)
    )  # fmt: skip
    Recording.objects.bulk_create(Recording(session=one, seed=1) for one in Session.objects.filter(recording=None))


def listed(html: str) -> list[str]:
    return re.findall(r'href="/recordings/([a-z]+-\d+)/"', html)


def following(html: str, attribute: str = "href") -> str:
    """Where the older ones are."""
    [address] = re.findall(rf'{attribute}="([^"]*older=[^"]*)"', html)
    return address
