"""`manage.py create_token`: a program's way in, for whoever sits at the server."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from prompt_media.access import services
from prompt_media.access.models import Token


class Command(BaseCommand):
    help = "Make a token for an account and print it, this once, alone on standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the account's name")
        parser.add_argument("--name", default="", help="what it is for")
        parser.add_argument("--read-only", action="store_true", help="it may look and change nothing")
        parser.add_argument("--days", type=int, help="after so many days it ends; default: it does not")

    def handle(self, *, user: str, name: str, read_only: bool, days: int | None, **options: Any) -> None:
        account = get_user_model().objects.filter(username=user, is_active=True).first()
        if account is None:
            raise CommandError(f"There is no active account called {user}. ./pm createsuperuser makes the first one.")
        if days is not None and not 1 <= days <= 36_500:
            raise CommandError("--days is 1 to 36500.")
        fresh = services.create(
            user=account,
            name=name[:100],
            scope=Token.Scope.READ if read_only else Token.Scope.WRITE,
            expires_at=timezone.now() + timedelta(days=days) if days else None,
        )
        self.stderr.write(f"Token {fresh.token.pk} for {user} ({fresh.token.get_scope_display().lower()}):")
        self.stdout.write(fresh.secret)
