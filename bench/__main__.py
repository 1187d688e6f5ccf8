"""`python -m bench` and the name of one comparison: it is printed as a table."""

import importlib
import sys

COMPARISONS = (
    "gif", "png", "growth", "preview", "queue", "uploads", "health", "streams", "storage", "replay", "recording",
)  # fmt: skip


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in COMPARISONS:
        print(f"usage: python -m bench {'|'.join(COMPARISONS)} [--help]", file=sys.stderr)
        return 2
    # Only the one asked for: what measures the queue needs Django, what measures pixels must not wake it.
    return int(importlib.import_module(f"bench.{argv[0]}").main(argv[1:]))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
