"""The admin of sessions and what is in them: to look, to keep, to delete. Nothing else is changed by hand."""

from sessions_app.admin import generations, images, recordings, sessions, studies

__all__ = ["generations", "images", "recordings", "sessions", "studies"]
