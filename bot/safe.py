"""Safe numbers: what everybody may learn of a count, so that no number points at anyone (S37)."""

STEP = 10
"""A count is told as a multiple of this."""


def told(count: int, least: int = STEP) -> int | None:
    """The count as everybody may learn it: rounded down to a multiple of ten, None below `least`."""
    return count - count % STEP if count >= least else None
