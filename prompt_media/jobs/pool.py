"""The workers' pool of processes: Celery's own, which hears at once when one of them has ended.

Celery 5.7 asks how a process ended as soon as its pipe closes. That is an instant before the kernel can tell, so it
mostly hears "still running", and asks again only five seconds later: so long a job waited whenever a process was
replaced after its share of work, or had died (https://github.com/celery/celery/issues/9588).

That it is ours has another good: of its own pool, Celery closes a process's database connections before and after each
task, and so under the hands of the thread that writes mirrors meanwhile.
"""

from typing import Any

from celery.concurrency import asynpool, prefork

_SECONDS_TO_END = 2


class AsynPool(asynpool.AsynPool):
    def _event_process_exit(self, hub: Any, proc: Any) -> None:
        proc.join(_SECONDS_TO_END)
        super()._event_process_exit(hub, proc)


class TaskPool(prefork.TaskPool):
    Pool = AsynPool
