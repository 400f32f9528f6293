"""The pytest plugin: the fixture `flow_run` and `--flow-cov`. Nothing of flowdsl loads before a test uses it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from flowdsl.testing import FlowRun
    from flowdsl.testing.coverage import FlowCoverage

_OPTION = "flow_cov"
_SENT = "flowdsl_branches"


class _Sends(Protocol):
    """A worker of pytest-xdist."""

    workeroutput: dict[str, object]


class _Coverage:
    """What the session has seen; made when the first run is over."""

    def __init__(self) -> None:
        self.seen: FlowCoverage | None = None

    def get(self) -> FlowCoverage:
        from flowdsl.testing.coverage import FlowCoverage

        if self.seen is None:
            self.seen = FlowCoverage()
        return self.seen


_COVERAGE = pytest.StashKey[_Coverage]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("flowdsl", "pipelines of flowdsl")
    group.addoption(
        "--flow-cov",
        action="store_true",
        dest=_OPTION,
        help="say which conditions, tasks and retries of pipelines no flow_run of the session reached",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count, where that is asked for."""
    if config.getoption(_OPTION):
        config.stash[_COVERAGE] = _Coverage()


@pytest.fixture
def flow_run(tmp_path: Path, request: pytest.FixtureRequest) -> FlowRun:
    """Run a pipeline with fakes for some tasks: `flow_run(churn, tasks={"train": lambda day: 0.5}, day="1")`."""
    from flowdsl.testing.playing import FlowRun

    coverage = request.config.stash.get(_COVERAGE, None)
    if coverage is None:
        return FlowRun(tmp_path / "flow-runs")
    return FlowRun(tmp_path / "flow-runs", coverage.get().add)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send what a worker of pytest-xdist has seen to the process that reports."""
    coverage = session.config.stash.get(_COVERAGE, None)
    output: dict[str, object] | None = getattr(session.config, "workeroutput", None)
    if coverage is not None and coverage.seen is not None and output is not None:
        output[_SENT] = coverage.seen.rows()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: _Sends) -> None:
    """Take in what a worker has seen."""
    config: pytest.Config | None = getattr(node, "config", None)
    rows = getattr(node, "workeroutput", {}).get(_SENT)
    coverage = config.stash.get(_COVERAGE, None) if config is not None else None
    if coverage is not None and rows:
        coverage.get().merge(rows)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Report."""
    coverage = config.stash.get(_COVERAGE, None)
    if coverage is None:
        return
    terminalreporter.section("flowdsl: branches of pipelines")
    lines = coverage.seen.report() if coverage.seen is not None else ["no test used flow_run"]
    for each in lines:
        terminalreporter.write_line(each)
