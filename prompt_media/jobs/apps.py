"""The jobs as a Django app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "prompt_media.jobs"
    label = "jobs"
    verbose_name = "Jobs"
