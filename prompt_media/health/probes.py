"""One question to each part the studio needs. A probe answers in a sentence, or lets the part's own error through.

None of them says how long it may take: readiness.py and the doctor do.
"""

import shutil
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from prompt_media.errors import StorageFull
from prompt_media.files import disk, store
from prompt_media.health.findings import Finding, State
from prompt_media.jobs import bus, workers
from prompt_media.jobs import selectors as jobs
from prompt_media.jobs.models import Job

# The same few bytes whoever writes them: machines that look at once write over one another without harm.
PROBE_KEY, _PROBE = f"{store.OWN}probe", b"Written to see that writing works.\n"
LATE = timedelta(minutes=10)
_MEGABYTE = 1024 * 1024


def database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding(State.OK, f"{connection.display_name} answers.")


def migrations() -> Finding:
    executor = MigrationExecutor(connection)
    missing = [f"{one.app_label}.{one.name}" for one, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if not missing:
        return Finding(State.OK, "All are applied.")
    return Finding(State.DOWN, f"{len(missing)} are not applied, the first is {missing[0]}.", "Run ./pm migrate.")


def storage() -> Finding:
    """Always the same file and the same few bytes, and as seldom as PROBES in readiness.py says, whoever calls."""
    store.put(PROBE_KEY, _PROBE)
    if store.read(PROBE_KEY) != _PROBE:
        return Finding(State.DOWN, "What is read is not what was written.", "Look at the storage server's own log.")
    place = getattr(default_storage, "bucket_name", "") or "the media folder"
    return Finding(State.OK, f"A file was written to {place} and read back.")


def free_room() -> Finding:
    free = f"{shutil.disk_usage(settings.DATA_DIR).free // _MEGABYTE} MB are free"
    try:
        disk.require()
    except StorageFull:
        told = f"{free}, and the last {settings.FREE_DISK_MB} MB are not for pictures: no upload is taken."
        return Finding(State.DOWN, told, "Delete sessions, or free some room on the disk.")
    return Finding(State.OK, f"{free}.")


def broker() -> Finding:
    bus.broker().ping()
    return Finding(State.OK, "Valkey answers.")


def working() -> Finding:
    alive = Counter(one.queue for one in workers.alive())
    missing = [queue for queue in Job.Queue.values if not alive[queue]]
    if missing:
        told = f"Nobody works for {' and '.join(missing)}: jobs are taken in, and wait."
        return Finding(State.DOWN, told, "Start a worker: ./pm up, or ./pm up --worker-only.")
    return Finding(State.OK, ", ".join(f"{alive[queue]} for {queue}" for queue in Job.Queue.values) + ".")


def queue() -> Finding:
    """How long the oldest waiting job of any queue has waited."""
    waits = {name: jobs.longest_wait(name) for name in Job.Queue.values}
    name = max(waits, key=lambda name: waits[name])
    told = f"In {name} the first in line has waited {int(waits[name].total_seconds())} s."
    if waits[name] < LATE:
        return Finding(State.OK, told if waits[name] else "No job waits.")
    return Finding(State.WARNING, told, "More workers, or more processes for them (QUICK_WORKERS, BULK_WORKERS).")
