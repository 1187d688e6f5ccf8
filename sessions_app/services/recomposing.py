"""A picture of the @tag studio painted again: from the scene in a step's recipe, and from what its tags stood for.

Nothing of a cache plays a part: the stored files are read, and are what their SHA-256 says.
"""

from hashlib import sha256

from prompt_media.errors import NotFound
from prompt_media.files import store
from prompt_media.files.store import FileGone
from prompt_media.progress import Progress
from sessions_app.composing import notation, render, scene
from sessions_app.composing.render import Rendered
from sessions_app.models import Image, Step
from sessions_app.pictures import FreshPictures


class IngredientGone(NotFound):
    """What a tag stood for is not there any more, or is another picture by now."""

    code = "file_gone"

    def __init__(self, tag: str) -> None:
        super().__init__(f"What @{tag} stood for is not there any more, not with the same bytes.")


def paint(step: Step, progress: Progress) -> Rendered:
    """The step's picture, made again. Raises IngredientGone, Unprocessable for a recipe that is none, and as the
    decoder does."""
    recipe = step.recipe
    wanted = scene.from_json(recipe.get("scene"))
    told = notation.fields(recipe.get("ingredients"), "ingredients", {layer.tag for layer in wanted.layers})
    files = {layer.tag: _stored(layer.tag, told.get(layer.tag), step) for layer in wanted.layers}
    return render.in_format(wanted, recipe.get("format"), FreshPictures(files), progress)


def _stored(tag: str, digest: object, step: Step) -> bytes:
    """From wherever the recording's owner has a picture of the same content."""
    kept = Image.objects.filter(sha256=str(digest), session__owner=step.recording.owner)
    for key in kept.order_by("pk").values_list("key", flat=True):
        try:
            data = store.read(key)
        except FileGone:
            continue
        if sha256(data).hexdigest() == digest:
            return data
    raise IngredientGone(tag)
