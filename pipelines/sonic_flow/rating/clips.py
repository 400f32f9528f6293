"""Fetch a staged clip from the object store to a file, whole and unchanged."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from sonic_flow.direct import OPEN
from sonic_flow.files import BLOCK, sha256, stop
from sonic_flow.s3 import EMPTY, Signer, sign

LARGEST = 512 << 20
"""Bytes of a clip that are taken."""


def fetched(url: str, signer: Signer, digest: str, folder: Path) -> Path:
    """The clip as `folder/DIGEST.mp4`, fetched once. Stops where it is not there, too large, or another one."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        stop("sha256 is no SHA-256")
    target = folder / f"{digest}.mp4"
    if target.is_file() and sha256(target) == digest:
        return target
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    request = urllib.request.Request(url, headers=sign("GET", url, signer, EMPTY, now=now))
    found, held = hashlib.sha256(), 0
    handle, temporary = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as file, OPEN(request, timeout=60) as response:
            for block in iter(lambda: response.read(BLOCK), b""):
                held += len(block)
                if held > LARGEST:
                    stop(f"{url} has more than {LARGEST} bytes")
                found.update(block)
                file.write(block)
        if found.hexdigest() != digest:
            stop(f"{url} has SHA-256 {found.hexdigest()}, not {digest}")
        os.replace(temporary, target)
    except urllib.error.HTTPError as error:
        with error:
            stop(f"GET {url}: {error.code} {error.reason}")
    except (OSError, http.client.HTTPException) as error:
        stop(f"GET {url}: {getattr(error, 'reason', None) or str(error) or repr(error)}")
    finally:
        Path(temporary).unlink(missing_ok=True)
    return target
