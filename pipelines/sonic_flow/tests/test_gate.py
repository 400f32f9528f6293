"""The gate: its rule as a pure function, and the task around it."""

from __future__ import annotations

import json
import math

import pytest

from sonic_flow.tasks.gate import THRESHOLDS, gate, judge

GOOD = {"lse_d": 7.0, "lse_c": 7.5, "fid": 40.0, "duration_error": 0.04}
METHODS = {"lse_d": "syncnet-v2", "lse_c": "syncnet-v2", "fid": "inception-v3", "duration_error": "container"}


def measured(**changes):
    return {name: {"value": value, "method": METHODS[name]} for name, value in {**GOOD, **changes}.items()}


def reasons(metrics, baseline=None, thresholds=THRESHOLDS):
    return [check["reason"] for check in judge(metrics, thresholds, baseline) if check["reason"]]


def test_same_as_the_baseline_passes():
    assert reasons(measured(), measured()) == []


def test_better_fid_does_not_buy_a_17_percent_worse_lse_d():
    found = reasons(measured(lse_d=8.19, fid=30.0), measured())
    assert found == ["lse_d=8.19 is 17.0% worse than the baseline 7; 5% is allowed"]


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"lse_d": 7.35}, ""),
        ({"lse_d": 7.36}, "lse_d=7.36 is 5.1% worse"),
        ({"lse_d": 3.0}, ""),
        ({"lse_c": 7.125}, ""),
        ({"lse_c": 7.1}, "lse_c=7.1 is 5.3% worse"),
        ({"lse_c": 9.9}, ""),
        ({"fid": 44.0}, ""),
        ({"fid": 44.1}, "fid=44.1 is 10.3% worse"),
        ({"duration_error": 0.5}, ""),
        ({"duration_error": 0.51}, "duration_error=0.51 is above the limit 0.5"),
        ({"lse_d": 8.6}, "lse_d=8.6 is above the limit 8.5"),
        ({"lse_c": 5.9}, "lse_c=5.9 is below the limit 6"),
        ({"fid": 61.0}, "fid=61 is above the limit 60"),
    ],
)
def test_each_measure_against_its_limit_and_the_baseline(changes, start):
    found = reasons(measured(**changes), measured())
    assert len(found) == bool(start)
    assert "".join(found).startswith(start)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None, "7.1", True])
@pytest.mark.parametrize("name", ["lse_d", "lse_c", "fid", "duration_error"])
def test_what_is_no_number_stops_with_and_without_baseline(name, value):
    for baseline in (None, measured()):
        assert reasons(measured(**{name: value}), baseline) == [f"{name} is missing or not a number"]


@pytest.mark.parametrize("name", ["lse_d", "lse_c", "fid", "duration_error"])
def test_a_missing_measure_stops(name):
    metrics = measured()
    del metrics[name]
    assert reasons(metrics, measured()) == [f"{name} is missing or not a number"]


def test_every_reason_is_told():
    assert len(reasons(measured(lse_d=9.0, lse_c=1.0, fid=99.0, duration_error=3.0), measured())) == 4


@pytest.mark.parametrize("value", [math.nan, None, "7"])
def test_a_baseline_without_the_measure_stops(value):
    assert reasons(measured(), measured(lse_d=value)) == ["the baseline has no lse_d"]
    baseline = measured()
    del baseline["lse_d"]
    assert reasons(measured(), baseline) == ["the baseline has no lse_d"]


def test_measures_of_two_methods_are_not_compared():
    baseline = measured()
    baseline["fid"]["method"] = "inception-v3 against other frames"
    assert reasons(measured(), baseline) == [
        "fid was measured by inception-v3, the baseline by inception-v3 against other frames"
    ]


def test_without_a_baseline_only_the_limits_count():
    assert reasons(measured(lse_d=8.4)) == []
    assert reasons(measured(lse_d=8.6)) == ["lse_d=8.6 is above the limit 8.5"]


def test_a_baseline_of_zero():
    rule = {"fid": {"better": "lower", "regression": 0.1}}
    assert reasons(measured(fid=0.0), measured(fid=0.0), rule) == []
    assert reasons(measured(fid=-1.0), measured(fid=0.0), rule) == []
    assert reasons(measured(fid=0.1), measured(fid=0.0), rule) == [
        "fid=0.1 is worse than the baseline 0; 10% is allowed"
    ]


def test_a_negative_baseline_keeps_its_direction():
    rule = {"fid": {"better": "higher", "regression": 0.1}}
    assert reasons(measured(fid=-11.0), measured(fid=-10.0), rule) == []
    assert len(reasons(measured(fid=-12.0), measured(fid=-10.0), rule)) == 1


@pytest.mark.parametrize("rule", [{}, {"better": "up", "limit": 3}, {"limit": 3}])
def test_a_rule_without_a_direction_stops(rule):
    assert reasons(measured(), None, {"fid": rule}) == ["fid: its rule must say better: lower, higher or zero"]


