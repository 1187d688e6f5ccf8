#!/usr/bin/env python
"""Django's command line for Prompt Media; `./pm` calls it."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prompt_media.settings")
    execute_from_command_line(sys.argv)
