"""The shapes that go over the wire for sessions, images and generations. No rule lives here."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from prompt_media.jobs.models import Job
from prompt_media.web.fields import Flag, Text, Whole
from prompt_media.web.schema import one_of
from sessions_app.composing.diagnostics import Severity
from sessions_app.composing.prompt import MAX_LENGTH
from sessions_app.composing.scene import FRAME_COUNTS, RATES, SIDES
from sessions_app.models import Generation, GenerationInput, Image, Session
from sessions_app.selectors import UnknownImage


class ImageOutput(serializers.ModelSerializer):
    """One picture of a session."""

    filename = serializers.CharField(source="name", read_only=True)
    tag = serializers.SerializerMethodField(help_text="What prompts call it; null while it has no name.")
    url = serializers.CharField(read_only=True)
    thumbnail_url = serializers.CharField(read_only=True)

    class Meta:
        model = Image
        fields = [
            "filename", "label", "tag", "url", "thumbnail_url", "width", "height", "bytes", "media_type", "has_alpha",
            "sha256", "created_at",
        ]  # fmt: skip

    def get_tag(self, image: Image) -> str | None:
        return image.tag_name or None


class ImageRow(ImageOutput):
    """One picture in a list over sessions."""

    session_id = serializers.CharField(source="session.public_id", read_only=True)
    generation_id = serializers.UUIDField(source="made_by_id", read_only=True, allow_null=True)

    class Meta(ImageOutput.Meta):
        fields = ["id", "session_id", "generation_id", *ImageOutput.Meta.fields]


class SessionCreated(serializers.Serializer):
    session_id = serializers.UUIDField()
    message = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)


class Measure(serializers.Serializer):
    used = serializers.IntegerField()
    limit = serializers.IntegerField()


class RoomOutput(serializers.Serializer):
    """What a session holds and may hold, uploads and makings that are still at work included."""

    files = Measure()
    bytes = Measure()


class SessionOutput(serializers.Serializer):
    session_id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_active_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True, help_text="null: kept until it is deleted.")
    kept = serializers.BooleanField(source="is_kept")
    image_count = serializers.IntegerField()
    images = serializers.DictField(child=serializers.CharField(allow_null=True), help_text="File name to tag or null.")
    files = ImageOutput(many=True)
    outputs = ImageOutput(many=True)
    room = RoomOutput()


class SessionRow(serializers.ModelSerializer):
    session_id = serializers.CharField(source="public_id", read_only=True)
    kept = serializers.BooleanField(source="is_kept", read_only=True)
    image_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Session
        fields = [
            "session_id", "kind", "name", "created_at", "last_active_at", "expires_at", "kept", "image_count",
        ]  # fmt: skip


class SessionChange(serializers.Serializer):
    kept = Flag(required=False)
    name = Text(required=False, allow_blank=True, max_length=200)


class Message(serializers.Serializer):
    message = serializers.CharField()


class UploadInput(serializers.Serializer):
    files = serializers.ListField(
        child=serializers.FileField(), min_length=1, help_text="PNG, JPEG, WebP or GIF; repeat the field."
    )


class UploadOutput(serializers.Serializer):
    session_id = serializers.UUIDField()
    count = serializers.IntegerField()
    files = serializers.ListField(child=serializers.CharField())
    images = ImageOutput(many=True)


class TagInput(serializers.Serializer):
    filename = Text(max_length=200, trim_whitespace=False)
    tag = Text(allow_null=True, allow_blank=True, shortest=1, help_text="null takes the tag off.")


class TagOutput(serializers.Serializer):
    message = serializers.CharField()
    filename = serializers.CharField()
    tag = serializers.CharField(allow_null=True)


class TagsInput(serializers.Serializer):
    assignments = serializers.ListField(child=TagInput(), allow_empty=False, min_length=1)


class TagsOutput(serializers.Serializer):
    message = serializers.CharField()
    session_id = serializers.UUIDField()
    images = serializers.DictField(child=serializers.CharField(allow_null=True))


@extend_schema_field(one_of("png", "gif"))
class Format(Text):
    """What can be made; anything else is refused with a code of its own."""


@extend_schema_serializer(exclude_fields=("scene",))  # nothing but a refusal stands behind it yet
class GenerateInput(serializers.Serializer):
    prompt = Text(trim_whitespace=False, allow_blank=True, shortest=1, longest=MAX_LENGTH)
    generate_gif = Flag(required=False, allow_null=True, default=None, help_text="Absent: words of motion decide.")
    format = Format(required=False, allow_null=True, default=None)
    frames = Whole(required=False, allow_null=True, default=None, among=FRAME_COUNTS)
    fps = Whole(required=False, allow_null=True, default=None, among=RATES)
    width = Whole(required=False, allow_null=True, default=None, among=SIDES)
    height = Whole(required=False, allow_null=True, default=None, among=SIDES)
    scene = serializers.JSONField(required=False, allow_null=True, default=None)


@extend_schema_serializer(exclude_fields=("scene",))
class PreviewInput(GenerateInput):
    frame = Whole(
        required=False,
        allow_null=True,
        default=None,
        among=range(FRAME_COUNTS[-1]),
        help_text="One frame of a moving scene as a PNG.",
    )


class DiagnosticOutput(serializers.Serializer):
    """One remark on the prompt, with its place in the text."""

    start = serializers.IntegerField(help_text="Counts code points; so does `end`.")
    end = serializers.IntegerField()
    code = serializers.CharField()
    message = serializers.CharField()
    suggestion = serializers.CharField(allow_null=True, help_text="What could stand there instead.")
    severity = serializers.ChoiceField([severity.value for severity in Severity])


class GenerateOutput(serializers.Serializer):
    message = serializers.CharField()
    session_id = serializers.UUIDField()
    generation_id = serializers.UUIDField()
    image_path = serializers.CharField(required=False, help_text="For a still; a URL path.")
    gif_path = serializers.CharField(required=False, help_text="For anything that moves, whatever its format.")
    url = serializers.CharField()
    format = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    frames = serializers.IntegerField()
    scene = serializers.DictField(help_text="How the prompt was read.")
    diagnostics = DiagnosticOutput(many=True)


class ZipInput(serializers.Serializer):
    include_outputs = Flag(default=True)
    include_uploads = Flag(default=False)


class ImportInput(serializers.Serializer):
    archive = serializers.FileField(help_text="A ZIP, tar.gz or tar of one recording.")


class ImportOutput(serializers.Serializer):
    session_id = serializers.CharField(help_text="The recording's id here.")
    created_at = serializers.FloatField(help_text="Seconds since 1970.")
    total_generations = serializers.IntegerField()
    left_out = serializers.ListField(child=serializers.CharField(), help_text="Files that no recording has.")
    renamed = serializers.DictField(
        child=serializers.CharField(), help_text="Frames whose name was none of ours, and what they are called here."
    )


class IngredientRow(serializers.ModelSerializer):
    filename = serializers.CharField(source="image.name", read_only=True, allow_null=True, default=None)

    class Meta:
        model = GenerationInput
        fields = ["tag", "sha256", "filename"]


class GenerationRow(serializers.ModelSerializer):
    session_id = serializers.CharField(source="session.public_id", read_only=True)
    status = serializers.ChoiceField(Job.Status.choices, source="job.status", default=Job.Status.DONE, read_only=True)
    scene = serializers.DictField(read_only=True)
    diagnostics = DiagnosticOutput(many=True, read_only=True)
    inputs = IngredientRow(source="ingredients", many=True, read_only=True)
    outputs = serializers.SerializerMethodField(help_text="Empty until it is done.")

    class Meta:
        model = Generation
        fields = [
            "id", "session_id", "number", "status", "prompt", "format", "width", "height", "frames", "scene",
            "diagnostics", "inputs", "outputs", "job", "created_at",
        ]  # fmt: skip

    @extend_schema_field(ImageOutput(many=True))
    def get_outputs(self, generation: Generation) -> Any:
        # They are asked for after the job, which may have ended in between.
        is_done = generation.job is None or generation.job.status == Job.Status.DONE
        return ImageOutput(generation.outputs.all() if is_done else [], many=True).data


def uploaded(session: Session, images: list[Image]) -> dict[str, Any]:
    """The answer to an upload that became these images."""
    body = {
        "session_id": session.public_id,
        "count": len(images),
        "files": [image.name for image in images],
        "images": images,
    }
    return UploadOutput(body).data


def generated(generation: Generation) -> dict[str, Any]:
    """The answer to a finished generation, with the path under the name its kind promises."""
    output = generation.output
    if output is None:
        raise UnknownImage("What was made has been deleted already.")
    moves = generation.frames > 1 or generation.format == "gif"
    return {
        "message": "GIF made." if moves else "Picture made.",
        "session_id": generation.session.public_id,
        "generation_id": generation.pk,
        "gif_path" if moves else "image_path": output.url,
        "url": output.url,
        "format": generation.format,
        "width": output.width,
        "height": output.height,
        "frames": generation.frames,
        "scene": generation.scene,
        "diagnostics": generation.diagnostics,
    }
