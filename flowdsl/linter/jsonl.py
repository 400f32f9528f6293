"""`--jsonl`: one document a line in, one verdict a line out, in order, while they come."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO, NoReturn

from flowdsl.check.examine import Given, examine_set
from flowdsl.check.findings import Report
from flowdsl.diagnostics.escape import json_text
from flowdsl.diagnostics.reading import MAX_BYTES
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds import UNKNOWN_KIND
from flowdsl.linter.engine import Options
from flowdsl.linter.report import finding_data
from flowdsl.yamlread.rules import NOT_YAML, TOO_DEEP_OR_LARGE, UNREADABLE_FILE

_MAX_DEPTH = 200


def read_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream; one that is too long is cut, and the rest of it thrown away, so that memory is bounded."""
    while line := stream.readline(MAX_BYTES + 1):
        whole = line.endswith(b"\n")
        while not whole and len(line) > MAX_BYTES:
            rest = stream.readline(MAX_BYTES)
            if not rest or rest.endswith(b"\n"):
                break
        if line.strip():
            yield line


def check_line(line: bytes, options: Options) -> str:
    """The verdict on one line, as JSON. Never raises for what is in the line."""
    number, document, problem = _parse(line)
    if problem is not None:
        report = Report()
        report.add(problem[0], (), problem[1], problem[2])
    else:
        (examined,) = examine_set([Given(document)], options.gates, strict=options.strict)
        report = examined.report
    shown = [finding for finding in report.findings if options.selection.has(finding.code)]
    verdict = {
        "id": number,
        "accepted": report.accepted,
        "findings": [finding_data(finding, None, None) for finding in shown],
    }
    return json_text(verdict)


def _parse(line: bytes) -> tuple[object, dict[str, object], tuple[Rule, str, str] | None]:
    shape = 'write {"id": …, "doc": {…}} in one line'
    if len(line) > MAX_BYTES:
        return (
            None,
            {},
            (UNREADABLE_FILE, f"the line has more than {MAX_BYTES // 2**20} MiB", "a document has 1.5 MiB at most"),
        )
    try:
        data = json.loads(line, parse_constant=_no_json)
    except UnicodeDecodeError:
        return None, {}, (UNREADABLE_FILE, "the line is no UTF-8", "write it as UTF-8")
    except RecursionError:
        return None, {}, (TOO_DEEP_OR_LARGE, "it is nested too deeply", "flatten it")
    except ValueError as error:
        return None, {}, (NOT_YAML, f"this is no JSON: {error}", shape)
    if not isinstance(data, dict):
        return None, {}, (NOT_YAML, "the line is no JSON object", shape)
    number, document = data.get("id"), data.get("doc")
    if not isinstance(document, dict):
        return number, {}, (UNKNOWN_KIND, "there is no document under `doc`", shape)
    if _too_deep(document):
        return number, {}, (TOO_DEEP_OR_LARGE, f"it is nested more than {_MAX_DEPTH} levels deep", "flatten it")
    if not isinstance(document.get("apiVersion"), str) or not isinstance(document.get("kind"), str):
        return number, {}, (UNKNOWN_KIND, "the document has no apiVersion or no kind", "apiVersion: tekton.dev/v1")
    return number, document, None


def _no_json(word: str) -> NoReturn:
    """`Infinity` and `NaN`, which Python reads and JSON does not have."""
    raise ValueError(f"JSON has no word for {word}")


def _too_deep(document: dict[str, object]) -> bool:
    level: list[dict[str, object] | list[object]] = [document]
    for _ in range(_MAX_DEPTH):
        level = [
            value
            for each in level
            for value in (each.values() if isinstance(each, dict) else each)
            if isinstance(value, (dict, list))
        ]
        if not level:
            return False
    return True


def run(stream: BinaryIO, options: Options, workers: int) -> Iterator[str]:
    """The verdicts on a stream of lines, in order; `workers` processes share the work once there is enough of it."""
    lines = read_lines(stream)
    first = _take(lines, _WORTH_IT) if workers > 1 else []
    if len(first) < _WORTH_IT:
        yield from (check_line(line, options) for line in [*first, *lines])
        return
    yield from _parallel(first, lines, options, workers)


_WORTH_IT = 400
_CHUNK = 100


def _take(lines: Iterator[bytes], number: int) -> list[bytes]:
    taken = []
    for line in lines:
        taken.append(line)
        if len(taken) >= number:
            break
    return taken


def _check_chunk(lines: list[bytes], options: Options) -> list[str]:
    return [check_line(line, options) for line in lines]


def _parallel(first: list[bytes], lines: Iterator[bytes], options: Options, workers: int) -> Iterator[str]:
    from collections import deque
    from concurrent.futures import Future, ProcessPoolExecutor

    with ProcessPoolExecutor(workers) as pool:
        waiting: deque[Future[list[str]]] = deque()
        chunks = [first[start : start + _CHUNK] for start in range(0, len(first), _CHUNK)]
        while chunks or waiting:
            for chunk in chunks:
                waiting.append(pool.submit(_check_chunk, chunk, options))
            # A few chunks ahead keep the workers busy, and the memory bounded however long the stream is.
            while len(waiting) < workers * 4 and (chunk := _take(lines, _CHUNK)):
                waiting.append(pool.submit(_check_chunk, chunk, options))
            chunks = []
            if waiting:
                yield from waiting.popleft().result()
