"""A recording out of a package: gone through once to be judged, and once more for its pictures.

One of them is in memory at a time, and nothing is unpacked to a disk.

found = archive.read(kinds.package(file))
for picture, data in found.pictures(): ...
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from sessions_app.unpacking import documents, manifest, metadata, paths, recipes
from sessions_app.unpacking.manifest import Content
from sessions_app.unpacking.metadata import Entry, Metadata
from sessions_app.unpacking.packages import Member, Package
from sessions_app.unpacking.paths import shown
from sessions_app.unpacking.recipes import Recipes
from sessions_app.unpacking.refusals import DEFAULT, ArchiveTooLarge, BadRecording, Limits

_MEGABYTE = 1024 * 1024
_INPUT = re.compile(r"([0-9a-f]{64})\.[a-z]{2,5}")
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A file to be kept: a frame with its entry, or, without one, a picture that frames were made from."""

    name: str
    bytes: int
    sha256: str
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Archive:
    """A recording that was read and judged; only its pictures have not been decoded yet."""

    metadata: Metadata
    recipes: Recipes | None
    original: str
    """The metadata.json it once came with, word for word; empty when it is of our own making."""
    left_out: tuple[str, ...]
    """Files that no recording has, by their names."""
    _package: Package
    _pictures: Mapping[Path, Picture]

    def pictures(self) -> Iterator[tuple[Picture, bytes]]:
        """Every picture with its bytes, in the package's order. Raises BadRecording when they are not those that were
        judged."""
        for member in self._package.members():
            picture = None if member.is_folder else self._pictures.get(paths.judged(member.name))
            if picture is None:
                continue
            data = b"".join(member.chunks())
            if sha256(data).hexdigest() != picture.sha256:
                raise BadRecording(f"{shown(picture.name)} changed while it was read.")
            yield picture, data

    @property
    def count(self) -> int:
        """How many pictures there are."""
        return len(self._pictures)

    @property
    def bytes(self) -> int:
        """How many bytes all pictures have."""
        return sum(picture.bytes for picture in self._pictures.values())


def read(package: Package, limits: Limits = DEFAULT) -> Archive:
    """The recording in the package. Raises BadRecording or ArchiveTooLarge."""
    passage = _Passage(package, limits)
    passage.go()
    root = _root(passage.found)
    found = {parts[len(root) :]: content for parts, content in passage.found.items()}
    told = {parts[-1]: data for parts, data in passage.documents.items() if parts[:-1] == root}
    if paths.MANIFEST in told:
        _compare(manifest.read(told[paths.MANIFEST]), found)
    about = metadata.read(told[paths.METADATA])
    pictures = _frames(about, found) | _inputs(found)
    known = pictures.keys() | {(name,) for name in paths.DOCUMENTS}
    return Archive(
        metadata=about,
        recipes=_recipes(told, about),
        original=_original(told, about),
        left_out=tuple("/".join(path) for path in found if path not in known),
        _package=package,
        _pictures={(*root, *path): picture for path, picture in pictures.items()},
    )


