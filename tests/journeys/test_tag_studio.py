"""The @tag studio as its description promises it: create, upload, tag, prompt, look, take away, delete."""

import io
import re
from uuid import UUID
from zipfile import ZipFile

import pytest
from PIL import Image, ImageSequence

from tests.engine.calling import Caller

RED, BLUE, GREEN = (200, 30, 30), (30, 30, 200), (30, 160, 30)


def file(format: str, size: tuple[int, int], colour: tuple[int, int, int]) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, format)
    return data.getvalue()


@pytest.fixture
def session(stranger: Caller) -> str:
    """A session with a red @BG, a blue @logo and a green @product, named one by one and together."""
    opened = stranger.post("/session/create/").json
    session = str(UUID(opened["session_id"]))
    pictures = {
        "photo.jpg": file("JPEG", (1600, 1200), RED),
        "logo.png": file("PNG", (200, 200), BLUE),
        "thing.webp": file("WEBP", (300, 600), GREEN),
    }
    uploaded = stranger.upload(f"/upload/{session}/", pictures)
    assert (uploaded.status, uploaded.json["count"]) == (201, 3)
    background, logo, product = uploaded.json["files"]
    assert stranger.post(f"/session/{session}/tag/", {"filename": background, "tag": "BG"}).status == 200
    rest = [{"filename": logo, "tag": "logo"}, {"filename": product, "tag": "product"}]
    assert stranger.post(f"/session/{session}/tags/batch/", {"assignments": rest}).status == 200
    return session


def make(stranger: Caller, session: str, prompt: str, **wish: object) -> dict:
    made = stranger.post(f"/session/{session}/generate/", {"prompt": prompt, **wish})
    assert made.status == 201, made.data
    return made.json


def opened(stranger: Caller, path: str) -> Image.Image:
    return Image.open(io.BytesIO(stranger.get(path).data))


def near(colour: tuple[int, ...], wanted: tuple[int, int, int]) -> bool:
    return all(abs(one - other) <= 12 for one, other in zip(colour[:3], wanted, strict=True))


def box_of(picture: Image.Image, wanted: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """The box of all pixels near a colour: left, top, right, bottom."""
    bands = picture.convert("RGB").split()
    masks = [
        band.point(lambda value, aim=aim: 255 if abs(value - aim) <= 12 else 0)
        for band, aim in zip(bands, wanted, strict=True)
    ]
    both = Image.composite(masks[0], Image.new("L", picture.size), masks[1])
    found = Image.composite(both, Image.new("L", picture.size), masks[2]).getbbox()
    assert found is not None, f"nothing is coloured {wanted}"
    return found


def test_a_background_and_a_front_image(stranger, session):
    made = make(stranger, session, "Set @BG as background and @logo as front image")
    picture = opened(stranger, made["image_path"]).convert("RGB")
    assert picture.size == (1080, 1080)
    assert near(picture.getpixel((3, 3)), RED)
    assert near(picture.getpixel((1076, 1076)), RED)
    left, top, right, bottom = box_of(picture, BLUE)
    assert (right - left, bottom - top) == (540, 540)
    assert (left, top) == (270, 270)


def test_a_stable_background_and_a_moving_logo(stranger, session):
    made = make(stranger, session, "@BG is stable background and @logo is moving from left to right")
    animation = opened(stranger, made["gif_path"])
    assert (animation.size, animation.n_frames, animation.info["loop"]) == ((1080, 1080), 30, 0)
    assert animation.info["duration"] == 50
    boxes = [box_of(frame.convert("RGB"), BLUE) for frame in ImageSequence.Iterator(animation)]
    lefts = [left for left, _, _, _ in boxes]
    assert lefts == sorted(lefts)
    assert (boxes[0][0], boxes[-1][2]) == (0, 1080)
    assert {bottom - top for _, top, _, bottom in boxes} == {360}


def test_three_places_in_one_sentence(stranger, session):
    made = make(stranger, session, "Place @product in center, @logo on top right, and @BG as background")
    picture = opened(stranger, made["url"]).convert("RGB")
    left, top, right, bottom = box_of(picture, GREEN)
    assert (left + right, top + bottom) == (1080, 1080)
    assert bottom - top == 540
    left, top, right, bottom = box_of(picture, BLUE)
    assert left > 540 > bottom
    assert (1080 - right, top) == (43, 43), "a margin of four percent"
    assert near(picture.getpixel((3, 1076)), RED)


@pytest.mark.parametrize(
    ("words", "across", "down"),
    [
        ("on the left", 0, 1),
        ("on the right", 2, 1),
        ("at the top", 1, 0),
        ("at the bottom", 1, 2),
        ("in the center", 1, 1),
        ("in the bottom-left corner", 0, 2),
        ("on the top right", 2, 0),
    ],
)
def test_every_place_is_where_its_words_say(stranger, session, words, across, down):
    picture = opened(stranger, make(stranger, session, f"@logo {words}", width=600, height=600)["url"])
    left, top, right, bottom = box_of(picture, BLUE)
    assert ((left + right) // 2 // 201, (top + bottom) // 2 // 201) == (across, down)


def test_fading_really_changes_how_much_is_seen(stranger, session):
    made = make(stranger, session, "@BG as background, @logo in the center fades in", frames=5)
    blues = [
        frame.convert("RGB").getpixel((540, 540))[2]
        for frame in ImageSequence.Iterator(opened(stranger, made["gif_path"]))
    ]
    assert blues == sorted(blues)
    assert blues[0] < 40 < 190 < blues[-1]


def test_everything_can_be_looked_at_and_taken_away(stranger, session):
    make(stranger, session, "@logo on the left")
    told = stranger.get(f"/session/{session}/").json
    assert set(told["images"].values()) == {"BG", "logo", "product"}
    for shown in [*told["files"], *told["outputs"]]:
        assert len(stranger.get(shown["url"]).data) == shown["bytes"]
        assert stranger.get(shown["thumbnail_url"]).headers["Content-Type"] == "image/webp"
    download = stranger.get(f"{told['outputs'][0]['url']}?download=1")
    assert re.search(r'filename="generated_\w+_\d{8}_\d{6}\.png"', download.headers["Content-Disposition"])
    packed = stranger.post(f"/session/{session}/zip/", {"include_uploads": True})
    assert len(ZipFile(io.BytesIO(packed.data)).namelist()) == 4


def test_a_deleted_session_is_gone_with_its_files(stranger, session, studio):
    make(stranger, session, "@logo on the left")
    assert studio.stored(session)
    assert stranger.delete(f"/session/{session}/").status == 200
    assert stranger.get(f"/session/{session}/").status == 404
    assert not studio.stored(session)


def test_mistakes_are_told_and_cost_nothing(stranger, session):
    unknown = stranger.post(f"/session/{session}/generate/", {"prompt": "@loga on the left"})
    assert (unknown.status, unknown.json["code"]) == (400, "unknown_tag")
    assert "@logo" in unknown.json["detail"]
    refused = stranger.upload(f"/upload/{session}/", {"good.png": file("PNG", (9, 9), RED), "notes.png": b"only text"})
    assert refused.status == 415
    assert stranger.get(f"/session/{session}/").json["image_count"] == 3


def test_the_documented_routes_are_there(stranger):
    assert stranger.get("/api/v1/docs/").status == 200
    schema = stranger.get("/api/v1/schema/?format=json").json
    assert "/session/{session_id}/generate/" in schema["paths"]
