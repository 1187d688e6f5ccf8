"""Packages that bring a backend along, as installing them would: a folder of metadata on the path of modules."""

from pathlib import Path

import pytest

from prompt_media.generating import registry


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, **backends: str) -> None:
    """Make `name="module:Class"` known, as the only plug-ins of this test."""
    metadata = folder / "plugins-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: plugins\nVersion: 1.0\n")
    points = "\n".join(f"{name} = {value}" for name, value in backends.items())
    (metadata / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{points}\n")
    monkeypatch.syspath_prepend(folder)
    registry.plug_ins.cache_clear()
