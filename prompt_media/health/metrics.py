"""Numbers for Prometheus: what this machine's web processes counted, and what all machines share.

Requests are counted where they are answered, so each web machine is scraped. Jobs, sessions and files are asked of the
database and the broker when somebody looks: they are the same whichever machine is asked, and survive every restart.
"""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import Count
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.utils import floatToGoString
from redis import RedisError

from prompt_media.health import numbers
from prompt_media.health.findings import Finding, State
from prompt_media.health.numbers import Part, Source
from prompt_media.health.readiness import lookout
from prompt_media.jobs import selectors as jobs
from prompt_media.jobs import tally, workers
from prompt_media.jobs.models import Job

log = structlog.get_logger(__name__)


def text() -> bytes:
    """Everything, in the format Prometheus reads."""
    return generate_latest(_counted_here()) + generate_latest(_shared)


def _counted_here() -> CollectorRegistry:
    """What the processes of this machine have counted; of this process alone where they share no folder."""
    if settings.METRICS_DIR is None:
        return REGISTRY
    _forget_the_dead(settings.METRICS_DIR)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, str(settings.METRICS_DIR))
    return registry


def _forget_the_dead(folder: Path) -> None:
    """What a killed process had open is open no more. What it has counted stays."""
    for file in folder.glob("gauge_live*_*.db"):
        if not _lives(int(file.stem.rpartition("_")[2])):
            file.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Shared:
    """What the machines share, held for some seconds. A part that is down is left out: prompt_media_part_up tells."""

    def __init__(self, holds_seconds: float = 5.0) -> None:
        self._holds_seconds = holds_seconds
        self._looking = Lock()
        self._known: list[Metric] = []
        self._known_until = 0.0

    def collect(self) -> list[Metric]:
        with self._looking:
            if time.monotonic() >= self._known_until:
                found = lookout.look()
                self._known = [_parts(found), *_told_by(Part.DATABASE, found), *_told_by(Part.BROKER, found)]
                self._known_until = time.monotonic() + self._holds_seconds
            return self._known


def _told_by(part: Part, found: Mapping[str, Finding]) -> list[Metric]:
    # A part that is known to be down is not asked: it would keep the caller waiting for nothing.
    if found[part].state is State.DOWN:
        return []
    try:
        return list(numbers.read_from(part))
    except (DatabaseError, InterfaceError, RedisError) as error:
        log.warning("numbers not known", reason=str(error))
        return []


def _parts(found: Mapping[str, Finding]) -> Metric:
    up = GaugeMetricFamily("prompt_media_part_up", "1: the part does its work. /readyz tells more.", labels=["part"])
    for name, finding in found.items():
        up.add_metric([name], float(finding.state is not State.DOWN))
    return up


def _of_the_database() -> Iterator[Metric]:
    yield _jobs()
    yield _waiting()


def _jobs() -> Metric:
    rows = GaugeMetricFamily("prompt_media_jobs", "Jobs that are remembered.", labels=["status", "queue"])
    counts = {
        (status, queue): count
        for status, queue, count in Job.objects.order_by().values_list("status", "queue").annotate(Count("pk"))
    }
    for status in Job.Status.values:
        for queue in Job.Queue.values:
            rows.add_metric([status, queue], counts.get((status, queue), 0))
    return rows


def _waiting() -> Metric:
    waiting = GaugeMetricFamily(
        "prompt_media_queue_oldest_seconds", "How long the first in each line has waited; 0: none.", labels=["queue"]
    )
    for queue in Job.Queue.values:
        waiting.add_metric([queue], jobs.longest_wait(queue).total_seconds())
    return waiting


def _of_the_broker() -> Iterator[Metric]:
    living = GaugeMetricFamily("prompt_media_workers", "Workers that have been heard of lately.", labels=["queue"])
    alive = [worker.queue for worker in workers.alive()]
    for queue in Job.Queue.values:
        living.add_metric([queue], alive.count(queue))
    yield living
    ended = HistogramMetricFamily(
        "prompt_media_job_seconds", "Jobs that ended, and the time a worker had them.", labels=["kind", "status"]
    )
    for one in tally.read():
        bounds = [floatToGoString(bound) for bound in tally.BOUNDS]
        buckets = [*zip(bounds, one.within, strict=True), ("+Inf", one.count)]
        ended.add_metric([one.kind, one.status], buckets, one.seconds)
    yield ended


numbers.register(Source("jobs", Part.DATABASE, _of_the_database))
numbers.register(Source("workers", Part.BROKER, _of_the_broker))
_shared = CollectorRegistry()
_shared.register(Shared())
