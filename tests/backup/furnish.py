"""Fills the studio of the environment with real pictures: uploads, makings, recordings, a study, a job that waits."""

import io
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prompt_media.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from PIL import Image as Pillow  # noqa: E402

import sessions_app.tasks  # noqa: E402, F401  # tells the runner who does what
from prompt_media.files import store  # noqa: E402
from prompt_media.files.intake import Arrival  # noqa: E402
from prompt_media.jobs import runner, services  # noqa: E402
from sessions_app.models import Deck, Recording, Study, Verdict  # noqa: E402
from sessions_app.services import composition, mirrors, uploads, workspace  # noqa: E402
from tests.sessions_app import recorded  # noqa: E402


def picture(colour: str, size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    Pillow.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


call_command("migrate", verbosity=0)
services.publish = lambda job: runner.run(str(job.pk))
for owner in ("house", "somebody"):
    session = workspace.keep(session=workspace.open_session(owner=owner), kept=True)
    arrivals = [Arrival("scenery.png", picture("navy", (300, 200))), Arrival("dot.png", picture("red", (50, 50)))]
    uploads.take_in(session=session, arrivals=arrivals, tags=["scenery", "dot"])
    wish = composition.Wish(prompt="Set @scenery as background and @dot as front image", width=200, height=200)
    composition.request(session=session, wish=wish)
services.publish = lambda job: None
uploads.take_in(session=session, arrivals=[Arrival("waits.png", picture("green", (20, 20)))])
for owner in ("house", "somebody"):
    recording = recorded.recording(owner=owner, public_id=f"gaze-study-{Recording.objects.count() + 1}", steps=2)
    mirrors.render(recording.pk)
    step = recording.steps.get(index=1)
    at_it = {"recording": recording, "replaying": recording, "position": 1, "prompts": {"BR": ["a moth"]}}
    Deck.objects.update_or_create(owner=owner, defaults=at_it)
    Verdict.objects.create(step=step, word=Verdict.Word.IDENTICAL, at=recording.created_at)
    sitting = Study.objects.create(recording=recording, owner=owner, seed=4).sittings.create(number=1)
    sitting.trials.create(place=0, step=step, step_index=1, sector="TL", answer="TL")
store.put("generated_images/README.md", b"kept by hand")
sys.exit()
