"""Files at the door: taken or refused by what is in them, all of an upload or none."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from prompt_media.errors import HouseError
from prompt_media.files import intake


def refused(files: dict[str, bytes]) -> HouseError:
    with pytest.raises(HouseError) as told:
        intake.judged([SimpleUploadedFile(name, data) for name, data in files.items()])
    return told.value


def test_what_is_taken_keeps_its_name_and_its_bytes(picture):
    files = {"a.png": picture(), "wrongly named.gif": picture("JPEG")}

    arrivals = intake.judged([SimpleUploadedFile(name, data) for name, data in files.items()])

    assert {arrival.label: arrival.data for arrival in arrivals} == files


def test_an_upload_needs_a_file():
    told = refused({})

    assert (told.status, told.code) == (400, "no_files")
    assert told.errors[0].field == "files"


@pytest.mark.parametrize(
    ("limit", "value", "code"),
    [
        pytest.param("UPLOAD_FILES", 1, "too_many_files", id="files"),
        pytest.param("UPLOAD_MB", 0, "file_too_large", id="bytes"),
    ],
)
def test_limits_are_the_settings(settings, picture, limit, value, code):
    setattr(settings, limit, value)

    told = refused({"a.png": picture(), "b.png": picture()})

    assert (told.status, told.code) == (413, code)


def test_a_picture_of_too_many_pixels_is_refused_unread(settings, picture):
    settings.IMAGE_MEGAPIXELS = 1

    told = refused({"wall.png": picture("PNG", (1001, 1000))})

    assert (told.status, told.code) == (413, "too_large")


def test_every_refused_file_is_told_by_its_name_and_the_first_decides(picture):
    told = refused({"good.png": picture(), "empty.png": b"", "notes.png": b"only text"})

    assert told.status == 415
    assert [error.message.partition(":")[0] for error in told.errors] == ["empty.png", "notes.png"]
    assert told.detail.startswith("empty.png: ")
    assert told.detail.endswith("Nothing of this upload was stored.")
