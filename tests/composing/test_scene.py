"""The Scene: its JSON, its limits and its wording."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompt_media.imaging.geometry import Size
from sessions_app.composing import scene
from sessions_app.composing.notation import BadScene
from sessions_app.composing.scene import Fit, Kind, Layer, Motion, OutOfRange, Place, Role, Scene
from sessions_app.composing.tags import UnknownTag, key
from sessions_app.composing.wording import describe

STEPS = st.sampled_from([-1, 0, 1])
MOTIONS = st.lists(
    st.one_of(
        st.builds(Motion, st.just(Kind.SLIDE), st.sampled_from([-1, 1]), STEPS),
        st.builds(Motion, st.just(Kind.ROTATE), st.sampled_from([-1, 1])),
        st.just(Motion(Kind.BOUNCE)),
        st.builds(Motion, st.just(Kind.FADE), STEPS),
    ),
    unique_by=lambda motion: motion.kind,
).map(tuple)
PLACES = st.builds(
    Place,
    role=st.sampled_from(Role),
    across=st.floats(0, 1),
    down=st.floats(0, 1),
    fit=st.sampled_from(Fit),
    scale=st.none() | st.floats(0.01, 1),
)
LAYERS = st.lists(
    st.builds(Layer, st.text(min_size=1).filter(key), PLACES, MOTIONS),
    min_size=1,
    max_size=6,
    unique_by=lambda layer: key(layer.tag),
)
SCENES = st.builds(
    Scene,
    layers=LAYERS.map(tuple),
    canvas=st.builds(Size, st.integers(16, 4000), st.integers(16, 4000)),
    ground=st.tuples(*[st.integers(0, 255)] * 3),
    frames=st.integers(2, 600),
    fps=st.integers(1, 50),
)


@given(SCENES)
def test_a_scene_survives_its_own_json(made: Scene) -> None:
    assert scene.from_json(json.loads(json.dumps(scene.to_json(made)))) == made


def test_a_tag_is_enough() -> None:
    assert scene.from_json({"layers": [{"tag": "logo"}]}) == Scene((Layer("logo"),))


def test_a_layer_gets_the_sessions_own_spelling() -> None:
    assert scene.from_json({"layers": [{"tag": "LOGO"}]}, known=["Logo"]).layers[0].tag == "Logo"


def test_an_unknown_tag_is_refused() -> None:
    with pytest.raises(UnknownTag, match="Did you mean @logo"):
        scene.from_json({"layers": [{"tag": "loga"}]}, known=["BG", "logo"])


def layer(**fields: object) -> dict[str, object]:
    return {"layers": [{"tag": "a", **fields}]}


@pytest.mark.parametrize(
    ("data", "path"),
    [
        pytest.param(None, "scene", id="nothing"),
        pytest.param([], "scene", id="a list"),
        pytest.param({}, "layers", id="no layers"),
        pytest.param({"layers": []}, "layers", id="empty layers"),
        pytest.param({"layers": [{"tag": str(n)} for n in range(201)]}, "layers", id="too many layers"),
        pytest.param({"layers": [{"tag": "a"}, {"tag": "A"}]}, "layers[1].tag", id="the same tag twice"),
        pytest.param({"layers": ["a"]}, "layers[0]", id="a layer that is a text"),
        pytest.param({"layers": [{}]}, "layers[0].tag", id="no tag"),
        pytest.param({"layers": [{"tag": 3}]}, "layers[0].tag", id="a tag that is a number"),
        pytest.param({"layers": [{"tag": "a"}], "colour": "red"}, "scene: a field", id="an unknown field"),
        pytest.param(layer(place={"across": 1.4}), "layers[0].place.across", id="off the canvas"),
        pytest.param(layer(place={"down": True}), "layers[0].place.down", id="a truth for a number"),
        pytest.param(layer(place={"down": float("nan")}), "layers[0].place.down", id="not a number"),
        pytest.param(layer(place={"down": 10**400}), "layers[0].place.down", id="too large for a float"),
        pytest.param(layer(place={"scale": 0}), "layers[0].place.scale", id="no size"),
        pytest.param(layer(place={"role": "hero"}), "layers[0].place.role", id="an unknown role"),
        pytest.param(layer(place={"fit": ["fit"]}), "layers[0].place.fit", id="a fit that is a list"),
        pytest.param(layer(motions={}), "layers[0].motions", id="motions that are an object"),
        pytest.param(layer(motions=[{"kind": "slide"}]), "layers[0].motions[0].dx", id="a slide to nowhere"),
        pytest.param(layer(motions=[{"kind": "fade", "dx": 2}]), "layers[0].motions[0].dx", id="a long step"),
        pytest.param(layer(motions=[{"kind": "bounce"}] * 2), "layers[0].motions", id="one motion twice"),
        pytest.param({"layers": [{"tag": "a"}], "ground": "#ff880"}, "ground", id="a short colour"),
        pytest.param(
            {"layers": [{"tag": "a"}], "ground": "#ff88\u0661\u0662"}, "ground", id="digits of another script"
        ),
        pytest.param({"layers": [{"tag": "a"}], "frames": 2.5}, "frames", id="half a frame"),
        pytest.param({"layers": [{"tag": "a"}], "canvas": {"width": "100"}}, "canvas.width", id="a text for a width"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(data: object, path: str) -> None:
    with pytest.raises(BadScene) as refusal:
        scene.from_json(data)
    assert refusal.value.status == 422
    assert [error.field for error in refusal.value.errors] == [path]


FIELDS = ["layers", "tag", "place", "role", "motions", "kind", "dx", "canvas", "ground", "x"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS), inner),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_refused_in_words(data: object) -> None:
    read = outcome(data)
    assert read.layers if isinstance(read, Scene) else read.detail


def outcome(data: object) -> Scene | BadScene | OutOfRange:
    try:
        return scene.from_json(data)
    except (BadScene, OutOfRange) as refusal:
        return refusal


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"width": 15}, "width", id="narrow"),
        pytest.param({"width": 4097}, "width", id="wide"),
        pytest.param({"height": 0}, "height", id="flat"),
        pytest.param({"width": 4096, "height": 4096}, "width", id="too many pixels"),
        pytest.param({"frames": 1}, "frames", id="one frame"),
        pytest.param({"frames": 601}, "frames", id="many frames"),
        pytest.param({"fps": 0}, "fps", id="standing still"),
        pytest.param({"fps": 51}, "fps", id="faster than a GIF"),
    ],
)
def test_a_value_out_of_range_is_refused(values: dict[str, int], field: str) -> None:
    with pytest.raises(OutOfRange) as refusal:
        scene.with_values(Scene((Layer("a"),)), **values)
    assert refusal.value.errors[0].field == field
    assert str(next(iter(values.values()))) in refusal.value.detail


def test_values_win_over_the_scenes_own() -> None:
    changed = scene.with_values(Scene((Layer("a"),)), width=640, frames=12)
    assert (changed.canvas, changed.frames, changed.fps) == (Size(640, 1080), 12, 20)


def test_at_rest_nothing_moves_and_everything_keeps_its_place() -> None:
    moving = Scene((Layer("a", Place(across=1), (Motion(Kind.FADE, 1),)),))
    assert scene.at_rest(moving) == Scene((Layer("a", Place(across=1)),))


SLIDE = Motion(Kind.SLIDE, 1)
STRETCHED = Place(Role.BACKGROUND, fit=Fit.STRETCH)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        pytest.param(Layer("a"), "Centre, stands still", id="centre"),
        pytest.param(Layer("a", Place(Role.BACKGROUND)), "Background, stands still", id="background"),
        pytest.param(Layer("a", STRETCHED), "Background, stretched, stands still", id="fit"),
        pytest.param(Layer("a", Place(Role.FRONT)), "In front, stands still", id="front"),
        pytest.param(Layer("a", Place(Role.FRONT, 1, 0)), "In front, top right, stands still", id="front corner"),
        pytest.param(Layer("a", motions=(SLIDE,)), "Left → right along the middle", id="slide"),
        pytest.param(Layer("a", Place(down=0), (SLIDE,)), "Left → right along the top", id="slide along the top"),
        pytest.param(Layer("a", Place(down=0.2), (SLIDE,)), "Left → right at 20 %", id="slide in a lane"),
        pytest.param(Layer("a", motions=(Motion(Kind.SLIDE, 1, 1),)), "Top left → bottom right", id="diagonal"),
        pytest.param(
            Layer("a", Place(Role.BACKGROUND), (SLIDE,)),
            "Background, left → right along the middle",
            id="background slides",
        ),
        pytest.param(Layer("a", Place(across=1, down=0), (Motion(Kind.FADE, 1),)), "Top right, fades in", id="fade"),
        pytest.param(Layer("a", Place(scale=0.3)), "Centre, 30 % of the canvas, stands still", id="size"),
        pytest.param(
            Layer("a", Place(across=0.25, down=0.9), (Motion(Kind.ROTATE, -1), Motion(Kind.BOUNCE))),
            "25 % across, 90 % down, turns counter-clockwise, bounces",
            id="a place without a name",
        ),
    ],
)
def test_a_layer_is_told_in_plain_words(layer: Layer, words: str) -> None:
    assert describe(layer) == words
