"""The whole run with people in it: asked by the page that a local run serves, heard by the gate."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from sonic_flow.tests.fakes import PIPELINES

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="the run clones a repository: it needs git"),
    pytest.mark.skipif(sys.platform == "win32", reason="the local runner needs POSIX processes"),
]


def test_a_clip_that_people_dislike_is_not_uploaded(tmp_path: Path) -> None:
    values = ("rating=ask", "settings.min_resolution=256", "require_baseline=false", "thresholds.mos.limit=3")
    command = [sys.executable, str(PIPELINES / "sonic.py"), "run", "--name", "it", "--folder", str(tmp_path / "run")]
    command += [word for value in values for word in ("--set", value)]
    with (tmp_path / "log").open("w") as log:
        run = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log, text=True)
    address = ""
    for _ in range(2400):
        found = re.search(r"rate the clip at (\S+)", (tmp_path / "log").read_text())
        if found is not None or run.poll() is not None:
            address = found[1] if found is not None else ""
            break
        time.sleep(0.1)
    assert address, (tmp_path / "log").read_text()[-2000:]
    with urllib.request.urlopen(f"{address}state", timeout=30) as answer:
        (asked,) = json.loads(answer.read())
    body = json.dumps({"id": asked["id"], "rater": "Ann", "score": 1}).encode()
    request = urllib.request.Request(f"{address}score", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=30).close()
    assert run.wait(300) == 0, (tmp_path / "log").read_text()[-2000:]
    status = yaml.safe_load((tmp_path / "run" / "pipelinerun.yaml").read_text("utf-8"))["status"]
    assert "upload" in [each["name"] for each in status["skippedTasks"]]
    (note,) = (tmp_path / "run" / "claims").rglob("gate.json")
    assert "mos=1 is below the limit 3" in [check["reason"] for check in json.loads(note.read_text())["checks"]]
    assert not list((tmp_path / "run" / "services").rglob("ratings/*/clip.mp4")), "what was staged is taken away"
