"""/api/v1/: lists of the caller's own sessions, images and generations."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView

from prompt_media.web import identity
from prompt_media.web.filters import Words, YesNo
from sessions_app import selectors, serializers
from sessions_app.models import Generation, Image, Session

CHAPTER = "Your own"


class ImageFilter(filters.FilterSet):
    session = filters.CharFilter("session__public_id", label="Session id")
    tag = Words("tag__name", lookup_expr="iexact")
    made = YesNo("made_by", lookup_expr="isnull", exclude=True, label="Made here, not uploaded")

    class Meta:
        model = Image
        fields = ("session", "tag", "media_type", "sha256")


class GenerationFilter(filters.FilterSet):
    session = filters.CharFilter("session__public_id", label="Session id")
    prompt = Words("prompt", lookup_expr="icontains", label="Words of the prompt")

    class Meta:
        model = Generation
        fields = ("session", "prompt", "format")


@extend_schema(summary="Your sessions, newest first")
class Sessions(ListAPIView):
    serializer_class = serializers.SessionRow
    filterset_fields = ("kind",)
    queryset = Session.objects.none()

    def get_queryset(self) -> QuerySet[Session]:
        return selectors.sessions_of(identity.of(self.request))


@extend_schema(summary="Your images, uploaded and made, newest first")
class Images(ListAPIView):
    serializer_class = serializers.ImageRow
    filterset_class = ImageFilter
    queryset = Image.objects.none()

    def get_queryset(self) -> QuerySet[Image]:
        return selectors.images_of(identity.of(self.request))


@extend_schema(summary="Your generations with what went in and what came out, newest first")
class Generations(ListAPIView):
    serializer_class = serializers.GenerationRow
    filterset_class = GenerationFilter
    queryset = Generation.objects.none()

    def get_queryset(self) -> QuerySet[Generation]:
        return selectors.generations_of(identity.of(self.request))
