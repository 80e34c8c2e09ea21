"""Time stamps of messages as integer nanoseconds."""

from __future__ import annotations

from builtin_interfaces.msg import Time

# Nanoseconds in a second. From SI.
NS_PER_S = 1_000_000_000
# Simulated time begins here, ns. Chosen: a stamp of zero means "no stamp" to many programs.
CLOCK_START_NS = NS_PER_S


def stamp_to_ns(stamp: Time) -> int:
    """Nanoseconds of a builtin_interfaces/Time."""
    return int(stamp.sec) * NS_PER_S + int(stamp.nanosec)


def ns_to_stamp(stamp_ns: int) -> Time:
    """builtin_interfaces/Time of nanoseconds."""
    sec, nanosec = divmod(int(stamp_ns), NS_PER_S)
    return Time(sec=sec, nanosec=nanosec)