def test_a_rule_for_a_measure_of_another_name():
    thresholds = {"sync_confidence": {"better": "higher", "limit": 2.0}}
    metrics = {"sync_confidence": {"value": 4.0, "method": "correlation"}}
    assert reasons(metrics, None, thresholds) == []
    assert reasons({}, None, thresholds) == ["sync_confidence is missing or not a number"]


def test_checks_are_plain_json_for_the_report():
    checks = judge(measured(lse_d=math.nan), THRESHOLDS, measured())
    assert json.loads(json.dumps(checks, allow_nan=False)) == checks
    assert judge(measured(fid=36.0), THRESHOLDS, measured())[2] == {
        "metric": "fid", "value": 36.0, "limit": 60.0, "baseline": 40.0, "change": -0.1, "reason": "",
    }  # fmt: skip


@pytest.fixture
def place(tmp_path):
    (tmp_path / "baseline.json").write_text(json.dumps({"evaluator": "e", "metrics": measured()}))
    return {"assets": tmp_path, "record": tmp_path}


def test_task_passes_a_good_clip(place):
    verdict = gate(measured(), **place)
    assert verdict == (True, [], "passed")
    told = json.loads((place["record"] / "gate.json").read_text())
    assert told["passed"] is True
    assert told["compared"] is True
    assert [check["metric"] for check in told["checks"]] == list(THRESHOLDS)


def test_task_stops_a_bad_clip_without_failing(place, capsys):
    verdict = gate(measured(lse_d=8.19, fid=99.0), **place)
    assert verdict.passed is False
    assert len(verdict.reasons) == 2
    assert verdict.verdict == ("stopped: lse_d=8.19 is 17.0% worse than the baseline 7; 5% is allowed (and 1 more)")
    assert "STOP lse_d" in capsys.readouterr().out


def test_task_compares_with_the_baseline_that_is_named(place):
    assert gate(measured(fid=50.0), **place).passed is False
    (place["assets"] / "other.json").write_text(json.dumps({"metrics": measured(fid=49.0)}))
    assert gate(measured(fid=50.0), **place, baseline="other.json").passed is True


def test_task_needs_a_baseline_unless_told_otherwise(place):
    (place["assets"] / "baseline.json").unlink()
    with pytest.raises(
        SystemExit, match=r"^error: there is no baseline baseline\.json; for a first run set require_base"
    ):
        gate(measured(), **place)
    assert gate(measured(), **place, require_baseline=False).passed is True
    assert json.loads((place["record"] / "gate.json").read_text())["compared"] is False


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"metrics": 3}', "\x00", '{"metrics": null}'])
@pytest.mark.parametrize("required", [True, False])
def test_a_broken_baseline_is_never_taken_for_none(place, content, required):
    (place["assets"] / "baseline.json").write_text(content)
    with pytest.raises(SystemExit, match=r"^error: baseline\.json is no metrics\.json of a run"):
        gate(measured(), **place, require_baseline=required)


def test_no_change_has_no_sign():
    assert str(judge(measured(), THRESHOLDS, measured())[1]["change"]) == "0.0"


@pytest.mark.parametrize(
    ("value", "reason"),
    [(0, ""), (2, ""), (-2, ""), (3, "sync_offset_frames=3 is further from 0 than the limit 2"), (-5, "sync_offset_frames=-5 is further from 0 than the limit 2")],
)  # fmt: skip
def test_a_measure_that_should_be_zero_counts_by_its_distance_from_it(value, reason):
    rule = {"sync_offset_frames": {"better": "zero", "limit": 2}}
    assert reasons({"sync_offset_frames": value}, None, rule) == ([reason] if reason else [])


def test_a_measure_that_should_be_zero_is_compared_by_its_distance_from_it():
    rule = {"skew": {"better": "zero", "regression": 0.1}}
    assert reasons({"skew": -1.0}, {"skew": 1.0}, rule) == []
    assert reasons({"skew": -2.0}, {"skew": 1.0}, rule) == [
        "skew=-2 is 100.0% worse than the baseline 1; 10% is allowed"
    ]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (0.1, "its rule must say better"),
        ([], "its rule must say better"),
        ({"better": ["lower"]}, "its rule must say better"),
        ({"better": "lower", "limit": "8"}, "its rule must have numbers"),
        ({"better": "lower", "limit": math.nan}, "its rule must have numbers"),
        ({"better": "lower", "regression": {}}, "its rule must have numbers"),
        ({"better": "lower", "limit": 10**400}, "its rule must have numbers"),
    ],
)
def test_a_rule_that_is_none_stops(rule, said):
    (reason,) = reasons(measured(), measured(), {"lse_d": rule})
    assert reason.startswith("lse_d: ")
    assert said in reason


def test_a_number_that_no_float_holds_is_none():
    assert "is missing or not a number" in reasons(measured(lse_d=10**400))[0]
