"""How our jobs look in lists: a small picture, and where the result is."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Prefetch
from django.urls import reverse

from prompt_media.jobs import faces
from prompt_media.jobs.faces import Face
from prompt_media.jobs.models import Job
from sessions_app.models import Generation, Image, Session, Step
from sessions_app.services import composition, importing, uploads, verification

PLACE = "Studio"
PLACES = {Session.Kind.RECORDING: "Recordings", Session.Kind.LIVE: "Live"}


def of_makings(jobs: Sequence[Job]) -> Mapping[UUID, Face]:
    """A making shows its result; while there is none, the largest picture it is made of."""
    made = Generation.objects.filter(job__in=jobs).select_related("session")
    pictures = Image.objects.select_related("session")
    made = made.prefetch_related(Prefetch("outputs", pictures), Prefetch("inputs", pictures))
    return {generation.job_id: _of_making(generation) for generation in made if generation.job_id}


def of_uploads(jobs: Sequence[Job]) -> Mapping[UUID, Face]:
    """An upload shows the first of its pictures."""
    first = {job.pk: next(iter(job.payload.get("names", [])), "") for job in jobs}
    images = Image.objects.filter(name__in=[name for name in first.values() if name]).select_related("session")
    shown = {image.name: Face(PLACE, image.thumbnail_url, _page(image)) for image in images}
    return {job_id: shown.get(name, Face(PLACE)) for job_id, name in first.items()}


def of_recordings(jobs: Sequence[Job]) -> Mapping[UUID, Face]:
    """What is done for a recording as a whole shows the first of its frames, and leads to it."""
    ids = {job.pk: job.subject.removeprefix("recording:") for job in jobs}
    first = Prefetch("steps", Step.objects.filter(index=0).select_related("image__session"), to_attr="first_steps")
    found = Session.objects.filter(kind=Session.Kind.RECORDING, public_id__in=ids.values()).prefetch_related(first)
    shown = {recording.public_id: _of_recording(recording) for recording in found}
    return {job_id: shown.get(public_id, Face("Recordings")) for job_id, public_id in ids.items()}


def register() -> None:
    """Tell the jobs' room who knows these faces."""
    faces.shows(composition.KIND, of_makings)
    faces.shows(Generation.Kind.SECTOR, of_makings)
    faces.shows(uploads.KIND, of_uploads)
    faces.shows(verification.KIND, of_recordings)
    faces.shows(importing.KIND, of_recordings)


def _of_making(generation: Generation) -> Face:
    place = PLACES.get(Session.Kind(generation.session.kind), PLACE)
    results = list(generation.outputs.all())
    if results:
        return Face(place, results[0].thumbnail_url, results[0].url)
    largest = max(generation.inputs.all(), key=lambda image: image.width * image.height, default=None)
    return Face(place, largest.thumbnail_url if largest else "")


def _of_recording(recording: Session) -> Face:
    first: Sequence[Step] = getattr(recording, "first_steps", ())
    picture = first[0].image.thumbnail_url if first else ""
    return Face("Recordings", picture, reverse("recording", args=[recording.public_id]))


def _page(image: Image) -> str:
    return reverse("studio-session", args=[image.session.public_id])
