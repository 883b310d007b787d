"""Points in time, in words: on the local clock, and how far from now."""

from datetime import datetime

_UNITS = ((86_400.0, 172_800.0, "day"), (3_600.0, 7_200.0, "hour"), (60.0, 60.0, "minute"))


def in_words(seconds: object, now: float) -> str:
    """Return a time as `2030-01-31 12:00:00 +0100 (in 2 hours)`.

    Args: seconds since the epoch, as a stranger wrote them; what is no time is shown as it is.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return f"{seconds!r} (no time)"
    try:
        local = datetime.fromtimestamp(seconds).astimezone()
    except (OverflowError, OSError, ValueError):
        return f"{seconds} (no time that a calendar has)"
    return f"{local:%Y-%m-%d %H:%M:%S %z} ({distance(seconds - now)})"


def distance(seconds: float) -> str:
    """Return how far away a moment is: `in 59 minutes`, `3 days ago`, `now`."""
    size = abs(seconds)
    if size < 1:
        return "now"
    unit, name = next(
        ((unit, name) for unit, least, name in _UNITS if size >= least), (1.0, "second")
    )
    count = int(size / unit)
    words = f"{count} {name}{'' if count == 1 else 's'}"
    return f"in {words}" if seconds > 0 else f"{words} ago"
