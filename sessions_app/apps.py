"""The floor as a Django app; it tells the jobs room what its kinds of work look like."""

import importlib

from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "sessions_app"
    verbose_name = "Sessions"

    def ready(self) -> None:
        importlib.import_module("sessions_app.faces").register()
