"""Access as a Django app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "prompt_media.access"
    label = "access"
    verbose_name = "Access"
