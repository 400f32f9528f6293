"""A slow test suite in parallel shards, and one verdict over all of them."""

from __future__ import annotations

import zlib
from typing import NamedTuple

from flowdsl import pipeline, task

TESTS = [f"test_{name}" for name in ("align", "blend", "crop", "decode", "encode", "fade", "gain", "hash")]


class Outcome(NamedTuple):
    """Two results of each shard; both come to the verdict as lists."""

    ran: int
    failed: int


@task(image="python:3.12-slim", cpu="1", memory="512Mi", timeout="30m")
def run_shard(shard: int, shards: int) -> Outcome:
    """Run the tests of one shard."""
    # Not hash(): its answer is another in each process, and a test would run in several shards, or in none.
    mine = [test for test in TESTS if zlib.crc32(test.encode()) % shards == shard]
    for test in mine:
        print("ok", test)
    return Outcome(len(mine), 0)


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def verdict(ran: list[int], failed: list[int]) -> bool:
    """Green only if every test ran somewhere: shards that ran nothing have no failures either."""
    if sum(failed) or sum(ran) != len(TESTS):
        raise SystemExit(f"{sum(ran)} of {len(TESTS)} tests ran, {sum(failed)} failed")
    return True


@pipeline
def sharded_tests() -> None:
    """Four shards, one verdict."""
    shards = run_shard.map(shard=[0, 1, 2, 3], shards=4)
    verdict(shards.ran, shards.failed)


if __name__ == "__main__":
    sharded_tests.cli()
