"""Put the clip into an S3 bucket and read it back: the task `upload`."""

from __future__ import annotations

from typing import NamedTuple

from flowdsl import File, Secret, task
from sonic_flow.files import stop
from sonic_flow.s3 import Signer, object_url, stored
from sonic_flow.settings import PYTHON

LARGEST = 5 * 1024**3  # bytes that S3 takes in one request


class Uploaded(NamedTuple):
    """Where the clip is, and what was read back from there."""

    url: str
    sha256: str
    size: int


@task(image=PYTHON, cpu="100m..1", memory="64Mi..256Mi", timeout="10m", retries=2)
def upload(
    video: File,
    key: str,
    bucket: str,
    *,
    region: str = "us-east-1",
    endpoint: str = "",
    access_key: Secret = Secret("sonic-s3", key="access-key"),
    secret_key: Secret = Secret("sonic-s3", key="secret-key"),
) -> Uploaded:
    """Store the clip at `key`.

    Without `endpoint` the bucket is on AWS; with one (MinIO, Ceph, a test) it is the first part of the path. The object
    is read back and compared by SHA-256, so that a success means it is there.
    """
    if (size := video.stat().st_size) > LARGEST:
        stop(f"{video.name} has {size} bytes; S3 takes {LARGEST} in one request")
    url = object_url(endpoint, bucket, region, key)
    digest = stored(video, url, Signer(region, access_key, secret_key))
    print(f"stored {size} bytes at {url}, SHA-256 {digest}")
    return Uploaded(f"s3://{bucket}/{key}", digest, size)
