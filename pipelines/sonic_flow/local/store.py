"""An S3 store on loopback: `python -m sonic_flow.local.store --folder FOLDER --port PORT --bucket BUCKET`.

The API is moto's server. It keeps objects in memory, so each is also written to `FOLDER/BUCKET/KEY` once it is stored,
and read from there at the start: what a run uploaded is still there after it. A key that is no path of a file
(`a/../b`, `a/b` beside `a`, a very long one) is kept in `FOLDER/.other`, by its hash, with its name beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

REGION = "us-east-1"
OTHER = ".other"
LARGEST = 1 << 30  # bytes of one object
PLAIN = re.compile(r"[^/\0-\x1f\x7f]{1,200}")


def fill(folder: Path, bucket: str) -> None:
    """Make the bucket, with the objects that are kept for it."""
    backend = s3()
    backend.create_bucket(bucket, REGION)
    for key, content in objects(folder, bucket):
        backend.put_object(bucket, key, content)


def objects(folder: Path, bucket: str) -> Iterator[tuple[str, bytes]]:
    """What is kept of a bucket: keys and contents. A file that can't be read is left out, and told."""
    kept = folder / bucket
    for path in sorted(kept.rglob("*")) if kept.is_dir() else []:
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(kept).as_posix(), path.read_bytes()
    for told in sorted((folder / OTHER).glob("*.json")):
        try:
            named = json.loads(told.read_text("utf-8"))
            if named["bucket"] == bucket:
                yield str(named["key"]), told.with_suffix("").read_bytes()
        except (OSError, ValueError, TypeError, KeyError) as error:
            print(f"{told} is left out: {error}", flush=True)


def s3() -> Any:
    """Moto's store of the account that requests without a known key belong to."""
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends

    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


def keep(application: Callable[..., Iterable[bytes]], folder: Path) -> Callable[..., Iterable[bytes]]:
    """The same server, which writes an object to the folder when a PUT of it has succeeded."""

    def kept(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        method, status = environ["REQUEST_METHOD"], ""
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isdigit() and (len(length) > 15 or int(length) > LARGEST):
            start_response("413 Content Too Large", [("Content-Type", "text/plain"), ("Connection", "close")])
            return [b"an object has at most 1 GiB here\n"]

        def started(line: str, *rest: Any) -> Any:
            nonlocal status
            status = line
            return start_response(line, *rest)

        answer = list(application(environ, started))
        # WSGI has the bytes of a path as Latin-1 (PEP 3333).
        path = environ["PATH_INFO"].encode("latin-1", "replace").decode("utf-8", "replace")
        bucket, _, key = path.removeprefix("/").partition("/")
        if key and status.startswith("2") and method in ("PUT", "POST", "DELETE"):
            try:
                write(folder, bucket, key)
            except OSError as error:  # it is stored all the same
                print(f"s3://{bucket}/{printable(key)} is not kept: {error.strerror}", flush=True)
        return answer

    return kept


def write(folder: Path, bucket: str, key: str) -> None:
    """Write one object as a file, or take the file away where the object is no more. Raises OSError."""
    found = s3().get_object(bucket, key)
    plain, other = place(folder, bucket, key), other_place(folder, bucket, key)
    if found is None:
        for path in (plain, other, other.with_suffix(".json")):
            if path is not None and path.is_file():
                path.unlink()
        return
    target = plain
    try:
        if plain is not None:
            plain.parent.mkdir(parents=True, exist_ok=True)
            plain.write_bytes(found.value)
    except OSError:  # another key is a folder's name, or this one is
        target = None
    if target is None:
        target = other
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_bytes(found.value)
        other.with_suffix(".json").write_text(json.dumps({"bucket": bucket, "key": key}), "utf-8")
    print(f"s3://{bucket}/{printable(key)}: {len(found.value)} bytes, kept in {target}", flush=True)


def place(folder: Path, bucket: str, key: str) -> Path | None:
    """The file of a key that is a path of a file; None for any other key."""
    parts = [bucket, *key.split("/")]
    if len(key) > 800 or any(part.startswith(".") or not PLAIN.fullmatch(part) for part in parts):
        return None
    return folder.joinpath(*parts)


def other_place(folder: Path, bucket: str, key: str) -> Path:
    """The file of any key, by its hash."""
    return folder / OTHER / hashlib.sha256(f"{bucket}/{key}".encode("utf-8", "replace")).hexdigest()


def printable(key: str) -> str:
    """A key as the log shows it."""
    return "".join(char if char.isprintable() else "?" for char in key[:200])


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description="an S3 store")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bucket", required=True)
    options = parser.parse_args()
    from moto.moto_server.werkzeug_app import create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log(self, *_: object, **named: object) -> None:
            """The store says itself what it keeps."""

    fill(options.folder, options.bucket)
    application = keep(create_backend_app("s3"), options.folder)  # S3 alone: moto has a hundred services
    server = make_server("127.0.0.1", options.port, application, threaded=True, request_handler=Quiet)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"S3 (moto's server), at http://127.0.0.1:{server.server_port}, bucket {options.bucket}", flush=True)
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
