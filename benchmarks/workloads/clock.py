"""What every workload shares: one timed function, its figures as one line of JSON on standard output.

It runs in the virtual environment of the peer under test, so it needs nothing but Python.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable


def peak_kib() -> int:
    """The most memory that the process has held, in KiB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def report(build: Callable[[int], str], again: int = 0) -> None:
    """Time `build(N)` once, which is the figure, and then `again` times for what a warm process takes.

    N is the first command-line argument. `build` gives the text it made, whose size is reported: a contender that
    writes nothing would be seen.
    """
    number = int(sys.argv[1])
    before = peak_kib()
    times = []
    size = 0
    for _ in range(1 + again):
        start = time.perf_counter()
        size = len(build(number))
        times.append(time.perf_counter() - start)
    print(
        json.dumps(
            {
                "seconds": times[0],
                "again": min(times[1:], default=times[0]),
                "characters": size,
                "import_kib": before,
                "peak_kib": peak_kib(),
            }
        )
    )
