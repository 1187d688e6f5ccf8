"""Sentences to try, made from a session's own tags."""

from collections.abc import Sequence


def sentences(ground: str | None, others: Sequence[str]) -> tuple[str, ...]:
    """Up to six sentences over the picture that would make a background and the ones to set on it."""
    if ground is None:
        return _alone(others)
    return _together(ground, others) if others else (f"Set @{ground} as background",)


def _alone(others: Sequence[str]) -> tuple[str, ...]:
    if not others:
        return ()
    first = others[0]
    return (f"Place @{first} in center", f"@{first} is moving from left to right", f"@{first} is rotating")


def _together(ground: str, others: Sequence[str]) -> tuple[str, ...]:
    first, last = others[0], others[-1]
    both = (
        (
            f"Place @{first} in center, @{last} on top right, and @{ground} as background",
            f"@{ground} as background, @{first} moves from bottom to top and @{last} fades in on the top left",
        )
        if len(others) > 1
        else ()
    )
    return (
        f"Set @{ground} as background and @{first} as front image",
        f"@{ground} is stable background and @{first} is moving from left to right",
        *both,
        f"@{ground} as background, @{last} is bouncing at the bottom",
        f"@{ground} as background, @{first} is rotating in the center",
    )