@dataclass(slots=True)
class _Passage:
    """One passage through a package: what each file holds, and the text of those that may tell of others."""

    package: Package
    limits: Limits
    found: dict[Path, Content] = field(default_factory=dict)
    documents: dict[Path, bytes] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _entries: int = 0
    _bytes: int = 0
    _json_bytes: int = 0

    def go(self) -> None:
        for member in self.package.members():
            self._count(member)
            parts = paths.judged(member.name)
            if parts and not member.is_folder:
                self._require_new(parts)
                self.found[parts] = self._read(member, parts)

    def _count(self, member: Member) -> None:
        """What it says of itself holds: a package never gives more."""
        self._entries += 1
        self._bytes += member.size
        if self._entries > self.limits.entries:
            raise ArchiveTooLarge(f"The archive has more entries than the {self.limits.entries} that are taken.")
        if self._bytes > self.limits.bytes:
            raise ArchiveTooLarge(f"Unpacked, the archive has more than {self.limits.bytes // _MEGABYTE} MB.")
        packed = self.package.packed
        if packed is not None and self._bytes > max(self.limits.ratio_from, packed * self.limits.ratio):
            raise ArchiveTooLarge(
                f"The archive unpacks to more than {self.limits.ratio} times its size, as no pictures do."
            )

    def _require_new(self, parts: Path) -> None:
        if (key := paths.key(parts)) in self._taken:
            raise BadRecording(f"The archive has {shown('/'.join(parts))} twice, if only in another case.")
        self._taken.add(key)

    def _read(self, member: Member, parts: Path) -> Content:
        is_document = parts[-1] in paths.DOCUMENTS
        self._require_size(member, is_document=is_document)
        hashed, size, kept = sha256(), 0, []
        for chunk in member.chunks():
            hashed.update(chunk)
            size += len(chunk)
            if is_document:
                kept.append(chunk)
        if size != member.size:
            raise BadRecording(f"{shown(member.name)} says it has {member.size} bytes, and has {size}.")
        if is_document:
            self.documents[parts] = b"".join(kept)
        return Content(size, hashed.hexdigest())

    def _require_size(self, member: Member, *, is_document: bool) -> None:
        if is_document:
            self._json_bytes += member.size
            if self._json_bytes > self.limits.json_bytes:
                raise ArchiveTooLarge(f"The archive has more than {self.limits.json_bytes // _MEGABYTE} MB of JSON.")
        elif member.size > self.limits.file_bytes:
            raise ArchiveTooLarge(
                f"{shown(member.name)} has {member.size / _MEGABYTE:.1f} MB; a picture may have "
                f"{self.limits.file_bytes // _MEGABYTE}."
            )


def _root(found: Mapping[Path, Content]) -> Path:
    """The folder that everything lies in: the one of the metadata, wherever its maker packed it from."""
    told = sorted((parts for parts in found if parts[-1] == paths.METADATA), key=len)
    if not told:
        raise BadRecording(f"The archive has no {paths.METADATA}, so it is no recording.")
    root = told[0][:-1]
    if len(told) > 1 and len(told[1]) == len(told[0]):
        raise BadRecording("The archive has two recordings. Pack one at a time.")
    if stray := next((parts for parts in found if parts[: len(root)] != root), None):
        raise BadRecording(f"{shown('/'.join(stray))} lies outside of the recording's folder. Pack that folder alone.")
    return root


def _compare(told: Mapping[str, Content], found: Mapping[Path, Content]) -> None:
    manifest.compare(told, {"/".join(path): one for path, one in found.items() if path != (paths.MANIFEST,)})


def _frames(about: Metadata, found: Mapping[Path, Content]) -> dict[Path, Picture]:
    frames: dict[Path, Picture] = {}
    for entry in about.sequence:
        path = (entry.filename,)
        if path not in found or entry.filename in paths.DOCUMENTS:
            raise BadRecording(f"{paths.METADATA} names {shown(entry.filename)}, and the archive has no such picture.")
        if entry.sha256 not in ("", found[path].sha256):
            raise BadRecording(f"{shown(entry.filename)} is not the picture whose hash {paths.METADATA} tells.")
        frames[path] = Picture(entry.filename, found[path].bytes, found[path].sha256, entry)
    return frames


def _inputs(found: Mapping[Path, Content]) -> dict[Path, Picture]:
    """What frames were made from lies apart, each called by its hash."""
    inputs: dict[Path, Picture] = {}
    for path, content in found.items():
        name = _INPUT.fullmatch(path[-1])
        if len(path) != 2 or path[0] != paths.INPUTS or not name:
            continue
        if name[1] != content.sha256:
            raise BadRecording(f"{shown('/'.join(path))} is not the picture that its name says.")
        inputs[path] = Picture(path[-1], content.bytes, content.sha256, None)
    return inputs


def _recipes(told: Mapping[str, bytes], about: Metadata) -> Recipes | None:
    if paths.RECIPES not in told:
        return None
    return recipes.read(told[paths.RECIPES], [entry.index for entry in about.sequence])


def _original(told: Mapping[str, bytes], about: Metadata) -> str:
    if paths.ORIGINAL in told:
        return documents.text(told[paths.ORIGINAL], paths.ORIGINAL)
    return "" if paths.MANIFEST in told else about.text
