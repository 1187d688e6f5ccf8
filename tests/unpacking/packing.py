"""Archives as people make them, and as they should not."""

import io
import json
import tarfile
from collections.abc import Mapping
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

CREATED_AT = 1736155234.567
FRAMES = {"0000_BR.png": b"the first", "0001_TL.png": b"the second"}


def metadata(**changed: object) -> dict:
    """As the seed tells it, of the two frames above."""
    sequence = [
        {
            "index": int(name[:4]),
            "filename": name,
            "target_sector": name[5:7],
            "focus_sector": "TL",
            "prompt": "add a small ladybug...",
            "timestamp": CREATED_AT + 6,
        }
        for name in FRAMES
    ]
    return {"session_id": "session_1736155234", "created_at": CREATED_AT, "sequence": sequence} | changed


def recording(folder: str = "session_1736155234/", **changed: object) -> dict[str, bytes]:
    """The files of a recording, by their paths."""
    files = {"metadata.json": json.dumps(metadata(**changed)).encode(), **FRAMES}
    return {f"{folder}{name}": data for name, data in files.items()}


def entry(**changed: object) -> dict:
    """The first step with something else in it."""
    return metadata()["sequence"][0] | changed


def zipped(files: Mapping[str, bytes], compression: int = ZIP_DEFLATED) -> BinaryIO:
    packed = io.BytesIO()
    with ZipFile(packed, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed


def tarred(files: Mapping[str, bytes], mode: str = "w:gz", *extra: tarfile.TarInfo) -> BinaryIO:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in extra:
            archive.addfile(info)
    return packed
