"""An S3 store on loopback: `python -m sonic_local.store --folder FOLDER --port PORT --bucket BUCKET`.

The API is moto's server. It keeps objects in memory, so each is also written to `FOLDER/BUCKET/KEY` once it is stored,
and read from there at the start: what a run uploaded is still there after it.
"""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

REGION = "us-east-1"


def fill(folder: Path, bucket: str) -> None:
    """Make the bucket, with the objects that are kept for it."""
    backend = s3()
    backend.create_bucket(bucket, REGION)
    kept = folder / bucket
    for path in sorted(kept.rglob("*")) if kept.is_dir() else []:
        if path.is_file():
            backend.put_object(bucket, path.relative_to(kept).as_posix(), path.read_bytes())


def s3() -> Any:
    """Moto's store of the account that requests without a known key belong to."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.s3 import s3_backends

    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


def keep(application: Callable[..., Iterable[bytes]], folder: Path) -> Callable[..., Iterable[bytes]]:
    """The same server, which writes an object to the folder when a PUT of it has succeeded."""

    def kept(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, method, status = environ["PATH_INFO"], environ["REQUEST_METHOD"], ""

        def started(line: str, *rest: Any) -> Any:
            nonlocal status
            status = line
            return start_response(line, *rest)

        answer = list(application(environ, started))
        bucket, _, key = path.strip("/").partition("/")
        if method == "PUT" and key and status.startswith("200"):
            write(folder, bucket, key)
        return answer

    return kept


def write(folder: Path, bucket: str, key: str) -> None:
    """Write one object as a file; a key that would leave the folder is not written."""
    target = (folder / bucket / key).resolve()
    found = s3().get_object(bucket, key)
    if found is not None and target.is_relative_to(folder.resolve()):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(found.value)
        print(f"s3://{bucket}/{key}: {len(found.value)} bytes, kept in {target}", flush=True)


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description="an S3 store")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bucket", required=True)
    options = parser.parse_args()
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log(self, *_: Any) -> None:
            """The store says itself what it keeps."""

    fill(options.folder, options.bucket)
    application = keep(DomainDispatcherApplication(create_backend_app), options.folder)
    server = make_server("127.0.0.1", options.port, application, threaded=True, request_handler=Quiet)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"S3 (moto's server), at http://127.0.0.1:{server.server_port}, bucket {options.bucket}", flush=True)
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
