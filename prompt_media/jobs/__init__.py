"""Work: one row tells the truth about each piece of it, Celery runs it.

Insert → publish on commit → claim → progress under a token → finish under the same token; a sweep mends what
a crash left. No room above tells jobs what they do: apps register their kinds with `runner.handles`.
"""
