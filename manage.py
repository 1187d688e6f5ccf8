#!/usr/bin/env python
"""Django's command line for Prompt Media; `./pm` calls it."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from environs import EnvError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prompt_media.settings")
    try:
        if sys.argv[1:] in (["--version"], ["version"]):
            # Django's own answer would be Django's version.
            sys.stdout.write(f"Prompt Media {settings.VERSION}\n")
        else:
            execute_from_command_line(sys.argv)
    except (EnvError, ImproperlyConfigured) as error:
        sys.exit(f"The settings cannot be used: {error}")
