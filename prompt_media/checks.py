"""What no start may do: let strangers in by settings that together do so, or name a backend there is none of.

As system checks they speak at every management command; `up`, which may be given another address, asks them itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.checks.security.base import SECRET_KEY_INSECURE_PREFIX, SECRET_KEY_MIN_LENGTH

from prompt_media import backends
from prompt_media.addresses import is_loopback
from prompt_media.generating.protocol import BackendError

_FEWEST_CHARACTERS = 5


@dataclass(frozen=True, slots=True)
class Door:
    """How the studio meets the world, as far as it was set."""

    host: str
    access: str
    open_network: bool
    plain_http: bool
    https: bool
    behind_proxy: bool
    debug: bool
    secret_key: str
    hosts: Sequence[str]
    origins: Sequence[str]

    @property
    def is_reachable(self) -> bool:
        """Whether others than this machine can call: directly, or through a proxy that stands for them."""
        return not is_loopback(self.host) or self.behind_proxy

    @property
    def where(self) -> str:
        return f"HOST {self.host} can be reached from the network" if not is_loopback(self.host) else "BEHIND_PROXY=1"


def door() -> Door:
    """The door as the settings have it."""
    return Door(
        host=settings.HOST,
        access=settings.ACCESS,
        open_network=settings.ALLOW_OPEN_NETWORK,
        plain_http=settings.ALLOW_PLAIN_HTTP,
        https=settings.HTTPS,
        behind_proxy=settings.BEHIND_PROXY,
        debug=settings.DEBUG,
        secret_key=settings.SECRET_KEY,
        hosts=settings.ALLOWED_HOSTS,
        origins=settings.TRUSTED_ORIGINS,
    )


def without_web(asked: Door) -> Door:
    """The same on a machine where nobody calls."""
    return replace(asked, host="127.0.0.1", behind_proxy=False)


@register(Tags.security)
def check_door(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    return told(door())


@register()
def check_backend(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    try:
        backends.current()
    except BackendError as error:
        hint = "Set GENERATION_URL=procedural:, or install the package that brings the backend along."
        return [Error(f"GENERATION_URL cannot be used. {error}", hint=hint, id="prompt_media.E007")]
    return []


def told(asked: Door) -> list[CheckMessage]:
    """What is wrong with this door: errors stop a start, warnings are only said."""
    return [*_everywhere(asked), *(_where_others_call(asked) if asked.is_reachable else ())]


def refusal(asked: Door) -> str:
    """The errors in one text for a terminal; empty when there is none."""
    errors = [one for one in told(asked) if one.is_serious()]
    return "\n".join(f"{one.msg} {one.hint} ({one.id})" for one in errors)


def _everywhere(asked: Door) -> Iterator[CheckMessage]:
    if any("*" in host for host in asked.hosts):
        yield Error(
            "ALLOWED_HOSTS has a *, so a page of any site could call the studio under a name of its own, and read it.",
            hint="Name the hosts you use, as in ALLOWED_HOSTS=localhost,studio.example.",
            id="prompt_media.E004",
        )
    if any("*" in origin or origin == "null" for origin in asked.origins):
        yield Error(
            "TRUSTED_ORIGINS has a * or null, so pages of sites you do not know could drive the studio.",
            hint="Name each origin whole, as in TRUSTED_ORIGINS=https://app.example.",
            id="prompt_media.E005",
        )


def _where_others_call(asked: Door) -> Iterator[CheckMessage]:
    if asked.access == "open" and not asked.open_network:
        yield Error(
            f"{asked.where}, and with ACCESS=open whoever reaches the studio uses it.",
            hint="Set ACCESS=login and make accounts, or ALLOW_OPEN_NETWORK=1 if everybody there is welcome.",
            id="prompt_media.E001",
        )
    if asked.debug:
        yield Error(
            f"{asked.where}, and DEBUG shows the inside of the studio to whoever makes it stumble.",
            hint="Set DEBUG=0.",
            id="prompt_media.E002",
        )
    if _is_weak(asked.secret_key):
        yield Error(
            f"{asked.where}, and SECRET_KEY is short or plain enough to guess; it signs every session.",
            hint=f"Leave it out, and one is made and kept; or give {SECRET_KEY_MIN_LENGTH} random characters or more.",
            id="prompt_media.E003",
        )
    if asked.access == "login" and not (asked.https or asked.behind_proxy or asked.plain_http):
        yield Error(
            f"{asked.where} without TLS: passwords, tokens and pictures can be read on their way.",
            hint="Put a proxy that speaks TLS in front and set HTTPS=1 and BEHIND_PROXY=1, or ALLOW_PLAIN_HTTP=1 for a "
            "network you trust.",
            id="prompt_media.E006",
        )
    if asked.access == "login" and asked.behind_proxy and not asked.https:
        yield Warning(
            "BEHIND_PROXY=1 without HTTPS=1: cookies are not marked as for TLS only.",
            hint="Set HTTPS=1 if the proxy speaks TLS.",
            id="prompt_media.W001",
        )


def _is_weak(key: str) -> bool:
    is_short = len(key) < SECRET_KEY_MIN_LENGTH or len(set(key)) < _FEWEST_CHARACTERS
    return is_short or key.startswith(SECRET_KEY_INSECURE_PREFIX)
