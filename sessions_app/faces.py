"""How the studio's jobs look in lists: a small picture, and where the result is."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse

from prompt_media.jobs import faces
from prompt_media.jobs.faces import Face
from prompt_media.jobs.models import Job
from sessions_app.models import Generation, Image
from sessions_app.services import composition, uploads

PLACE = "Studio"


def of_makings(jobs: Sequence[Job]) -> Mapping[UUID, Face]:
    """A making shows its result; while there is none, the largest picture it is made of."""
    made = Generation.objects.filter(job__in=jobs).select_related("session")
    made = made.prefetch_related("outputs__session", "inputs__session")
    return {generation.job_id: _of_making(generation) for generation in made if generation.job_id}


def of_uploads(jobs: Sequence[Job]) -> Mapping[UUID, Face]:
    """An upload shows the first of its pictures."""
    first = {job.pk: next(iter(job.payload.get("names", [])), "") for job in jobs}
    images = Image.objects.filter(name__in=[name for name in first.values() if name]).select_related("session")
    shown = {image.name: Face(PLACE, image.thumbnail_url, _page(image)) for image in images}
    return {job_id: shown.get(name, Face(PLACE)) for job_id, name in first.items()}


def register() -> None:
    """Tell the jobs' room who knows these faces."""
    faces.shows(composition.KIND, of_makings)
    faces.shows(uploads.KIND, of_uploads)


def _of_making(generation: Generation) -> Face:
    results = list(generation.outputs.all())
    if results:
        return Face(PLACE, results[0].thumbnail_url, results[0].url)
    largest = max(generation.inputs.all(), key=lambda image: image.width * image.height, default=None)
    return Face(PLACE, largest.thumbnail_url if largest else "")


def _page(image: Image) -> str:
    return reverse("studio-session", args=[image.session.public_id])
