"""Services of a local run: up before it, gone after it, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
import urllib.request
from pathlib import Path

import pytest

from flowdsl.diagnostics import UsageError
from flowdsl.ir.local import Service
from flowdsl.runner.services import Services, free_port

# Answers /health, writes its pid and that of a child it leaves running into the folder it is given.
SERVER = """
import http.server, os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
folder, port = sys.argv[1], int(sys.argv[2])
with open(os.path.join(folder, "pids"), "w") as file:
    file.write(f"{os.getpid()} {child.pid}")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
        self.wfile.write(os.environ.get("WORD", "").encode())
print("listening", flush=True)
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def service(tmp_path: Path, **fields: object) -> Service:
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    command = ("{python}", str(script), "{folder}", "{port}")
    given = {"ready": "/health", "params": {"endpoint": "{url}/v1"}, "env": {"WORD": "at {url}"}, "patience": 30.0}
    return Service("model", command, **{**given, **fields})  # type: ignore[arg-type]


def environment() -> dict[str, str]:
    return {key: os.environ[key] for key in ("PATH",) if key in os.environ}


def pids(tmp_path: Path) -> list[int]:
    return [int(each) for each in (tmp_path / "services" / "model" / "pids").read_text().split()]


def gone(pid: int) -> bool:
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")


@needs_proc
def test_up_within_and_gone_after(tmp_path: Path) -> None:
    with Services([service(tmp_path)], tmp_path / "services", environment()) as services:
        port = services.ports["model"]
        assert services.params() == {"endpoint": f"http://127.0.0.1:{port}/v1"}
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
            assert answer.read().decode() == f"at http://127.0.0.1:{port}"
        found = pids(tmp_path)
    assert all(gone(pid) for pid in found)
    assert "listening" in (tmp_path / "services" / "model.log").read_text()


@needs_proc
def test_gone_after_an_exception(tmp_path: Path) -> None:
    def play() -> None:
        with Services([service(tmp_path)], tmp_path / "services", environment()):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        play()
    assert all(gone(pid) for pid in pids(tmp_path))


@needs_proc
def test_gone_after_kill_9_of_the_runner(tmp_path: Path) -> None:
    service(tmp_path)
    code = f"""
        import os, signal, sys
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_run_services import service
        from flowdsl.runner.services import Services
        root = Path({str(tmp_path)!r})
        with Services([service(root)], root / "services", dict(os.environ)):
            os.kill(os.getpid(), signal.SIGKILL)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert all(gone(pid) for pid in pids(tmp_path))


def test_a_port_is_taken_again_where_it_is_free(tmp_path: Path) -> None:
    wanted = free_port()
    with Services([service(tmp_path)], tmp_path / "services", environment(), {"model": wanted}) as services:
        assert services.ports == {"model": wanted}
        assert free_port(wanted) != wanted


@pytest.mark.parametrize(
    ("command", "patience", "words"),
    [
        (
            ("{python}", "-c", "print('no model here'); raise SystemExit(3)"),
            30.0,
            "ended with code 3 before it was ready",
        ),
        (("{python}", "-c", "print('no model here', flush=True); import time; time.sleep(60)"), 5.0, "did not answer"),
        (("/nowhere/at/all",), 30.0, "ended with code 1 before it was ready"),
    ],
)
def test_a_service_that_does_not_come_up(tmp_path: Path, command: tuple[str, ...], patience: float, words: str) -> None:
    bad = Service("model", command, ready="/health", patience=patience)
    with pytest.raises(UsageError, match=words) as told, Services([bad], tmp_path, environment()):
        pass
    assert "no model here" in str(told.value) or "nowhere" in str(told.value)


# Answers once the other one's process is there: started one after the other, the first would wait in vain.
NEEDS_THE_OTHER = """
import http.server, os, sys, time
mine, other, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
open(mine, "w").close()
while not os.path.exists(other):
    time.sleep(0.01)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def test_services_start_together(tmp_path: Path) -> None:
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    both = [
        Service(name, ("{python}", "-c", NEEDS_THE_OTHER, mine, other, "{port}"), ready="/", patience=30.0)
        for name, mine, other in (("a", a, b), ("b", b, a))
    ]
    with Services(both, tmp_path / "services", environment()) as services:
        assert len(set(services.ports.values())) == 2


def test_one_that_fails_ends_those_that_start_beside_it(tmp_path: Path) -> None:
    bad = Service("bad", ("{python}", "-c", "raise SystemExit(3)"), ready="/", patience=30.0)
    services = Services([service(tmp_path), bad], tmp_path / "services", environment())
    with pytest.raises(UsageError, match="service bad ended with code 3"), services:
        pass
    assert not services.running
