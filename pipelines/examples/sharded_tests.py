"""A slow test suite in parallel shards, and one verdict over all of them."""

from __future__ import annotations

import zlib

from flowdsl import pipeline, task

TESTS = [f"test_{name}" for name in ("align", "blend", "crop", "decode", "encode", "fade", "gain", "hash")]


@task(image="python:3.12-slim", cpu="1", memory="512Mi", timeout="30m")
def run_shard(shard: int, shards: int) -> int:
    """Run the tests of one shard; the number that failed."""
    mine = [test for test in TESTS if zlib.crc32(test.encode()) % shards == shard]
    for test in mine:
        print("ok", test)
    return 0


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def verdict(failed: list[int]) -> bool:
    if sum(failed):
        raise SystemExit(f"{sum(failed)} tests failed")
    return True


@pipeline
def sharded_tests() -> None:
    """Four shards, one verdict."""
    shards = run_shard.map(shard=[0, 1, 2, 3], shards=4)
    verdict(shards.result)


if __name__ == "__main__":
    sharded_tests.cli()
