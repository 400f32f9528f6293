"""The gate: its rule as a pure function, and the task around it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from sonic_flow.baseline import Baseline
from sonic_flow.judging import Judgement, judge
from sonic_flow.measures import Limit, Thresholds
from sonic_flow.tasks.gate import Verdict, gate

THRESHOLDS = Thresholds().rules()
GOOD = {"lse_d": 7.0, "lse_c": 7.5, "fid": 40.0, "duration_error": 0.04}
ORIGIN = {"run": "sonic-a1", "date": "2026-11-20T10:00:00Z", "service": "sonic 2.1", "revision": "abc123"}
METHODS = {"lse_d": "syncnet-v2", "lse_c": "syncnet-v2", "fid": "inception-v3", "duration_error": "container"}


def measured(**changes: object) -> dict[str, Any]:
    return {name: {"value": value, "method": METHODS[name]} for name, value in {**GOOD, **changes}.items()}


def judged(
    metrics: dict[str, Any],
    baseline: dict[str, Any] | None = None,
    thresholds: Any = THRESHOLDS,
    *,
    not_made: Iterable[str] = (),
    lacking: Iterable[str] = (),
) -> Judgement:
    """The judgement; `not_made` and `lacking` are names that the run and the baseline say they did not make."""
    before = Baseline(baseline, dict.fromkeys(lacking, "no weights"), {}) if baseline is not None else None
    return judge(metrics, thresholds, before, dict.fromkeys(not_made, "no weights"))


def reasons(metrics: dict[str, Any], baseline: dict[str, Any] | None = None, thresholds: Any = THRESHOLDS) -> list[str]:
    return judged(metrics, baseline, thresholds).reasons


def test_same_as_the_baseline_passes() -> None:
    assert reasons(measured(), measured()) == []


def test_better_fid_does_not_buy_a_17_percent_worse_lse_d() -> None:
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
def test_each_measure_against_its_limit_and_the_baseline(changes: dict[str, Any], start: str) -> None:
    found = reasons(measured(**changes), measured())
    assert len(found) == bool(start)
    assert "".join(found).startswith(start)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None, "7.1", True])
@pytest.mark.parametrize("name", ["lse_d", "lse_c", "fid", "duration_error"])
def test_what_is_no_number_stops_with_and_without_baseline(name: str, value: object) -> None:
    for baseline in (None, measured()):
        assert reasons(measured(**{name: value}), baseline) == [f"{name} is missing or not a number"]


@pytest.mark.parametrize("name", ["lse_d", "lse_c", "fid", "duration_error"])
def test_a_missing_measure_stops(name: str) -> None:
    metrics = measured()
    del metrics[name]
    assert reasons(metrics, measured()) == [f"{name} is missing or not a number"]


def test_every_reason_is_told() -> None:
    assert len(reasons(measured(lse_d=9.0, lse_c=1.0, fid=99.0, duration_error=3.0), measured())) == 4


@pytest.mark.parametrize("value", [math.nan, None, "7"])
def test_a_baseline_without_the_measure_stops(value: object) -> None:
    assert reasons(measured(), measured(lse_d=value)) == ["the baseline has no lse_d"]
    baseline = measured()
    del baseline["lse_d"]
    assert reasons(measured(), baseline) == ["the baseline has no lse_d"]


def test_measures_of_two_methods_are_not_compared() -> None:
    baseline = measured()
    baseline["fid"]["method"] = "inception-v3 against other frames"
    assert reasons(measured(), baseline) == [
        "fid was measured by inception-v3, the baseline by inception-v3 against other frames"
    ]


def test_without_a_baseline_only_the_limits_count() -> None:
    assert reasons(measured(lse_d=8.4)) == []
    assert reasons(measured(lse_d=8.6)) == ["lse_d=8.6 is above the limit 8.5"]


def test_a_baseline_of_zero() -> None:
    rule = {"fid": {"better": "lower", "regression": 0.1}}
    assert reasons(measured(fid=0.0), measured(fid=0.0), rule) == []
    assert reasons(measured(fid=-1.0), measured(fid=0.0), rule) == []
    assert reasons(measured(fid=0.1), measured(fid=0.0), rule) == [
        "fid=0.1 is worse than the baseline 0; 10% is allowed"
    ]


def test_a_negative_baseline_keeps_its_direction() -> None:
    rule = {"fid": {"better": "higher", "regression": 0.1}}
    assert reasons(measured(fid=-11.0), measured(fid=-10.0), rule) == []
    assert len(reasons(measured(fid=-12.0), measured(fid=-10.0), rule)) == 1


@pytest.mark.parametrize("rule", [{}, {"better": "up", "limit": 3}, {"limit": 3}])
def test_a_rule_without_a_direction_stops(rule: Any) -> None:
    assert reasons(measured(), None, {"fid": rule}) == ["fid: its rule must say better: lower, higher or zero"]


def test_a_rule_for_a_measure_of_another_name() -> None:
    thresholds = {"sync_confidence": {"better": "higher", "limit": 2.0}}
    metrics = {"sync_confidence": {"value": 4.0, "method": "correlation"}}
    assert reasons(metrics, None, thresholds) == []
    assert reasons({}, None, thresholds) == ["sync_confidence is missing or not a number"]


def test_checks_are_plain_json_for_the_report() -> None:
    checks = judged(measured(lse_d=math.nan), measured()).checks
    assert json.loads(json.dumps(checks, allow_nan=False)) == checks
    assert judged(measured(fid=36.0), measured()).checks[2] == {
        "metric": "fid",
        "better": "lower",
        "value": 36.0,
        "limit": 60.0,
        "baseline": 40.0,
        "allowed": 0.1,
        "change": -0.1,
        "difference": "10.0% better",
        "reason": "",
    }


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({}, "the same"),
        ({"lse_d": 7.35}, "5.0% worse"),
        ({"lse_d": 6.3}, "10.0% better"),
        ({"lse_c": 8.25}, "10.0% better"),
        ({"lse_c": 7.2}, "4.0% worse"),
        ({"fid": 30.0}, "25.0% better"),
        ({"fid": 40.001}, "less than 0.1% worse"),
        ({"duration_error": 0.06}, "50.0% worse"),
        ({"duration_error": 0.0}, "100.0% better"),
    ],
)
def test_a_difference_is_told_by_the_measures_own_direction(changes: dict[str, Any], difference: str) -> None:
    checks = {check["metric"]: check for check in judged(measured(**changes), measured()).checks}
    (name,) = changes or ("fid",)
    assert checks[name]["difference"] == difference
    assert {check["difference"] for other, check in checks.items() if other != name} == {"the same"}


def without(metrics: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: metric for name, metric in metrics.items() if name not in names}


def test_a_measure_that_was_not_made_is_left_out_with_its_reason() -> None:
    networks = ("lse_d", "lse_c", "fid")
    found = judged(without(measured(), *networks), without(measured(), *networks), not_made=networks, lacking=networks)
    assert found.reasons == []
    assert [check["metric"] for check in found.checks] == ["duration_error"]
    assert found.not_made == dict.fromkeys(networks, "no weights")


def test_what_the_baseline_was_judged_by_is_measured_again() -> None:
    found = judged(without(measured(), "lse_d"), measured(), not_made=["lse_d"])
    assert found.reasons == ["the baseline has lse_d, but it was not made: no weights"]
    assert found.checks[0]["baseline"] == 7.0
    assert found.not_made == {}


def test_what_the_baseline_says_it_lacks_is_held_against_its_limit_alone() -> None:
    found = judged(measured(), without(measured(), "fid"), lacking=["fid"])
    assert found.reasons == []
    assert found.checks[2]["difference"] == "not compared: the baseline lacks it (no weights)"
    assert judged(measured(fid=61.0), without(measured(), "fid"), lacking=["fid"]).reasons == [
        "fid=61 is above the limit 60"
    ]


def test_nothing_that_a_rule_is_for_was_made() -> None:
    found = judged({}, None, not_made=list(THRESHOLDS))
    assert found.checks == []
    assert found.reasons == ["none of the measures that have a rule was made"]


@pytest.fixture
def place(tmp_path: Path) -> dict[str, Any]:
    content = {"evaluator": "e", "metrics": measured(), "not_made": {}, "origin": ORIGIN}
    (tmp_path / "baseline.json").write_text(json.dumps(content))
    return {"assets": tmp_path, "record": tmp_path}


def gate_of(metrics: dict[str, Any], not_made: Iterable[str] = (), **given: Any) -> Verdict:
    return gate(metrics, dict.fromkeys(not_made, "no weights"), {}, **given)


def test_task_passes_a_good_clip(place: dict[str, Any]) -> None:
    verdict = gate_of(measured(), **place)
    assert verdict == (0.0, 0.0, [], "passed")
    told = json.loads((place["record"] / "gate.json").read_text())
    assert told["passed"] is True
    assert told["baseline"]["origin"] == ORIGIN
    assert told["baseline"]["told"] == "run sonic-a1, of 2026-11-20T10:00:00Z, model sonic 2.1, source abc123"
    assert [check["metric"] for check in told["checks"]] == list(THRESHOLDS)


def test_task_stops_a_bad_clip_without_failing(place: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    verdict = gate_of(measured(lse_d=8.19, fid=99.0), **place)
    assert verdict.beyond_limit == pytest.approx(99 / 60 - 1)
    assert verdict.beyond_baseline == pytest.approx(99 / 40 - 1 - 0.10)
    assert len(verdict.reasons) == 2
    assert verdict.verdict == ("stopped: lse_d=8.19 is 17.0% worse than the baseline 7; 5% is allowed (and 1 more)")
    assert "STOP lse_d" in capsys.readouterr().out


def test_task_says_in_one_line_what_was_not_made(place: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    (place["assets"] / "baseline.json").write_text(json.dumps({"metrics": without(measured(), "lse_d", "lse_c")}))
    assert gate_of(without(measured(), "lse_d", "lse_c"), ["lse_d", "lse_c"], **place).verdict == "passed"
    out = capsys.readouterr().out.splitlines()
    assert [line for line in out if "lse" in line] == ["not made: lse_d, lse_c (no weights)"]
    assert "baseline: its origin is not noted" in out
    assert json.loads((place["record"] / "gate.json").read_text())["not_made"] == {
        "lse_d": "no weights",
        "lse_c": "no weights",
    }


def test_task_compares_with_the_baseline_that_is_named(place: dict[str, Any]) -> None:
    assert gate_of(measured(fid=50.0), **place).verdict.startswith("stopped: fid")
    (place["assets"] / "other.json").write_text(json.dumps({"metrics": measured(fid=49.0)}))
    assert gate_of(measured(fid=50.0), **place, baseline="other.json").verdict == "passed"


def test_task_needs_a_baseline_unless_told_otherwise(place: dict[str, Any]) -> None:
    (place["assets"] / "baseline.json").unlink()
    with pytest.raises(
        SystemExit, match=r"^error: there is no baseline baseline\.json; for a first run set require_base"
    ):
        gate_of(measured(), **place)
    assert gate_of(measured(), **place, require_baseline=False).verdict == "passed"
    assert json.loads((place["record"] / "gate.json").read_text())["baseline"] is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"metrics": 3}', "\x00", '{"metrics": null}'])
@pytest.mark.parametrize("required", [True, False])
def test_a_broken_baseline_is_never_taken_for_none(place: dict[str, Any], content: str, required: bool) -> None:
    (place["assets"] / "baseline.json").write_text(content)
    with pytest.raises(SystemExit, match=r"^error: baseline\.json is no metrics\.json of a run"):
        gate_of(measured(), **place, require_baseline=required)


def test_no_change_has_no_sign() -> None:
    assert str(judged(measured(), measured()).checks[1]["change"]) == "0.0"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (0, ""),
        (2, ""),
        (-2, ""),
        (3, "sync_offset_frames=3 is further from 0 than the limit 2"),
        (-5, "sync_offset_frames=-5 is further from 0 than the limit 2"),
    ],
)
def test_a_measure_that_should_be_zero_counts_by_its_distance_from_it(value: object, reason: str) -> None:
    rule = {"sync_offset_frames": {"better": "zero", "limit": 2}}
    assert reasons({"sync_offset_frames": value}, None, rule) == ([reason] if reason else [])


def test_a_measure_that_should_be_zero_is_compared_by_its_distance_from_it() -> None:
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
def test_a_rule_that_is_none_stops(rule: Any, said: str) -> None:
    (reason,) = reasons(measured(), measured(), {"lse_d": rule})
    assert reason.startswith("lse_d: ")
    assert said in reason


def test_a_number_that_no_float_holds_is_none() -> None:
    assert "is missing or not a number" in reasons(measured(lse_d=10**400))[0]


@pytest.mark.parametrize(
    ("limit", "regression"),
    [(-1, None), (math.nan, None), (math.inf, None), (8.5, -0.1), (8.5, math.nan), ("8", None), (True, None)],
)
def test_a_threshold_that_would_let_everything_pass_or_nothing_is_refused(limit: Any, regression: Any) -> None:
    with pytest.raises(ValueError, match="is no limit: give a finite number of at least 0"):
        Limit(limit, regression)


def test_a_measure_without_a_threshold_has_no_rule() -> None:
    rules = Thresholds(lse_d=None, speech_match=Limit(0.9)).rules()
    assert "lse_d" not in rules
    assert rules["speech_match"] == {"better": "higher", "limit": 0.9}


VALUES = (1.0, 5.9, 7.0, 7.35, 8.6, 30.0, 44.1, 61.0, math.nan)


@pytest.mark.parametrize("before", [None, measured(), measured(lse_d=0.0), measured(fid=math.nan)])
@pytest.mark.parametrize("name", [*GOOD])
@pytest.mark.parametrize("value", VALUES)
def test_the_two_shares_are_above_zero_or_nan_exactly_where_there_is_a_reason(
    name: str, value: float, before: dict[str, Any] | None
) -> None:
    found = judged(measured(**{name: value}), before)
    assert (found.beyond_limit <= 0 and found.beyond_baseline <= 0) == (not found.reasons)


def test_a_measure_that_stops_by_one_share_has_a_number_for_the_other() -> None:
    """What a stopped run says is the measure, and no NaN beside it."""
    gone = {name: value for name, value in measured().items() if name != "lse_d"}
    by_limit = judged(measured(lse_d=8.6), gone, lacking=["lse_d"])
    assert by_limit.beyond_limit > 0
    assert by_limit.beyond_baseline == 0
    by_baseline = judged(measured(lse_d=8.0), measured(lse_d=0.0))
    assert by_baseline.beyond_limit == 0
    assert by_baseline.beyond_baseline == math.inf


def test_nothing_that_was_judged_is_no_number_for_the_gate() -> None:
    assert math.isnan(judged({}, None, not_made=list(THRESHOLDS)).beyond_limit)
