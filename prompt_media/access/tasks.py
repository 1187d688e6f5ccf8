"""What the workers do for access."""

from celery import shared_task

from prompt_media.access import services


@shared_task(name="access.forget")
def forget() -> None:
    """Delete what has ended: sessions of people, and wrong passwords that count no more."""
    services.forget()
