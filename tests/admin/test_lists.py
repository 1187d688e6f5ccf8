"""The admin's lists and pages: what they show, how they are found, and that their cost does not grow with the rows."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from prompt_media.jobs.models import Job
from sessions_app.models import Generation, Image, Session, Tag
from tests.admin.looking import each_model, list_of, page_of, sessions

pytestmark = pytest.mark.django_db


def found(staff, model, **query: object) -> list:
    return list(staff.get(list_of(model, **query)).context["cl"].result_list)


def test_a_thousand_sessions_are_listed_in_twelve_queries(staff, django_assert_max_num_queries):
    sessions(1000, images=3, generations=1)
    with django_assert_max_num_queries(12):
        page = staff.get(list_of(Session))
    assert page.context["cl"].result_count == 1000
    assert page.content.count(b"/thumbnail/") == 100 * 4


@each_model
def test_two_hundred_rows_are_listed_in_twelve_queries(staff, model, django_assert_max_num_queries):
    sessions(200, images=1, generations=1)
    with django_assert_max_num_queries(12):
        page = staff.get(list_of(model))
    assert page.context["cl"].result_count >= 200


@each_model
def test_a_search_in_every_list_stays_in_twelve_queries(staff, model, django_assert_max_num_queries):
    sessions(20, images=2, generations=2)
    with django_assert_max_num_queries(12):
        assert staff.get(list_of(model, q="image1 house")).status_code == 200


@each_model
def test_a_page_of_a_full_session_needs_twenty_five_queries(staff, model, django_assert_max_num_queries):
    sessions(1, images=50, generations=20)
    with django_assert_max_num_queries(25):
        page = staff.get(page_of(model.objects.first()))
    assert page.status_code == 200


def test_a_session_is_listed_with_its_counts_and_bytes(staff):
    sessions(1, images=3, generations=2, name="Poster")
    row = found(staff, Session)[0]
    assert (row.image_count, row.generation_count, row.byte_count, row.failed_count) == (5, 2, 5 * 1024, 0)
    assert "5.0\xa0KB" in staff.get(list_of(Session)).content.decode()


def test_sessions_are_sorted_by_their_bytes(staff):
    small, large, middle = (sessions(1, images=images)[0] for images in (1, 9, 4))
    columns = staff.get(list_of(Session)).context["cl"].list_display
    assert found(staff, Session, o=f"-{columns.index('weight')}") == [large, middle, small]


def test_a_session_page_shows_its_pictures_generations_and_jobs(staff):
    (session,) = sessions(1, images=2, generations=1)
    page = staff.get(page_of(session)).content.decode()
    for shown in ("@Image2", "wish 1", "<progress", "640 × 480"):
        assert shown in page


def test_a_session_page_shows_the_first_sixty_pictures_and_leads_to_all(staff):
    (session,) = sessions(1, images=70)
    page = staff.get(page_of(session)).content.decode()
    assert page.count("/thumbnail/") == 60
    every = list_of(Image, session__id__exact=session.pk)
    assert every in page
    assert len(found(staff, Image, session__id__exact=session.pk, all="")) == 70


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("visitor:ann", id="owner"),
        pytest.param("poster", id="name"),
        pytest.param("@LOGOTIP", id="tag in another case"),
        pytest.param("sunset.jpg", id="file name"),
        pytest.param("bouncing", id="prompt"),
        pytest.param("poster bouncing", id="words from two places"),
    ],
)
def test_a_session_is_found_by(staff, words):
    sessions(3, images=1, generations=1)
    (wanted,) = sessions(1, images=1, generations=1, name="Summer poster", owner="visitor:ann")
    Image.objects.filter(session=wanted).update(label="sunset.jpg")
    Tag.objects.filter(session=wanted).update(name="Logotip", folded="logotip")
    Generation.objects.filter(session=wanted).update(prompt="@Logotip bouncing")
    assert found(staff, Session, q=words) == [wanted]


def test_a_session_is_found_by_the_beginning_of_its_id(staff):
    wanted, *_ = sessions(3)
    assert found(staff, Session, q=wanted.public_id[:13]) == [wanted]


@pytest.mark.parametrize("lives", ["kept", "expiring", "over"])
def test_sessions_are_filtered_by_how_long_they_live(staff, lives):
    past = timezone.now() - timedelta(hours=2)
    wanted = {
        "kept": sessions(1, expires_at=None)[0],
        "expiring": sessions(1)[0],
        "over": sessions(1, last_active_at=past, expires_at=past)[0],
    }
    assert found(staff, Session, lives=lives) == [wanted[lives]]


def test_sessions_with_failed_jobs_are_filtered_and_marked(staff):
    troubled, _ = sessions(2, generations=1)
    Job.objects.filter(subject=troubled.subject).update(status="failed")
    assert found(staff, Session, jobs="failed") == [troubled]
    assert "1 failed" in staff.get(list_of(Session)).content.decode()
    assert found(staff, Session, jobs="live") == []


def test_images_are_filtered_by_origin_and_by_tag(staff):
    sessions(1, images=2, generations=1)
    Tag.objects.first().delete()
    made = Image.objects.exclude(made_by=None)
    assert found(staff, Image, origin="made") == list(made)
    assert len(found(staff, Image, origin="uploaded", tagged="no")) == 1
    assert len(found(staff, Image, tagged="yes")) == 1


def test_a_list_shows_no_more_than_eighty_characters_of_a_prompt(staff):
    sessions(1, generations=1)
    Generation.objects.update(prompt="a" * 60 + " secret " + "b" * 60)
    Job.objects.update(about="a" * 60 + " secret " + "b" * 60)
    for model in (Generation, Job):
        page = staff.get(list_of(model)).content.decode()
        assert "a" * 60 in page
        assert "b" * 20 not in page


def test_an_image_tells_what_made_it_and_where_it_was_used(staff):
    sessions(1, images=1, generations=2)
    used, made = Image.objects.get(made_by=None), Image.objects.filter(made_by__number=2).get()
    assert staff.get(page_of(used)).content.decode().count("wish") == 2
    assert "2: Put @Image1 at the top, wish 2" in staff.get(page_of(made)).content.decode()


def test_a_generation_keeps_the_tag_of_a_picture_that_has_gone(staff):
    sessions(1, images=1, generations=1)
    Image.objects.filter(made_by=None).delete()
    page = staff.get(page_of(Generation.objects.get())).content.decode()
    assert "@Image1" in page
    assert "The picture was deleted" in page


def test_a_failed_job_tells_why_in_words(staff):
    sessions(1, generations=1)
    Job.objects.update(status="failed", problem={"detail": "The disk is full.", "code": "storage_full"})
    for url in (list_of(Job), page_of(Job.objects.get()), reverse("admin:index")):
        assert "The disk is full." in staff.get(url).content.decode()


def test_only_a_living_job_asks_again_how_far_it_is(staff):
    sessions(1, generations=1)
    job = Job.objects.get()
    assert "every 2s" not in staff.get(page_of(job)).content.decode()
    Job.objects.update(status="running", done=3, total=12)
    page = staff.get(page_of(job)).content.decode()
    assert "every 2s" in page
    assert 'value="3" max="12"' in page


@pytest.mark.parametrize("lookup", ["about__regex", "title__iregex"])
def test_an_expression_in_the_address_is_refused(staff, lookup):
    assert staff.get(list_of(Job, **{lookup: "(a+)+b"})).status_code == 400


def test_the_front_page_counts_what_the_house_holds(staff):
    sessions(2, images=3, generations=1)
    sessions(1, expires_at=None)
    overview = staff.get(reverse("admin:index")).context["overview"]
    assert (overview.sessions, overview.kept, overview.images, overview.generations) == (3, 1, 8, 2)
    assert overview.bytes == 8 * 1024
    assert {state.name: state.count for state in overview.jobs}["Done"] == 2
