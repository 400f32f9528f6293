"""`python pipelines/sonic.py run` with networks for the evaluator: their measures reach the gate and the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sonic_flow.tests.test_run import SMALL, pytestmark, run  # noqa: F401 - its needs are ours

pytest.importorskip("onnxruntime", reason="networks are run by onnxruntime: pip install 'flowdsl[sonic-nets]'")
made = pytest.importorskip(
    "sonic_flow.tests.made_networks", reason="the networks of this test are written by the package onnx"
)


def test_lse_and_fid_are_measured_judged_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONIC_SYNCNET", str(made.syncnet(tmp_path / "syncnet")))
    monkeypatch.setenv("SONIC_INCEPTION", str(made.inception(tmp_path / "inception.onnx")))
    ran = run(tmp_path, *SMALL, "require_baseline=false")
    assert ran.code == 0, ran.text
    record = ran.files / "run-inference" / "record"
    checks = {check["metric"]: check for check in json.loads((record / "gate.json").read_text("utf-8"))["checks"]}
    metrics = json.loads((record / "metrics.json").read_text("utf-8"))["metrics"]
    results = ran.results()
    for name in ("lse_d", "lse_c", "fid"):
        assert checks[name]["value"] == metrics[name]["value"]
        assert json.loads(str(results["metrics"]))[name] == metrics[name]
        # The baseline was made without weights and says so: the limits alone count.
        assert checks[name]["difference"].startswith("not compared: the baseline lacks it (no weights of ")
        assert metrics[name]["method"] in (ran.files / "report" / "report.html").read_text("utf-8").replace(
            "&#x27;", "'"
        )
    assert ran.statuses()["upload"] != "Succeeded"  # hand-made weights reach no confidence of 6
    assert "is below the limit 6" in checks["lse_c"]["reason"]
