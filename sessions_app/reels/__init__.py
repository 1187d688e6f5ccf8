"""Recordings as their pages show them: rows in, values for templates and for the player's script out."""
