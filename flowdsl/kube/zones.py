"""Time zones by the names of the IANA, as far as the machine knows them."""

from __future__ import annotations

from functools import cache


def is_zone(name: str) -> bool:
    """Whether Go would load such a time zone. Any may be one where the machine has no data of them."""
    zones = all_zones()
    return not zones or name in zones or name in ("", "Local")


@cache
def all_zones() -> frozenset[str]:
    """All zones, none where the machine has no data of them: finding them is a walk through its files."""
    from zoneinfo import available_timezones

    return frozenset(available_timezones())
