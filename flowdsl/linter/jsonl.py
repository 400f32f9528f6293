"""`--jsonl`: one document a line in, one verdict a line out, in order, while they come."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from flowdsl.check.admission import check_into
from flowdsl.check.decoding import decode
from flowdsl.check.findings import Report
from flowdsl.check.pitfalls.across import Entry, check_set
from flowdsl.check.pitfalls.single import check_pitfalls
from flowdsl.diagnostics.escape import json_text
from flowdsl.diagnostics.reading import MAX_BYTES
from flowdsl.kinds import UnknownKind, is_checked, kind_hint
from flowdsl.kinds.table import TASK
from flowdsl.linter.engine import Options
from flowdsl.linter.report import finding_data
from flowdsl.yamlread.documents import Document
from flowdsl.yamlread.versions import UnconvertibleError, to_v1

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
    report = Report()
    if problem is not None:
        report.error(problem[0], (), problem[1], problem[2])
    else:
        _check(document, options, report)
    shown = [finding for finding in report.findings if options.selection.has(finding.code)]
    verdict = {
        "id": number,
        "accepted": report.accepted,
        "findings": [finding_data(finding, None, None) for finding in shown],
    }
    return json_text(verdict)


def _parse(line: bytes) -> tuple[Any, dict[str, Any], tuple[str, str, str] | None]:
    shape = 'write {"id": …, "doc": {…}} in one line'
    if len(line) > MAX_BYTES:
        return (
            None,
            {},
            ("FLOW403", f"the line has more than {MAX_BYTES // 2**20} MiB", "a document has 1.5 MiB at most"),
        )
    try:
        data = json.loads(line, parse_constant=_no_json)
    except UnicodeDecodeError:
        return None, {}, ("FLOW403", "the line is no UTF-8", "write it as UTF-8")
    except RecursionError:
        return None, {}, ("FLOW402", "it is nested too deeply", "flatten it")
    except ValueError as error:
        return None, {}, ("FLOW401", f"this is no JSON: {error}", shape)
    if not isinstance(data, dict):
        return None, {}, ("FLOW401", "the line is no JSON object", shape)
    number, document = data.get("id"), data.get("doc")
    if not isinstance(document, dict):
        return number, {}, ("FLOW406", "there is no document under `doc`", shape)
    if _too_deep(document):
        return number, {}, ("FLOW402", f"it is nested more than {_MAX_DEPTH} levels deep", "flatten it")
    return number, document, None


def _no_json(word: str) -> Any:
    """`Infinity` and `NaN`, which Python reads and JSON does not have."""
    raise ValueError(f"JSON has no word for {word}")


def _too_deep(document: Any) -> bool:
    level: list[Any] = [document]
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


def _check(data: dict[str, Any], options: Options, report: Report) -> None:
    version, kind = data.get("apiVersion"), data.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str):
        report.error("FLOW406", (), "the document has no apiVersion or no kind", f"apiVersion: {TASK.api_version}")
        return
    if not is_checked(kind, version):
        return
    try:
        converted = to_v1(Document("", 0, kind, "", data), report)
        model = decode(converted, report)
    except UnconvertibleError as error:
        report.error("FLOW206", error.path, error.message, error.hint)
        return
    except UnknownKind as error:
        report.error("FLOW406", ("kind",), f"Tekton has no {error}", kind_hint(kind))
        return
    if model is not None:
        check_into(model, options.gates, report)
        check_pitfalls(model, converted, report)
        check_set([Entry(model, report, data)])


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
