"""What the studio tells of itself in numbers: sessions, pictures and their bytes."""

from collections.abc import Iterator

from django.db.models import Count, Sum
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from prompt_media.health import numbers
from prompt_media.health.numbers import Part, Source
from sessions_app import selectors
from sessions_app.models import Image


def register() -> None:
    """Tell them with those of the house."""
    numbers.register(Source("studio", Part.DATABASE, told))


def told() -> Iterator[Metric]:
    sessions = GaugeMetricFamily("prompt_media_sessions", "Sessions that have not expired.", labels=["kind"])
    for kind, count in selectors.live_sessions().order_by().values_list("kind").annotate(Count("pk")):
        sessions.add_metric([kind], count)
    yield sessions
    kept = Image.objects.aggregate(count=Count("pk"), bytes=Sum("bytes", default=0))
    yield GaugeMetricFamily("prompt_media_images", "Stored pictures.", value=kept["count"])
    yield GaugeMetricFamily("prompt_media_storage_bytes", "Their bytes, without thumbnails.", value=kept["bytes"])
