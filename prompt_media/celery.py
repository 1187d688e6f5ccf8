"""The engine: Celery, configured by the settings whose names begin with CELERY_."""

import os

# Two BLAS threads cost nine times the CPU on the small matrices of a palette (bench/README.md).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prompt_media.settings")

import logging
from logging.config import dictConfig

from celery import Celery
from celery.signals import celeryd_init, setup_logging
from django.conf import settings

app = Celery("prompt_media")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Granian answers in threads, and Celery's current app is per thread: without a default they would publish to nowhere.
app.set_default()
app.autodiscover_tasks()


# A worker has its say before it sets its logs up: that it should not run as root, for one.
@celeryd_init.connect
@setup_logging.connect
def _as_the_house_does(**_: object) -> None:
    """Who listens here sets the logs up; Celery itself would take what the settings say back."""
    dictConfig(settings.LOGGING)
    logging.captureWarnings(True)
