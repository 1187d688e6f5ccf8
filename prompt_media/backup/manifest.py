"""What an archive says of itself: its last member, so that an archive without it was never finished."""

import json
import re
from dataclasses import asdict, dataclass, field

from prompt_media.errors import HouseError, Unprocessable

FORMAT = 1
NAME = "manifest.json"
SECRET_KEY = "secret_key"  # noqa: S105  # a member's name
ROWS, FILES = "database/", "files/"
_PART = re.compile(r"[^/\\\x00-\x1f]{1,255}")
_LONGEST_KEY = 1000


class BadArchive(Unprocessable):
    """No backup of ours, or one that is not whole."""


@dataclass(frozen=True, slots=True)
class Content:
    """One member: its bytes and their SHA-256."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All there is to know before anything is put back."""

    version: str
    made_at: str
    engine: str
    """`sqlite` or `postgresql`: rows go back into the kind of database they came from."""
    migrations: list[tuple[str, str]]
    columns: dict[str, list[str]]
    """Of each PostgreSQL table, in the order of its copy."""
    contents: dict[str, Content] = field(default_factory=dict)
    vanished: list[str] = field(default_factory=list)
    """Keys whose rows were deleted after they had been copied: those rows are not to come back."""
    missing: list[str] = field(default_factory=list)
    """Keys whose file was not in the storage although its row was."""
    damaged: list[str] = field(default_factory=list)
    """Keys whose bytes were others than their row says, copied as they were."""

    @property
    def size(self) -> int:
        return sum(content.bytes for content in self.contents.values())

    @property
    def files(self) -> int:
        return sum(name.startswith(FILES) for name in self.contents)

    def to_json(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode()


def read(data: bytes) -> Manifest:
    """The manifest of an archive. Raises BadArchive."""
    try:
        told = json.loads(data)
        if told.pop("format") != FORMAT:
            raise BadArchive("This backup has another format: it was made by a newer Prompt Media.")
        contents = {name: Content(**content) for name, content in told.pop("contents").items()}
        migrations = [(app, name) for app, name in told.pop("migrations")]
        return Manifest(contents=contents, migrations=migrations, **told)
    except HouseError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadArchive("The manifest of this backup cannot be read.") from error


def key_of(name: str) -> str:
    """The storage key of a member below files/. Raises BadArchive for a name that no backup of ours has."""
    key = name.removeprefix(FILES)
    parts = key.split("/")
    if len(name) > _LONGEST_KEY or not all(_PART.fullmatch(part) and part not in (".", "..") for part in parts):
        raise BadArchive(f"The archive has a member of a name that is not allowed: {name[:80]!r}.")
    return key
