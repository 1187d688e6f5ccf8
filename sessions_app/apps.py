"""The floor as a Django app: what its work looks like to the jobs room, and what happens when somebody signs in."""

import importlib

from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "sessions_app"
    verbose_name = "Sessions"

    def ready(self) -> None:
        importlib.import_module("sessions_app.faces").register()
        importlib.import_module("sessions_app.sign_in").connect()
