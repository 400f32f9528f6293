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
from collections.abc import Set
from pathlib import Path

from sonic_flow.direct import OPEN
from sonic_flow.files import BLOCK, sha256, stop
from sonic_flow.s3 import EMPTY, Signer, sign

LARGEST = 512 << 20
"""Bytes of a clip that are taken."""
PASSES = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may do: the store is busy or restarts."""


class NotNowError(Exception):
    """The store could not be asked, or said to come again."""


def fetched(url: str, signer: Signer, digest: str, folder: Path) -> Path:
    """The clip as `folder/DIGEST.mp4`, fetched once. Stops where it is not there, too large, or another one.

    Raises NotNowError for what may pass: no answer, an answer that breaks off, a status of PASSES.
    """
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
            said = f"GET {url}: {error.code} {error.reason}"
        if error.code in PASSES:
            raise NotNowError(said) from None
        stop(said)
    except (OSError, http.client.HTTPException) as error:
        raise NotNowError(f"GET {url}: {getattr(error, 'reason', None) or str(error) or repr(error)}") from None
    finally:
        Path(temporary).unlink(missing_ok=True)
    return target


def tidy(folder: Path, kept: Set[str]) -> None:
    """Remove the clips whose digests are not among `kept`: people have rated them, or nobody asks any more."""
    for path in folder.glob("*.mp4"):
        if re.fullmatch(r"[0-9a-f]{64}", path.stem) and path.stem not in kept:
            path.unlink(missing_ok=True)
