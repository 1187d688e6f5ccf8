"""The house as a Django app: it wakes Celery in every process that wakes Django, so that any of them can publish, and
registers the checks of the settings. It is there first and done late, so it also keeps the waking short."""

import atexit
import gc
import importlib
from types import ModuleType

from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "prompt_media"
    verbose_name = "Prompt Media"

    def __init__(self, app_name: str, app_module: ModuleType | None) -> None:
        super().__init__(app_name, app_module)
        # What is imported is kept. To look through all of it for garbage, again and again while it comes and once
        # more at the exit, took nearly half of the time that a start and an end cost.
        gc.disable()
        atexit.register(gc.freeze)

    def ready(self) -> None:
        importlib.import_module("prompt_media.celery")
        importlib.import_module("prompt_media.checks")
        gc.freeze()
        gc.enable()
