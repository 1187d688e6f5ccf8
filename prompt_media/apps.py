"""The house as a Django app: it wakes Celery in every process that wakes Django, so that any of them can publish, and
registers the checks of the settings."""

import importlib

from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "prompt_media"
    verbose_name = "Prompt Media"

    def ready(self) -> None:
        importlib.import_module("prompt_media.celery")
        importlib.import_module("prompt_media.checks")
