"""One start from the first check to the last child stopped.

The order is the point: what can be refused is refused before anything runs, the broker answers before the database is
migrated, and the address is told when it works.
"""

import contextlib
import functools
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from celery import Celery

from prompt_media import lock
from prompt_media.jobs import bus
from prompt_media.supervisor import address, broker, plan, ready
from prompt_media.supervisor.plan import Command, Layout, Parts, Stage
from prompt_media.supervisor.supervisor import StopAsked, Supervisor

# Two threads of a matrix library on the small arrays of pictures cost nine times the CPU of one.
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def run(layout: Layout, *, app: Celery, migrate: Callable[[], None], say: Callable[[str], None]) -> None:
    """Start everything, tell the address, and stay until somebody wants it to stop. Raises HouseError in words."""
    with _folders_held(layout):
        if layout.parts is not Parts.WORKERS:
            address.require_free(layout.host, layout.port)
        children = plan.commands(layout, valkey=_broker_program(layout))
        with _supervisor(layout, say) as supervisor:
            with contextlib.suppress(StopAsked):
                _bring_up(supervisor, children, layout, app, migrate)
                say(_welcome(layout))
                supervisor.watch()
            say("Stopping.")


def _bring_up(
    supervisor: Supervisor, children: tuple[Command, ...], layout: Layout, app: Celery, migrate: Callable[[], None]
) -> None:
    _start(supervisor, children, Stage.BROKER)
    supervisor.wait_until(bus.is_answering, what="The broker")
    migrate()
    _start(supervisor, children, Stage.WORKERS, Stage.BEAT, Stage.WEB)
    if layout.parts is not Parts.WEB:
        nodes = plan.nodes(layout)
        supervisor.wait_until(functools.partial(ready.workers, app, nodes), what="A worker")
    if layout.parts is not Parts.WORKERS:
        supervisor.wait_until(functools.partial(ready.web, url(layout)), what="The web server")


@contextlib.contextmanager
def _folders_held(layout: Layout) -> Iterator[None]:
    """Whoever starts a broker has the data directory alone. With a broker elsewhere several may share it, and many
    machines one data directory; but whoever is on a SQLite file holds that, so that no restore takes it away."""
    with contextlib.ExitStack() as held:
        if layout.broker_socket:
            held.enter_context(lock.held(layout.data_dir))
        if layout.sqlite_folder and not (layout.broker_socket and layout.sqlite_folder == layout.data_dir):
            held.enter_context(lock.held(layout.sqlite_folder, shared=True))
        yield


def _broker_program(layout: Layout) -> Path | None:
    """The program of a broker of our own, its folders made; None when another broker was named."""
    if not layout.broker_socket:
        return None
    (layout.data_dir / "broker").mkdir(exist_ok=True)
    broker.make_private(layout.broker_socket.parent)
    return broker.program()


def _supervisor(layout: Layout, say: Callable[[str], None]) -> Supervisor:
    environment = {
        **os.environ,
        **_ONE_THREAD,
        "HOST": layout.host,
        "PORT": str(layout.port),
        "PROMETHEUS_MULTIPROC_DIR": str(_empty(layout.data_dir / "metrics" / f"{platform.node()}-{layout.port}")),
    }
    return Supervisor(logs=_logs(layout), environment=environment, say=say)


def _logs(layout: Layout) -> Path | None:
    return layout.data_dir / "logs" if layout.log_files else None


def _empty(folder: Path) -> Path:
    """Counts begin anew with each start, or the files of processes long dead would pile up."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _start(supervisor: Supervisor, children: tuple[Command, ...], *stages: Stage) -> None:
    for command in children:
        if command.stage in stages:
            supervisor.start(command)


def url(layout: Layout) -> str:
    return f"http://{address.caller_host(layout.host)}:{layout.port}/"


def _welcome(layout: Layout) -> str:
    place = "Workers are ready" if layout.parts is Parts.WORKERS else f"Open {url(layout)}"
    logs = _logs(layout)
    return f"{place}   (Ctrl-C stops{f'; logs are in {logs}' if logs else ''})"
