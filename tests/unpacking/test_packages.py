"""The same recording out of everything it may come in."""

import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from sessions_app.unpacking import archive, kinds, manifest, recipes
from sessions_app.unpacking.archive import Archive
from sessions_app.unpacking.folders import Folder
from sessions_app.unpacking.manifest import Content
from sessions_app.unpacking.recipes import Facts, Recipes
from tests.unpacking.packing import CREATED_AT, FRAMES, entry, recording, tarred, zipped


def written(files: dict[str, bytes], folder: Path) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def frames(found: Archive) -> dict[str, bytes]:
    return {picture.name: data for picture, data in found.pictures() if picture.entry}


LITTER = {"__MACOSX/session_1736155234/._0000_BR.png": b"fork", ".DS_Store": b"view", "session_1736155234/._x": b"fork"}


@pytest.mark.parametrize(
    "package",
    [
        pytest.param(lambda folder: kinds.package(zipped(recording())), id="ZIP"),
        pytest.param(lambda folder: kinds.package(zipped(recording(folder=""))), id="ZIP without a folder"),
        pytest.param(lambda folder: kinds.package(zipped(LITTER | recording() | LITTER)), id="ZIP made by a Mac"),
        pytest.param(lambda folder: kinds.package(tarred(recording())), id="tar.gz"),
        pytest.param(lambda folder: kinds.package(tarred(recording(), "w")), id="tar"),
        pytest.param(lambda folder: kinds.package(tarred(recording("./generation/sessions/x/"))), id="tar of a tree"),
        pytest.param(lambda folder: kinds.package(tarred(dict(reversed(recording().items())))), id="metadata last"),
        pytest.param(lambda folder: Folder(written(recording(), folder)), id="folder"),
        pytest.param(lambda folder: Folder(written(recording(), folder) / "session_1736155234"), id="its own folder"),
    ],
)
def test_a_recording_comes_out_as_it_went_in(package, tmp_path):
    found = archive.read(package(tmp_path))

    assert found.metadata.session_id == "session_1736155234"
    assert found.metadata.created_at == CREATED_AT
    assert [one.target_sector for one in found.metadata.sequence] == ["BR", "TL"]
    assert frames(found) == FRAMES
    assert found.original.encode() == recording()["session_1736155234/metadata.json"]
    assert found.left_out == ()


def test_what_tar_itself_makes_of_the_seeds_folder_is_read(tmp_path):
    written(recording("generation/sessions/bug_report_xyz/", session_id="bug_report_xyz"), tmp_path)
    command = ("tar", "-czf", "bug_report_xyz.tar.gz", "generation/sessions/bug_report_xyz/")
    subprocess.run(command, cwd=tmp_path, check=True)

    with (tmp_path / "bug_report_xyz.tar.gz").open("rb") as file:
        found = archive.read(kinds.package(file))
        assert found.metadata.session_id == "bug_report_xyz"
        assert frames(found) == FRAMES


def test_what_is_no_part_of_a_recording_is_left_out_and_told():
    found = archive.read(kinds.package(zipped(recording() | {"session_1736155234/notes/why.txt": b"because"})))

    assert found.left_out == ("notes/why.txt",)
    assert found.count == 2


def test_names_that_the_metadata_has_beyond_the_promised_ones_are_kept_in_its_text():
    found = archive.read(kinds.package(zipped(recording(subject="P7"))))

    assert '"subject": "P7"' in found.original


def test_what_our_own_metadata_tells_of_a_step_is_read_and_a_strangers_same_words_are_not():
    ours = {
        "status": "fallback",
        "outside_delta": 3,
        "change": 0.5,
        "sha256": sha256(FRAMES["0000_BR.png"]).hexdigest(),
    }
    theirs = {"status": "ok", "outside_delta": "none", "change": 40, "sha256": "md5:0"}

    first, second = (
        archive.read(kinds.package(zipped(recording(sequence=[entry(**told)])))).metadata.sequence[0]
        for told in (ours, theirs)
    )

    assert (first.status, first.outside_delta, first.change) == ("fallback", 3, 0.5)
    assert (second.status, second.outside_delta, second.change) == ("made", None, None)


def ours(**files: bytes) -> dict[str, bytes]:
    """An archive as the studio writes it, with a picture that the frames were made from."""
    picture = b"the picture before"
    facts = Facts(index=0, change=0.25, outside_delta=0, recipe={"seed": 7})
    told = recording(folder="") | {
        f"inputs/{sha256(picture).hexdigest()}.png": picture,
        "recipes.json": recipes.write(Recipes(name="Pilot", seed=2**63 - 1, steps=(facts, Facts(index=1)))),
    }
    contents = {name: Content(len(data), sha256(data).hexdigest()) for name, data in told.items()}
    return told | {"manifest.json": manifest.write(contents)} | files


def test_an_archive_of_ours_brings_its_inputs_and_its_recipes():
    found = archive.read(kinds.package(zipped(ours())))

    assert found.recipes == Recipes(
        "Pilot", 2**63 - 1, (Facts(0, change=0.25, outside_delta=0, recipe={"seed": 7}), Facts(1))
    )
    assert [data for picture, data in found.pictures() if not picture.entry] == [b"the picture before"]
    assert found.original == ""


def test_the_metadata_it_first_came_with_comes_along_word_for_word():
    original = '{ "session_id": "elsewhere",  "note": "ü" }'
    files = ours() | {"metadata.original.json": original.encode()}
    files["manifest.json"] = manifest.write(
        {name: Content(len(data), sha256(data).hexdigest()) for name, data in files.items() if name != "manifest.json"}
    )

    assert archive.read(kinds.package(zipped(files))).original == original
