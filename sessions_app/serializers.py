"""The shapes that go over the wire for sessions, images and generations. No rule lives here."""

from typing import Any

from rest_framework import serializers

from prompt_media.web.fields import Flag, Text, Whole
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
    session_id = serializers.CharField()
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
    session_id = serializers.CharField(source="public_id")
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
    files = serializers.ListField(child=serializers.FileField(), help_text="PNG, JPEG, WebP or GIF; repeat the field.")


class UploadOutput(serializers.Serializer):
    session_id = serializers.CharField()
    count = serializers.IntegerField()
    files = serializers.ListField(child=serializers.CharField())
    images = ImageOutput(many=True)


class TagInput(serializers.Serializer):
    filename = Text(max_length=200)
    tag = Text(allow_null=True, allow_blank=True, help_text="null takes the tag off.")


class TagOutput(serializers.Serializer):
    message = serializers.CharField()
    filename = serializers.CharField()
    tag = serializers.CharField(allow_null=True)


class TagsInput(serializers.Serializer):
    assignments = TagInput(many=True, allow_empty=False)


class TagsOutput(serializers.Serializer):
    message = serializers.CharField()
    session_id = serializers.CharField()
    images = serializers.DictField(child=serializers.CharField(allow_null=True))


class GenerateInput(serializers.Serializer):
    prompt = Text(trim_whitespace=False, allow_blank=True)
    generate_gif = Flag(required=False, allow_null=True, default=None, help_text="Absent: words of motion decide.")
    format = Text(required=False, allow_null=True, default=None, help_text="png or gif.")
    frames = Whole(required=False, allow_null=True, default=None)
    fps = Whole(required=False, allow_null=True, default=None)
    width = Whole(required=False, allow_null=True, default=None)
    height = Whole(required=False, allow_null=True, default=None)
    scene = serializers.JSONField(required=False, allow_null=True, default=None, help_text="Not taken yet.")


class PreviewInput(GenerateInput):
    frame = Whole(
        required=False, allow_null=True, default=None, help_text="One frame of a moving scene as a PNG, from 0."
    )


class GenerateOutput(serializers.Serializer):
    message = serializers.CharField()
    session_id = serializers.CharField()
    generation_id = serializers.UUIDField()
    image_path = serializers.CharField(required=False, help_text="For a still; a URL path.")
    gif_path = serializers.CharField(required=False, help_text="For anything that moves, whatever its format.")
    url = serializers.CharField()
    format = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    frames = serializers.IntegerField()
    scene = serializers.JSONField(help_text="How the prompt was read.")
    diagnostics = serializers.ListField(child=serializers.DictField())


class ZipInput(serializers.Serializer):
    # Forgiving booleans, unlike elsewhere: the page sends this as a form, where everything is text.
    include_outputs = serializers.BooleanField(default=True)
    include_uploads = serializers.BooleanField(default=False)


class IngredientRow(serializers.ModelSerializer):
    filename = serializers.CharField(source="image.name", read_only=True, allow_null=True, default=None)

    class Meta:
        model = GenerationInput
        fields = ["tag", "sha256", "filename"]


class GenerationRow(serializers.ModelSerializer):
    session_id = serializers.CharField(source="session.public_id", read_only=True)
    status = serializers.SerializerMethodField()
    inputs = IngredientRow(source="ingredients", many=True, read_only=True)
    outputs = ImageOutput(many=True, read_only=True)

    class Meta:
        model = Generation
        fields = [
            "id", "session_id", "number", "status", "prompt", "format", "width", "height", "frames", "scene",
            "diagnostics", "inputs", "outputs", "job", "created_at",
        ]  # fmt: skip

    def get_status(self, generation: Generation) -> str:
        return generation.job.status if generation.job else "done"


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
