"""The model's source as a Git repository on loopback: `python -m sonic_flow.local.source --folder FOLDER --port PORT`.

It is what `git_repo` names in a local run: a real repository that is really cloned, over Git's smart HTTP protocol
(gitprotocol-http), for reading only.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sonic_flow.local import web
from sonic_flow.local.weights import MODELS, NEWEST

HERE = Path(__file__).resolve().parent
NAME = "/model.git"
LARGEST = 4 << 20  # bytes of what a clone asks for, packed or unpacked
PACKAGE = HERE.parent
MODULES = (
    "__init__",
    "web",
    "sound",
    "face",
    "motion",
    "render",
    "media",
    "measure",
    "service",
    "evaluator",
    "weights",
    "pixels",
)
NETWORKS = ("mfcc", "crop", "networks", "syncnet", "inception")  # modules that are loaded where weights are given
WHEN = "2026-01-01T00:00:00+00:00"  # the same tree is always the same commit
# Nothing of the user's own settings, hooks or names gets in.
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_DATE": WHEN,
    "GIT_COMMITTER_DATE": WHEN,
    "GIT_AUTHOR_NAME": "flowdsl",
    "GIT_AUTHOR_EMAIL": "flowdsl@localhost",
    "GIT_COMMITTER_NAME": "flowdsl",
    "GIT_COMMITTER_EMAIL": "flowdsl@localhost",
}


def make_tree(folder: Path, model: str = NEWEST.name) -> None:
    """Write the model's source: the image's files, the modules that they start, and whose weights it has."""
    shutil.copytree(HERE / "image", folder, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    (folder / "sonic" / "model.txt").write_text(f"{model}\n", "utf-8")
    package = folder / PACKAGE.name
    (package / HERE.name).mkdir(parents=True, exist_ok=True)
    for name in ("__init__", "settings"):
        shutil.copyfile(PACKAGE / f"{name}.py", package / f"{name}.py")
    for name in (*MODULES, *NETWORKS):
        shutil.copyfile(HERE / f"{name}.py", package / HERE.name / f"{name}.py")


def make_repository(folder: Path) -> Path:
    """A bare repository of the source: a commit and a tag (`v0.9`) for each model, the newest on `main` and `dev`.

    CalledProcessError where git fails.
    """
    tree, bare = folder / "tree", folder / "model.git"
    tree.mkdir(parents=True)
    git(tree, "init", "--quiet", "--initial-branch=main", ".")
    for model in MODELS:
        make_tree(tree, model)
        git(tree, "add", "--all")
        git(tree, "commit", "--quiet", "--message", f"Reference model {model}: a stand-in that warps the portrait")
        git(tree, "tag", f"v{model}")
    git(tree, "branch", "dev")
    git(tree, "clone", "--quiet", "--bare", ".", str(bare))
    shutil.rmtree(tree)
    return bare


def git(folder: Path, *command: str) -> None:
    """Run git in a folder. CalledProcessError where it fails."""
    subprocess.run(["git", *command], cwd=folder, check=True, env=environment())


def environment() -> dict[str, str]:
    """Git's surroundings: the program's own, none of a repository around it, and ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, **GIT}


def handler(repository: Path) -> type:
    """The class that answers requests."""

    class Handler(BaseHTTPRequestHandler):
        timeout = web.PATIENCE

        def do_GET(self) -> None:
            if self.path == "/health":
                return self.reply("text/plain", b"ready\n")
            if self.path != f"{NAME}/info/refs?service=git-upload-pack":
                return self.send_error(404, "this is a Git server for reading by smart HTTP")
            told = self.upload_pack(["--http-backend-info-refs"], b"")
            return self.reply(
                "application/x-git-upload-pack-advertisement", b"001e# service=git-upload-pack\n0000" + told
            )

        def do_POST(self) -> None:
            if self.path != f"{NAME}/git-upload-pack":
                return self.send_error(403, "this Git server is for reading")
            try:
                body = web.read_body(self.headers, self.rfile, LARGEST)
            except web.RefusedError as error:
                return self.send_error(error.status, str(error))
            except (ConnectionError, TimeoutError):
                self.close_connection = True
                return None
            return self.reply("application/x-git-upload-pack-result", self.upload_pack([], body))

        def upload_pack(self, options: list[str], body: bytes) -> bytes:
            surroundings = environment()
            protocol = self.headers.get("Git-Protocol", "")
            if re.fullmatch(r"version=[0-9]", protocol):
                surroundings["GIT_PROTOCOL"] = protocol
            command = ["git", "upload-pack", "--strict", "--stateless-rpc", *options, str(repository)]
            return subprocess.run(command, input=body, stdout=subprocess.PIPE, env=surroundings, check=False).stdout

        def reply(self, kind: str, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", "no-cache")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object, **named: object) -> None:
            """Git says on its own side what it does."""

    return Handler


def main() -> None:
    """Make the repository where there is none yet, and serve it until SIGTERM."""
    parser = argparse.ArgumentParser(description="the model's source, as a Git repository")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    repository = options.folder / "model.git"
    if not repository.exists():
        make_repository(options.folder)
    server = ThreadingHTTPServer(("127.0.0.1", options.port), handler(repository))
    server.daemon_threads = True
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"the model's source, at http://127.0.0.1:{server.server_address[1]}{NAME}", flush=True)
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
