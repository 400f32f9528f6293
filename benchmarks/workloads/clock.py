"""What every workload shares: one timed function, its figures as one line of JSON on standard output.

It runs in the virtual environment of the peer under test, so it needs nothing but Python.
"""

from __future__ import annotations

import json
import os
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
    writes nothing would be seen. The clock is the wall's; with FLOWDSL_BENCHMARK_CLOCK=cpu it is the process's own
    processor time, for a machine that others use too. `loading` is what the imports took, always processor time.
    """
    if os.environ.get("FLOWDSL_BENCHMARK_CLOCK") == "none":
        return  # all that happens besides the work, for a counter outside the process to subtract
    clock = time.process_time if os.environ.get("FLOWDSL_BENCHMARK_CLOCK") == "cpu" else time.perf_counter
    number = int(sys.argv[1])
    before = peak_kib()
    loading = time.process_time()
    times = []
    size = 0
    for _ in range(1 + again):
        start = clock()
        size = len(build(number))
        times.append(clock() - start)
    figures = {
        "loading": loading,
        "seconds": times[0],
        "again": min(times[1:], default=times[0]),
        "characters": size,
        "import_kib": before,
        "peak_kib": peak_kib(),
    }
    print(json.dumps(figures))
