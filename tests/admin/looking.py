"""Many rows to look at, made at once, and where the admin shows them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from prompt_media.jobs.models import Job
from sessions_app.models import Generation, GenerationInput, Image, Session, Tag

MODELS = [Session, Image, Tag, Generation, Job]
each_model = pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])


def list_of(model: type[Model], **query: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", query=query)


def page_of(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def sessions(count: int, *, images: int = 0, generations: int = 0, **columns: object) -> list[Session]:
    """So many sessions, each with so many tagged images, generations of them, and those generations' finished jobs."""
    now = timezone.now()
    life = {"owner": "house", "last_active_at": now, "expires_at": now + timedelta(hours=1)} | columns
    made = Session.objects.bulk_create(Session(public_id=str(uuid4()), **life) for _ in range(count))
    pictures = Image.objects.bulk_create(_image(one, number) for one in made for number in range(1, images + 1))
    Tag.objects.bulk_create(
        Tag(session=one.session, image=one, name=f"Image{one.number}", folded=f"image{one.number}") for one in pictures
    )
    for one in made:
        _generations(one, [picture for picture in pictures if picture.session_id == one.pk][:3], generations)
    return made


def _image(session: Session, number: int, made_by: Generation | None = None) -> Image:
    name = f"{uuid4().hex}.png"
    return Image(
        session=session, number=number, name=name, label=f"photo {number}.png", key=f"uploads/{name}",
        thumbnail_key=f"uploads/thumbnails/{name}", media_type="image/png", width=640, height=480, bytes=1024,
        sha256="0" * 64, made_by=made_by,
    )  # fmt: skip


def _generations(session: Session, pictures: list[Image], count: int) -> None:
    jobs = Job.objects.bulk_create(
        Job(kind="compose", owner=session.owner, subject=session.subject, title="PNG", status="done")
        for _ in range(count)
    )
    made = Generation.objects.bulk_create(
        Generation(
            session=session, number=number, job=job, prompt=f"Put @Image1 at the top, wish {number}", scene={},
            format="png", width=1080, height=1080,
        )
        for number, job in enumerate(jobs, 1)
    )  # fmt: skip
    GenerationInput.objects.bulk_create(
        GenerationInput(generation=one, image=picture, tag=f"Image{picture.number}", sha256=picture.sha256)
        for one in made
        for picture in pictures
    )
    Image.objects.bulk_create(_image(session, 1000 + one.number, made_by=one) for one in made)
