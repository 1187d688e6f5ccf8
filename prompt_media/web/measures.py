"""What the web processes count while they answer. Read at /metrics; kept in memory, or in files that all processes of
one machine share (PROMETHEUS_MULTIPROC_DIR, which `up` sets)."""

from prometheus_client import Gauge, Histogram

REQUESTS = Histogram(
    "prompt_media_request_seconds",
    "Requests, and the time to the first byte of their answers.",
    ["method", "route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120),
)
STREAMS = Gauge("prompt_media_streams_open", "Streams of events that somebody follows.", multiprocess_mode="livesum")
