"""What the studio tells of itself in numbers: sessions, pictures and their bytes, and how recordings fare."""

from collections.abc import Iterator

from django.db.models import Count, QuerySet, Sum
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from prompt_media.health import numbers
from prompt_media.health.numbers import Part, Source
from sessions_app import selectors
from sessions_app.models import Deck, Image, Step, Verdict
from sessions_app.services import mirrors


def register() -> None:
    """Tell them with those of the house."""
    numbers.register(Source("studio", Part.DATABASE, told))
    numbers.register(Source("recordings", Part.DATABASE, of_recordings))


def told() -> Iterator[Metric]:
    sessions = GaugeMetricFamily("prompt_media_sessions", "Sessions that have not expired.", labels=["kind"])
    for kind, count in selectors.live_sessions().order_by().values_list("kind").annotate(Count("pk")):
        sessions.add_metric([kind], count)
    yield sessions
    kept = Image.objects.aggregate(count=Count("pk"), bytes=Sum("bytes", default=0))
    yield GaugeMetricFamily("prompt_media_images", "Stored pictures.", value=kept["count"])
    yield GaugeMetricFamily("prompt_media_storage_bytes", "Their bytes, without thumbnails.", value=kept["bytes"])


def of_recordings() -> Iterator[Metric]:
    yield _counted("prompt_media_steps", "Recorded steps.", "status", Step.objects.all())
    yield _counted("prompt_media_verdicts", "Steps that were made again.", "word", Verdict.objects.all())
    decks = GaugeMetricFamily("prompt_media_decks", "Who records and who replays.", labels=["at"])
    at_it = Deck.objects.aggregate(recording=Count("recording"), replaying=Count("replaying"))
    for word, count in at_it.items():
        decks.add_metric([word], count)
    yield decks
    late = mirrors.late().count()
    yield GaugeMetricFamily("prompt_media_mirrors_late", "metadata.json that are still to be written.", value=late)


def _counted(name: str, words: str, column: str, rows: QuerySet) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[column])
    for value, count in rows.order_by().values_list(column).annotate(Count("pk")):
        family.add_metric([value], count)
    return family
