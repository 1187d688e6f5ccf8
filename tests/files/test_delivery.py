"""Stored files on their way out: whole, marked, and sent again only when they have changed."""

import json

import pytest
import time_machine

from prompt_media.errors import NotFound
from prompt_media.files import delivery, store
from tests.sessions_app.calling import content

# At its end an answer lets go of its database connection.
pytestmark = pytest.mark.django_db

KEY = "output/somebody/a.png"
DATA = b"picture" * 400_000


@pytest.fixture
def send(rf):
    """Sends the stored file to a caller with these headers."""
    store.put(KEY, DATA)

    def send(save_as: str | None = None, method: str = "GET", **headers: str):
        request = rf.generic(method, "/", headers=headers)
        return delivery.send(request, key=KEY, media_type="image/png", etag="f00d", save_as=save_as)

    return send


def test_a_file_comes_whole_and_tells_its_length(send):
    response = send()

    assert response["Content-Type"] == "image/png"
    assert int(response["Content-Length"]) == len(DATA)
    assert content(response) == DATA


@pytest.mark.parametrize(
    "known",
    [
        pytest.param('"f00d"', id="strong"),
        pytest.param('W/"f00d"', id="weak, as a proxy makes it"),
        pytest.param("*", id="anything"),
        pytest.param('"other", W/"f00d"', id="one of several"),
    ],
)
def test_what_the_caller_has_is_not_sent_again(send, known):
    response = send(**{"if-none-match": known})

    assert (response.status_code, response.content, response["ETag"]) == (304, b"", '"f00d"')


@pytest.mark.parametrize("known", ["f00d", '"other"', "", '"f00d'])
def test_what_the_caller_has_not_is_sent(send, known):
    assert content(send(**{"if-none-match": known})) == DATA


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        pytest.param("bytes=0-0", 0, 0, id="one byte"),
        pytest.param("bytes=5-1500004", 5, 1_500_004, id="more than a block"),
        pytest.param("bytes=2799990-", 2_799_990, 2_799_999, id="to the end"),
        pytest.param("bytes=-7", 2_799_993, 2_799_999, id="the last ones"),
        pytest.param("bytes=-99999999999999999999", 0, 2_799_999, id="more last ones than there are"),
        pytest.param("bytes=10-99999999999999999999", 10, 2_799_999, id="beyond the end"),
        pytest.param("Bytes= 3 - 4 ", 3, 4, id="spaces and capitals"),
    ],
)
def test_a_part_can_be_asked_for(send, asked, first, last):
    response = send(range=asked)

    assert (response.status_code, response["Content-Range"]) == (206, f"bytes {first}-{last}/{len(DATA)}")
    assert int(response["Content-Length"]) == last - first + 1
    assert (response["Content-Type"], response["ETag"]) == ("image/png", '"f00d"')
    assert content(response) == DATA[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=2800000-", "bytes=9999999-99999999", "bytes=-0"])
def test_a_part_behind_the_end_is_refused_with_the_size(send, asked):
    response = send(range=asked)

    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{len(DATA)}")
    assert json.loads(response.content)["code"] == "out_of_file"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,5-9",
        "bytes=5-2",
        "bytes=-",
        "bytes=a-b",
        "lines=1-2",
        "bytes=٣-٤",
        "0-5",
        "bytes=" + "9" * 5000 + "-",
    ],
    ids=[
        "several parts",
        "backwards",
        "neither end",
        "letters",
        "another unit",
        "digits elsewhere",
        "no unit",
        "absurd",
    ],
)
def test_what_is_no_single_part_gives_the_whole(send, asked):
    response = send(range=asked)

    assert response.status_code == 200
    assert content(response) == DATA


@pytest.mark.parametrize(
    ("theirs", "status"),
    [
        pytest.param('"f00d"', 206, id="this file"),
        pytest.param('"other"', 200, id="another"),
        pytest.param('W/"f00d"', 200, id="weak: its bytes may differ"),
        pytest.param("Wed, 21 Oct 2026 07:28:00 GMT", 200, id="a date"),
    ],
)
def test_a_part_is_sent_only_to_whoever_has_the_rest(send, theirs, status):
    response = send(range="bytes=1-2", **{"if-range": theirs})
    response.close()

    assert response.status_code == status


def test_the_head_of_an_answer_tells_all_but_the_bytes(send):
    response = send(method="HEAD", range="bytes=0-1")

    assert (response.status_code, response.content) == (200, b"")
    assert (response["Content-Length"], response["Accept-Ranges"]) == (str(len(DATA)), "bytes")
    assert (response["Content-Type"], response["Content-Disposition"]) == ("image/png", 'inline; filename="a.png"')


@pytest.mark.parametrize(
    "headers",
    [{}, {"if-none-match": "*"}, {"range": "bytes=0-1"}, {"range": "bytes=9999999-"}],
    ids=["sent", "not sent again", "a part", "no such part"],
)
def test_no_answer_can_be_talked_into_a_page(send, headers):
    response = send(**headers)
    response.close()

    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-site"
    assert response["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    ("save_as", "told"),
    [
        pytest.param(None, 'inline; filename="a.png"', id="to look at"),
        pytest.param("cat.png", 'attachment; filename="cat.png"', id="to keep"),
        pytest.param("Köln.png", "attachment; filename*=utf-8''K%C3%B6ln.png", id="beyond ASCII"),
        pytest.param('a"\r\nb.png', "attachment; filename*=utf-8''a%22%0D%0Ab.png", id="no new header"),
    ],
)
def test_the_name_under_which_a_browser_keeps_it(send, save_as, told):
    response = send(save_as)
    response.close()

    assert response["Content-Disposition"] == told


@time_machine.travel("2026-03-01 23:30:05+00:00", tick=False)
def test_a_download_bears_the_time_of_the_house(settings):
    settings.TIME_ZONE = "Asia/Tokyo"

    assert delivery.stamped("animated_1.gif") == "animated_1_20260302_083005.gif"


def test_a_file_that_is_gone_is_told_as_gone(rf):
    with pytest.raises(NotFound) as told:
        delivery.send(rf.get("/"), key="output/somebody/never.png", media_type="image/png", etag="f00d")

    assert told.value.code == "file_gone"
