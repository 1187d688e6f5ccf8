"""Pages for people, a module for each place. Thin: read, call, render."""
