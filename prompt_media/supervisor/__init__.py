"""The engine room: starts, watches and stops broker, workers, beat and web as children of one process.

No request and no job is handled here, and no other room imports this one.
"""
