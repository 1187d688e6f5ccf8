"""Stored files on their way out: whole, marked, and sent again only when they have changed."""

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

    def send(save_as: str | None = None, **headers: str):
        request = rf.get("/", headers=headers)
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


@pytest.mark.parametrize("known", ["", "*"], ids=["sent", "not sent again"])
def test_no_answer_can_be_talked_into_a_page(send, known):
    response = send(**{"if-none-match": known})
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
