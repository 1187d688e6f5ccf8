"""Images and their tags in the admin, with the staff's own way to the files.

The studio's URLs would count each look as use and keep a session alive for as long as an operator looks.
"""

from collections.abc import Iterable

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from prompt_media.files import delivery
from prompt_media.web.inspection import ReadOnlyAdmin, RemovableAdmin, link, links, titled, when
from sessions_app.models import Image, Tag
from sessions_app.services import workspace

_MOST_LINKS = 50


def thumbnails(images: Iterable[Image]) -> SafeString:
    """Small pictures in a row, each leading to its image's page."""
    return SafeString(render_to_string("admin/sessions_app/_thumbnails.html", {"images": images}))


class Origin(admin.SimpleListFilter):
    title = "origin"
    parameter_name = "origin"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("uploaded", "Uploaded"), ("made", "Made")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Image]) -> QuerySet[Image]:
        wanted = {"uploaded": True, "made": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(made_by__isnull=wanted)


class Tagged(admin.SimpleListFilter):
    title = "tag"
    parameter_name = "tagged"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", "With a tag"), ("no", "Without")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Image]) -> QuerySet[Image]:
        wanted = {"yes": False, "no": True}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(tag__isnull=wanted)


@admin.register(Image)
class ImageAdmin(RemovableAdmin):
    list_display = (
        "picture", "named", "tagged", "in_session", "pixels", "weight", "media_type", "origin", "content", "created",
    )  # fmt: skip
    list_display_links = ("named",)
    list_filter = (Origin, Tagged, "media_type", "session__kind", "created_at")
    ordering = ("-created_at", "-id")
    search_fields = ("label", "name", "tag__name", "session__public_id", "sha256")
    search_help_text = "File name, tag, session or SHA-256"
    fieldsets = (
        (None, {"fields": ("whole_picture",)}),
        ("Facts", {"fields": (
            ("label", "name"), ("tagged", "in_session"), ("pixels", "weight"), ("media_type", "has_alpha"),
            ("created_at", "sha256"), ("key", "thumbnail_key"),
        )}),
        ("Lineage", {"fields": ("made_in", "used_in")}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Image]:
        images: QuerySet[Image] = super().get_queryset(request)
        return images.select_related("session", "tag")

    @admin.display(description="Picture")
    def picture(self, image: Image) -> SafeString:
        return thumbnails([image])

    @admin.display(description="Picture")
    def whole_picture(self, image: Image) -> SafeString:
        return SafeString(render_to_string("admin/sessions_app/_picture.html", {"image": image}))

    @admin.display(description="Image", ordering="label")
    def named(self, image: Image) -> SafeString:
        return titled(image, f"number {image.number}")

    @admin.display(description="Tag", ordering="tag__name")
    def tagged(self, image: Image) -> str:
        return f"@{image.tag_name}" if image.tag_name else self.empty_value_display

    @admin.display(description="Created", ordering="created_at")
    def created(self, image: Image) -> SafeString:
        return when(image.created_at)

    @admin.display(description="Session", ordering="session__last_active_at")
    def in_session(self, image: Image) -> SafeString:
        return link(image.session, image.session.name or image.session.short_id)

    @admin.display(description="Size", ordering="width")
    def pixels(self, image: Image) -> str:
        return f"{image.width} × {image.height}"

    @admin.display(description="Bytes", ordering="bytes")
    def weight(self, image: Image) -> str:
        return filesizeformat(image.bytes)

    @admin.display(description="Origin")
    def origin(self, image: Image) -> str:
        return "made" if image.made_by_id else "uploaded"

    @admin.display(description="SHA-256", ordering="sha256")
    def content(self, image: Image) -> str:
        return image.sha256[:10]

    @admin.display(description="Made by")
    def made_in(self, image: Image) -> SafeString | str:
        return link(image.made_by) if image.made_by else "Uploaded, not made here."

    @admin.display(description="Used in")
    def used_in(self, image: Image) -> SafeString | str:
        makings = image.used_by.order_by("-created_at").distinct()
        return links(makings, _MOST_LINKS, inputs__id__exact=image.pk) or "Nothing yet."

    def remove(self, row: Image) -> None:
        workspace.remove_image(image=row)

    def held(self, row: Image) -> str:
        return "a step of a recording; a sequence has no gaps, so only all of it can go" if hasattr(row, "step") else ""

    def farewell(self, row: Image) -> str:
        return f"{row}, {row.width} × {row.height}, {filesizeformat(row.bytes)}, with its file and thumbnail"

    def get_urls(self) -> list[URLPattern]:
        # Cacheable: the file's own headers say for how long; its address never names other content.
        thumbnail = self.admin_site.admin_view(self.thumbnail_view, cacheable=True)
        file = self.admin_site.admin_view(self.file_view, cacheable=True)
        return [
            path("<int:image_id>/thumbnail/", thumbnail, name="sessions_app_image_thumbnail"),
            path("<int:image_id>/file/", file, name="sessions_app_image_file"),
            *super().get_urls(),
        ]

    def thumbnail_view(self, request: HttpRequest, image_id: int) -> HttpResponseBase:
        image = self._looked_at(request, image_id)
        if not image.thumbnail_key:
            return delivery.send(request, key=image.key, media_type=image.media_type, etag=image.sha256)
        etag = f"{image.sha256}-thumbnail"
        return delivery.send(request, key=image.thumbnail_key, media_type="image/webp", etag=etag, is_small=True)

    def file_view(self, request: HttpRequest, image_id: int) -> HttpResponseBase:
        """The whole file. Who opened somebody's picture is noted in its history; a thumbnail in a list is not."""
        image = self._looked_at(request, image_id)
        self.log_change(request, image, "Opened the file.")
        return delivery.send(request, key=image.key, media_type=image.media_type, etag=image.sha256)

    def _looked_at(self, request: HttpRequest, image_id: int) -> Image:
        if not self.has_view_permission(request):
            raise PermissionDenied
        image: Image | None = self.get_object(request, str(image_id))
        if image is None:
            raise Http404
        return image


@admin.register(Tag)
class TagAdmin(ReadOnlyAdmin):
    list_display = ("named", "picture", "of_image", "in_session")
    list_filter = ("session__kind",)
    ordering = ("-id",)
    search_fields = ("name", "session__public_id", "image__label")
    search_help_text = "Tag, session or file name"
    fieldsets = ((None, {"fields": ("named", "picture", ("of_image", "in_session"))}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        tags: QuerySet[Tag] = super().get_queryset(request)
        return tags.select_related("session", "image")

    @admin.display(description="Tag", ordering="folded")
    def named(self, tag: Tag) -> str:
        return f"@{tag.name}"

    @admin.display(description="Picture")
    def picture(self, tag: Tag) -> SafeString:
        return thumbnails([tag.image])

    @admin.display(description="Image", ordering="image__label")
    def of_image(self, tag: Tag) -> SafeString:
        return link(tag.image)

    @admin.display(description="Session", ordering="session__last_active_at")
    def in_session(self, tag: Tag) -> SafeString:
        return link(tag.session, tag.session.name or tag.session.short_id)
