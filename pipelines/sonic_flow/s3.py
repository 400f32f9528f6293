"""Requests of S3, signed here: put an object and get it back, take it away.

Not by boto3: no small published image has it, and installing it while the task runs would let code from the network
into the one pod that holds the bucket's keys. The signature (AWS Signature Version 4) is 20 lines, held in the tests to
AWS's published examples and to botocore's own signer.
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
from typing import BinaryIO, NamedTuple

from sonic_flow.direct import OPEN
from sonic_flow.files import BLOCK, sha256, stop

EMPTY = hashlib.sha256().hexdigest()
NO_HEADERS: Mapping[str, str] = {}


class Signer(NamedTuple):
    """Who signs a request, and for which region."""

    region: str
    access_key: str
    secret_key: str


def object_url(endpoint: str, bucket: str, region: str, key: str) -> str:
    """The address of an object: the bucket in the host name on AWS, in the path elsewhere."""
    path = urllib.parse.quote(key, safe="/-_.~")
    if endpoint and not endpoint.startswith(("http://", "https://")):
        stop(f"endpoint {endpoint!r} is no http:// or https:// address")
    if endpoint:
        return f"{endpoint.rstrip('/')}/{bucket}/{path}"
    return f"https://{bucket}.s3.{region}.amazonaws.com/{path}"


def stored(video: Path, url: str, signer: Signer) -> str:
    """Put a clip and read it back; gives its SHA-256. Stops where what is read back is another."""
    digest = sha256(video)
    with video.open("rb") as file:
        headers = {"Content-Type": "video/mp4", "Content-Length": str(video.stat().st_size)}
        send("PUT", url, signer, digest, headers=headers, body=file)
    if (back := send("GET", url, signer)) != digest:
        stop(f"{url} was stored, but reads back with SHA-256 {back}, not {digest}")
    return digest


def send(
    method: str,
    url: str,
    signer: Signer,
    payload: str = EMPTY,
    *,
    headers: Mapping[str, str] = NO_HEADERS,
    body: BinaryIO | None = None,
) -> str:
    """Send one signed request; gives the SHA-256 of the answer's body. Stops with S3's own words where it refuses."""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    signed = sign(method, url, signer, payload, now=now, headers=headers)
    try:
        with OPEN(urllib.request.Request(url, body, signed, method=method), timeout=120) as response:
            digest, held = hashlib.sha256(), 0
            for block in iter(lambda: response.read(BLOCK), b""):
                digest.update(block)
                held += len(block)
            promised = response.headers.get("Content-Length")
    except urllib.error.HTTPError as error:
        with error:
            said = " ".join(error.read(2000).decode("utf-8", "replace").split())
        stop(f"{method} {url}: {error.code} {error.reason}: {said[:400]}")
    except (OSError, http.client.HTTPException) as error:
        stop(f"{method} {url}: {getattr(error, 'reason', None) or repr(error)}")
    if promised is not None and promised.strip() != str(held):
        stop(f"{method} {url}: the answer is cut off: {held} of {promised} bytes")
    return digest.hexdigest()


def sign(
    method: str,
    url: str,
    signer: Signer,
    payload: str,
    *,
    now: str,
    headers: Mapping[str, str] = NO_HEADERS,
) -> dict[str, str]:
    """The headers with those of AWS Signature Version 4 added.

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
