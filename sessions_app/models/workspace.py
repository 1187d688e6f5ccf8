"""Sessions, their images and tags, and what was made of what."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse

from prompt_media.jobs.models import Job
from sessions_app import names


class Session(models.Model):
    """One piece of somebody's work: a studio, a canvas, a try-on, a batch, a recording, or what nobody recorded."""

    class Kind(models.TextChoices):
        STUDIO = "studio", "Studio"
        GALLERY = "gallery", "Gallery"
        TRYON = "tryon", "Try-on"
        BATCH = "batch", "Batch"
        RECORDING = "recording", "Recording"
        LIVE = "live", "Live"

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.STUDIO)
    public_id = models.CharField(max_length=64, help_text="What its URLs and folders are called.")
    owner = models.CharField(max_length=80, help_text="A user, a visitor's browser, or the house itself.")
    name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_active_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: kept until it is deleted.")
    images_numbered = models.PositiveIntegerField(default=0, help_text="The last number given; none is given twice.")
    generations_numbered = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0, help_text="Raised whenever what its mirror tells has changed.")
    mirrored_revision = models.PositiveIntegerField(default=0, help_text="Which of them its metadata.json tells.")

    class Meta:
        ordering = ["-last_active_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "public_id"], name="session_public_id_once"),
            # Its folder bears the id, and not every file system tells capitals from small letters.
            models.UniqueConstraint(
                Lower("public_id"), condition=Q(kind="recording"), name="recording_id_once_without_case"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["studio", "gallery", "tryon", "batch", "recording", "live"]),
                name="session_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gte=F("last_active_at")), name="session_expires_after_use"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "kind", "-last_active_at"], name="session_by_owner"),
            models.Index(fields=["-last_active_at", "-id"], name="session_newest"),
            models.Index(fields=["owner", "-created_at", "-id"], name="session_by_birth"),
            models.Index(fields=["expires_at"], condition=Q(expires_at__isnull=False), name="session_expiry"),
            models.Index(
                fields=["id"], condition=Q(revision__gt=F("mirrored_revision")), name="session_mirror_is_late"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.public_id

    @property
    def is_kept(self) -> bool:
        return self.expires_at is None

    @property
    def short_id(self) -> str:
        """As much of its id as people need to tell it from others: a UUID's beginning, any other whole."""
        return self.public_id[:8] if self.kind in (self.Kind.STUDIO, self.Kind.LIVE) else self.public_id

    @property
    def subject(self) -> str:
        """How its jobs name it. A recording's id is of its maker's choice and must not pass for another's."""
        return f"{'recording' if self.kind == self.Kind.RECORDING else 'session'}:{self.public_id}"


class Image(models.Model):
    """A stored picture, uploaded or made. Its files live under `key` and `thumbnail_key`."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="images")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=128, help_text="The file's name in URLs; ours, never the caller's.")
    label = models.CharField(max_length=names.LABEL_LENGTH, blank=True, help_text="What its owner called the file.")
    key = models.CharField(max_length=255, unique=True)
    thumbnail_key = models.CharField(max_length=255, blank=True)
    media_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    has_alpha = models.BooleanField(default=False)
    made_by = models.ForeignKey("Generation", null=True, blank=True, on_delete=models.CASCADE, related_name="outputs")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="image_number_once"),
            models.UniqueConstraint(fields=["session", "name"], name="image_name_once"),
            models.CheckConstraint(condition=Q(width__gte=1, height__gte=1, bytes__gte=1), name="image_is_not_empty"),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="image_newest")]

    def __str__(self) -> str:
        return self.label or self.name

    @property
    def tag_name(self) -> str:
        """What a prompt calls it; empty while nobody has named it."""
        return self.tag.name if hasattr(self, "tag") else ""

    @property
    def url(self) -> str:
        return reverse(self._route, args=[self.session.public_id, self.name])

    @property
    def _route(self) -> str:
        if self.session.kind == Session.Kind.RECORDING:
            return "recording-picture"
        return "output-file" if self.made_by_id else "upload-file"

    @property
    def thumbnail_url(self) -> str:
        return f"{self.url}?thumbnail=1"


class Tag(models.Model):
    """The name of one image, unique in its session without regard to case."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="tags")
    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="tag")
    name = models.CharField(max_length=names.TAG_LENGTH)
    folded = models.CharField(max_length=3 * names.TAG_LENGTH, editable=False, help_text="Without case: unique.")

    class Meta:
        ordering = ["image__number"]
        constraints = [
            models.UniqueConstraint(fields=["session", "folded"], name="tag_once_without_case"),
        ]

    def __str__(self) -> str:
        return f"@{self.name}"


class Generation(models.Model):
    """One making: what was asked, how it was read, what went in and what came out."""

    class Kind(models.TextChoices):
        COMPOSE = "compose", "Picture from a sentence"
        SECTOR = "sector", "Sector"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.COMPOSE)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="generations")
    recorded_in = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.SET_NULL, related_name="heard",
        help_text="The recording that was running when it was asked for.",
    )  # fmt: skip
    number = models.PositiveIntegerField()
    job = models.OneToOneField(Job, null=True, on_delete=models.SET_NULL, related_name="generation")
    prompt = models.TextField()
    scene = models.JSONField(default=dict, blank=True, help_text="What was understood (sessions_app.composing.scene).")
    recipe = models.JSONField(default=dict, blank=True, help_text="Of a sector: sessions_app.editing.recipe.")
    diagnostics = models.JSONField(default=list, blank=True)
    format = models.CharField(max_length=8)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    frames = models.PositiveIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(600)], help_text="1 for a still."
    )
    inputs: models.ManyToManyField = models.ManyToManyField(Image, through="GenerationInput", related_name="used_by")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="generation_number_once"),
            models.CheckConstraint(condition=Q(frames__gte=1), name="generation_has_frames"),
        ]
        indexes = [
            models.Index(fields=["session", "-created_at"], name="generation_by_session"),
            models.Index(fields=["-created_at", "-id"], name="generation_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.prompt[:60]}"

    @property
    def output(self) -> Image | None:
        """The picture it made; None until its job is done."""
        # With its session, or else that could be deleted between the two questions.
        return self.outputs.select_related("session").first()


class GenerationInput(models.Model):
    """One image that went into a generation, under the tag and with the content it had then."""

    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="ingredients")
    image = models.ForeignKey(Image, null=True, on_delete=models.SET_NULL, related_name="uses")
    tag = models.CharField(max_length=names.TAG_LENGTH)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["generation", "tag"], name="ingredient_tag_once"),
        ]

    def __str__(self) -> str:
        return f"@{self.tag}"
