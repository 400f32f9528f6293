"""Put the clip into an S3 bucket and read it back: the task `upload`.

Two requests, signed here, and not boto3: no small published image has boto3, and installing it while the task runs
would let code from the network into the one pod that holds the bucket's keys. The signature (AWS Signature Version 4)
is 20 lines, held in the tests to AWS's published examples and to botocore's own signer.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from flowdsl import File, Secret, task
from sonic_flow.settings import PYTHON

CHUNK = 1 << 20
LARGEST = 5 * 1024**3  # bytes that S3 takes in one request
EMPTY = hashlib.sha256().hexdigest()
NO_HEADERS: Mapping[str, str] = {}


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
    size, digest = video.stat().st_size, sha256(video)
    if size > LARGEST:
        raise SystemExit(f"error: {video.name} has {size} bytes; S3 takes {LARGEST} in one request")
    url = object_url(endpoint, bucket, region, key)
    signer = (region, access_key, secret_key)
    with video.open("rb") as file:
        headers = {"Content-Type": "video/mp4", "Content-Length": str(size)}
        send("PUT", url, signer, digest, headers=headers, body=file)
    stored = send("GET", url, signer)
    if stored != digest:
        raise SystemExit(f"error: {url} was stored, but reads back with SHA-256 {stored}, not {digest}")
    print(f"stored {size} bytes at {url}, SHA-256 {digest}")
    return Uploaded(f"s3://{bucket}/{key}", digest, size)


def object_url(endpoint: str, bucket: str, region: str, key: str) -> str:
    """The address of an object: the bucket in the host name on AWS, in the path elsewhere."""
    path = urllib.parse.quote(key, safe="/-_.~")
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise SystemExit(f"error: endpoint {endpoint!r} is no http:// or https:// address")
    if endpoint:
        return f"{endpoint.rstrip('/')}/{bucket}/{path}"
    return f"https://{bucket}.s3.{region}.amazonaws.com/{path}"


def send(
    method: str,
    url: str,
    signer: tuple[str, str, str],
    payload: str = EMPTY,
    *,
    headers: Mapping[str, str] = NO_HEADERS,
    body: Any = None,
) -> str:
    """Send one signed request; gives the SHA-256 of the answer's body. Stops with S3's own words where it refuses."""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    signed = sign(method, url, signer, payload, now=now, headers=headers)
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, signed, method=method), timeout=120) as response:
            digest, held = hashlib.sha256(), 0
            for block in iter(lambda: response.read(CHUNK), b""):
                digest.update(block)
                held += len(block)
            promised = response.headers.get("Content-Length")
    except urllib.error.HTTPError as error:
        with error:
            said = " ".join(error.read(2000).decode("utf-8", "replace").split())
        raise SystemExit(f"error: {method} {url}: {error.code} {error.reason}: {said[:400]}") from None
    except (OSError, http.client.HTTPException) as error:
        raise SystemExit(f"error: {method} {url}: {getattr(error, 'reason', None) or repr(error)}") from None
    if promised is not None and promised.strip() != str(held):
        raise SystemExit(f"error: {method} {url}: the answer is cut off: {held} of {promised} bytes")
    return digest.hexdigest()


def sign(
    method: str,
    url: str,
    signer: tuple[str, str, str],
    payload: str,
    *,
    now: str,
    headers: Mapping[str, str] = NO_HEADERS,
) -> dict[str, str]:
    """The headers with those of AWS Signature Version 4 added. `signer` is region, access key, secret key.

    `payload` is the body's SHA-256, `now` is UTC as 20130524T000000Z. `url` has no query, and its path is
    percent-encoded.
    """
    region, access_key, secret_key = signer
    parts = urllib.parse.urlsplit(url)
    sent = {**headers, "x-amz-content-sha256": payload, "x-amz-date": now}
    signed = {"host": parts.netloc, **{name.lower(): value.strip() for name, value in sent.items()}}
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    request = "\n".join([method, parts.path, "", lines, names, payload])

    scope = f"{now[:8]}/{region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{secret_key}".encode()
    for word in scope.split("/"):
        key = hmac.new(key, word.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    credential = f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}"
    return {**sent, "Authorization": f"{credential},SignedHeaders={names},Signature={signature}"}


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(CHUNK), b""):
            digest.update(block)
    return digest.hexdigest()
