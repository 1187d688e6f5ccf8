"""The floor as a Django app: how its work looks, which files are its own, what it counts, and what happens when
somebody signs in."""

import importlib

from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "sessions_app"
    verbose_name = "Sessions"

    def ready(self) -> None:
        importlib.import_module("sessions_app.faces").register()
        importlib.import_module("sessions_app.holdings").register()
        importlib.import_module("sessions_app.numbers").register()
        importlib.import_module("sessions_app.sign_in").connect()
