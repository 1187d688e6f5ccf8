"""Tags: one image each, unique in a session without regard to case, judged on how it would be afterwards."""

import pytest
from django.db import IntegrityError, transaction

from prompt_media.errors import HouseError, Unprocessable
from sessions_app import names, selectors
from sessions_app.models import Tag
from sessions_app.services import workspace
from sessions_app.services.workspace import Assignment, TagTaken


def tags(session) -> dict[str, str]:
    return {image.label: image.tag_name for image in selectors.uploads(session)}


def test_a_picture_gets_a_name(session, add):
    (photo,) = add(None)
    workspace.assign_tag(session=session, filename=photo.name, tag="logo")
    assert selectors.tagged_images(session) == {"logo": photo}


def test_a_name_can_be_changed_and_taken_off(session, add):
    (photo,) = add("logo")
    workspace.assign_tag(session=session, filename=photo.name, tag="Logo2")
    assert list(selectors.tagged_images(session)) == ["Logo2"]
    workspace.assign_tag(session=session, filename=photo.name, tag=None)
    assert selectors.tagged_images(session) == {}


def test_a_taken_tag_is_refused_whatever_its_case(session, add):
    _, second = add("logo", None)
    with pytest.raises(TagTaken, match="logo.png"):
        workspace.assign_tag(session=session, filename=second.name, tag="LOGO")
    assert tags(session) == {"logo.png": "logo", "photo.png": ""}


def test_letters_of_any_script_are_one_whatever_their_case(session, add):
    _, second = add("Логотип", None)
    with pytest.raises(TagTaken):
        workspace.assign_tag(session=session, filename=second.name, tag="логотип")


def test_the_database_itself_refuses_a_second_tag_of_the_same_name(session, add):
    _, second = add("logo", None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.create(session=session, image=second, name="LOGO", folded=names.tag_key("LOGO"))


def test_two_pictures_swap_their_tags_in_one_request(session, add):
    first, second = add("a", "b")
    workspace.assign_tags(session=session, assignments=[Assignment(first.name, "b"), Assignment(second.name, "a")])
    assert tags(session) == {"a.png": "b", "b.png": "a"}


def test_a_batch_with_one_bad_tag_changes_nothing(session, add):
    first, second = add("a", "b")
    with pytest.raises(HouseError):
        workspace.assign_tags(
            session=session, assignments=[Assignment(first.name, "c"), Assignment(second.name, "no good")]
        )
    assert tags(session) == {"a.png": "a", "b.png": "b"}


def test_a_batch_that_would_clash_in_the_end_is_refused(session, add):
    first, second, _ = add("a", "b", "c")
    with pytest.raises(TagTaken):
        workspace.assign_tags(session=session, assignments=[Assignment(first.name, "x"), Assignment(second.name, "X")])
    with pytest.raises(TagTaken):
        workspace.assign_tags(session=session, assignments=[Assignment(first.name, "c")])


def test_one_file_named_twice_is_refused(session, add):
    (photo,) = add(None)
    with pytest.raises(Unprocessable, match="twice"):
        workspace.assign_tags(session=session, assignments=[Assignment(photo.name, "a"), Assignment(photo.name, "b")])


def test_a_file_of_another_session_is_unknown(session, add):
    stranger = workspace.open_session(owner="house")
    (photo,) = add(None, into=stranger)
    with pytest.raises(selectors.UnknownImage):
        workspace.assign_tag(session=session, filename=photo.name, tag="logo")


def test_automatic_names_go_on_over_uploads_and_pass_over_taken_ones(session, add):
    add(None, None, auto_tag=True)
    add("image3")
    (last,) = add(None, auto_tag=True)
    assert last.tag_name == "Image4"
    assert list(selectors.tagged_images(session)) == ["Image1", "Image2", "image3", "Image4"]
