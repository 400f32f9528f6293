"""The user's files: laid out in a folder, each statement at the line where it stands in the user's own file.

So that a traceback, a log line, a debugger and `inspect.getsource` name that file and line, and have its text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType

from flowdsl.frontend.script.runtime.common import _FLOWDSL_TASK
from flowdsl.kube.source_lines import _flowdsl_pages

_FLOWDSL_LINES: Mapping[str, Sequence[int]] = {}
_FLOWDSL_SOURCE = "the code of the task's own file"
_FLOWDSL_FOLDER = "where files are laid out"


def _flowdsl_folder() -> str:
    import atexit
    import os
    import shutil
    import tempfile

    home = "/tekton/home"  # every step can write to it, whatever of its image it can
    folder = tempfile.mkdtemp(prefix="flowdsl-", dir=home if os.access(home, os.W_OK) else None)
    owner = os.getpid()  # what it forks leaves the folder alone
    atexit.register(lambda: shutil.rmtree(folder, True) if owner == os.getpid() else None)
    return folder


def _flowdsl_lay(name: str, text: str) -> tuple[str, list[str]]:
    import os
    from itertools import zip_longest

    pages = _flowdsl_pages(_FLOWDSL_LINES.get(name, ()), text)
    path = os.path.join(_FLOWDSL_FOLDER, *name.split("/"))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        rows = zip_longest(*(page.split("\n")[:-1] for page in pages))
        file.writelines(next(filter(None, row), "") + "\n" for row in rows)
    return path, pages


def _flowdsl_source() -> None:
    import sys

    sys.excepthook = _flowdsl_raised
    path, pages = _flowdsl_lay(next(iter(_FLOWDSL_LINES)), _FLOWDSL_SOURCE)
    if len(pages) == 1 and pages[0].startswith("from __future__"):
        globals()["__file__"] = path  # which processes that are spawned run first
    for page in pages:
        exec(compile(page, path, "exec"), globals())


def _flowdsl_evaluated() -> None:
    """The same where annotations are types, as in the user's own process, and no text."""
    import sys

    sys.excepthook = _flowdsl_raised
    path, pages = _flowdsl_lay(next(iter(_FLOWDSL_LINES)), _FLOWDSL_SOURCE)
    if len(pages) == 1:
        globals()["__file__"] = path  # which processes that are spawned run first
    for page in pages:
        exec(compile(page, path, "exec", 0, True), globals())


def _flowdsl_raised(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    import sys
    import traceback

    while trace and trace.tb_frame.f_code.co_filename == _flowdsl_raised.__code__.co_filename:
        trace = trace.tb_next  # the lines of this script tell nobody anything
    sys.__excepthook__(kind, error.with_traceback(trace or error.__traceback__), trace or error.__traceback__)
    places = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(trace)]
    if isinstance(error, SyntaxError):
        places.append((str(error.filename), error.lineno or 0))
    for name, line in reversed(places):
        if name.startswith(_FLOWDSL_FOLDER):
            path = name[len(_FLOWDSL_FOLDER) + len("/task/") :]
            what = traceback.format_exception_only(kind, error)[-1].split("\n")[0]
            print("flowdsl: " + _FLOWDSL_TASK + ": " + path + ":" + str(line) + ": " + what, file=sys.stderr)
            break
