"""Whatever is typed: it is read, or refused in words."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from prompt_media.errors import HouseError
from sessions_app.composing import prompt, scene
from sessions_app.composing.scene import Role
from sessions_app.composing.words import VOCABULARY

TAGS = st.sampled_from(["@a", "@b", "@BG"])
JOINTS = st.sampled_from(
    ["from", "to", "on", "of", "and", "with", ",", ".", "\n", "moves", "left", "top", "middle", "not"]
)
REST = st.sampled_from([*VOCABULARY, "@", '"', "'", "30", "1080", "the", "rihgt", "#ff0", "800x600"])
SENTENCES = st.lists(TAGS | JOINTS | REST, max_size=30).map(" ".join)


@given(st.text() | SENTENCES | st.text(alphabet="@ab ,.\"'“”\n\u200d\u0301#x19"), st.none() | st.just(["a", "BG"]))
def test_any_text_is_read(text: str, known: list[str] | None) -> None:
    reading = prompt.read(text, known)
    for span in (*reading.clauses, *reading.diagnostics):
        assert 0 <= span.start <= span.end <= len(text)
    assert all(text[clause.start : clause.end] == clause.text for clause in reading.clauses)
    assert all(one.end <= other.start for one, other in pairwise(reading.clauses) if one.tag and other.tag)
    assert all(0 <= start < end <= len(text) for start, end in reading.unread)
    if reading.scene.layers:
        assert scene.from_json(scene.to_json(reading.scene)) == reading.scene
    roles = [list(Role).index(layer.place.role) for layer in reading.scene.layers]
    assert roles == sorted(roles)


@given(st.text() | SENTENCES)
def test_a_text_is_made_or_refused_in_words(text: str) -> None:
    refusal = refused(text)
    assert refusal is None or (refusal.status in (400, 422) and refusal.detail.endswith("."))


def refused(text: str) -> HouseError | None:
    try:
        prompt.require(prompt.read(text, ["a"]), ["a"])
    except HouseError as error:
        return error
    return None
